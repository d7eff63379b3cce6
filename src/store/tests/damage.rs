//! Files that are not as we wrote them: typed errors, no panic, no hang.

use super::*;
use rusqlite::Connection;

fn small() -> (tempfile::TempDir, PathBuf, Vec<u8>) {
    let (dir, path) = file();
    let d = Desk::town();
    save(&path, &d.input(), None).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    (dir, path, bytes)
}

#[test]
fn files_that_are_no_project_are_told_apart() {
    let (dir, path, bytes) = small();
    let kind = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        open(&path, 1, None).unwrap_err().kind()
    };
    assert_eq!(kind(b""), "empty");
    assert_eq!(kind(b"SQLite format 3\0"), "corrupt");
    assert_eq!(kind(b"{\"type\": \"FeatureCollection\"}"), "not_geopackage");
    assert_eq!(kind(&[0; 5000]), "not_geopackage");
    assert_eq!(kind(&bytes[..bytes.len() / 2]), "corrupt");
    std::fs::remove_file(&path).unwrap();
    assert_eq!(open(&path, 1, None).unwrap_err().kind(), "gone");
    assert_eq!(open(dir.path(), 1, None).unwrap_err().kind(), "not_geopackage");
    let make = |sql: &str| {
        let _ = std::fs::remove_file(&path);
        let c = Connection::open(&path).unwrap();
        c.execute_batch(sql).unwrap();
        drop(c);
        open(&path, 1, None).unwrap_err().kind()
    };
    assert_eq!(make("CREATE TABLE t (a)"), "not_geopackage");
    assert_eq!(make("PRAGMA application_id = 1196444487; CREATE TABLE gpkg_contents (table_name)"), "not_ours");
    // A view where our table should be is not looked through.
    assert_eq!(
        make("PRAGMA application_id = 1196444487; CREATE VIEW getu_meta AS SELECT 'file_version' AS key, '1' AS value"),
        "not_ours"
    );
    assert_eq!(
        make("CREATE TABLE getu_meta (key, value); INSERT INTO getu_meta VALUES ('file_version', '99')"),
        "newer"
    );
    assert_eq!(
        make("CREATE TABLE getu_meta (key, value); INSERT INTO getu_meta VALUES ('file_version', x'00ff')"),
        "other"
    );
}

#[test]
fn a_file_cut_off_anywhere_is_refused() {
    let (_dir, path, bytes) = small();
    let n = bytes.len();
    let mut at: Vec<usize> = (0..200).map(|i| i * n / 200).collect();
    at.extend([1, 15, 16, 17, 99, 100, 101, 4095, 4096, 4097, n - 1, n - 4096, n - 4097]);
    for cut in at {
        std::fs::write(&path, &bytes[..cut]).unwrap();
        let e = open(&path, 1, None).err().unwrap_or_else(|| panic!("{cut} of {n} bytes"));
        assert!(["empty", "corrupt", "not_geopackage", "damaged"].contains(&e.kind()), "{cut}: {e:?}");
    }
}

#[test]
fn flipped_bits_are_found_or_did_not_matter() {
    let (_dir, path, bytes) = small();
    let whole = content(open(&path, 1, None).unwrap().project());
    let mut rng = Rng(77);
    let (mut refused, mut same) = (0, 0);
    for _ in 0..1500 {
        let mut b = bytes.clone();
        for _ in 0..=rng.below(3) {
            let i = rng.below(b.len() as u64) as usize;
            b[i] ^= 1 << rng.below(8);
        }
        std::fs::write(&path, &b).unwrap();
        match open(&path, 1, None) {
            Err(_) => refused += 1,
            Ok(o) => {
                assert_eq!(content(o.project()), whole, "never another project without a word: {:?}", o.warnings);
                same += 1;
            }
        }
    }
    assert!(refused > 300, "{refused} refused, {same} unharmed");
}

#[test]
fn a_damaged_row_is_named_by_table_and_row() {
    let (_dir, path, bytes) = small();
    let after = |sql: &str| {
        std::fs::write(&path, &bytes).unwrap();
        let c = Connection::open(&path).unwrap();
        c.execute_batch(sql).unwrap();
        drop(c);
        open(&path, 1, None)
    };
    let table = |sql: &str| match after(sql) {
        Err(StoreError::Damaged { table, .. }) => table,
        other => panic!("{sql}: {other:?}"),
    };
    for t in ["getu_items", "getu_nodes", "getu_edges", "getu_faces", "getu_plans"] {
        let one = format!("WHERE key = (SELECT max(key) FROM {t})");
        assert_eq!(table(&format!("UPDATE {t} SET value = substr(value, 1, length(value) - 1) {one}")), t);
        assert_eq!(table(&format!("UPDATE {t} SET value = 'text' {one}")), t);
        // A value of another row: its checksum is of that row.
        assert_eq!(table(&format!("UPDATE {t} SET key = x'00' || key {one}")), t);
    }
    assert_eq!(table("UPDATE getu_segments SET data = substr(data, 2)"), "getu_segments");
    assert_eq!(table("UPDATE getu_segments SET hash = randomblob(32)"), "getu_segments");
    assert_eq!(table("DELETE FROM getu_segments"), "getu_items");
    assert_eq!(table("DELETE FROM getu_plans"), "getu_plans");
    assert_eq!(table("UPDATE getu_meta SET value = 'x' WHERE key = 'state'"), "getu_meta");
    assert_eq!(table("UPDATE getu_meta SET value = 'x' WHERE key = 'redo'"), "getu_meta");
    assert_eq!(table("UPDATE getu_log SET author = 'x' WHERE n = 3"), "getu_log");
    assert_eq!(table("UPDATE getu_log SET edit = '{' WHERE n = 3"), "getu_log");
    assert_eq!(table("UPDATE getu_log SET patch = substr(patch, 1, 9) WHERE n = 3"), "getu_log");
    assert_eq!(table("UPDATE getu_log SET time = 'x' WHERE n = 3"), "getu_log");
    assert!(after("DROP TABLE getu_log").is_err());
    match after("UPDATE getu_log SET author = 'x' WHERE n = 3") {
        Err(StoreError::Damaged { row, .. }) => assert_eq!(row, "3"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn items_that_do_not_give_the_stored_state_open_with_a_warning_and_without_undo() {
    let (_dir, path, _) = small();
    let c = Connection::open(&path).unwrap();
    // A member's row is gone: everything that is left reads well.
    let key = postcard::to_stdvec(&crate::plan::Key::Member(Id(0))).unwrap()[0];
    let n = c.execute("DELETE FROM getu_items WHERE substr(key, 1, 1) = ?1", [vec![key]]).unwrap();
    assert_eq!(n, 2);
    drop(c);
    let mut opened = open(&path, 1, None).unwrap();
    match opened.warnings[..] {
        [Warning::StateDiffers { stored, counted }] => {
            assert_ne!(stored, counted);
            assert_eq!(counted, opened.project().state);
        }
        ref other => panic!("{other:?}"),
    }
    assert!(opened.history.undo().is_none());
    assert!(opened.history.log().count() > 10, "the log can still be read");
}

/// The error of opening a file in which the rows of a project were changed, with right checksums.
fn crafted(change: impl FnOnce(&Connection)) -> Result<Opened, StoreError> {
    let (_dir, path, _) = small();
    let c = Connection::open(&path).unwrap();
    change(&c);
    drop(c);
    open(&path, 1, None)
}

#[test]
fn numbers_that_no_memory_could_hold_are_refused() {
    use crate::plan::{Item, Key};
    let put = |key: Key, item: Item| {
        crafted(move |c| {
            let key = postcard::to_stdvec(&key).unwrap();
            let value = super::super::bytes::sealed("getu_items", &key, &item);
            c.execute("INSERT OR REPLACE INTO getu_items VALUES (?1, ?2)", rusqlite::params![key, value]).unwrap();
        })
    };
    let row = |slot| put(Key::Row(Kind::Buildings, slot), Item::Row(Some(Arc::new(buildings(900, 1).remove(0)))));
    assert!(row(120).is_ok(), "a row added singly");
    for slot in [u32::MAX - 1, 1 << 28] {
        assert_eq!(row(slot).unwrap_err().kind(), "damaged", "{slot}");
        let none = put(Key::Row(Kind::Buildings, slot), Item::Row(None));
        assert_eq!(none.unwrap_err().kind(), "damaged", "{slot}");
    }
    let base = |base: u32| {
        crafted(move |c| {
            let (key, value): (Vec<u8>, Vec<u8>) = c
                .query_row("SELECT key, value FROM getu_items WHERE substr(key, 1, 2) = x'0300'", [], |r| {
                    Ok((r.get(0)?, r.get(1)?))
                })
                .unwrap();
            let item: Item = super::super::bytes::read_sealed("getu_items", &key, &value).unwrap();
            c.execute("DELETE FROM getu_items WHERE key = ?1", [&key]).unwrap();
            let key = postcard::to_stdvec(&Key::Segment(Kind::Buildings, base)).unwrap();
            let value = super::super::bytes::sealed("getu_items", &key, &item);
            c.execute("INSERT INTO getu_items VALUES (?1, ?2)", rusqlite::params![key, value]).unwrap();
        })
    };
    assert!(base(500).is_ok());
    for b in [1 << 28, u32::MAX - 200] {
        assert_eq!(base(b).unwrap_err().kind(), "damaged", "{b}");
    }
    let head = |e_m, n_m| {
        let origin = Some(Origin { e_m, n_m });
        put(Key::Head, Item::Head(Head { name: "n".into(), crs: "EPSG:4549".into(), origin }))
    };
    assert!(head(501_000, -3_000).is_ok());
    for (e, n) in [(i64::MAX, 0), (0, i64::MIN), (500_500, 0), (0, 100_001_000)] {
        assert_eq!(head(e, n).unwrap_err().kind(), "damaged", "{e} {n}");
    }
}

#[test]
fn step_numbers_beyond_what_an_identity_holds_are_refused() {
    let with = |step: u32| {
        let (_dir, path, _) = small();
        let o = open(&path, 1, None).unwrap();
        let (last, _) = o.history.log().last().unwrap();
        let mut s = (**last).clone();
        s.id.sequence = step;
        let place = s.place.map(|b| format!("{} {} {} {}", b.min.x, b.min.y, b.max.x, b.max.y));
        let crc = super::super::log::crc(&s, place.as_deref(), &serde_json::to_string(&s.edit).unwrap());
        let c = Connection::open(&path).unwrap();
        c.execute("UPDATE getu_log SET step = ?1, crc = ?2 WHERE n = (SELECT max(n) FROM getu_log)", [step, crc])
            .unwrap();
        drop(c);
        open(&path, 1, None).map(|o| o.history.next_id().sequence)
    };
    assert_eq!(with((1 << 28) - 2), Ok((1 << 28) - 1));
    for step in [(1 << 28) - 1, 1 << 28, u32::MAX] {
        assert_eq!(with(step).unwrap_err().kind(), "damaged", "{step}");
    }
}

#[test]
fn borders_that_do_not_fit_together_are_refused() {
    let (dir, path, _) = small();
    // Written by a program with a fault: right checksums, a face with a wrong area and so another state.
    let mut o = open(&path, 1, None).unwrap();
    let mut rows = super::super::truth::rows_of(o.project());
    let key = rows.keys().rfind(|(p, _)| *p == super::super::truth::Part::Edges).unwrap().clone();
    let mut edge: crate::topology::Edge = super::super::bytes::read_sealed("getu_edges", &key.1, &rows[&key]).unwrap();
    let mut points = edge.points.to_vec();
    points.insert(1, pt(999_000, 999_000));
    edge.points = points.into();
    let value = super::super::bytes::sealed("getu_edges", &key.1, &edge);
    rows.insert(key.clone(), value.clone());
    let c = Connection::open(&path).unwrap();
    c.execute("UPDATE getu_edges SET value = ?1 WHERE key = ?2", rusqlite::params![value, key.1]).unwrap();
    drop(c);
    match open(&path, 1, None) {
        Err(StoreError::Ground { plan, layer, at }) => {
            assert_eq!((plan.is_empty(), layer.as_str(), at.is_some()), (false, "grid", true));
        }
        other => panic!("{other:?}"),
    }
    o.history.undo();
    assert_eq!(names(dir.path()).len(), 1);
}
