//! Members and posts: found by identity and by code, however many there are.

use crate::index::Sorted;
use crate::model::{Id, Member, Post};
use std::cmp::Ordering;
use std::sync::Arc;

/// What has an identity and a code.
pub trait HasCode {
    /// Its identity.
    fn id(&self) -> &Id;
    /// Its code.
    fn code(&self) -> &str;
}

impl HasCode for Member {
    fn id(&self) -> &Id {
        &self.id
    }
    fn code(&self) -> &str {
        &self.code
    }
}

impl HasCode for Post {
    fn id(&self) -> &Id {
        &self.id
    }
    fn code(&self) -> &str {
        &self.code
    }
}

fn by_length(code: &str) -> (usize, &str) {
    (code.len(), code)
}

fn place<T: HasCode>(x: &Arc<T>) -> ((usize, &str), &Id) {
    (by_length(x.code()), x.id())
}

/// Things by identity, ascending, and by code. Clones share everything until they change; questions are O(log n).
#[derive(Clone)]
pub struct Coded<T> {
    by_id: Sorted<Arc<T>>,
    /// By length and then letters of the code, so that numbers of equal length stand in their order; those of one code,
    /// which only a damaged file has, by identity.
    by_code: Sorted<Arc<T>>,
}

impl<T> Default for Coded<T> {
    fn default() -> Self {
        Coded { by_id: Sorted::default(), by_code: Sorted::default() }
    }
}

impl<T: HasCode> Coded<T> {
    /// Number of things.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// The one with an identity.
    pub fn get(&self, id: &Id) -> Option<&Arc<T>> {
        self.by_id.get(|x| x.id().cmp(id))
    }

    /// Whether there is one with this identity.
    pub fn contains_key(&self, id: &Id) -> bool {
        self.get(id).is_some()
    }

    /// The one with a code; of several the one of the smallest identity.
    pub fn coded(&self, code: &str) -> Option<&Arc<T>> {
        self.by_code.first_from(|x| by_length(x.code()).cmp(&by_length(code))).filter(|x| x.code() == code)
    }

    /// The largest number that follows `prefix` in a code that is nothing else; 0 if none does. O(log n) for each length
    /// that a code has.
    pub fn largest_number(&self, prefix: &str) -> u32 {
        let longest = self.by_code.iter().next_back().map_or(0, |x| x.code().len());
        let of_length = |digits: usize| {
            let last = format!("{prefix}{}", "9".repeat(digits));
            let down = self.by_code.back_from(|x| by_length(x.code()).cmp(&by_length(&last)).then(Ordering::Less));
            let mut tails = down.map_while(|x| x.code().strip_prefix(prefix).filter(|t| t.len() == digits));
            tails.find_map(|t| t.parse().ok())
        };
        (1..=longest.saturating_sub(prefix.len())).filter_map(of_length).max().unwrap_or(0)
    }

    /// All, by identity.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Arc<T>> {
        self.by_id.iter()
    }

    /// All identities, ascending.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Id> {
        self.values().map(|x| x.id())
    }

    /// Sets the one with an identity (its own), or takes it away.
    pub fn set(&mut self, id: Id, new: Option<Arc<T>>) {
        if let Some(old) = self.by_id.set(|x| x.id().cmp(&id), new.clone()) {
            self.by_code.set(|x| place(x).cmp(&place(&old)), None);
        }
        if let Some(new) = new {
            self.by_code.set(|x| place(x).cmp(&place(&new)), Some(new.clone()));
        }
    }
}

impl<T: HasCode> FromIterator<Arc<T>> for Coded<T> {
    fn from_iter<I: IntoIterator<Item = Arc<T>>>(all: I) -> Self {
        let mut out = Coded::default();
        all.into_iter().for_each(|x| out.set(*x.id(), Some(x)));
        out
    }
}

impl<T: HasCode + std::fmt::Debug> std::fmt::Debug for Coded<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.values().map(|x| (x.id(), x))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(id: u64, code: &str) -> Arc<Member> {
        Arc::new(Member { id: Id(id), code: code.to_owned(), name: "a".to_owned(), phone: None, org: None })
    }

    #[test]
    fn a_thing_is_found_by_the_code_it_has_now() {
        let mut all: Coded<Member> = [member(7, "M2"), member(5, "M1"), member(9, "M2")].into_iter().collect();
        let found = |all: &Coded<Member>, code: &str| all.coded(code).map(|m| m.id.0);
        assert_eq!([found(&all, "M1"), found(&all, "M2"), found(&all, "M")], [Some(5), Some(7), None]);
        let before = all.clone();
        all.set(Id(7), Some(member(7, "M3")));
        all.set(Id(5), None);
        assert_eq!([found(&all, "M1"), found(&all, "M2"), found(&all, "M3")], [None, Some(9), Some(7)]);
        assert_eq!((all.len(), all.keys().map(|i| i.0).collect::<Vec<_>>()), (2, vec![7, 9]));
        assert_eq!([found(&before, "M1"), found(&before, "M2"), found(&before, "M3")], [Some(5), Some(7), None]);
    }

    #[test]
    fn the_largest_number_is_found_among_other_codes() {
        let mut all: Coded<Member> = Coded::default();
        assert_eq!(all.largest_number("M"), 0);
        let codes = [
            "M",
            "M007",
            "MX9",
            "M12",
            "M1a",
            "M0000000000031",
            "N99",
            "M99999999999",
            "9",
            "M20",
            "甲9",
            "M-99",
            "MM88",
        ];
        for (i, code) in codes.into_iter().enumerate() {
            all.set(Id(i as u64), Some(member(i as u64, code)));
        }
        assert_eq!([all.largest_number("M"), all.largest_number("N"), all.largest_number("P")], [31, 99, 0]);
        all.set(Id(5), None);
        assert_eq!([all.largest_number("M"), all.largest_number("MM"), all.largest_number("")], [20, 88, 9]);
    }

    /// Ten times what it needs, and a tenth of what copying or searching all of them for each takes.
    #[test]
    fn many_things_are_set_one_by_one_soon_while_each_state_before_is_held() {
        let start = cpu_time::ThreadTime::now();
        let (mut all, mut held) = (Coded::default(), Vec::new());
        for i in 0..40_000u64 {
            let code = format!("M{:05}", i.wrapping_mul(7919) % 40_000);
            assert!(all.coded(&code).is_none());
            held.push(all.clone());
            all.set(Id(i), Some(member(i, &code)));
            held.truncate(3);
        }
        assert_eq!((all.len(), held[1].len()), (40_000, 1));
        assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    }
}
