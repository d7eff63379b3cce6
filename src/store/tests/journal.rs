//! Records of the journal.

use super::*;
use crate::store::journal::{Deed, MAGIC, Record, Start, Tail, begin, decode, encode};
use proptest::prelude::*;

/// A journal of a town's steps with undo and redo, and where each record ends.
fn journal() -> (Vec<u8>, Vec<usize>) {
    let d = Desk::town();
    let (mut bytes, mut before) = begin(&Start::of(Desk::new().history.stable(), None));
    let mut ends = vec![bytes.len()];
    let mut write = |sequence: u64, step, deed, state| {
        let record = Record { sequence, step, author: "王敏".into(), time: -5, deed, state, before };
        let (b, hash) = encode(&record);
        before = hash;
        bytes.extend(b);
        ends.push(bytes.len());
    };
    let mut n = 0;
    for (s, _) in d.history.log() {
        n += 1;
        let patch = s.patch.as_deref().unwrap().clone();
        let state = patch.state.1;
        let edit = Box::new(s.edit.clone());
        let deed = Deed::Edit {
            edit,
            patch: Box::new(patch),
            sentence: s.sentence.clone(),
            plan: s.plan.clone(),
            place: s.place,
        };
        write(n, s.id, deed, state);
    }
    let last = d.history.next_undo().unwrap();
    let states = last.patch.as_ref().unwrap().state;
    write(n + 1, last.id, Deed::Undo, states.0);
    write(n + 2, last.id, Deed::Redo, states.1);
    (bytes, ends)
}

#[test]
fn a_journal_is_read_as_it_was_written_and_replays_the_project() {
    let (bytes, ends) = journal();
    let j = decode(&bytes);
    assert_eq!((j.tail, j.whole_bytes, j.records.len()), (Tail::Whole, bytes.len(), ends.len() - 1));
    let d = Desk::town();
    let mut now = Desk::new().history.stable().clone();
    assert_eq!(j.start, Some(Start::of(&now, None)));
    let places = |of: &mut dyn Iterator<Item = Option<crate::geom::Box2>>| of.collect::<Vec<_>>();
    let read = places(&mut j.records.iter().filter_map(|r| match &r.deed {
        Deed::Edit { place, .. } => Some(*place),
        _ => None,
    }));
    assert_eq!(read, places(&mut d.history.log().map(|(s, _)| s.place)));
    assert!(read.iter().any(Option::is_some));
    let mut by_step = BTreeMap::new();
    for r in &j.records {
        match &r.deed {
            Deed::Edit { patch, edit, .. } => {
                let mut p = (**patch).clone();
                fill_segments(&mut p, &d.bag.0).unwrap();
                now = now.patched(&p, false);
                by_step.insert(r.step, p);
                assert!(serde_json::to_string(edit).unwrap().contains("\"op\""));
            }
            Deed::Undo => now = now.patched(&by_step[&r.step], true),
            Deed::Redo => now = now.patched(&by_step[&r.step], false),
        }
        assert_eq!(now.state, r.state);
    }
    assert_eq!(content(&now), content(d.history.stable()));
    // Encoding what was decoded gives the same bytes.
    let mut again = begin(&j.start.unwrap()).0;
    again.extend(j.records.iter().flat_map(|r| encode(r).0));
    assert_eq!(again, bytes);
}

#[test]
fn a_journal_belongs_to_one_file_in_one_state() {
    let (_dir, path) = file();
    let mut d = Desk::town();
    let first = save(&path, &d.input(), None).unwrap().generation;
    let start = Start::of(d.history.stable(), Some(&first));
    // What is read is what was saved; another save of the same project is another file to go on from.
    let opened = open(&path, 1, None).unwrap();
    assert_eq!(Start::of(opened.project(), Some(&opened.generation)), start);
    let second = save(&path, &d.input(), Some(&first)).unwrap().generation;
    assert_ne!(Start::of(d.history.stable(), Some(&second)), start);
    d.must(json!({"op": "set", "building": "B000001", "households": 1}));
    assert_ne!(Start::of(d.history.stable(), Some(&first)), start);
    // Two new projects of equal content.
    let (a, b) = [Id(7), Id(8)].map(|id| Project::new((*d.history.stable().facts.head).clone(), vec![], id)).into();
    assert_eq!(a.state, b.state);
    assert_ne!(Start::of(&a, None), Start::of(&b, None));
    // Records of one journal do not follow the header of another.
    let (bytes, ends) = journal();
    let mut moved = begin(&start).0;
    moved.extend(&bytes[ends[0]..]);
    let j = decode(&moved);
    assert_eq!((j.start, j.records.len()), (Some(start), 0));
    assert!(matches!(j.tail, Tail::Torn { .. }));
}

#[test]
fn reading_stops_cleanly_wherever_a_journal_is_cut_off() {
    let (bytes, ends) = journal();
    for n in (0..bytes.len()).filter(|n| n % 7 == 0 || ends.iter().any(|e| e.abs_diff(*n) < 12)) {
        let j = decode(&bytes[..n]);
        let whole = ends.iter().filter(|&&e| e <= n).count();
        assert_eq!(j.records.len() + 1, whole.max(1), "{n}");
        match j.tail {
            Tail::Whole => assert!(ends.contains(&n)),
            Tail::Torn { .. } => assert!(!ends.contains(&n)),
            Tail::Foreign => panic!("{n}"),
        }
        assert_eq!(j.whole_bytes, ends.iter().copied().filter(|&e| e <= n).max().unwrap_or(0));
    }
    assert_eq!(decode(b"PK\x03\x04 no journal").tail, Tail::Foreign);
    // A record left out, or put in twice, is seen.
    let out = [&bytes[..ends[2]], &bytes[ends[3]..]].concat();
    let twice = [&bytes[..ends[3]], &bytes[ends[2]..]].concat();
    assert_eq!((decode(&out).records.len(), decode(&twice).records.len()), (2, 3));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn a_flipped_bit_ends_the_journal_at_its_record(place in 0usize..1_000_000, bit in 0u8..8) {
        thread_local!(static J: (Vec<u8>, Vec<usize>) = journal());
        let (mut bytes, ends) = J.with(Clone::clone);
        let i = place % bytes.len();
        bytes[i] ^= 1 << bit;
        let j = decode(&bytes);
        let before = ends.iter().filter(|&&e| e <= i).count().saturating_sub(1);
        prop_assert_eq!(j.records.len(), before);
        prop_assert!(j.tail != Tail::Whole);
    }

    #[test]
    fn no_bytes_make_it_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..300), headed in any::<bool>()) {
        if headed {
            bytes.splice(0..0, MAGIC);
        }
        let j = decode(&bytes);
        prop_assert!(j.whole_bytes <= bytes.len());
    }
}
