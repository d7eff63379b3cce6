//! What stands on which plot: the community's estates, school, market and offices, and the neighbours' ground.

use super::fill::{Court, Form, House, Points, Site, Slabs, house, outline, plot};
use super::plane::{Frame, V, holds, middle, v};
use super::streets::{CELLS, GAP, fabric};

/// How a plot is cut out of its block.
#[derive(Clone, Copy)]
enum Cut {
    /// Left of a lane, from its first to its last point.
    L(&'static str),
    /// Right of a lane.
    R(&'static str),
    /// Left of the straight (a1, b1) → (a2, b2) of the fabric frame.
    S(f64, f64, f64, f64),
}

enum Fill {
    Rows(Slabs),
    Points(Points),
    Open,
}

struct Plot {
    /// Number of the cell, 10 = the ground without one.
    block: usize,
    cuts: &'static [Cut],
    name: &'static str,
    /// Kind of courtyard; for other ground the land use.
    kind: &'static str,
    address: &'static str,
    fill: Fill,
    walled: bool,
    gate_west: bool,
    whole: bool,
}

const ROWS: Slabs =
    Slabs { deg: 13, storeys: 6, depth: 11.6, unit: 15.6, units: 3, light: 1.05, form: Form::Rect, free: &[] };
const BLOCKS: Points = Points { deg: 13, storeys: 11, size: 24.0, flats: 4, apart: (43.0, 42.0), form: Form::Cross };

const fn estate(
    block: usize,
    cuts: &'static [Cut],
    name: &'static str,
    kind: &'static str,
    address: &'static str,
    fill: Fill,
) -> Plot {
    Plot { block, cuts, name, kind, address, fill, walled: true, gate_west: true, whole: false }
}

#[rustfmt::skip]
fn plots() -> Vec<Plot> {
    use Cut::{L, R, S};
    vec![
        // 01 枣园
        Plot { walled: false, ..estate(0, &[L("zaoyuan1")], "向阳新村", "老旧小区", "望湖路 86 弄",
            Fill::Rows(Slabs { free: &[2], ..ROWS })) },
        Plot { gate_west: false, ..estate(0, &[R("zaoyuan1")], "梧桐苑", "商品房", "梧桐路 12 弄",
            Fill::Rows(Slabs { deg: 11, form: Form::Bays(15.6), depth: 12.8, ..ROWS })) },
        // 02 和平里
        Plot { walled: false, ..estate(1, &[R("heping1"), L("hepingli")], "和平里一村", "老旧小区", "和平里 20 弄",
            Fill::Rows(Slabs { deg: 11, form: Form::Step, ..ROWS })) },
        Plot { whole: true, ..estate(1, &[R("heping2"), R("hepingli")], "和平里二村", "老旧小区", "和平里 35 弄",
            Fill::Rows(Slabs { deg: 10, free: &[4], ..ROWS })) },
        // 03 杏花街
        Plot { gate_west: false, ..estate(2, &[], "杏花苑", "商品房", "杏花街 58 弄",
            Fill::Rows(Slabs { deg: 8, storeys: 7, light: 1.0, form: Form::Step, units: 4, ..ROWS })) },
        // 04 望湖路
        Plot { gate_west: false, ..estate(3, &[R("liuan")], "望湖公寓", "商品房", "望湖路 120 弄",
            Fill::Points(Points { apart: (35.0, 35.0), size: 21.0, ..BLOCKS })) },
        estate(3, &[L("liuan"), S(-254.0, 88.0, -120.0, 80.0)], "枣园新村", "老旧小区", "枣园街 31 弄",
            Fill::Rows(Slabs { deg: 10, ..ROWS })),
        // 05 菱塘
        Plot { gate_west: true, ..estate(4, &[S(22.0, -80.0, 20.0, 130.0)], "菱塘小区", "老旧小区", "梧桐路 77 弄",
            Fill::Rows(Slabs { deg: 12, ..ROWS })) },
        estate(4, &[S(27.0, 130.0, 29.0, -80.0)], "菱塘河畔", "商品房", "学林路 40 弄",
            Fill::Rows(Slabs { deg: 13, form: Form::Bays(16.2), unit: 16.2, depth: 13.0, units: 2, ..ROWS })),
        // 06 枫林
        Plot { whole: true, ..estate(5, &[R("xinghua1")], "枫林雅苑", "商品房", "杏花街 61 弄",
            Fill::Points(Points { storeys: 14, size: 25.0, apart: (46.0, 46.0), ..BLOCKS })) },
        Plot { gate_west: true, ..estate(5, &[L("xinghua1")], "枫林公寓", "保障房", "东塘路 66 弄",
            Fill::Rows(Slabs { deg: 12, ..ROWS })) },
        // 07 纺机
        Plot { gate_west: false, ..estate(6, &[R("fangji")], "纺机新村", "单位家属院", "纺机弄 8 号院",
            Fill::Rows(Slabs { deg: 2, units: 4, ..ROWS })) },
        Plot { walled: true, gate_west: false, ..estate(6, &[L("fangji")], "纺机厂家属院", "单位家属院", "纺机弄 15 号院",
            Fill::Rows(Slabs { deg: -3, form: Form::Step, ..ROWS })) },
        // 08 学林路
        estate(7, &[L("shichang"), S(52.0, 20.0, 54.0, -200.0)], "学林苑", "商品房", "学林路 88 弄",
            Fill::Rows(Slabs { deg: 13, units: 4, ..ROWS })),
        Plot { gate_west: true, ..estate(7, &[R("shichang"), L("shichang2")], "桃园里", "老旧小区", "学林路 102 弄",
            Fill::Rows(Slabs { deg: 10, storeys: 5, ..ROWS })) },
        // 09 水岸
        estate(8, &[L("xuelin1")], "水岸名邸", "商品房", "学林路 61 弄",
            Fill::Rows(Slabs { deg: 13, form: Form::Bays(17.4), unit: 17.4, depth: 13.6, storeys: 7, units: 3, ..ROWS })),
        Plot { gate_west: true, ..estate(8, &[R("xuelin1")], "东塘新村", "老旧小区", "莲花街 26 弄",
            Fill::Rows(Slabs { deg: 12, units: 4, free: &[5], ..ROWS })) },
        // 10 莲花街
        Plot { gate_west: false, ..estate(9, &[R("lianhua1")], "莲花新村", "老旧小区", "莲花街 35 弄",
            Fill::Rows(Slabs { deg: 10, storeys: 5, light: 1.2, free: &[5], ..ROWS })) },
        Plot { gate_west: true, ..estate(9, &[L("lianhua1")], "锦绣东塘", "商品房", "东塘路 168 弄",
            Fill::Points(Points { deg: 10, storeys: 11, size: 25.0, apart: (50.0, 48.0), ..BLOCKS })) },
        // Without a cell.
        Plot { whole: false, ..estate(10, &[], "东塘路 27 号院", "单位家属院", "东塘路 27 号",
            Fill::Rows(Slabs { deg: 7, storeys: 4, depth: 9.4, unit: 12.0, units: 3, light: 0.9, ..ROWS })) },
        // Ground without dwellings.
        Plot { walled: false, ..estate(1, &[L("heping1"), L("hepingli")], "清荷商务区", "commercial", "清荷大道", Fill::Open) },
        Plot { walled: false, ..estate(1, &[L("heping2"), R("hepingli")], "荷风广场", "commercial", "清荷大道", Fill::Open) },
        Plot { walled: false, ..estate(3, &[L("liuan"), S(-120.0, 77.0, -254.0, 85.0)], "柳湾口袋公园", "green", "梧桐路", Fill::Open) },
        estate(7, &[L("shichang"), S(47.0, -200.0, 45.0, 20.0)], "学林路小学", "school", "学林路 90 号", Fill::Open),
        Plot { walled: false, ..estate(7, &[R("shichang"), R("shichang2")], "柳塘农贸市场", "commercial", "市场弄 1 号", Fill::Open) },
    ]
}

/// One building put by hand: place in the fabric frame, size, turn, form, use, name, storeys, address.
type Single = ((f64, f64), (f64, f64), i32, Form, &'static str, &'static str, u32, &'static str);

#[rustfmt::skip]
const SINGLES: &[Single] = &[
    ((-82.0, 274.0), (36.0, 30.0), 10, Form::Rect, "office", "望湖大厦", 18, "清荷大道 200 号"),
    ((-24.0, 270.0), (50.0, 24.0), 10, Form::Ell, "office", "清荷商务楼", 9, "清荷大道 216 号"),
    ((44.0, 268.0), (34.0, 34.0), 8, Form::Round, "commercial", "荷风广场", 4, "清荷大道 238 号"),
    ((98.0, 259.0), (42.0, 26.0), 7, Form::Rect, "commercial", "荷风酒店", 14, "清荷大道 260 号"),
    ((160.0, 183.0), (26.0, 13.0), 9, Form::Rect, "public", "柳塘社区卫生服务站", 2, "杏花街 12 号"),
    ((106.0, 44.0), (22.0, 16.0), 13, Form::Ell, "school", "菱塘幼儿园", 3, "学林路 46 号"),
    ((-138.0, -180.0), (42.0, 20.0), -14, Form::Rect, "office", "纺机大厦", 9, "迎宾大道 88 号"),
    ((-36.0, -88.0), (72.0, 30.0), 13, Form::U, "school", "学林路小学教学楼", 4, "学林路 90 号"),
    ((26.0, -128.0), (22.0, 34.0), 13, Form::Rect, "school", "学林路小学体育馆", 2, "学林路 90 号"),
    ((-54.0, -200.0), (52.0, 30.0), 13, Form::Rect, "commercial", "柳塘农贸市场", 2, "市场弄 1 号"),
    ((-18.0, -248.0), (34.0, 13.0), -14, Form::Rect, "commercial", "市场街商铺", 2, "市场弄 5 号"),
    ((-6.0, -193.0), (24.0, 15.0), 13, Form::Rect, "public", "柳塘社区党群服务中心", 3, "市场弄 9 号"),
    ((-292.0, -84.0), (20.0, 11.0), 8, Form::Rect, "public", "纺机老年活动室", 2, "纺机弄 15 号"),
    ((228.0, 58.0), (26.0, 17.0), 13, Form::Ell, "school", "枫林幼儿园", 3, "杏花街 63 号"),
    ((316.0, -405.0), (46.0, 26.0), -13, Form::Rect, "office", "东塘大厦", 16, "迎宾大道 166 号"),
];

/// A neighbour's plot: what stands there and its corners in the fabric frame.
type Beyond = (char, i32, &'static [(f64, f64)]);

/// How far beyond the outline the neighbours' houses are drawn.
const REACH_M: f64 = 250.0;

/// s slabs, t towers, o offices, h halls and workshops, p park with a pond, g bare ground.
#[rustfmt::skip]
const BEYOND: &[Beyond] = &[
    ('s', 13, &[(-632.0, 386.0), (-392.0, 352.0), (-398.0, 488.0), (-645.0, 514.0)]),
    ('s', 13, &[(-354.0, 350.0), (-256.0, 350.0), (-262.0, 480.0), (-362.0, 488.0)]),
    ('o', 12, &[(-244.0, 350.0), (-132.0, 344.0), (-140.0, 474.0), (-248.0, 484.0)]),
    ('t', 10, &[(-104.0, 344.0), (104.0, 326.0), (110.0, 456.0), (-110.0, 472.0)]),
    ('s', 8, &[(122.0, 324.0), (345.0, 286.0), (336.0, 438.0), (130.0, 456.0)]),
    ('s', 7, &[(378.0, 282.0), (498.0, 248.0), (492.0, 414.0), (368.0, 434.0)]),
    ('o', 3, &[(512.0, 242.0), (634.0, 210.0), (626.0, 386.0), (508.0, 412.0)]),
    ('h', 8, &[(-940.0, 412.0), (-668.0, 384.0), (-678.0, 522.0), (-940.0, 572.0)]),
    ('s', 13, &[(-652.0, 556.0), (-522.0, 540.0), (-530.0, 640.0), (-660.0, 650.0)]),
    ('s', 12, &[(-502.0, 538.0), (-400.0, 526.0), (-406.0, 640.0), (-508.0, 640.0)]),
    ('s', 13, &[(-366.0, 524.0), (-144.0, 505.0), (-152.0, 610.0), (-374.0, 620.0)]),
    ('o', 12, &[(-108.0, 504.0), (-26.0, 497.0), (-40.0, 610.0), (-124.0, 620.0)]),
    ('p', 0, &[(-4.0, 497.0), (186.0, 482.0), (178.0, 640.0), (-22.0, 652.0)]),
    ('s', 10, &[(212.0, 480.0), (332.0, 472.0), (332.0, 590.0), (208.0, 600.0)]),
    ('t', 6, &[(372.0, 468.0), (614.0, 426.0), (608.0, 560.0), (366.0, 590.0)]),
    ('g', 0, &[(672.0, 204.0), (960.0, 112.0), (960.0, 280.0), (664.0, 372.0)]),
    ('s', 5, &[(398.0, 238.0), (626.0, 178.0), (630.0, 112.0), (394.0, 134.0)]),
    ('o', 11, &[(394.0, 102.0), (510.0, 94.0), (508.0, 14.0), (402.0, 54.0)]),
    ('s', 8, &[(532.0, 90.0), (630.0, 82.0), (630.0, -6.0), (534.0, 4.0)]),
    ('t', 8, &[(402.0, -16.0), (500.0, -60.0), (628.0, -82.0), (630.0, -270.0), (512.0, -188.0), (398.0, -170.0)]),
    ('s', 10, &[(394.0, -212.0), (500.0, -226.0), (490.0, -514.0), (384.0, -460.0)]),
    ('s', 2, &[(520.0, -230.0), (632.0, -306.0), (630.0, -576.0), (510.0, -520.0)]),
    ('o', 10, &[(676.0, -74.0), (960.0, -28.0), (960.0, -134.0), (676.0, -104.0)]),
    ('h', 5, &[(676.0, -138.0), (960.0, -168.0), (960.0, -404.0), (676.0, -366.0)]),
    ('g', 5, &[(676.0, -402.0), (960.0, -440.0), (960.0, -720.0), (676.0, -596.0)]),
    ('g', 0, &[(674.0, 160.0), (960.0, 60.0), (960.0, 44.0), (674.0, -12.0)]),
    ('s', -5, &[(-300.0, -162.0), (-198.0, -216.0), (-184.0, -350.0), (-282.0, -302.0)]),
    ('o', -12, &[(-180.0, -226.0), (-96.0, -272.0), (-74.0, -402.0), (-162.0, -360.0)]),
    ('t', -8, &[(-68.0, -286.0), (130.0, -386.0), (130.0, -506.0), (-44.0, -420.0)]),
    ('s', -8, &[(150.0, -394.0), (344.0, -490.0), (340.0, -610.0), (150.0, -518.0)]),
    ('s', 4, &[(-276.0, -344.0), (-66.0, -446.0), (-54.0, -514.0), (-268.0, -464.0)]),
    ('s', 4, &[(-262.0, -502.0), (-46.0, -550.0), (-34.0, -640.0), (-260.0, -640.0)]),
    ('s', -5, &[(-46.0, -450.0), (130.0, -540.0), (234.0, -592.0), (232.0, -660.0), (-30.0, -600.0)]),
    ('s', 2, &[(264.0, -608.0), (338.0, -646.0), (336.0, -700.0), (262.0, -700.0)]),
    ('s', -5, &[(372.0, -660.0), (626.0, -784.0), (630.0, -630.0), (374.0, -508.0)]),
    ('s', 12, &[(-614.0, 264.0), (-388.0, 228.0), (-392.0, 316.0), (-628.0, 346.0)]),
    ('s', 11, &[(-606.0, 228.0), (-386.0, 196.0), (-378.0, 100.0), (-470.0, 130.0), (-596.0, 160.0)]),
    ('p', 0, &[(-604.0, 98.0), (-480.0, 70.0), (-376.0, 40.0), (-361.0, -90.0), (-628.0, 30.0)]),
    ('s', 2, &[(-634.0, -16.0), (-502.0, -78.0), (-500.0, -300.0), (-680.0, -300.0), (-680.0, -180.0)]),
    ('t', 0, &[(-482.0, -84.0), (-358.0, -144.0), (-324.0, -300.0), (-482.0, -300.0)]),
    ('p', 5, &[(-670.0, -316.0), (-326.0, -316.0), (-304.0, -500.0), (-670.0, -540.0)]),
    ('h', 10, &[(-940.0, 354.0), (-672.0, 338.0), (-652.0, 168.0), (-760.0, 204.0), (-940.0, 296.0)]),
    ('p', 0, &[(-930.0, 210.0), (-760.0, 130.0), (-660.0, 96.0), (-676.0, 62.0), (-930.0, 196.0)]),
    ('h', -10, &[(-690.0, 22.0), (-930.0, 140.0), (-930.0, -300.0), (-722.0, -300.0), (-722.0, -180.0)]),
];

/// Everything that is built; the community's own first, then the neighbours'.
pub(super) fn build(site: &mut Site) {
    for &(at, size, deg, form, usage, name, storeys, address) in SINGLES {
        let mut h = house(usage, name, storeys, Some(0));
        h.address = address.to_owned();
        site.put(at, size, deg, form, h);
    }
    for p in plots() {
        own_plot(site, &p);
    }
    grounds(site);
    banks(site);
    let own = site.houses.len();
    for b in BEYOND {
        beyond(site, b);
    }
    // The neighbours' houses are cut off some way out, as an office's base map is.
    let outline = site.streets.ring(super::streets::OUTLINE);
    let mut i = 0;
    site.houses.retain(|h| {
        i += 1;
        i <= own || super::plane::to_ring(super::fill::spot(h), &outline) < REACH_M
    });
}

fn own_plot(site: &mut Site, p: &Plot) {
    let walk = CELLS.get(p.block).map_or(GAP, |c| c.1);
    let mut ring = site.streets.plot(walk);
    for c in p.cuts {
        ring = match *c {
            Cut::L(lane) => site.cut_lane(&ring, lane, true),
            Cut::R(lane) => site.cut_lane(&ring, lane, false),
            Cut::S(a1, b1, a2, b2) => site.cut_straight(&ring, (a1, b1, a2, b2)),
        };
    }
    let Some(ring) = plot(&ring) else { return };
    if matches!(p.fill, Fill::Open) {
        site.land.push((p.kind, p.name.to_owned(), ring.clone()));
        if p.walled {
            site.gate_and_wall(&ring, p.name);
        }
        return;
    }
    let court = site.courts.len();
    site.land.push(("residential", p.name.to_owned(), ring.clone()));
    site.courts.push(Court {
        ring: ring.clone(),
        name: p.name.to_owned(),
        kind: p.kind,
        address: p.address.to_owned(),
        whole: p.whole,
    });
    let made = |i: usize, storeys: u32, households: u32| House {
        address: format!("{} {} 号", p.address, i + 1),
        courtyard: Some(court),
        ..house("residential", format!("{}号楼", i + 1), storeys, Some(households))
    };
    // Some flats were joined, some ground floors are kiosks or meeting rooms: not every house has the full number.
    let seed = site.dice.next();
    let missing = |i: usize| (seed >> (i % 24)) as u32 & 3;
    let before = site.houses.len();
    match &p.fill {
        Fill::Rows(s) => {
            let ends =
                site.slabs(&ring, s, 6.5, |i, units| made(i, s.storeys, s.storeys * 2 * units as u32 - missing(i)));
            let gate = site.paths(&ring, &ends, p.gate_west);
            if let (Some(g), true) = (gate, p.walled) {
                site.wall(&ring, g, p.name);
            }
        }
        Fill::Points(s) => {
            site.land.push(("green", String::new(), lawn(&ring, 0.5)));
            site.points(&ring, s, 7.0, |i| made(i, s.storeys, s.storeys * s.flats - missing(i)));
            if p.walled {
                site.gate_and_wall(&ring, p.name);
            }
        }
        Fill::Open => {}
    }
    // What stands in an estate without dwellings still belongs to it.
    for h in site.houses.iter_mut().take(before) {
        if h.courtyard.is_none() && holds(&ring, super::fill::spot(h)) {
            h.courtyard = Some(court);
        }
    }
}

/// The school's running track, the square before the market and the gardens at the river.
fn grounds(site: &mut Site) {
    let f = fabric();
    let o = f.at(-44.0, -140.0);
    let school = track(&Frame { o, e: Frame::turned(o, 13).e }, 78.0, 36.0);
    site.land.push(("pitch", "学林路小学操场".to_owned(), school));
    let court = outline(Form::Rect, &Frame { o: f.at(18.0, -92.0), e: Frame::turned(v(0.0, 0.0), 13).e }, 15.0, 24.0);
    site.land.push(("pitch", "学林路小学篮球场".to_owned(), court));
}

/// A running track of two straights and two half circles, `w` metres long and `d` wide.
pub(super) fn track(fr: &Frame, w: f64, d: f64) -> Vec<V> {
    let r = d / 2.0;
    let ends = outline(Form::Round, &Frame { o: v(0.0, 0.0), e: v(1.0, 0.0) }, d, d);
    let mut ring: Vec<V> = Vec::new();
    for (i, p) in ends.iter().enumerate() {
        let side = if (1..8).contains(&((i + 4) % 16)) { 1.0 } else { -1.0 };
        let at_side = |s: f64| fr.at(p.x + s * (w / 2.0 - r), p.y).snapped();
        if i == 4 || i == 12 {
            let first = if i == 4 { 1.0 } else { -1.0 };
            ring.push(at_side(first));
            ring.push(at_side(-first));
        } else {
            ring.push(at_side(side));
        }
    }
    ring
}

/// The green banks of the river between the bridges, and its lawns beyond the community.
fn banks(site: &mut Site) {
    let river = site.streets.line("river").map(|l| l.pts.clone()).unwrap_or_default();
    for by in [1.0, -1.0] {
        let near = super::plane::beside(&river, |_| by * 11.3);
        let far = super::plane::beside(&river, |i| by * (22.0 + ((i * 7) % 5) as f64 * 0.5));
        let mut ring = if by > 0.0 { near } else { far.clone() };
        ring.extend(if by > 0.0 { far } else { super::plane::beside(&river, |_| by * 11.3) }.into_iter().rev());
        if super::plane::area(&ring) < 0.0 {
            ring.reverse();
        }
        site.land.push(("green", (if by > 0.0 { "柳塘河北岸绿带" } else { "柳塘河南岸绿带" }).to_owned(), ring));
    }
}

fn beyond(site: &mut Site, (kind, deg, corners): &Beyond) {
    let f = fabric();
    let mut ring: Vec<V> = corners.iter().map(|c| f.at(c.0, c.1).snapped()).collect();
    if super::plane::area(&ring) < 0.0 {
        ring.reverse();
    }
    let mut slabs = Slabs { deg: *deg, ..ROWS };
    match kind {
        's' => {
            slabs.form = [Form::Rect, Form::Step, Form::Rect][site.dice.below(3)];
            slabs.units = 4 + site.dice.below(2);
            site.slabs(&ring, &slabs, 3.0, |_, _| house("residential", "", 6, None));
            site.land.push(("residential", String::new(), ring));
        }
        't' => {
            let p = Points { deg: *deg, apart: (52.0, 56.0), size: 26.0, storeys: 18, ..BLOCKS };
            site.points(&ring, &p, 3.0, |_| house("residential", "", 18, None));
            site.land.push(("residential", String::new(), ring));
        }
        'o' => {
            let s = Slabs {
                deg: *deg,
                storeys: 9,
                depth: 26.0,
                unit: 21.0,
                units: 2,
                light: 0.9,
                form: Form::Rect,
                free: &[],
            };
            site.slabs(&ring, &s, 2.0, |_, _| house("office", "", 9, None));
            site.land.push(("commercial", String::new(), ring));
        }
        'h' => {
            let s = Slabs {
                deg: *deg,
                storeys: 3,
                depth: 34.0,
                unit: 26.0,
                units: 3,
                light: 1.6,
                form: Form::Ell,
                free: &[],
            };
            site.slabs(&ring, &s, 3.0, |_, _| house("industrial", "", 3, None));
        }
        'g' => site.land.push(("residential", String::new(), ring)),
        _ => {
            let pond = lawn(&ring, 0.42);
            site.land.push(("green", String::new(), ring));
            site.ponds.push(pond);
        }
    }
}

/// A soft round shape in the middle of a plot, `share` of its size.
fn lawn(ring: &[V], share: f64) -> Vec<V> {
    let m = middle(ring);
    let inner: Vec<V> = ring.iter().map(|&p| m.plus(p.minus(m).times(share)).snapped()).collect();
    let n = inner.len();
    let round: Vec<V> = (0..n + 3).map(|i| inner[i % n]).collect();
    // One whole turn, from the second control to the same control a round later.
    let (curve, marks) = super::plane::spline(&round, 9.0);
    curve[marks[1]..marks[n + 1]].to_vec()
}
