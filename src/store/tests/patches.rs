//! Patches as bytes.

use super::*;
use proptest::prelude::*;

#[test]
fn a_patch_read_back_does_and_undoes_exactly_the_same() {
    for seed in 0..6 {
        let mut d = Desk::town();
        d.wander(&mut Rng(seed), 120);
        let steps: Vec<_> = d.history.log().map(|(s, undone)| (s.clone(), undone)).collect();
        let shelf = d.bag.0.clone();
        let mut now = d.history.stable().clone();
        let last = content(&now);
        // All the way back by patches that were bytes, beside the patches in memory.
        let done: Vec<_> = steps.iter().filter(|(_, undone)| !undone).map(|(s, _)| s).collect();
        let mut read = Vec::new();
        for s in done.iter().rev() {
            let patch = s.patch.as_ref().unwrap();
            let bytes = patch_bytes(patch);
            let mut again = read_patch(&bytes).unwrap();
            fill_segments(&mut again, &shelf).unwrap();
            assert_eq!(patch_bytes(&again), bytes);
            let (a, b) = (now.patched(patch, true), now.patched(&again, true));
            assert_eq!(content(&a), content(&b), "{}", s.sentence.en);
            now = b;
            read.push(again);
        }
        assert_eq!(now.facts.members.len(), 0);
        // And forward.
        for patch in read.iter().rev() {
            now = now.patched(patch, false);
        }
        assert_eq!(content(&now), last, "seed {seed}");
        assert!(steps.len() > 60, "{}", steps.len());
    }
}

#[test]
fn a_patch_whose_segment_is_missing_is_named() {
    let d = Desk::town();
    let patches: Vec<_> = d.history.log().filter_map(|(s, _)| s.patch.clone()).collect();
    let bytes: Vec<Vec<u8>> = patches.iter().map(|p| patch_bytes(p)).collect();
    let refused =
        bytes.iter().filter(|b| fill_segments(&mut read_patch(b).unwrap(), &BTreeMap::new()).is_err()).count();
    assert_eq!(refused, 5, "buildings, courtyards, roads, water, incidents");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn bytes_that_are_no_patch_are_refused(step in 0usize..24, flips in prop::collection::vec((0usize..100_000, 1u8..=255), 1..4), cut in 0usize..4000) {
        thread_local!(static BYTES: Vec<Vec<u8>> = {
            let d = Desk::town();
            d.history.log().filter_map(|(s, _)| s.patch.as_deref().map(patch_bytes)).collect()
        });
        let bytes = BYTES.with(|b| b[step % b.len()].clone());
        let mut bad = bytes.clone();
        for (i, x) in flips {
            let i = i % bad.len();
            bad[i] ^= x;
        }
        prop_assert!(bad == bytes || read_patch(&bad).is_err());
        prop_assert!(read_patch(&bytes[..cut.min(bytes.len() - 1)]).is_err());
        // With a right checksum: nothing panics, and what is read is written again.
        let body = bad[..bad.len() - 4].to_vec();
        if let Ok(p) = read_patch(&super::super::bytes::seal("patch", &[], body)) {
            let _ = patch_bytes(&p);
        }
    }
}
