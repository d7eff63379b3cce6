//! A persistent vector: cloning costs one reference count, changing an element copies one page of each level.

use std::sync::Arc;

const BITS: u32 = 5;
const PAGE: usize = 1 << BITS;
const MASK: usize = PAGE - 1;

/// A vector in shared pages of 32, as a radix tree.
///
/// `clone` is O(1). `get` and `set` are O(log₃₂ n); `set` copies at most one page of each level, and none that no
/// other clone holds.
#[derive(Clone, Debug)]
pub struct Paged<T> {
    root: Page<T>,
    len: usize,
    /// Levels of branches above the leaves.
    height: u32,
}

#[derive(Clone, Debug)]
enum Page<T> {
    Leaf(Arc<Vec<T>>),
    Branch(Arc<Vec<Page<T>>>),
}

impl<T: Clone> Default for Paged<T> {
    fn default() -> Self {
        Paged { root: Page::Leaf(Arc::new(Vec::new())), len: 0, height: 0 }
    }
}

impl<T: Clone> Paged<T> {
    /// An empty vector.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The element at `i`, if there is one.
    pub fn get(&self, i: usize) -> Option<&T> {
        if i >= self.len {
            return None;
        }
        let mut page = &self.root;
        let mut level = self.height;
        loop {
            match page {
                Page::Leaf(v) => return v.get(i & MASK),
                Page::Branch(v) => page = v.get((i >> (BITS * level)) & MASK)?,
            }
            level = level.saturating_sub(1);
        }
    }

    /// A mutable element, its pages made our own first.
    pub fn get_mut(&mut self, i: usize) -> Option<&mut T> {
        if i >= self.len {
            return None;
        }
        let mut page = &mut self.root;
        let mut level = self.height;
        loop {
            match page {
                Page::Leaf(v) => return Arc::make_mut(v).get_mut(i & MASK),
                Page::Branch(v) => page = Arc::make_mut(v).get_mut((i >> (BITS * level)) & MASK)?,
            }
            level = level.saturating_sub(1);
        }
    }

    /// Replaces the element at `i`; returns whether there was one.
    pub fn set(&mut self, i: usize, value: T) -> bool {
        self.get_mut(i).map(|slot| *slot = value).is_some()
    }

    /// Appends an element.
    pub fn push(&mut self, value: T) {
        if self.len == PAGE << (BITS * self.height) {
            let old = std::mem::replace(&mut self.root, Page::Leaf(Arc::new(Vec::new())));
            self.root = Page::Branch(Arc::new(vec![old]));
            self.height += 1;
        }
        let i = self.len;
        let mut page = &mut self.root;
        let mut level = self.height;
        loop {
            match page {
                Page::Leaf(v) => {
                    Arc::make_mut(v).push(value);
                    break;
                }
                Page::Branch(v) => {
                    let v = Arc::make_mut(v);
                    let k = (i >> (BITS * level)) & MASK;
                    if k == v.len() {
                        v.push(if level == 1 {
                            Page::Leaf(Arc::new(Vec::with_capacity(PAGE)))
                        } else {
                            Page::Branch(Arc::new(Vec::new()))
                        });
                    }
                    page = &mut v[k];
                }
            }
            level -= 1;
        }
        self.len += 1;
    }

    /// Drops every element from `len` on.
    pub fn truncate(&mut self, len: usize) {
        while self.len > len {
            self.len -= 1;
            let i = self.len;
            pop_at(&mut self.root, self.height, i);
        }
        while self.height > 0 && self.len <= PAGE << (BITS * (self.height - 1)) {
            let first = match &self.root {
                Page::Branch(v) => v.first().cloned(),
                Page::Leaf(_) => None,
            };
            match first {
                Some(page) => (self.root, self.height) = (page, self.height - 1),
                None => *self = Paged::new(),
            }
        }
    }

    /// All elements in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        // Page by page: one descent for 32 elements.
        (0..self.len.div_ceil(PAGE)).flat_map(move |p| self.leaf(p * PAGE).iter())
    }

    fn leaf(&self, i: usize) -> &[T] {
        let mut page = &self.root;
        let mut level = self.height;
        loop {
            match page {
                Page::Leaf(v) => return v,
                Page::Branch(v) => match v.get((i >> (BITS * level)) & MASK) {
                    Some(p) => page = p,
                    None => return &[],
                },
            }
            level -= 1;
        }
    }
}

fn pop_at<T: Clone>(page: &mut Page<T>, level: u32, i: usize) {
    match page {
        Page::Leaf(v) => {
            Arc::make_mut(v).pop();
        }
        Page::Branch(v) => {
            let v = Arc::make_mut(v);
            let k = (i >> (BITS * level)) & MASK;
            pop_at(&mut v[k], level - 1, i);
            if i & ((1 << (BITS * level)) - 1) == 0 {
                v.pop();
            }
        }
    }
}

impl<T: Clone> FromIterator<T> for Paged<T> {
    fn from_iter<I: IntoIterator<Item = T>>(iter: I) -> Self {
        let mut out = Paged::new();
        for v in iter {
            out.push(v);
        }
        out
    }
}

impl<T: Clone + PartialEq> PartialEq for Paged<T> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn behaves_as_a_vector_and_never_changes_a_clone(ops in prop::collection::vec((0u8..4, 0usize..5000, any::<u32>()), 0..60)) {
            let (mut v, mut p) = (Vec::new(), Paged::new());
            let mut kept = Vec::new();
            for (op, i, x) in ops {
                match op {
                    0 => for k in 0..i % 1500 { v.push(x ^ k as u32); p.push(x ^ k as u32); },
                    1 => if !v.is_empty() { let i = i % v.len(); v[i] = x; prop_assert!(p.set(i, x)); },
                    2 => { let n = i.min(v.len()); v.truncate(n); p.truncate(n); }
                    _ => kept.push((v.clone(), p.clone())),
                }
                prop_assert_eq!(p.len(), v.len());
                prop_assert_eq!(p.get(i).copied(), v.get(i).copied());
            }
            kept.push((v, p));
            for (v, p) in kept {
                prop_assert!(p.iter().eq(v.iter()));
            }
        }
    }
}
