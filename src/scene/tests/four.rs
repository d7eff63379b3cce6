//! Neighbours never share a colour on planar maps, and old colours are kept.

use crate::scene::four_colouring;
use proptest::prelude::*;

fn proper(colours: &[u8], adjacent: &[(u32, u32)]) -> bool {
    colours.iter().all(|&c| c < 4) && adjacent.iter().all(|&(a, b)| colours[a as usize] != colours[b as usize])
}

/// A grid of w × h cells, each square of four cut by one of its diagonals: a planar triangulation.
fn grid(w: u32, h: u32, diagonals: &[bool]) -> Vec<(u32, u32)> {
    let at = |x: u32, y: u32| y * w + x;
    let mut out = Vec::new();
    for y in 0..h {
        for x in 0..w {
            if x + 1 < w {
                out.push((at(x, y), at(x + 1, y)));
            }
            if y + 1 < h {
                out.push((at(x, y), at(x, y + 1)));
            }
            if x + 1 < w && y + 1 < h {
                let up = diagonals[(at(x, y) as usize) % diagonals.len()];
                out.push(if up { (at(x, y), at(x + 1, y + 1)) } else { (at(x + 1, y), at(x, y + 1)) });
            }
        }
    }
    out
}

/// A stacked triangulation: each new cell lies in a triangle of three old ones. Its four-colouring is unique.
fn stacked(picks: &[u32]) -> (usize, Vec<(u32, u32)>) {
    let (mut faces, mut out) = (vec![[0u32, 1, 2], [0, 1, 2]], vec![(0, 1), (1, 2), (0, 2)]);
    for (k, &pick) in picks.iter().enumerate() {
        let n = k as u32 + 3;
        let i = pick as usize % faces.len();
        let [a, b, c] = faces.swap_remove(i);
        out.extend([(a, n), (b, n), (c, n)]);
        faces.extend([[a, b, n], [b, c, n], [a, c, n]]);
    }
    (picks.len() + 3, out)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn planar_grids_take_four(
        w in 1u32..16, h in 1u32..12,
        diagonals in prop::collection::vec(any::<bool>(), 1..200),
        before in prop::collection::vec(prop::option::of(0u8..6), 0..200),
    ) {
        let adjacent = grid(w, h, &diagonals);
        let colours = four_colouring((w * h) as usize, &adjacent, &before);
        prop_assert!(proper(&colours, &adjacent));
        // Colours that were right stay.
        let old: Vec<Option<u8>> = colours.iter().copied().map(Some).collect();
        prop_assert_eq!(four_colouring((w * h) as usize, &adjacent, &old), colours);
    }

    #[test]
    fn stacked_maps_take_four_whatever_they_wore(
        picks in prop::collection::vec(any::<u32>(), 1..90),
        before in prop::collection::vec(prop::option::of(0u8..4), 0..90),
    ) {
        let (n, adjacent) = stacked(&picks);
        prop_assert!(proper(&four_colouring(n, &adjacent, &before), &adjacent));
    }
}

#[test]
fn the_map_that_defeats_kempe_is_coloured() {
    // Errera's graph (1921), on which Kempe's plain argument fails, from its rotation as in the literature.
    let rows: [&[u32]; 17] = [
        &[1, 7, 14, 15, 16],
        &[0, 2, 9, 14, 15],
        &[1, 3, 8, 9, 10, 14],
        &[2, 4, 9, 10, 11],
        &[3, 5, 10, 11, 12],
        &[4, 6, 11, 12],
        &[5, 7, 11, 12, 13, 16],
        &[0, 6, 13, 14, 16],
        &[2, 10, 12, 13, 14],
        &[1, 2, 3, 11, 15],
        &[2, 3, 4, 8, 12],
        &[3, 4, 5, 6, 9, 15],
        &[4, 5, 6, 8, 10, 13],
        &[6, 7, 8, 12, 14],
        &[0, 1, 2, 7, 8, 13],
        &[0, 1, 9, 11, 16],
        &[0, 6, 7, 15],
    ];
    let adjacent: Vec<(u32, u32)> =
        rows.iter().enumerate().flat_map(|(i, r)| r.iter().map(move |&j| (i as u32, j))).collect();
    assert!(proper(&four_colouring(17, &adjacent, &[]), &adjacent));
}

#[test]
fn maps_that_need_five_still_end() {
    let all: Vec<(u32, u32)> = (0..6).flat_map(|a| (0..a).map(move |b| (a, b))).collect();
    let colours = four_colouring(6, &all, &[]);
    assert!(colours.iter().all(|&c| c < 4));
    assert_eq!(four_colouring(0, &[], &[]), Vec::<u8>::new());
    // Loops, repeats and strangers are ignored.
    let two = four_colouring(2, &[(0, 0), (0, 1), (1, 0), (0, 9)], &[Some(2), Some(2)]);
    assert_eq!(two[0], 2);
    assert_ne!(two[1], 2);
}

#[test]
fn a_new_cell_between_four_colours_changes_as_few_others_as_may_be() {
    // The new cell 0 within a ring 1–2–3–4; a tail of two colours hangs on 1, so that freeing its colour would change four.
    let ring = [(0, 1), (0, 2), (0, 3), (0, 4), (1, 2), (2, 3), (3, 4), (4, 1), (1, 5), (5, 6), (6, 7)];
    let before = [None, Some(0), Some(1), Some(2), Some(3), Some(2), Some(0), Some(2)];
    let after = four_colouring(8, &ring, &before);
    assert!(proper(&after, &ring));
    let changed = (1..8).filter(|&i| before[i] != Some(after[i])).count();
    assert_eq!(changed, 1, "{after:?}");
}
