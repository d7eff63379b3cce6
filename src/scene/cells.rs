//! Four colours for cells, so that no two neighbours share one.

/// Colours 0–3 for `n` cells of a planar map, so that neighbours differ. `adjacent` lists pairs of neighbours
/// (order, repeats and pairs with themselves do not matter; numbers ≥ `n` are ignored). `before[i]`, where given and
/// below 4, is what cell `i` wore last and is kept wherever that is possible without search.
///
/// Old colours first, then DSATUR (Brélaz 1979) for the rest; where it would need a fifth colour, the chains of two
/// colours round the cell are swapped (Kempe 1879), and where one swap is not enough, two in a row. If that fails,
/// the same without old colours, at last an exhaustive search under a fixed bound of steps. Always ends. Where four
/// colours are not found (they exist if the map is planar, but the search is bounded) a cell takes the colour fewest
/// of its neighbours wear. Deterministic. O(n²) for usual maps.
pub fn four_colouring(n: usize, adjacent: &[(u32, u32)], before: &[Option<u8>]) -> Vec<u8> {
    let mut near = vec![Vec::new(); n];
    for &(a, b) in adjacent {
        let (a, b) = (a as usize, b as usize);
        if a != b && a < n && b < n {
            near[a].push(b);
            near[b].push(a);
        }
    }
    for list in &mut near {
        list.sort_unstable();
        list.dedup();
    }
    let mut map = Map { colour: vec![NONE; n], near };
    for i in 0..n {
        if let Some(c) = before.get(i).copied().flatten().filter(|&c| c < 4)
            && map.near[i].iter().all(|&j| map.colour[j] != c)
        {
            map.colour[i] = c;
        }
    }
    if map.complete() {
        return map.colour;
    }
    // Some old colours stand in the way: all anew.
    map.colour.fill(NONE);
    if !map.complete() {
        map.search();
    }
    map.colour
}

const NONE: u8 = 4;
/// Bound of the exhaustive search, steps.
const SEARCH_STEPS: u32 = 50_000;

struct Map {
    near: Vec<Vec<usize>>,
    colour: Vec<u8>,
}

impl Map {
    /// Which colours neighbours wear, as bits.
    fn worn(&self, cell: usize) -> u8 {
        self.near[cell].iter().fold(0, |bits, &j| if self.colour[j] < NONE { bits | 1 << self.colour[j] } else { bits })
    }

    /// The uncoloured cell with the fewest colours left, then the most neighbours, then the lowest number.
    fn most_constrained(&self) -> Option<usize> {
        let open = (0..self.colour.len()).filter(|&i| self.colour[i] == NONE);
        open.max_by_key(|&i| (self.worn(i).count_ones(), self.near[i].len(), usize::MAX - i))
    }

    /// Takes a free colour if there is one: the least worn on the whole map, so that all four are used evenly.
    fn free(&mut self, cell: usize) -> bool {
        let worn = self.worn(cell);
        let best =
            (0..4u8).filter(|c| worn & 1 << c == 0).min_by_key(|&c| self.colour.iter().filter(|&&k| k == c).count());
        self.colour[cell] = best.unwrap_or(NONE);
        best.is_some()
    }

    /// Colours the open cells; false if that came to an end it could not repair.
    fn complete(&mut self) -> bool {
        while let Some(cell) = self.most_constrained() {
            if !self.free(cell) && !self.swap(cell, 2) {
                return false;
            }
        }
        true
    }

    /// Swaps chains of two colours next to `cell` until a colour is free, at most `depth` swaps in a row; where one swap is
    /// enough, the one that changes the fewest cells: people know cells by their colour.
    fn swap(&mut self, cell: usize, depth: u32) -> bool {
        let mut best: Option<(Vec<usize>, u8, u8)> = None;
        for (a, b) in (0..4u8).flat_map(|a| (0..4u8).map(move |b| (a, b))).filter(|(a, b)| a != b) {
            let starts: Vec<usize> = self.near[cell].iter().copied().filter(|&j| self.colour[j] == a).collect();
            for start in starts {
                let chain = self.chain(start, b);
                if best.as_ref().is_some_and(|(shortest, ..)| shortest.len() <= chain.len()) {
                    continue;
                }
                self.flip(&chain, a, b);
                let frees = self.worn(cell) != 0b1111;
                self.flip(&chain, a, b);
                if frees {
                    best = Some((chain, a, b));
                }
            }
        }
        if let Some((chain, a, b)) = best {
            self.flip(&chain, a, b);
            return self.free(cell);
        }
        if depth < 2 {
            return false;
        }
        for (a, b) in (0..4u8).flat_map(|a| (0..4u8).map(move |b| (a, b))).filter(|(a, b)| a != b) {
            let starts: Vec<usize> = self.near[cell].iter().copied().filter(|&j| self.colour[j] == a).collect();
            for start in starts {
                let chain = self.chain(start, b);
                self.flip(&chain, a, b);
                if self.swap(cell, depth - 1) {
                    return true;
                }
                self.flip(&chain, a, b);
            }
        }
        false
    }

    /// The cells joined to `start` by cells of its colour and of `other`.
    fn chain(&self, start: usize, other: u8) -> Vec<usize> {
        let (a, mut seen, mut chain) = (self.colour[start], vec![false; self.colour.len()], vec![start]);
        seen[start] = true;
        let mut i = 0;
        while i < chain.len() {
            for &j in &self.near[chain[i]] {
                if !seen[j] && (self.colour[j] == a || self.colour[j] == other) {
                    seen[j] = true;
                    chain.push(j);
                }
            }
            i += 1;
        }
        chain
    }

    fn flip(&mut self, chain: &[usize], a: u8, b: u8) {
        for &i in chain {
            self.colour[i] = if self.colour[i] == a { b } else { a };
        }
    }

    /// DSATUR with backtracking from nothing, bounded; then the least bad colours.
    fn search(&mut self) {
        self.colour.fill(NONE);
        // (cell, colours not tried yet)
        let mut trail: Vec<(usize, u8)> = Vec::new();
        for _ in 0..SEARCH_STEPS {
            let Some(cell) = self.most_constrained() else { return };
            let (mut at, mut left) = (cell, !self.worn(cell) & 0b1111);
            while left == 0 {
                let Some((back, rest)) = trail.pop() else { return self.least_bad() };
                self.colour[back] = NONE;
                (at, left) = (back, rest);
            }
            self.colour[at] = left.trailing_zeros() as u8;
            trail.push((at, left & (left - 1)));
        }
        self.least_bad();
    }

    /// Completes with the colour fewest neighbours wear; from the search's last state or from nothing.
    fn least_bad(&mut self) {
        while let Some(cell) = self.most_constrained() {
            if !self.free(cell) {
                let worn = |c: u8| self.near[cell].iter().filter(|&&j| self.colour[j] == c).count();
                self.colour[cell] = (0..4u8).min_by_key(|&c| worn(c)).unwrap_or(0);
            }
        }
    }
}
