//! A persistent map from numbers to values, for few numbers of many.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// Numbers in one page: the square root of a million, so that copying a page costs no more than copying their list.
const PAGE_BITS: u32 = 10;

/// A map from `u32` in shared pages of 1,024 numbers.
///
/// `clone` is O(1). `get` is O(log n); `set` copies one page and the list of pages, and neither if no other clone
/// holds it.
#[derive(Clone)]
pub struct Sparse<T> {
    pages: Arc<BTreeMap<u32, Arc<BTreeMap<u32, T>>>>,
    len: usize,
}

impl<T> Default for Sparse<T> {
    fn default() -> Self {
        Sparse { pages: Arc::default(), len: 0 }
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for Sparse<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<T> Sparse<T> {
    /// Number of entries.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The value at a number.
    pub fn get(&self, i: u32) -> Option<&T> {
        self.pages.get(&(i >> PAGE_BITS))?.get(&i)
    }

    /// The largest number with a value.
    pub fn last(&self) -> Option<u32> {
        self.pages.last_key_value().and_then(|(_, page)| page.last_key_value()).map(|(&i, _)| i)
    }

    /// All entries, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        self.pages.values().flat_map(|page| page.iter()).map(|(&i, v)| (i, v))
    }

    /// The entries of a range of numbers, ascending.
    pub fn range(&self, of: Range<u32>) -> impl Iterator<Item = (u32, &T)> {
        let pages = (of.start >> PAGE_BITS)..=(of.end >> PAGE_BITS);
        let of = if of.is_empty() { 0..0 } else { of };
        self.pages.range(pages).flat_map(move |(_, page)| page.range(of.clone())).map(|(&i, v)| (i, v))
    }
}

impl<T: Clone> Sparse<T> {
    /// Sets the value at a number, or takes it away; returns what was there.
    pub fn set(&mut self, i: u32, value: Option<T>) -> Option<T> {
        if value.is_none() && self.get(i).is_none() {
            return None;
        }
        let pages = Arc::make_mut(&mut self.pages);
        let page = Arc::make_mut(pages.entry(i >> PAGE_BITS).or_default());
        let old = match value {
            Some(v) => page.insert(i, v),
            None => page.remove(&i),
        };
        self.len = self.len + usize::from(page.contains_key(&i)) - usize::from(old.is_some());
        if page.is_empty() {
            pages.remove(&(i >> PAGE_BITS));
        }
        old
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn behaves_as_a_map_and_never_changes_a_clone(ops in prop::collection::vec((0u8..5, 0u32..5000, any::<u8>()), 0..200), wide in any::<bool>()) {
            let (mut m, mut s) = (BTreeMap::new(), Sparse::default());
            let mut kept = Vec::new();
            for (op, i, x) in ops {
                let i = if wide { i * 800_011 } else { i };
                match op {
                    0 => prop_assert_eq!(s.set(i, None), m.remove(&i)),
                    1 => kept.push((m.clone(), s.clone())),
                    _ => prop_assert_eq!(s.set(i, Some(x)), m.insert(i, x)),
                }
                prop_assert_eq!(s.get(i), m.get(&i));
                prop_assert_eq!((s.len(), s.last(), s.is_empty()), (m.len(), m.keys().next_back().copied(), m.is_empty()));
                let to = i.saturating_add(u32::from(x) * 40);
                prop_assert!(s.range(i..to).eq(m.range(i..to).map(|(&i, v)| (i, v))));
            }
            kept.push((m, s));
            for (m, s) in kept {
                prop_assert!(s.iter().eq(m.iter().map(|(&i, v)| (i, v))));
            }
        }
    }
}
