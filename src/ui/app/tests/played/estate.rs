//! From nothing but a scanned plan and a list: a project, its courtyards, forty buildings and their households.

use super::*;
use crate::geom::{Origin, dist2_to_segment, pt};
use crate::model::Field;
use crate::plan::History;
use crate::scene::{FontSet, LabelClass, SceneOptions, Stack, StyleSheet, Theme, paint, scene_of};

/// Buildings that are drawn.
const ALL: usize = 40;
/// A courtyard of the street office from which on its neighbours are taken.
const FIRST: &str = "腊梅小区";
/// Pixels of the scan across, and free paper round what is on it, mm on the ground.
const ACROSS_PX: f32 = 2400.0;
const PAPER_MM: i32 = 22_000;

/// A building as the plan shows it: the corners of its rectangle and its households.
struct House {
    corners: [Pt; 4],
    households: u32,
}

impl House {
    fn centre(&self) -> Pt {
        Box2::of(self.corners.iter()).centre()
    }
}

/// A courtyard with its buildings, by their numbers from 1 on.
struct Yard {
    name: String,
    ring: Vec<Pt>,
    houses: Vec<House>,
}

/// The rectangle round a ring in the direction of its longest side.
fn rectangle_of(ring: &[Pt]) -> [Pt; 4] {
    let n = ring.len();
    let side = (0..n).map(|i| (ring[i], ring[(i + 1) % n])).max_by(|a, b| a.0.dist2(a.1).cmp(&b.0.dist2(b.1)));
    let (a, b) = side.expect("a ring has sides");
    let length = a.dist(b);
    let (dx, dy) = (f64::from(b.x - a.x) / length, f64::from(b.y - a.y) / length);
    let along = |p: &Pt| f64::from(p.x) * dx + f64::from(p.y) * dy;
    let aside = |p: &Pt| f64::from(p.y) * dx - f64::from(p.x) * dy;
    let ends =
        |f: &dyn Fn(&Pt) -> f64| ring.iter().map(f).fold((f64::MAX, f64::MIN), |(lo, hi), v| (lo.min(v), hi.max(v)));
    let ((u0, u1), (v0, v1)) = (ends(&along), ends(&aside));
    let at = |u: f64, v: f64| pt((u * dx - v * dy).round() as i32, (u * dy + v * dx).round() as i32);
    [at(u0, v0), at(u1, v0), at(u1, v1), at(u0, v1)]
}

/// The corners of a ring that somebody clicks who draws it by hand: none that lies within 2 m of the line of its neighbours.
fn corners(ring: &[Pt]) -> Vec<Pt> {
    let mut ring = ring.to_vec();
    loop {
        let n = ring.len();
        let off = |i: usize| dist2_to_segment(ring[i], ring[(i + n - 1) % n], ring[(i + 1) % n]);
        let least = (0..n).map(|i| (off(i), i)).min_by(|a, b| a.0.total_cmp(&b.0));
        match least.filter(|(d, _)| n > 4 && *d < 2_000.0 * 2_000.0) {
            Some((_, i)) => ring.remove(i),
            None => return ring,
        };
    }
}

/// Forty numbered buildings of courtyards that lie together.
fn yards(s: &Session) -> Vec<Yard> {
    let (of, t) = (s.assignment().courtyards(), s.project().table(Kind::Courtyards));
    let buildings = s.project().table(Kind::Buildings);
    let first = t.iter().find(|(_, r)| r.name() == FIRST).expect("the sample has it").1.bbox().centre();
    let mut all: Vec<_> = t.iter().collect();
    all.sort_by_key(|(_, r)| r.bbox().centre().dist2(first));
    let mut out = Vec::new();
    let mut left = ALL;
    for (slot, row) in all {
        let number = |b: u32| {
            let r = buildings.get(b)?;
            Some((r.name().strip_suffix("号楼")?.parse::<usize>().ok()?, r))
        };
        let mut own: Vec<_> = of.buildings(slot).iter().filter_map(|b| number(*b)).collect();
        own.sort_by_key(|(n, _)| *n);
        let whole = own.iter().map(|(n, _)| *n).eq(1..=own.len());
        if left == 0 || own.len() < 9 || !whole {
            continue;
        }
        own.truncate(left);
        left -= own.len();
        let house = |r: &crate::model::RowRef<'_>| House {
            corners: rectangle_of(r.shape().parts[0][0]),
            households: r.count(Field::Households).unwrap_or(0),
        };
        let ring = corners(row.shape().parts[0][0]);
        out.push(Yard { name: row.name().to_owned(), ring, houses: own.iter().map(|(_, r)| house(r)).collect() });
    }
    out
}

/// The plan as somebody scanned it: grey, with numbers, and a cross in three corners whose coordinates are known. The pixels
/// of the crosses and where they lie.
fn scan(s: &Session, yards: &[Yard], path: &Path) -> [([f64; 2], Pt); 3] {
    let b = yards.iter().flat_map(|y| &y.ring).fold(Box2::EMPTY, |b, p| b.union(Box2::of_two(*p, *p))).grown(PAPER_MM);
    let mm_per_px = b.width() as f64 / f64::from(ACROSS_PX);
    let size = (ACROSS_PX, (b.height() as f64 / mm_per_px).ceil() as f32);
    let centre = b.centre();
    let mut camera = Camera::at_scale((f64::from(centre.x), f64::from(centre.y)), 1000.0, size, 2.0);
    camera.mm_per_px = mm_per_px;
    let mut scene = scene_of(s.project(), s.assignment(), &camera, &SceneOptions::default());
    scene.layers.retain(|l| !matches!(l.key.stack, Stack::CellFill | Stack::Band) && l.key.stack < Stack::Heat);
    scene.labels.retain(|l| !matches!(l.class, LabelClass::Cell | LabelClass::Community));
    scene.symbols.clear();
    let sheet = StyleSheet { grey: true, ..StyleSheet::new(Theme::Print, camera.scale_denominator()) };
    let fonts = FontSet::embedded().ok();
    let mut picture = paint(&scene, &camera, &sheet, fonts.as_ref()).expect("the plan is painted");
    let (w, h) = (f64::from(size.0), f64::from(size.1));
    let crosses = [[60.0, 60.0], [60.0, h - 60.0], [w - 60.0, h - 60.0]].map(|[x, y]: [f64; 2]| {
        for d in -24i32..=24 {
            for thick in -1..=1 {
                for (dx, dy) in [(d, thick), (thick, d)] {
                    let i = 4 * ((y as i32 + dy) as usize * size.0 as usize + (x as i32 + dx) as usize);
                    picture.rgba[i..i + 4].copy_from_slice(&[10, 10, 10, 255]);
                }
            }
        }
        // The middle of a pixel is half a pixel in.
        let (px, py) = (x + 0.5, y + 0.5);
        let ground = pt(
            (f64::from(centre.x) + (px - w / 2.0) * mm_per_px).round() as i32,
            (f64::from(centre.y) - (py - h / 2.0) * mm_per_px).round() as i32,
        );
        ([px, py], ground)
    });
    std::fs::write(path, picture.png(144.0).expect("a picture")).expect("it can be written");
    crosses
}

/// The list of the street office.
fn list(yards: &[Yard], path: &Path) {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("楼栋清单").expect("a name");
    for (i, header) in (0u16..).zip(["小区", "幢号", "户数"]) {
        sheet.write(0, i, header).expect("a cell");
    }
    let rows = yards.iter().flat_map(|y| (1..).zip(&y.houses).map(|(n, house)| (y.name.as_str(), n, house)));
    for (row, (yard, n, house)) in (1u32..).zip(rows) {
        sheet.write(row, 0, yard).expect("a cell");
        sheet.write(row, 1, format!("{n}幢")).expect("a cell");
        sheet.write(row, 2, house.households).expect("a cell");
    }
    book.save(path).expect("it can be written");
}

/// How many buildings from `i` on stand in a line, alike and equally far apart.
fn alike(houses: &[House], i: usize) -> usize {
    let size = |h: &House| [h.corners[0].dist(h.corners[1]), h.corners[1].dist(h.corners[2])];
    let fits = |n: usize| {
        let of = &houses[i..i + n];
        let same = of.iter().all(|h| size(h).iter().zip(size(&of[0])).all(|(a, b)| (a - b).abs() < 800.0));
        // The copies stand on a line of their own: the first is drawn.
        let (a, b) = (of[1].centre(), of[n - 1].centre());
        let on = |k: usize| {
            let t = (k - 1) as f64 / (n - 2) as f64;
            let at = |a: i32, b: i32| (f64::from(a) + t * (f64::from(b) - f64::from(a))).round() as i32;
            of[k].centre().dist(pt(at(a.x, b.x), at(a.y, b.y))) < 900.0
        };
        same && (2..n - 1).all(on)
    };
    (3..=houses.len() - i).take_while(|n| fits(*n)).last().unwrap_or(1)
}

/// Where a place of the sample lies in a project with another origin.
fn moved(p: Pt, from: Origin, to: Origin) -> Pt {
    let [e, n] = from.metres(p);
    to.grid_of_metres(e, n).expect("near")
}

/// About where a place of the zone about 120° E is, degrees: what a person reads from a map on the telephone.
fn degrees([e, n]: [f64; 2]) -> String {
    let lat = 31.33 + (n - 3_467_565.0) / 110_870.0;
    let lon = 120.0 + (e - 500_000.0) / (111_320.0 * lat.to_radians().cos());
    format!("{lon:.4}, {lat:.4}")
}

#[test]
fn forty_buildings_are_drawn_over_a_scan_and_filled_from_a_workbook_in_ten_minutes() {
    let test = "forty_buildings_are_drawn_over_a_scan_and_filled_from_a_workbook_in_ten_minutes";
    let folder = tempfile::tempdir().expect("a folder");
    let Some(mut me) = Person::sits_down(test, "estate", &folder.path().join("data")) else { return };
    let sample = crate::session::sample_project("street-office", 5).expect("the sample is made");
    let sample = Session::new(History::new(sample, 5), None, crate::model::Lang::Zh, "");
    let yards = yards(&sample);
    assert_eq!(yards.iter().map(|y| y.houses.len()).sum::<usize>(), ALL);
    println!("{:?}", yards.iter().map(|y| (&y.name, y.ring.len(), y.houses.len())).collect::<Vec<_>>());
    let (plan, book, file) =
        (folder.path().join("总平面.png"), folder.path().join("楼栋.xlsx"), folder.path().join("腊梅.gpkg"));
    let crosses = scan(&sample, &yards, &plan);
    list(&yards, &book);
    let theirs = sample.project().origin();

    // The guide: name, code, about where.
    me.shows("start");
    me.thinks();
    me.pushes("在自己的数据上画");
    me.did.dialogs += 1;
    me.types("腊梅社区");
    me.fills("社区编码（可以以后再填）", "320599013010");
    me.presses(Key::Enter);
    me.thinks();
    me.fills("社区中心的经度、纬度", &degrees(theirs.metres(yards[0].houses[0].centre())));
    me.pushes("下一步");
    me.shows("guide");
    me.pushes("下一步");
    me.pushes("建好项目");
    me.waits();
    assert!(app(&mut me.h).doc.is_some(), "{} {:?}", told(&mut me.h), painted(&me.h));
    let ours = session(&me.h).project().origin();
    me.shows("empty");

    // The scan, and three of its crosses by their coordinates.
    me.thinks();
    me.pushes("扫描图…");
    me.gives_path(&plan);
    me.waits();
    assert!(me.h.query_by_label("完成定位").is_some(), "{}", told(&mut me.h));
    for (i, (pixel, ground)) in crosses.into_iter().enumerate() {
        me.thinks();
        let shown = doc(&me.h).underlays.placing.as_ref().expect("it is being placed").place().apply(pixel);
        let at = ours.grid_of_metres(shown[0], shown[1]).expect("near");
        me.clicks(at);
        let [e, n] = theirs.metres(ground);
        me.fills(&format!("第 {} 点坐标", i + 1), &format!("{n:.1},{e:.1}"));
        me.presses(Key::Enter);
        // Each point moves it; where the next cross went is seen after a look at the whole.
        me.pushes("看全图");
        me.waits();
        me.shows("point");
    }
    me.shows("placing");
    let rms = doc(&me.h).underlays.placing.as_ref().expect("it is being placed").residuals().1;
    assert!(rms < 0.5, "{rms}");
    assert!(me.reads(&format!("中误差 {rms:.2} 米")), "the residuals are read");
    me.pushes("完成定位");
    me.waits();
    // Paler, so that lines over it are seen.
    me.thinks();
    let slider = me.h.get_by_label("不透明度 总平面.png").rect();
    let rail = slider.width() - 66.0;
    let from = egui::pos2(slider.left() + 6.0 + rail * 0.6, slider.center().y);
    me.drags(from, from - vec2(0.15 * rail, 0.0));
    let opacity = session(&me.h).project().underlay("总平面.png").expect("it was added").opacity;
    assert!((40..=50).contains(&opacity), "{opacity}");
    me.pushes("关闭底稿面板");
    me.pushes("看全图");
    me.waits();
    me.shows("placed");

    // Courtyard by courtyard: its outline and name, then near, then building by building in the order of the numbers.
    me.presses(Key::S);
    for (k, yard) in yards.iter().enumerate() {
        me.thinks();
        if k == 0 {
            me.presses(Key::Y);
        } else {
            // Further away until the next is in sight, clear of what lies over the map.
            let clear = map_rect(&me.h).shrink2(vec2(70.0, 110.0));
            let seen = |h: &Window| yard.ring.iter().all(|p| clear.contains(place(h, moved(*p, theirs, ours))));
            let middle = clear.center();
            me.points(middle);
            for _ in 0..30 {
                if !seen(&me.h) {
                    me.turns_wheel(-1.0);
                }
            }
            me.waits();
            me.pushes("院落轮廓");
        }
        me.fills("院落名称", &yard.name);
        me.presses(Key::Enter);
        for p in &yard.ring {
            me.clicks(moved(*p, theirs, ours));
        }
        me.presses(Key::Enter);
        let made = session(&me.h).project().table(Kind::Courtyards).len();
        assert_eq!(made, k + 1, "{} {:?}", told(&mut me.h), painted(&me.h));
        me.presses(Key::Z);
        me.waits();
        me.presses(Key::K);
        let mut i = 0;
        while i < yard.houses.len() {
            me.thinks();
            for corner in &yard.houses[i].corners[..3] {
                me.clicks(moved(*corner, theirs, ours));
            }
            if i == 2 && k == 0 {
                me.shows("drawing");
            }
            let row = alike(&yard.houses, i);
            if row > 2 {
                me.thinks();
                me.pushes("沿线复制");
                if doc(&me.h).hand.copies() as usize != row - 1 {
                    me.fills("份数", &(row - 1).to_string());
                    me.presses(Key::Enter);
                }
                me.clicks(moved(yard.houses[i + 1].centre(), theirs, ours));
                let to = place(&me.h, moved(yard.houses[i + row - 1].centre(), theirs, ours));
                me.h.hover_at(to);
                me.h.run_steps(2);
                me.shows("copies");
                me.clicks_at(to, Modifiers::NONE);
                me.pushes("矩形");
            }
            i += row;
        }
        let n: usize = yards[..=k].iter().map(|y| y.houses.len()).sum();
        assert_eq!(session(&me.h).project().table(Kind::Buildings).len(), n, "{}", told(&mut me.h));
        me.shows("yard");
    }

    // Households from the workbook.
    me.thinks();
    me.pushes("楼栋");
    me.pushes("导入清单…");
    me.did.dialogs += 1;
    me.pushes("打开文件…");
    me.gives_path(&book);
    me.shows("list");
    assert!(me.reads(&format!("对上 {ALL} 栋")), "{:?}", painted(&me.h));
    me.thinks();
    me.pushes(&format!("填入 {ALL} 栋"));
    me.waits();
    me.pushes("看全图");
    me.waits();
    me.shows("filled");

    // Saved; and the next morning opened again.
    me.thinks();
    me.presses_ctrl(Key::S);
    me.gives_path(&file);
    let took = me.told();
    assert!(took < 600.0, "{took}");
    let (kept, n) = (state(&me.h), steps(&me.h));
    assert!(file.is_file() && !session(&me.h).is_dirty(), "{}", told(&mut me.h));
    me.pushes("文件");
    me.pushes("回到起始页");
    me.waits();
    me.pushes("打开…");
    me.gives_path(&file);
    me.waits();
    me.shows("reopened");
    assert_eq!(doc(&me.h).picture.scene().backdrops.len(), 1, "the scan lies under it again");
    assert_eq!((state(&me.h), session(&me.h).is_dirty()), (kept, false), "{}", told(&mut me.h));
    assert!(n >= 1 + 1 + 1 + yards.len(), "{n}");

    // What the list says stands on what the plan shows.
    let s = session(&me.h);
    let (t, of) = (s.project().table(Kind::Buildings), s.assignment().courtyards());
    assert_eq!(t.len(), ALL);
    let mut worst: f64 = 0.0;
    for yard in &yards {
        for (n, house) in (1..).zip(&yard.houses) {
            let centre = moved(house.centre(), theirs, ours);
            let found = t.iter().min_by_key(|(_, r)| r.bbox().centre().dist2(centre));
            let (slot, row) = found.expect("there are buildings");
            let off = row.bbox().centre().dist(centre) / 1000.0;
            worst = worst.max(off);
            let named = of.of_building(slot).and_then(|y| s.project().table(Kind::Courtyards).get(y));
            let is = (named.map(|y| y.name().to_owned()), row.name().to_owned(), row.count(Field::Households));
            let want = (Some(yard.name.clone()), format!("{n}号楼"), Some(house.households));
            assert_eq!((off < 2.0, is), (true, want), "{off} m");
        }
    }
    println!("furthest from the plan: {worst:.2} m");
}
