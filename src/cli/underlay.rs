//! Scanned plans under the map: listed, added, placed, changed, removed; and read for a picture of the map.

use super::args::{Common, FitArg, Underlay as Args, UnderlayWhat};
use super::project::{Opened, no_such, open};
use super::report::Report;
use super::stop::Stop;
use super::tables::table;
use crate::exchange::{decode_picture, read_picture_file};
use crate::geom::{Box2, Fit, Place, residuals, rms};
use crate::model::{ControlPoint, Lang, Said, Underlay};
use crate::plan::{Edit, EditError, Op, UnderlayOp, state_text};
use crate::scene::{Backdrop, Pyramid, backdrop_of};
use crate::session::answers;
use crate::session::underlay::{By, Coming, incoming, reorder};
use crate::store;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;

/// A pixel and the coordinate on which it lies, of the command line.
pub type PixelAt = ([f64; 2], [f64; 2]);

fn points(given: &[PixelAt]) -> Result<Option<Vec<ControlPoint>>, Stop> {
    let one = |(pixel, [e, n]): &PixelAt| {
        let at = Place::from_metres(*e, *n).ok_or(EditError::Field { field: "points".into() })?;
        Ok(ControlPoint { pixel: *pixel, at })
    };
    Ok(if given.is_empty() { None } else { Some(given.iter().map(one).collect::<Result<_, EditError>>()?) })
}

fn fit(given: Option<FitArg>) -> Option<Fit> {
    given.map(|f| match f {
        FitArg::Similarity => Fit::Similarity,
        FitArg::Affine => Fit::Affine,
    })
}

pub(super) fn underlay(a: &Args, common: &Common, r: &mut Report) -> Result<i32, Stop> {
    let mut o = open(&a.file, common, r)?;
    let op = |name: &str| UnderlayOp { name: name.to_owned(), ..UnderlayOp::default() };
    let known = |o: &Opened, name: &str| match o.session.project().underlay(name) {
        Some(_) => Ok(()),
        None => Err(no_such("底稿", "underlay", name)),
    };
    let mut by = None;
    let edit: Edit = match &a.what {
        UnderlayWhat::List => return list(a, &o, r),
        UnderlayWhat::Add { picture, name, world, crs, points: given, fit: kind, opacity } => {
            let (mut op, how) = added(&o, picture, (name.as_deref(), world.as_deref(), crs.as_deref()), r)?;
            if how == By::View && given.is_empty() {
                r.note(&Said::new(
                    "图片没有说明位置，放在了地图中间。请用 getu underlay 项目 place 名称 --point 像素x,像素y=东,北 定位。",
                    "The picture does not say where it lies and was put into the middle. Place it with getu underlay FILE \
                     place NAME --point x,y=easting,northing.",
                ));
            }
            if let Some(points) = points(given)? {
                (op.points, op.fit, op.place) = (Some(points), fit(*kind), None);
            } else {
                by = Some(how);
            }
            op.opacity = *opacity;
            Op::Underlay(Box::new(op)).into()
        }
        UnderlayWhat::Place { name, points: given, fit: kind } => {
            known(&o, name)?;
            Op::Underlay(Box::new(UnderlayOp { points: points(given)?, fit: fit(*kind), ..op(name) })).into()
        }
        UnderlayWhat::Set { name, opacity, show, up, down } => {
            known(&o, name)?;
            let set = UnderlayOp { opacity: *opacity, shown: *show, ..op(name) };
            let mut edits: Vec<Edit> = Vec::new();
            if set != op(name) {
                edits.push(Op::Underlay(Box::new(set)).into());
            }
            if *up || *down {
                edits.extend(reorder(o.session.project(), name, *up).into_iter().flat_map(|e| e.parts()));
            }
            match edits.len() {
                0 => return Err(EditError::Nothing.into()),
                1 => edits.remove(0),
                _ => Op::Together { edits }.into(),
            }
        }
        UnderlayWhat::Remove { name } => {
            known(&o, name)?;
            Op::Underlay(Box::new(UnderlayOp { remove: true, ..op(name) })).into()
        }
    };
    let done = o.perform(edit, r)?;
    o.save(r)?;
    let sentence = done.step.as_ref().map(|s| s.sentence.get(common.lang()).to_owned());
    let answer = json!({
        "file": a.file.display().to_string(), "state": state_text(o.session.project().state),
        "step": done.step.as_ref().map(|s| s.id.sequence), "sentence": sentence, "placed_by": by.map(By::name),
        "underlays": rows(&o, &a.file),
    });
    r.print(answer, |_| sentence.unwrap_or_default())?;
    Ok(0)
}

/// The edit that adds a picture, and how it was placed; its file is kept until the project is saved.
fn added(
    o: &Opened,
    picture: &Path,
    (name, world, crs): (Option<&str>, Option<&Path>, Option<&str>),
    r: &Report,
) -> Result<(UnderlayOp, By), Stop> {
    let file = read_picture_file(picture, world)?;
    let scan = decode_picture(&file.name, &file.bytes, &|| true)?;
    let data = store::data_dir();
    let hash = store::keep_picture(data.as_deref(), &file.bytes)?;
    let p = o.session.project();
    let b = answers::extent(p);
    let b = if b.is_empty() {
        Box2::of_two(crate::geom::pt(-500_000, -500_000), crate::geom::pt(500_000, 500_000))
    } else {
        b
    };
    let view = (p.origin().metres(b.centre()), [b.width() as f64 / 1e3, b.height() as f64 / 1e3]);
    let name = name.unwrap_or(&file.name);
    let coming = Coming { name, hash: &hash, scan: &scan, world: file.world, crs, view };
    let placed = incoming(p, &coming).map_err(Stop::Said)?;
    for said in [placed.said, scan.reduced()].into_iter().flatten() {
        r.note(&said);
    }
    Ok((placed.op, placed.by))
}

/// The pictures as they are answered, the lowest first.
fn rows(o: &Opened, path: &Path) -> Vec<Value> {
    let data = store::data_dir();
    let one = |u: &Arc<Underlay>| {
        let pairs: Vec<_> = u.points.iter().map(ControlPoint::pair).collect();
        let off = residuals(&u.place, &pairs);
        let points: Vec<Value> = u
            .points
            .iter()
            .zip(&off)
            .map(|(p, off)| json!({ "pixel": p.pixel, "at": p.at.metres(), "residual_m": off }))
            .collect();
        let missing = store::read_picture(u, Some(path), data.as_deref()).err().map(|e| e.said());
        json!({
            "name": u.name, "picture": u.picture, "format": u.format, "size": u.size, "place": u.place.0, "fit": u.fit,
            "points": points, "rms_m": (!off.is_empty()).then(|| rms(&off)), "opacity": u.opacity, "shown": u.shown,
            "order": u.order, "kept_as": u.file_name(),
            "missing": missing.map(|s| s.get(o.session.lang()).to_owned()),
        })
    };
    o.session.project().underlays().into_iter().map(one).collect()
}

fn list(a: &Args, o: &Opened, r: &mut Report) -> Result<i32, Stop> {
    let rows = rows(o, &a.file);
    let wrong = rows.iter().any(|u| !u["missing"].is_null());
    let answer = json!({
        "file": a.file.display().to_string(), "state": state_text(o.session.project().state), "underlays": rows,
    });
    r.print(answer, |lang| {
        let zh = lang == Lang::Zh;
        let header = match zh {
            true => ["名称", "控制点", "中误差（米）", "不透明度", "显示", "说明"],
            false => ["name", "points", "RMS (m)", "opacity", "shown", "remark"],
        };
        let row = |u: &Value| {
            vec![
                super::ask::cell(&u["name"]),
                u["points"].as_array().map_or(0, Vec::len).to_string(),
                u["rms_m"].as_f64().map(|v| format!("{v:.3}")).unwrap_or_default(),
                super::ask::cell(&u["opacity"]),
                if u["shown"] == json!(true) { "✓".to_owned() } else { String::new() },
                super::ask::cell(&u["missing"]),
            ]
        };
        table(&header, &rows.iter().map(row).collect::<Vec<_>>())
    })?;
    Ok(i32::from(wrong))
}

/// The pictures that are shown, to be painted; what cannot be had is noted, and said by the flag.
pub(super) fn backdrops(o: &Opened, path: &Path, r: &Report) -> (Vec<Backdrop>, bool) {
    let p = o.session.project();
    let data = store::data_dir();
    let mut whole = true;
    let mut out = Vec::new();
    for u in p.underlays().into_iter().filter(|u| u.shown && u.opacity > 0) {
        let read = || -> Result<Arc<Pyramid>, Stop> {
            let bytes = store::read_picture(u, Some(path), data.as_deref())?;
            let scan = decode_picture(&u.name, &bytes, &|| true)?;
            let made = Pyramid::new(scan.rgba, scan.kept, scan.step, scan.size);
            made.map(Arc::new).ok_or_else(|| EditError::Field { field: "size".into() }.into())
        };
        match read() {
            Ok(pyramid) => out.push(backdrop_of(p, u, None, &pyramid)),
            Err(stop) => {
                r.note(&stop.said());
                whole = false;
            }
        }
    }
    (out, whole)
}
