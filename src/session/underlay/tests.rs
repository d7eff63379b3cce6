use super::*;
use crate::model::{Lang, PictureFormat};
use crate::plan::{History, state_text};
use crate::session::{Command, Effect, Session, sample_project};
use std::sync::Arc;

fn session() -> Session {
    let p = sample_project("neighbourhood", 7).unwrap();
    Session::new(History::new(p, 7), None, Lang::Zh, "王敏")
}

fn scan(size: [u32; 2]) -> Scan {
    let rgba = Arc::new(vec![255; 16]);
    Scan { format: PictureFormat::Png, size, step: 1, kept: [2, 2], rgba, georef: None, upright: Affine::IDENTITY }
}

fn coming<'a>(scan: &'a Scan, hash: &'a str) -> Coming<'a> {
    Coming { name: "总平面.png", hash, scan, world: None, crs: None, view: ([0.0, 0.0], [400.0, 300.0]) }
}

const HASH: &str = "00000000000000000000000000000000000000000000000000000000000000aa";

fn refused(effects: &[Effect]) -> Option<String> {
    effects.iter().find_map(|e| if let Effect::Refused(e) = e { Some(e.kind().to_owned()) } else { None })
}

fn doing(s: &mut Session, op: UnderlayOp) -> Vec<Effect> {
    s.dispatch(Command::Do(Op::Underlay(Box::new(op)).into()), 1_790_000_000)
}

#[test]
fn a_picture_comes_into_the_middle_of_the_view_and_goes_with_undo() {
    let mut s = session();
    let before = s.project().state;
    let [e, n] = s.project().origin().metres(Pt::default());
    let scan = scan([800, 400]);
    let view = ([e, n], [400.0, 300.0]);
    let placed = incoming(s.project(), &Coming { view, ..coming(&scan, HASH) }).unwrap();
    assert_eq!((placed.by, placed.op.name.as_str()), (By::View, "总平面.png"));
    assert_eq!(refused(&doing(&mut s, placed.op)), None);
    let u = s.project().underlay("总平面.png").unwrap().clone();
    assert_eq!((u.opacity, u.shown, u.order), (60, true, 1));
    // 800 × 400 pixels in 400 m × 300 m: half a metre a pixel, in the middle.
    assert_eq!(u.corners()[0], [e - 200.0, n + 100.0]);
    assert_eq!(u.corners()[2], [e + 200.0, n - 100.0]);
    assert_ne!(s.project().state, before);
    assert_eq!(s.project().state, s.project().recount_state());
    // The same name again gets a number; a name with a phone in it is not kept.
    let again = incoming(s.project(), &coming(&scan, HASH)).unwrap();
    assert_eq!(again.op.name, "总平面 2.png");
    let private = incoming(s.project(), &Coming { name: "13812345678.png", ..coming(&scan, HASH) }).unwrap();
    assert_eq!(private.op.name, "文件.png");
    s.dispatch(Command::Undo, 0);
    assert_eq!(state_text(s.project().state), state_text(before));
    assert!(s.project().underlays().is_empty());
    s.dispatch(Command::Redo, 0);
    assert_eq!(s.project().underlay("总平面.png"), Some(&u));
    let gone = UnderlayOp { name: u.name.clone(), remove: true, ..UnderlayOp::default() };
    assert_eq!(refused(&doing(&mut s, gone.clone())), None);
    assert_eq!(s.project().state, before);
    assert_eq!(refused(&doing(&mut s, gone)).as_deref(), Some("not_found"));
}

#[test]
fn what_an_underlay_cannot_be_is_refused_and_changes_nothing() {
    let mut s = session();
    let [e, n] = s.project().origin().metres(Pt::default());
    let good = UnderlayOp {
        name: "a.png".into(),
        picture: Some(HASH.into()),
        format: Some(PictureFormat::Png),
        size: Some([100, 100]),
        place: Some(Affine([1.0, 0.0, e, 0.0, -1.0, n])),
        ..UnderlayOp::default()
    };
    let before = s.project().state;
    let at = |x: f64, y: f64, de: f64, dn: f64| ControlPoint {
        pixel: [x, y],
        at: Place::from_metres(e + de, n + dn).unwrap(),
    };
    let points = |p: Vec<ControlPoint>| UnderlayOp { place: None, points: Some(p), ..good.clone() };
    for (want, op) in [
        ("not_filled", UnderlayOp { picture: None, ..good.clone() }),
        ("not_filled", UnderlayOp { place: None, ..good.clone() }),
        ("field", UnderlayOp { name: " ".into(), ..good.clone() }),
        ("field", UnderlayOp { picture: Some("../../x".into()), ..good.clone() }),
        ("field", UnderlayOp { opacity: Some(101), ..good.clone() }),
        ("field", UnderlayOp { size: Some([0, 9]), ..good.clone() }),
        ("field", UnderlayOp { place: Some(Affine([1.0, 0.0, e, 1.0, 0.0, n])), ..good.clone() }),
        ("field", UnderlayOp { remove: true, ..good.clone() }),
        ("out_of_range", UnderlayOp { place: Some(Affine([1.0, 0.0, e + 5e6, 0.0, -1.0, n])), ..good.clone() }),
        ("fit", points(vec![at(0.0, 0.0, 0.0, 0.0)])),
        ("fit", points(vec![at(5.0, 5.0, 0.0, 0.0), at(5.0, 5.0, 9.0, 9.0)])),
        (
            "field",
            points((0..7).map(|i| at(f64::from(i * i), f64::from(i), f64::from(i * i), -f64::from(i))).collect()),
        ),
        ("other_crs", UnderlayOp { crs: Some(("EPSG:3857".into(), [0, 0])), ..good.clone() }),
        ("private", UnderlayOp { name: "13812345678".into(), ..good.clone() }),
    ] {
        assert_eq!(refused(&doing(&mut s, op)).as_deref(), Some(want));
        assert_eq!(s.project().state, before);
    }
    assert_eq!(refused(&doing(&mut s, good.clone())), None);
    // Three points with an affine fit; then the points alone, fitted otherwise; then none.
    let three = vec![at(0.0, 0.0, 0.0, 0.0), at(100.0, 0.0, 50.0, 0.0), at(0.0, 100.0, 3.0, -50.0)];
    let fit = |fit| UnderlayOp { name: "a.png".into(), fit: Some(fit), ..UnderlayOp::default() };
    doing(&mut s, UnderlayOp { points: Some(three), ..fit(Fit::Affine) });
    let u = s.project().underlay("a.png").unwrap().clone();
    assert_eq!(u.points.len(), 3);
    assert!((u.place.0[1] - 0.03).abs() < 1e-9 && (u.place.0[4] + 0.5).abs() < 1e-9, "{u:?}");
    let last = |s: &Session| s.history().log().last().map(|(step, _)| step.sentence.zh.clone()).unwrap_or_default();
    assert_eq!(last(&s), "底稿“a.png”按 3 个控制点定位，中误差 0.00 米");
    assert_eq!(refused(&doing(&mut s, fit(Fit::Similarity))), None);
    assert!(last(&s).contains("中误差 0.") && !last(&s).contains("0.00"), "{}", last(&s));
    let moved = UnderlayOp { place: good.place, ..UnderlayOp { name: "a.png".into(), ..UnderlayOp::default() } };
    doing(&mut s, moved);
    assert!(s.project().underlay("a.png").unwrap().points.is_empty());
    assert_eq!(s.project().state, s.project().recount_state());
}

#[test]
fn pictures_change_places_by_one_step() {
    let mut s = session();
    let [e, n] = s.project().origin().metres(Pt::default());
    let scan = scan([10, 10]);
    for _ in 0..3 {
        let placed = incoming(s.project(), &Coming { view: ([e, n], [9.0, 9.0]), ..coming(&scan, HASH) }).unwrap();
        doing(&mut s, placed.op);
    }
    let names = |s: &Session| s.project().underlays().iter().map(|u| u.name.clone()).collect::<Vec<_>>();
    let first = names(&s);
    assert_eq!(first, ["总平面.png", "总平面 2.png", "总平面 3.png"]);
    let up = reorder(s.project(), "总平面.png", true).unwrap();
    s.dispatch(Command::Do(up), 0);
    assert_eq!(names(&s), ["总平面 2.png", "总平面.png", "总平面 3.png"]);
    assert!(reorder(s.project(), "总平面 3.png", true).is_none());
    assert!(reorder(s.project(), "总平面 2.png", false).is_none());
    s.dispatch(Command::Undo, 0);
    assert_eq!(names(&s), first);
}

#[test]
fn a_project_without_a_crs_gets_that_of_its_first_geotiff() {
    let layer = crate::session::layer_from_text("grid=治理网格:社区>网格").unwrap();
    let p = crate::session::empty_project("新", "auto", None, vec![layer], 7).unwrap();
    let mut s = Session::new(History::new(p, 7), None, Lang::Zh, "");
    let mut scan = scan([1000, 1000]);
    assert_eq!(incoming(s.project(), &coming(&scan, HASH)).err().map(|e| e.zh), Some(EditError::NoCrs.said().zh));
    let place = Affine([0.5, 0.0, 497_000.0, 0.0, -0.5, 3_546_000.0]);
    scan.georef = Some(crate::exchange::Georef { place, epsg: Some(4549) });
    let placed = incoming(s.project(), &coming(&scan, HASH)).unwrap();
    assert_eq!((placed.by, placed.op.place), (By::Tags, Some(place)));
    assert_eq!(refused(&doing(&mut s, placed.op)), None);
    assert_eq!(s.project().facts.head.crs, "EPSG:4549");
    assert_eq!(s.project().origin(), Origin { e_m: 497_000, n_m: 3_546_000 });
    // Another one in longitude and latitude is taken over, and what it lost is said if it can be seen.
    let way = Transform::new(&CrsDef::parse("EPSG:4549").unwrap(), &CrsDef::parse("EPSG:4490").unwrap()).unwrap();
    let [a, b] = [[497_000.0, 3_546_000.0], [497_500.0, 3_545_500.0]].map(|p| way.point(p).unwrap());
    let lonlat = Affine([(b[0] - a[0]) / 1000.0, 0.0, a[0], 0.0, (b[1] - a[1]) / 1000.0, a[1]]);
    scan.georef = Some(crate::exchange::Georef { place: lonlat, epsg: Some(4490) });
    let placed = incoming(s.project(), &coming(&scan, HASH)).unwrap();
    let map = placed.op.place.unwrap();
    let [e, n] = map.apply([1000.0, 1000.0]);
    assert!((e - 497_500.0).abs() < 0.2 && (n - 3_545_500.0).abs() < 0.2, "{e} {n}");
    // A world file in the project's own system wins over the tags; with a CRS said it is converted.
    let world = Some(Affine([1.0, 0.0, 496_000.0, 0.0, -1.0, 3_546_500.0]));
    let placed = incoming(s.project(), &Coming { world, crs: Some("EPSG:4549"), ..coming(&scan, HASH) }).unwrap();
    assert_eq!((placed.by, placed.op.place), (By::World, world));
}

#[test]
fn placing_by_clicks_follows_the_points_and_drags_by_hand() {
    let place = Affine([1.0, 0.0, 1000.0, 0.0, -1.0, 2000.0]);
    let u = Underlay {
        name: "a".into(),
        picture: HASH.into(),
        format: PictureFormat::Png,
        size: [400, 200],
        place,
        points: vec![],
        fit: Fit::Similarity,
        opacity: 60,
        shown: true,
        order: 1,
    };
    let at = |e: f64, n: f64| Place::from_metres(e, n).unwrap();
    let mut p = Placing::of(&u);
    // By hand: the body moves it, a corner turns it about the one across.
    let was = p.clone();
    assert_eq!(p.hold_at(at(1200.0, 1900.0), 5.0), Some(Hold::Body));
    assert_eq!(p.hold_at(at(1399.0, 1999.0), 5.0), Some(Hold::Corner(1)));
    assert_eq!(p.hold_at(at(900.0, 1900.0), 5.0), None);
    p.drag(&was, Hold::Body, at(1200.0, 1900.0), at(1210.0, 1905.0));
    assert_eq!(p.corners()[0], [1010.0, 2005.0]);
    let was = p.clone();
    // Corner 2 (1410, 1805) about corner 0: twice as far.
    p.drag(&was, Hold::Corner(2), at(1410.0, 1805.0), at(1810.0, 1605.0));
    assert!((p.place().pixel_size() - 2.0).abs() < 1e-9 && p.corners()[0] == [1010.0, 2005.0], "{:?}", p.corners());
    assert!(matches!(p.op(), Ok(UnderlayOp { place: Some(_), points: None, .. })));
    // By points: a click on the picture, a click on the map.
    let mut p = Placing::of(&u);
    assert!(p.click(at(0.0, 0.0)).is_err() && p.pending.is_none());
    p.click(at(1000.0, 2000.0)).unwrap();
    assert_eq!(p.pending, Some([0.0, 0.0]));
    p.click(at(5000.0, 7000.0)).unwrap();
    assert_eq!(p.place().apply([0.0, 0.0]), [5000.0, 7000.0], "one point shifts it");
    assert!(p.hold_at(at(5200.0, 6900.0), 5.0).is_none(), "points hold it now");
    p.click(at(5400.0, 7000.0)).unwrap();
    p.click(at(5000.0, 7200.0)).unwrap();
    // 400 pixels to the right are 200 m to the north: half a metre a pixel, turned by 90°.
    let close = |a: [f64; 2], b: [f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]) < 1e-9;
    assert!(close(p.place().apply([400.0, 200.0]), [5100.0, 7200.0]), "{:?}", p.place().apply([400.0, 200.0]));
    p.fit = Fit::Affine;
    assert_eq!(p.op(), Err(FitError::TooFew { need: 3, got: 2 }));
    p.click(at(5100.0, 7000.0)).unwrap();
    assert!(p.pending.is_some_and(|q| close(q, [0.0, 200.0])), "{:?}", p.pending);
    p.give(2, at(5120.0, 7000.0));
    let (each, all) = p.residuals();
    assert!(each.len() == 3 && all < 1e-6, "three points and an affine map: nothing is left");
    p.fit = Fit::Similarity;
    assert!(p.residuals().1 > 1.0);
    // The third point dragged back: nothing is left again.
    assert_eq!(p.hold_at(at(5120.0, 7000.0), 5.0), Some(Hold::Point(2, End::Ground)));
    p.mark();
    let was = p.clone();
    p.drag(&was, Hold::Point(2, End::Ground), at(5120.0, 7000.0), at(5100.0, 7000.0));
    assert!(p.residuals().1 < 1e-6);
    assert!(matches!(p.op(), Ok(UnderlayOp { place: None, points: Some(p), .. }) if p.len() == 3));
    // Step by step back: the drag, the point, the click that began it; what was removed comes back too.
    let dragged = p.points.clone();
    assert!(p.take_back() && p.points.len() == 3 && p.points != dragged);
    assert!(p.take_back() && p.points.len() == 2 && p.pending.is_some());
    assert!(p.take_back() && p.points.len() == 2 && p.pending.is_none());
    p.remove(0);
    assert!(p.take_back() && p.points.len() == 2);
    while p.take_back() {}
    assert!(p.points.is_empty() && p.pending.is_none());
}
