//! Save and open.

use super::*;
use rusqlite::Connection;
use std::collections::BTreeSet;

#[test]
fn what_is_saved_is_what_is_opened_with_its_log_and_undo() {
    let (dir, path) = file();
    let mut d = Desk::town();
    d.wander(&mut Rng(11), 60);
    for _ in 0..3 {
        d.history.undo();
    }
    let saved = save(&path, &d.input(), None).unwrap();
    assert_eq!(saved.warnings, vec![]);
    assert_eq!(names(dir.path()), ["柳塘 社区.gpkg"], "nothing is left beside the file");
    let before = std::fs::read(&path).unwrap();
    let opened = open(&path, 3, None).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), before, "opening does not write");
    assert_eq!(names(dir.path()), ["柳塘 社区.gpkg"]);
    assert_eq!((&opened.warnings, opened.version), (&vec![], FILE_VERSION));
    assert_eq!(opened.generation, saved.generation);
    assert_eq!(content(opened.project()), content(d.history.stable()));
    assert_eq!(log_of(&opened.history), log_of(&d.history));
    assert_eq!(opened.history.redoable(), d.history.redoable());
    assert!(opened.segments.len() >= 5);
    // Undo all, in both, then redo all.
    let mut from_file = opened.history;
    while let Some(step) = d.history.undo() {
        assert_eq!(from_file.undo().unwrap().id, step.id);
        assert_eq!(from_file.stable().state, d.history.stable().state);
    }
    assert!(from_file.undo().is_none());
    assert_eq!(content(from_file.stable()), content(Desk::new().history.stable()));
    while let Some(step) = d.history.redo() {
        assert_eq!(from_file.redo().unwrap().id, step.id);
    }
    assert!(from_file.redo().is_none());
    assert_eq!(content(from_file.stable()), content(d.history.stable()));
    // New steps go on behind the old ones, with this program's replica.
    let next = from_file.next_id();
    assert_eq!((next.replica, next.sequence), (3, d.history.next_id().sequence));
}

#[test]
fn a_file_of_version_1_opens_and_is_saved_as_it_is_now() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kept/version-1.gpkg");
    let (_dir, path) = file();
    std::fs::copy(&kept, &path).unwrap();
    let before = std::fs::read(&path).unwrap();
    let mut o = open(&path, 3, None).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), before, "opening does not write");
    assert_eq!((o.version, &o.warnings), (1, &vec![]));
    // What `getu info` of the version that wrote it said.
    assert_eq!(crate::plan::state_text(o.project().state), "3b89d6b25e169f7974f4992abb94a235");
    assert_eq!(content(o.project()).0, o.project().state);
    // Whole plans stand in its patches in the old form: all steps are undone and redone.
    let last = o.project().state;
    let mut steps = 0;
    while o.history.undo().is_some() {
        steps += 1;
    }
    assert_eq!((steps, o.project().plans.len(), o.project().facts.members.len()), (10, 1, 0));
    while o.history.redo().is_some() {}
    assert_eq!(o.project().state, last);
    let lock: Edit =
        serde_json::from_value(json!({"op": "lock", "plan": "方案C", "cell": "W2", "value": true})).unwrap();
    o.history.stage(lock, &Bag::default()).unwrap();
    o.history.commit(Said::new("锁定", "locked"), 1_790_000_000, "王敏", None).unwrap();
    // And a problem is set aside.
    let aside: Edit =
        serde_json::from_value(json!({"op": "ignore", "issue": "V14 grid/W2", "reason": "河对岸"})).unwrap();
    o.history.stage(aside, &Bag::default()).unwrap();
    o.history.commit(Said::new("忽略", "ignored"), 1_790_000_001, "王敏", None).unwrap();
    let desk = Desk::new();
    let input = SaveInput { history: &o.history, last_plan: "方案C", ..desk.input() };
    save(&path, &input, Some(&o.generation)).unwrap();
    let again = open(&path, 3, None).unwrap();
    assert_eq!(again.version, FILE_VERSION);
    assert_eq!(content(again.project()), content(o.project()));
    assert_eq!(again.project().plan_named("方案C").unwrap().layers[0].locks.units.len(), 1);
    assert_eq!(again.project().ignored("V14 grid/W2").unwrap().reason, "河对岸");
}

#[test]
fn many_saves_of_one_file_keep_it_equal_to_a_fresh_one() {
    let (dir, path) = file();
    let fresh = dir.path().join("fresh.gpkg");
    let mut d = Desk::town();
    let mut rng = Rng(5);
    let mut base = save(&path, &d.input(), None).unwrap().generation;
    for round in 0..12 {
        d.wander(&mut rng, 9);
        base = save(&path, &d.input(), Some(&base)).unwrap().generation;
        if round % 3 == 0 {
            // Through the file and on.
            let opened = open(&path, 40 + round, None).unwrap();
            assert_eq!(opened.generation, base);
            d.history = opened.history;
        }
        save(&fresh, &SaveInput { replace: true, ..d.input() }, None).unwrap();
        let (a, b) = (open(&path, 1, None).unwrap(), open(&fresh, 1, None).unwrap());
        assert_eq!(content(a.project()), content(d.history.stable()));
        assert_eq!(log_of(&a.history), log_of(&b.history));
        assert_eq!(a.segments.keys().collect::<Vec<_>>(), b.segments.keys().collect::<Vec<_>>());
        // Feature tables: the same rows but for their numbers, in tables and in R-trees.
        assert_eq!(derived(&path), derived(&fresh), "round {round}");
    }
}

/// Tables that others see: name → rows without fid, and boxes of their R-trees.
fn derived(path: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let c = Connection::open(path).unwrap();
    let tables: Vec<(String, String)> = c
        .prepare("SELECT table_name, data_type FROM gpkg_contents")
        .unwrap()
        .query_map([], |r| Ok((r.get(0)?, r.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let mut out = BTreeMap::new();
    for (t, kind) in tables {
        let join = match kind.as_str() {
            "features" => format!("SELECT * FROM \"{t}\" LEFT JOIN \"rtree_{t}_geom\" r ON r.id = fid"),
            _ => format!("SELECT * FROM \"{t}\""),
        };
        let mut q = c.prepare(&join).unwrap();
        let cols: Vec<String> = q.column_names().iter().map(|s| s.to_string()).collect();
        let mut rows = q.query([]).unwrap();
        let mut set = BTreeSet::new();
        while let Some(r) = rows.next().unwrap() {
            let row: Vec<String> = (0..cols.len())
                .filter(|&i| cols[i] != "fid" && cols[i] != "id")
                .map(|i| format!("{:?}", r.get::<_, rusqlite::types::Value>(i).unwrap()))
                .collect();
            set.insert(row.join("|"));
        }
        if kind == "features" {
            let n = |q: &str| c.query_row(q, [], |r| r.get::<_, i64>(0)).unwrap();
            let with = n(&format!("SELECT count(*) FROM \"{t}\" WHERE geom IS NOT NULL"));
            assert_eq!(n(&format!("SELECT count(*) FROM \"rtree_{t}_geom\"")), with, "{t}");
        }
        out.insert(t, set);
    }
    out
}

#[test]
fn a_save_writes_only_the_rows_that_an_edit_touched() {
    let (_dir, path) = file();
    let mut d = Desk::town();
    let first = save(&path, &d.input(), None).unwrap();
    // 6 cells, 2 communities, outline, 2 levels; 120 buildings, courtyard, road, 2 waters, 2 incidents.
    assert_eq!((first.derived_rows, first.segments), (11 + 120 + 6, 5));
    let plan = "方案B";
    let mut base = first.generation;
    let mut again = |d: &Desk| {
        let s = save(&path, &d.input(), Some(&base)).unwrap();
        base = s.generation.clone();
        (s.truth_rows, s.derived_rows, s.segments)
    };
    assert_eq!(again(&d), (0, 0, 0), "nothing changed");
    d.must(json!({"op": "set", "building": "B000010", "households": 9}));
    assert_eq!(again(&d), (2, 1, 0), "an item and a step; a building");
    d.must(json!({"op": "set", "cell": "001", "name": "新名", "plan": plan}));
    assert_eq!(again(&d), (2, 1, 0), "an item and a step; a cell");
    d.must(json!({"op": "set", "cell": "001", "name": "在方案A", "plan": "方案A"}));
    assert_eq!(again(&d), (2, 0, 0), "a plan that is not shown");
    // The border between two cells (and communities' ground): a vertex is put in and moved.
    d.must(json!({"op": "insert", "on": [at(200.0, 0.0), at(200.0, 150.0)], "at": at(200.0, 75.0), "plan": plan}));
    d.must(json!({"op": "move", "at": at(200.0, 75.0), "to": at(203.0, 76.0), "plan": plan}));
    let (truth, derived, _) = again(&d);
    assert!((3..=8).contains(&truth), "an edge, its faces' areas and two steps, not {truth}");
    assert_eq!(derived, 2, "the cells on both sides");
    d.history.undo();
    assert_eq!(again(&d).1, 2);
    d.import(Kind::Buildings, buildings(500, 7));
    assert_eq!((again(&d).1, d.history.stable().table(Kind::Buildings).len()), (7, 127));
    d.history.undo();
    let (_, derived, _) = again(&d);
    assert_eq!(derived, 7, "taken out again");
    assert_eq!(again(&d), (0, 0, 0));
}

#[test]
fn numbers_of_cells_come_from_the_caller_and_change_only_their_rows() {
    let (_dir, path) = file();
    let d = Desk::town();
    let plan = shown_plan(d.history.stable(), "方案B").unwrap();
    assert_eq!(plan.meta.name, "方案B", "none is in force: the one last worked on");
    let unit = plan.layers[0].unit("001").unwrap().id;
    let tally = |n| UnitTally { layer: 0, unit, households: n, residents: 2 * n, buildings: 3 };
    let first = save(&path, &SaveInput { tallies: &[tally(100)], ..d.input() }, None).unwrap();
    let read = || {
        let c = Connection::open(&path).unwrap();
        let sql = "SELECT households, residents, buildings, parent, level FROM cells_grid_1 WHERE code = '001'";
        c.query_row(sql, [], |r| {
            Ok((
                r.get::<_, i64>(0)?,
                r.get::<_, i64>(1)?,
                r.get::<_, i64>(2)?,
                r.get::<_, String>(3)?,
                r.get::<_, String>(4)?,
            ))
        })
        .unwrap()
    };
    assert_eq!(read(), (100, 200, 3, "C1".into(), "网格".into()));
    let saved = save(&path, &SaveInput { tallies: &[tally(101)], ..d.input() }, Some(&first.generation)).unwrap();
    assert_eq!((saved.truth_rows, saved.derived_rows), (0, 1));
    assert_eq!(read().0, 101);
}

#[test]
fn the_log_keeps_every_step_and_the_patches_of_the_last_thousand() {
    let (_dir, path) = file();
    let mut d = Desk::new();
    for i in 0..1100 {
        d.must(json!({"op": "set", "rules": {"households_max": 1000 + i}}));
    }
    let base = save(&path, &d.input(), None).unwrap().generation;
    let opened = open(&path, 1, None).unwrap();
    let patches: Vec<bool> = opened.history.log().map(|(s, _)| s.patch.is_some()).collect();
    assert_eq!(
        (patches.len(), patches.iter().filter(|p| **p).count(), patches[99], patches[100]),
        (1100, 1000, false, true)
    );
    // One more step: the oldest patch goes, the step stays.
    d.must(json!({"op": "set", "rules": {"households_max": 5000}}));
    let saved = save(&path, &d.input(), Some(&base)).unwrap();
    assert_eq!(saved.truth_rows, 3, "the rules, the new step, the patch that went");
    let mut h = open(&path, 1, None).unwrap().history;
    let mut n = 0;
    while h.undo().is_some() {
        n += 1;
    }
    assert_eq!(n, 1000);
    assert_eq!(h.stable().facts.rules.households_max, 1100);
}

#[test]
fn a_segment_goes_when_neither_the_project_nor_a_step_names_it() {
    let (_dir, path) = file();
    let mut d = Desk::new();
    d.import(Kind::Buildings, buildings(0, 10));
    d.history.undo();
    let base = save(&path, &d.input(), None).unwrap().generation;
    assert_eq!(open(&path, 1, None).unwrap().segments.len(), 1, "it can still be redone");
    d.must(json!({"op": "set", "rules": {"households_max": 999}}));
    for i in 0..1000 {
        d.must(json!({"op": "set", "rules": {"households_max": 2000 + i}}));
    }
    save(&path, &d.input(), Some(&base)).unwrap();
    assert_eq!(open(&path, 1, None).unwrap().segments.len(), 0);
}

#[test]
fn an_undecided_crs_and_a_custom_one_are_written_as_they_are() {
    let (dir, path) = file();
    let head = |crs: &str, origin| Head { name: "n".into(), crs: crs.into(), origin };
    let layer = || GridLayer::new("grid", "治理网格", vec!["网格".into()]).unwrap();
    let mut d = Desk::new();
    d.history = History::new(Project::new(head("auto", None), vec![layer()], Id(1)), 1);
    let base = save(&path, &d.input(), None).unwrap();
    let srs = |p: &Path| -> (i64, String, String) {
        let c = Connection::open(p).unwrap();
        c.query_row(
            "SELECT s.srs_id, s.organization, s.definition FROM gpkg_contents c JOIN gpkg_spatial_ref_sys s USING (srs_id)
             WHERE table_name = 'buildings'",
            [],
            |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)),
        )
        .unwrap()
    };
    assert_eq!(srs(&path).0, -1);
    // The first import decides it.
    let s = Segment::pack(Kind::Buildings, buildings(0, 4));
    d.bag.0.insert(s.hash(), s.clone());
    let custom = "+proj=tmerc +lat_0=0 +lon_0=121.5 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m +no_defs";
    d.must(json!({"op": "import", "kind": "buildings", "segments": [s.hash().to_string()], "crs": [custom, [500_000, 3_450_000]]}));
    let saved = save(&path, &d.input(), Some(&base.generation)).unwrap();
    assert_eq!(saved.warnings, vec![]);
    let (id, who, wkt) = srs(&path);
    assert_eq!((id, who.as_str()), (100_000, "GETU"));
    assert!(wkt.contains("121.5") && wkt.starts_with("PROJCS"), "{wkt}");
    assert_eq!(content(open(&path, 1, None).unwrap().project()), content(d.history.stable()));
    if !cfg!(feature = "proj") {
        // A CRS that only PROJ knows is written by its code, and said.
        let utm = dir.path().join("c.gpkg");
        let mut d = Desk::new();
        let origin = Some(Origin { e_m: 500_000, n_m: 3_450_000 });
        d.history = History::new(Project::new(head("EPSG:32651", origin), vec![layer()], Id(1)), 1);
        let saved = save(&utm, &d.input(), None).unwrap();
        assert_eq!(saved.warnings, [Warning::NoWkt { crs: "EPSG:32651".into() }]);
        assert_eq!((srs(&utm).0, srs(&utm).2.as_str()), (32651, "undefined"));
    }
    let other = dir.path().join("b.gpkg");
    save(&other, &Desk::town().input(), None).unwrap();
    let (id, who, wkt) = srs(&other);
    assert_eq!((id, who.as_str()), (4549, "EPSG"));
    assert!(wkt.contains("CGCS2000"));
}

#[test]
fn messages_have_three_parts_in_both_languages() {
    let path = PathBuf::from("/x/a.gpkg");
    let why = "w".to_owned();
    let all = [
        StoreError::Gone { path: path.clone() },
        StoreError::NoRights { path: path.clone() },
        StoreError::NoRoom { path: path.clone() },
        StoreError::HeldOpen { path: path.clone() },
        StoreError::Locked { by: Holder::default(), lock: path.clone() },
        StoreError::Exists { path: path.clone() },
        StoreError::Changed { by: Holder::default(), path: path.clone() },
        StoreError::Empty { path: path.clone() },
        StoreError::NotGeoPackage { path: path.clone() },
        StoreError::NotOurs { path: path.clone() },
        StoreError::Newer { found: 2, known: 1 },
        StoreError::damaged("getu_items", "00", "why"),
        StoreError::Corrupt { path: path.clone(), why: why.clone() },
        StoreError::Ground { plan: "p".into(), layer: "l".into(), at: None },
        StoreError::CheckFailed { why: why.clone() },
        StoreError::Cancelled,
        StoreError::Other { path, why },
    ];
    for e in &all {
        let said = e.said();
        assert!(said.get(Lang::Zh).matches('。').count() >= 3, "{e}: {}", said.zh);
        assert!(said.en.matches(". ").count() >= 2, "{}", said.en);
    }
    let kinds: BTreeSet<_> = all.iter().map(StoreError::kind).collect();
    assert_eq!(kinds.len(), all.len());
}
