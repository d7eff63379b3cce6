//! What keeps a save from overwriting anybody's work.

use super::*;
use rusqlite::Connection;

#[test]
fn a_file_that_somebody_else_saved_is_not_overwritten() {
    let (dir, path) = file();
    let mut a = Desk::town();
    let base = save(&path, &a.input(), None).unwrap().generation;
    // Somebody else opens, edits and saves.
    let opened = open(&path, 9, None).unwrap();
    let mut b = Desk { history: opened.history, bag: Bag::default(), time: a.time };
    b.must(json!({"op": "set", "building": "B000001", "households": 1}));
    let other = SaveInput { author: "赵强", ..b.input() };
    save(&path, &other, Some(&opened.generation)).unwrap();
    let theirs = std::fs::read(&path).unwrap();
    a.must(json!({"op": "set", "building": "B000001", "households": 2}));
    match save(&path, &a.input(), Some(&base)) {
        Err(StoreError::Changed { by, .. }) => assert_eq!(by.author, "赵强"),
        other => panic!("{other:?}"),
    }
    assert_eq!(std::fs::read(&path).unwrap(), theirs);
    assert_eq!(names(dir.path()), ["柳塘 社区.gpkg"]);
    // Two saves from one base with equal counters and sizes: the generation tells them apart.
    let (x, y) = (dir.path().join("x.gpkg"), dir.path().join("y.gpkg"));
    let gx = save(&x, &a.input(), None).unwrap().generation;
    let gy = save(&y, &a.input(), None).unwrap().generation;
    assert_eq!((gx.header, gx.size), (gy.header, gy.size));
    std::fs::copy(&y, &x).unwrap();
    assert!(matches!(save(&x, &a.input(), Some(&gx)), Err(StoreError::Changed { .. })));
}

#[test]
fn a_file_that_another_program_wrote_is_seen_and_can_be_opened() {
    let (_dir, path) = file();
    let d = Desk::town();
    let base = save(&path, &d.input(), None).unwrap().generation;
    let before = std::fs::read(&path).unwrap();
    // Another program takes a building out: our triggers in the file note it.
    let c = Connection::open(&path).unwrap();
    c.execute("DELETE FROM buildings WHERE code = 'B000001'", []).unwrap();
    drop(c);
    assert!(matches!(save(&path, &d.input(), Some(&base)), Err(StoreError::Changed { .. })));
    let opened = open(&path, 1, None).unwrap();
    assert_eq!(opened.warnings, [Warning::EditedElsewhere { tables: vec![("buildings".into(), 1)] }]);
    assert_eq!(content(opened.project()), content(d.history.stable()), "the project is as it was");
    let saved = save(&path, &d.input(), Some(&opened.generation)).unwrap();
    assert_eq!(saved.derived_rows, 120, "the table is written anew");
    assert_eq!(open(&path, 1, None).unwrap().warnings, []);
    let c = Connection::open(&path).unwrap();
    let name: String = c.query_row("SELECT name FROM buildings WHERE code = 'B000001'", [], |r| r.get(0)).unwrap();
    assert_eq!(name, "");
    drop(c);
    // A touch of the clock alone is no change.
    std::fs::write(&path, &before).unwrap();
    save(&path, &d.input(), Some(&base)).unwrap();
}

#[test]
fn rows_that_another_program_changed_in_wal_mode_are_a_change() {
    let (_dir, path) = file();
    let d = Desk::town();
    save(&path, &d.input(), None).unwrap();
    let c = Connection::open(&path).unwrap();
    c.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())).unwrap();
    c.execute("DELETE FROM buildings WHERE code = 'B000001'", []).unwrap();
    drop(c);
    let opened = open(&path, 1, None).unwrap();
    assert_eq!(opened.warnings, [Warning::EditedElsewhere { tables: vec![("buildings".into(), 1)] }]);
    // One row more. In WAL mode a transaction need not change the header.
    let before = std::fs::read(&path).unwrap();
    let c = Connection::open(&path).unwrap();
    c.execute("DELETE FROM buildings WHERE code = 'B000002'", []).unwrap();
    drop(c);
    let after = std::fs::read(&path).unwrap();
    assert_eq!((before.len(), &before[..100]), (after.len(), &after[..100]));
    assert!(matches!(save(&path, &d.input(), Some(&opened.generation)), Err(StoreError::Changed { .. })));
    assert_eq!(std::fs::read(&path).unwrap(), after);
    // Opened again, what was seen is no change.
    let again = open(&path, 1, None).unwrap();
    let saved = save(&path, &d.input(), Some(&again.generation)).unwrap();
    assert_eq!(open(&path, 1, None).unwrap().warnings, []);
    save(&path, &d.input(), Some(&saved.generation)).unwrap();
}

#[test]
fn a_live_lock_a_file_in_the_way_and_a_file_that_went_are_refused() {
    let (dir, path) = file();
    let d = Desk::town();
    let base = save(&path, &d.input(), None).unwrap().generation;
    let bytes = std::fs::read(&path).unwrap();
    assert!(matches!(save(&path, &d.input(), None), Err(StoreError::Exists { .. })));
    let lock = dir.path().join("柳塘 社区.gpkg.lock");
    std::fs::write(&lock, r#"{"author":"赵强","host":"pc7","pid":12,"time":5}"#).unwrap();
    match save(&path, &d.input(), Some(&base)) {
        Err(StoreError::Locked { by, lock: at }) => {
            assert_eq!((by.author.as_str(), by.pid, at), ("赵强", 12, lock.clone()))
        }
        other => panic!("{other:?}"),
    }
    // A lock that cannot be read is a lock all the same.
    std::fs::write(&lock, "").unwrap();
    assert!(matches!(save(&path, &d.input(), Some(&base)), Err(StoreError::Locked { .. })));
    std::fs::remove_file(&lock).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    for other in [&b""[..], b"another file altogether", &bytes[..bytes.len() / 2]] {
        std::fs::write(&path, other).unwrap();
        assert!(matches!(save(&path, &d.input(), Some(&base)), Err(StoreError::Changed { .. })));
        assert_eq!(std::fs::read(&path).unwrap(), other);
    }
    // Somebody agreed to replace it, whatever it is.
    save(&path, &SaveInput { replace: true, ..d.input() }, None).unwrap();
    assert_eq!(open(&path, 1, None).unwrap().project().state, d.history.stable().state);
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(save(&path, &d.input(), Some(&base)), Err(StoreError::Gone { .. })));
    let nowhere = dir.path().join("no folder").join("a.gpkg");
    assert!(matches!(save(&nowhere, &d.input(), None), Err(StoreError::Gone { .. })));
    assert_eq!(names(dir.path()), Vec::<String>::new());
}

#[test]
fn a_file_or_folder_without_rights_is_left_alone() {
    let (dir, path) = file();
    let d = Desk::town();
    let base = save(&path, &d.input(), None).unwrap().generation;
    let rights = |p: &Path, on: bool| {
        let mut r = std::fs::metadata(p).unwrap().permissions();
        r.set_readonly(on);
        std::fs::set_permissions(p, r).unwrap();
    };
    rights(&path, true);
    assert!(open(&path, 1, None).is_ok());
    assert!(matches!(save(&path, &d.input(), Some(&base)), Err(StoreError::NoRights { .. })));
    rights(&path, false);
    rights(dir.path(), true);
    let probe = dir.path().join("probe");
    if std::fs::write(&probe, b"").is_ok() {
        println!("skipped: a folder without rights (this user may write everywhere)");
        std::fs::remove_file(&probe).unwrap();
    } else {
        assert!(open(&path, 1, None).is_ok());
        assert!(matches!(save(&path, &d.input(), Some(&base)), Err(StoreError::NoRights { .. })));
    }
    rights(dir.path(), false);
    assert_eq!(names(dir.path()), ["柳塘 社区.gpkg"]);
}

#[test]
fn a_file_with_an_unfinished_write_is_read_from_a_copy_and_not_saved_over() {
    let (dir, path) = file();
    let d = Desk::town();
    let base = save(&path, &d.input(), None).unwrap().generation;
    // A program that died in the middle of a write: its journal and half-written pages lie there.
    let work = dir.path().join("work.gpkg");
    std::fs::copy(&path, &work).unwrap();
    let c = Connection::open(&work).unwrap();
    c.execute_batch(
        "PRAGMA cache_size = 2; BEGIN; DELETE FROM getu_edges; DELETE FROM getu_items; DELETE FROM buildings WHERE 0;",
    )
    .unwrap();
    let journal = dir.path().join("work.gpkg-journal");
    assert!(journal.exists());
    std::fs::copy(&work, &path).unwrap();
    std::fs::copy(&journal, super::super::publish::beside(&path, "-journal")).unwrap();
    drop(c);
    std::fs::remove_file(&work).unwrap();
    let before: Vec<Vec<u8>> = names(dir.path()).iter().map(|n| std::fs::read(dir.path().join(n)).unwrap()).collect();
    assert_eq!(before.len(), 2);
    let opened = open(&path, 1, None).unwrap();
    assert_eq!(opened.warnings, [Warning::SideFiles]);
    assert_eq!(content(opened.project()), content(d.history.stable()), "rolled back in the copy");
    let after: Vec<Vec<u8>> = names(dir.path()).iter().map(|n| std::fs::read(dir.path().join(n)).unwrap()).collect();
    assert_eq!(before, after);
    assert!(matches!(save(&path, &d.input(), Some(&base)), Err(StoreError::Changed { .. })));
}

#[test]
fn a_file_in_wal_mode_is_read_with_its_frames_and_without_side_files_of_ours() {
    let (dir, path) = file();
    let d = Desk::town();
    let base = save(&path, &d.input(), None).unwrap().generation;
    let c = Connection::open(&path).unwrap();
    c.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())).unwrap();
    c.execute("UPDATE getu_meta SET value = '方案A' WHERE key = 'last_plan'", []).unwrap();
    let there = names(dir.path());
    let opened = open(&path, 1, None).unwrap();
    assert_eq!((opened.last_plan.as_deref(), &opened.warnings[..]), (Some("方案A"), &[Warning::SideFiles][..]));
    assert!(matches!(save(&path, &d.input(), Some(&base)), Err(StoreError::Changed { .. })));
    assert_eq!(names(dir.path()), there);
    // Closed well, but still in WAL mode: no side files are made, and a save ends that mode.
    drop(c);
    let opened = open(&path, 1, None).unwrap();
    assert_eq!((names(dir.path()).len(), opened.warnings.len()), (1, 0));
    save(&path, &d.input(), Some(&opened.generation)).unwrap();
    assert_eq!(std::fs::read(&path).unwrap()[18..20], [1, 1]);
}

#[test]
fn earlier_generations_are_kept_and_a_failure_to_keep_one_is_a_warning() {
    let (dir, path) = file();
    let data = dir.path().join("data");
    let mut d = Desk::town();
    let mut base = save(&path, &SaveInput { data: Some(&data), ..d.input() }, None).unwrap().generation;
    let mut states = Vec::new();
    for i in 0..7 {
        states.push(d.history.stable().state);
        d.must(json!({"op": "set", "rules": {"households_max": 800 + i}}));
        let s = save(&path, &SaveInput { data: Some(&data), ..d.input() }, Some(&base)).unwrap();
        assert_eq!(s.warnings, vec![]);
        base = s.generation;
    }
    let folder = super::super::publish::generations_folder(&data, &path);
    let kept: Vec<u128> = names(&folder)
        .iter()
        .filter(|n| n.ends_with(".gpkg"))
        .map(|n| open(&folder.join(n), 1, None).unwrap().project().state)
        .collect();
    assert_eq!(kept, states[2..], "the five before the one that is published");
    // A file where the folder should be.
    let blocked = dir.path().join("blocked");
    std::fs::write(&blocked, b"").unwrap();
    let s = save(&path, &SaveInput { data: Some(&blocked), ..d.input() }, Some(&base)).unwrap();
    assert!(matches!(s.warnings[..], [Warning::NotKept { .. }]));
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_to_the_file_that_is_saved() {
    let (dir, path) = file();
    let link = dir.path().join("link.gpkg");
    let mut d = Desk::town();
    save(&path, &d.input(), None).unwrap();
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let opened = open(&link, 1, None).unwrap();
    d.must(json!({"op": "set", "rules": {"households_max": 801}}));
    save(&link, &d.input(), Some(&opened.generation)).unwrap();
    assert!(std::fs::symlink_metadata(&link).unwrap().file_type().is_symlink());
    assert_eq!(open(&path, 1, None).unwrap().project().state, d.history.stable().state);
}
