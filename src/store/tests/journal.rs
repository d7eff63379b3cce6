//! Records of the journal.

use super::*;
use crate::store::journal::{Deed, HEADER, Record, RecordHash, Tail, decode, encode};
use proptest::prelude::*;

/// A journal of a town's steps with undo and redo, and where each record ends.
fn journal() -> (Vec<u8>, Vec<usize>) {
    let d = Desk::town();
    let mut bytes = HEADER.to_vec();
    let (mut ends, mut before) = (vec![bytes.len()], RecordHash::first());
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
        let deed = Deed::Edit { edit, patch: Box::new(patch), sentence: s.sentence.clone(), plan: s.plan.clone() };
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
    let again: Vec<u8> = HEADER.iter().copied().chain(j.records.iter().flat_map(|r| encode(r).0)).collect();
    assert_eq!(again, bytes);
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
            bytes.splice(0..0, HEADER);
        }
        let j = decode(&bytes);
        prop_assert!(j.whole_bytes <= bytes.len());
    }
}
