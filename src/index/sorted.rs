//! A persistent list in order, for things that are looked up in it and change one by one.

use std::cmp::Ordering;
use std::sync::Arc;

/// Items in a page at most; a full one is divided.
const FULL: usize = 64;

/// Items in ascending order, in shared pages of up to 64. What the order is the caller says: with each question comes a
/// function that tells how an item stands to the place looked for.
///
/// `clone` is O(1). A question is O(log n); a change copies one page and the list of pages, n / 32 at most, and neither
/// if no other clone holds it.
#[derive(Clone, Debug)]
pub struct Sorted<T> {
    pages: Arc<Vec<Arc<Vec<T>>>>,
    len: usize,
}

impl<T> Default for Sorted<T> {
    fn default() -> Self {
        Sorted { pages: Arc::default(), len: 0 }
    }
}

impl<T: Clone> Sorted<T> {
    /// Number of items.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All items, ascending.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.pages.iter().flat_map(|page| page.iter())
    }

    /// The page and the place in it of the first item that is not before the place looked for.
    fn place(&self, order: &impl Fn(&T) -> Ordering) -> (usize, usize) {
        // No page is empty.
        let page = self.pages.partition_point(|p| p.last().is_some_and(|x| order(x).is_lt()));
        (page, self.pages.get(page).map_or(0, |p| p.partition_point(|x| order(x).is_lt())))
    }

    /// The first item that is not before the place looked for.
    pub fn first_from(&self, order: impl Fn(&T) -> Ordering) -> Option<&T> {
        let (page, i) = self.place(&order);
        self.pages.get(page)?.get(i)
    }

    /// The items before the place looked for, the nearest first.
    pub fn back_from(&self, order: impl Fn(&T) -> Ordering) -> impl Iterator<Item = &T> {
        let (page, i) = self.place(&order);
        let here = self.pages.get(page).map_or(&[][..], |p| &p[..i]);
        here.iter().rev().chain(self.pages[..page].iter().rev().flat_map(|p| p.iter().rev()))
    }

    /// The item at the place looked for.
    pub fn get(&self, order: impl Fn(&T) -> Ordering) -> Option<&T> {
        self.first_from(&order).filter(|x| order(x).is_eq())
    }

    /// Sets the item at its place, or takes it away; what was there.
    pub fn set(&mut self, order: impl Fn(&T) -> Ordering, item: Option<T>) -> Option<T> {
        let (page, i) = self.place(&order);
        let there = self.pages.get(page).and_then(|p| p.get(i)).is_some_and(|x| order(x).is_eq());
        if item.is_none() && !there {
            return None;
        }
        let pages = Arc::make_mut(&mut self.pages);
        // What comes after all others goes to the last page.
        let (page, i) = match pages.len() {
            0 => {
                pages.push(Arc::default());
                (0, 0)
            }
            n if page == n => (n - 1, pages[n - 1].len()),
            _ => (page, i),
        };
        let list = Arc::make_mut(&mut pages[page]);
        match (item, there) {
            (Some(item), true) => Some(std::mem::replace(&mut list[i], item)),
            (Some(item), false) => {
                list.insert(i, item);
                self.len += 1;
                if list.len() > FULL {
                    let second = list.split_off(FULL / 2);
                    pages.insert(page + 1, Arc::new(second));
                }
                None
            }
            (None, _) => {
                let old = list.remove(i);
                self.len -= 1;
                if list.is_empty() {
                    pages.remove(page);
                }
                Some(old)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn behaves_as_a_map_and_never_changes_a_clone(ops in prop::collection::vec((0u8..6, 0u32..400, any::<u8>()), 0..900)) {
            let (mut m, mut s) = (BTreeMap::new(), Sorted::default());
            let mut kept = Vec::new();
            for (op, i, x) in ops {
                let at = |y: &(u32, u8)| y.0.cmp(&i);
                match op {
                    0 => prop_assert_eq!(s.set(at, None), m.remove(&i).map(|x| (i, x))),
                    1 if kept.len() < 20 => kept.push((m.clone(), s.clone())),
                    _ => prop_assert_eq!(s.set(at, Some((i, x))), m.insert(i, x).map(|x| (i, x))),
                }
                prop_assert_eq!(s.get(at).copied(), m.get(&i).map(|&x| (i, x)));
                prop_assert_eq!(s.first_from(at).copied(), m.range(i..).next().map(|(&i, &x)| (i, x)));
                prop_assert!(s.back_from(at).copied().eq(m.range(..i).rev().map(|(&i, &x)| (i, x))));
                prop_assert_eq!((s.len(), s.is_empty()), (m.len(), m.is_empty()));
            }
            kept.push((m, s));
            for (m, s) in kept {
                prop_assert!(s.iter().copied().eq(m.iter().map(|(&i, &x)| (i, x))));
            }
        }
    }
}
