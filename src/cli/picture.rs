//! Images: the map, and the density of incidents.

use super::args::{Common, Heatmap, Look, Render, page};
use super::files::{extension, write};
use super::project::{Door, Opened, crs_of, grid, open};
use super::report::{Phase, Report};
use super::stop::Stop;
use super::tables::pairs;
use crate::exchange::{Raster, write_geotiff};
use crate::geom::{Box2, Pt, pt};
use crate::heat::{Grid, Scale, Surface, density, filter, peak, suggest_bandwidth_m};
use crate::model::{Field, Kind, Lang, Said, Value as Held};
use crate::plan::{EditError, Project, state_text};
use crate::scene::{
    Camera, FontSet, HeatKey, Picture, Ramp, SceneOptions, StyleSheet, Theme, annotate, paint, scene_of,
};
use crate::session::{answers, underlay};
use serde_json::{Value, json};

/// Pixels of the longer side where no size is given.
const SIDE: i64 = 1024;
/// Ground round the outermost incident where no box is given, in bandwidths.
const MARGIN: f64 = 3.0;
/// Bandwidth where the incidents suggest none (fewer than two, or all on one spot), metres.
const BANDWIDTH_M: f64 = 100.0;

/// The box of the command line on the grid.
fn ground(o: &Opened, bbox: Option<[f64; 4]>, crs: Option<&str>) -> Result<Option<Box2>, Stop> {
    let p = o.session.project();
    let Some(b) = bbox else { return Ok(None) };
    let [x0, y0, x1, y1] = Door::new(p, crs)?.box_inward(b)?;
    let b = Box2::of_two(grid(p, [x0, y0])?, grid(p, [x1, y1])?);
    if b.width() == 0 || b.height() == 0 {
        return Err(Stop::new(
            "范围太小，画不出来。没有写出文件。请放大 --bbox。",
            "The box is too small to be drawn. No file was written. Make --bbox larger.",
        ));
    }
    Ok(Some(b))
}

fn bbox_of(p: &Project, b: &Box2) -> [f64; 4] {
    let ([x0, y0], [x1, y1]) = (p.origin().metres(b.min), p.origin().metres(b.max));
    [x0, y0, x1, y1]
}

/// The incidents that were asked for: their places, how many have none, and the days they cover.
struct Chosen {
    points: Vec<Pt>,
    unlocated: usize,
    days: Option<f64>,
}

fn choose(p: &Project, class: Option<&str>, from: Option<i64>, to: Option<i64>) -> Chosen {
    let rows: Vec<_> = p
        .table(Kind::Incidents)
        .iter()
        .map(|(_, r)| r)
        .filter(|r| class.is_none_or(|c| r.text(Field::Class) == Some(c)))
        .collect();
    let time = |r: &crate::model::RowRef<'_>| match r.value(Field::Time) {
        Some(Held::Int(t)) => Some(t),
        _ => None,
    };
    let kept = filter(rows.iter().map(time), from, to);
    let rows: Vec<_> = kept.into_iter().filter_map(|i| rows.get(i)).collect();
    let points: Vec<Pt> = rows.iter().filter_map(|r| r.anchor()).collect();
    // An end that is left open is that of the data.
    let days = (from.is_some() || to.is_some())
        .then(|| {
            let first = from.or_else(|| rows.iter().filter_map(|r| time(r)).min())?;
            let last = to.or_else(|| rows.iter().filter_map(|r| time(r)).max())?;
            Some((last - first) as f64 / 86_400.0).filter(|d| *d > 0.0)
        })
        .flatten();
    Chosen { unlocated: rows.len() - points.len(), points, days }
}

pub(super) fn heatmap(a: &Heatmap, common: &Common, r: &mut Report) -> Result<i32, Stop> {
    let kind = extension(&a.out);
    if !matches!(kind.as_str(), "png" | "tif" | "tiff") {
        return Err(Stop::not_yet("写这种图（请用 .png 或 .tif）", "write such an image (use .png or .tif)"));
    }
    let read = |t: &Option<String>| t.as_deref().map(|t| common.tz.read(t)).transpose();
    let (from, to) = (read(&a.from)?, read(&a.to)?);
    if let (Some(f), Some(t)) = (from, to)
        && f >= t
    {
        return Err(Stop::new(
            "时段的开始不早于结束。没有写出文件。请检查 --from 和 --to。",
            "The period begins no earlier than it ends. No file was written. Look at --from and --to.",
        ));
    }
    let o = open(&a.file, common, r)?;
    let p = o.session.project();
    let chosen = choose(p, a.class.as_deref(), from, to);
    let bandwidth = a.bandwidth.or_else(|| suggest_bandwidth_m(&chosen.points)).unwrap_or(BANDWIDTH_M);
    let given = ground(&o, a.bbox, a.crs.as_deref())?;
    let area = match given {
        Some(b) => b,
        None => {
            let around = Box2::of(&chosen.points);
            let all = if around.is_empty() { answers::extent(p) } else { around };
            if all.is_empty() {
                return Err(Stop::new(
                    "没有一个事件有位置。没有写出文件。请先导入事件，或指明 --bbox。",
                    "No incident has a place. No file was written. Import incidents first, or give --bbox.",
                ));
            }
            all.grown(((bandwidth * MARGIN).clamp(1.0, 100_000.0) * 1000.0) as i32)
        }
    };
    let grid = texels(area, a.size)?;
    let surface = r.phase(Phase::Paint, || density(&chosen.points, &grid, bandwidth, chosen.days, &|| true))?;
    let top = Scale::from_max(peak(&chosen.points, bandwidth, &|| true)?).top;
    if kind == "png" {
        let rgba = r.phase(Phase::Paint, || Ramp::heat(Theme::Light).shade(&surface.values, top, Theme::Light));
        let mut picture = Picture { width: grid.width(), height: grid.height(), rgba };
        let key = HeatKey {
            top: f64::from(top),
            bandwidth_m: bandwidth,
            period_days: chosen.days,
            class: a.class.clone(),
            count: chosen.points.len() as u64,
            unlocated: chosen.unlocated as u64,
        };
        let fonts = FontSet::embedded()?;
        let done = annotate(&mut picture, &seen_by(&grid), Theme::Light, common.lang(), &fonts, Some(&key));
        write(&a.out, &a.file, &picture.png(96.0)?)?;
        if !done.legend {
            r.note(&Said::new(
                "图太小，图例没有画上；密度图已写出。要图例请把 --size 设到 320x240 以上。",
                "The image is too small for a legend; it was written without one. Make --size 320x240 or more for one.",
            ));
        }
    } else {
        let crs = crs_of(p)?;
        let [west_m, _, _, north_m] = bbox_of(p, &grid.area());
        let raster = Raster {
            width: grid.width(),
            height: grid.height(),
            values: &surface.values,
            west_m,
            north_m,
            pixel_m: grid.cell_mm()[0] / 1000.0,
            nodata: None,
        };
        let mut bytes = Vec::new();
        write_geotiff(&mut bytes, &raster, &crs)?;
        write(&a.out, &a.file, &bytes)?;
    }
    let answer = answer(p, a, &surface, &chosen, top);
    r.print(answer.clone(), |lang| said(&answer, lang))?;
    Ok(0)
}

/// The camera that sees each texel as a pixel.
fn seen_by(grid: &Grid) -> Camera {
    let b = grid.area();
    let middle = |a: i32, b: i32| (f64::from(a) + f64::from(b)) / 2.0;
    Camera {
        centre: (middle(b.min.x, b.max.x), middle(b.min.y, b.max.y)),
        mm_per_px: grid.cell_mm()[0],
        size_px: (grid.width() as f32, grid.height() as f32),
        pixels_per_point: 1.0,
    }
}

fn answer(p: &Project, a: &Heatmap, s: &Surface, chosen: &Chosen, top: f32) -> Value {
    json!({
        "file": a.out.display().to_string(), "state": state_text(p.state), "crs": p.facts.head.crs,
        "bbox": bbox_of(p, &s.grid.area()), "size": [s.grid.width(), s.grid.height()], "bandwidth_m": s.bandwidth_m,
        "period_days": s.period_days, "count": s.count, "unlocated": chosen.unlocated, "max": s.max, "scale_max": top,
    })
}

fn said(v: &Value, lang: Lang) -> String {
    let zh = lang == Lang::Zh;
    let name = |a: &'static str, b: &'static str| if zh { a } else { b };
    let days = v["period_days"].as_f64();
    pairs(&[
        (name("文件", "file"), super::ask::cell(&v["file"])),
        (name("事件", "incidents"), v["count"].to_string()),
        (name("无位置", "unlocated"), v["unlocated"].to_string()),
        (name("带宽（米）", "bandwidth (m)"), v["bandwidth_m"].to_string()),
        (
            name("时段（天）", "period (days)"),
            days.map_or_else(|| name("总计", "in total").to_owned(), |d| d.to_string()),
        ),
        (name("最大（起/km²）", "largest (per km²)"), v["max"].to_string()),
    ])
}

/// Square texels over an area. Without a size the longer side has 1,024; with one that does not fit, the shorter side
/// of the area grows on both sides.
fn texels(area: Box2, size: Option<(u32, u32)>) -> Result<Grid, Stop> {
    let (w, h) = (area.width().max(1), area.height().max(1));
    let (columns, rows) = match size {
        Some((c, r)) => (i64::from(c), i64::from(r)),
        None if w >= h => (SIDE, (h * SIDE + w / 2).div_euclid(w).max(1)),
        None => ((w * SIDE + h / 2).div_euclid(h).max(1), SIDE),
    };
    // Ground of the size's shape that holds the area.
    let (w, h) = if w * rows >= h * columns {
        (w, (w * rows + columns - 1) / columns)
    } else {
        ((h * columns + rows - 1) / rows, h)
    };
    let grow = |min: i32, max: i32, to: i64| {
        let more = to - (i64::from(max) - i64::from(min));
        let min = i64::from(min) - more / 2;
        (i32::try_from(min), i32::try_from(min + to))
    };
    let (x, y) = (grow(area.min.x, area.max.x, w), grow(area.min.y, area.max.y, h));
    let (Ok(x0), Ok(x1), Ok(y0), Ok(y1)) = (x.0, x.1, y.0, y.1) else {
        return Err(Stop::from(EditError::Far { at: crate::geom::Place::default() }));
    };
    Ok(Grid::new(Box2 { min: pt(x0, y0), max: pt(x1, y1) }, columns as u32, rows as u32)?)
}

pub(super) fn render(a: &Render, common: &Common, r: &mut Report) -> Result<i32, Stop> {
    if extension(&a.out) != "png" {
        return Err(Stop::not_yet("写这种图（请用 .png）", "write such an image (use .png)"));
    }
    let ((width, height), dpi) = page(&a.size)?;
    let o = open(&a.file, common, r)?;
    let p = o.session.project();
    let theme = match (a.theme, dpi) {
        (Some(Look::Light), _) | (None, None) => Theme::Light,
        (Some(Look::Dark), _) => Theme::Dark,
        (Some(Look::Print), _) | (None, Some(_)) => Theme::Print,
    };
    let given = ground(&o, a.bbox, a.crs.as_deref())?;
    let view = given.unwrap_or_else(|| {
        let drawn = p.layer(o.session.plan(), o.session.layer()).map(|l| l.partition.extent());
        let rows = drawn.filter(|b| !b.is_empty()).unwrap_or_else(|| answers::extent(p));
        let plans = || p.underlays().iter().fold(Box2::EMPTY, |b, u| b.union(underlay::ground(p, u)));
        if rows.is_empty() { plans() } else { rows }
    });
    if view.is_empty() {
        return Err(Stop::new(
            "项目里还没有能画的东西。没有写出文件。请先导入数据。",
            "There is nothing to draw in the project. No file was written. Import data first.",
        ));
    }
    let per_point = dpi.map_or(1.0, |d| (d / 96.0) as f32);
    let camera = Camera::at_scale((0.0, 0.0), 5000.0, (width as f32, height as f32), per_point);
    let camera = camera.fit(view, if given.is_some() { 0.0 } else { 24.0 });
    let fonts = FontSet::embedded()?;
    let mut sheet = StyleSheet::new(theme, camera.scale_denominator());
    let (backdrops, whole) = super::underlay::backdrops(&o, &a.file, r);
    sheet.underlay = !backdrops.is_empty();
    let options = SceneOptions { lang: common.lang(), backdrops, ..SceneOptions::default() };
    let (picture, png) = r.phase(Phase::Paint, || {
        let scene = scene_of(p, o.session.assignment(), &camera, &options);
        let mut picture = paint(&scene, &camera, &sheet, Some(&fonts))?;
        annotate(&mut picture, &camera, theme, common.lang(), &fonts, None);
        let png = picture.png(dpi.unwrap_or(96.0))?;
        Ok::<_, Stop>((picture, png))
    })?;
    write(&a.out, &a.file, &png)?;
    let answer = json!({
        "file": a.out.display().to_string(), "state": state_text(p.state), "crs": p.facts.head.crs,
        "bbox": bbox_of(p, &camera.visible()), "size": [picture.width, picture.height],
        "scale": camera.scale_denominator().round(),
    });
    r.print(answer, |lang| match lang {
        Lang::Zh => format!("已写出 {}，1:{:.0}", a.out.display(), camera.scale_denominator()),
        Lang::En => format!("{} written, 1:{:.0}", a.out.display(), camera.scale_denominator()),
    })?;
    Ok(i32::from(!whole))
}
