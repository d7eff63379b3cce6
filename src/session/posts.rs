//! Putting a person on a cell: what a short form holds, as one edit.

use super::next_member_code;
use crate::model::{Date, Post};
use crate::plan::{Op, Project};

/// A person on a post, as somebody writes it down.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Holder {
    /// The name.
    pub name: String,
    /// Work phone; empty = not given: one that is known stays.
    pub phone: String,
    /// The duty: 网格长 …
    pub duty: String,
    /// First day.
    pub from: Option<Date>,
}

/// The edit that puts a person on a cell (by code), or corrects the post `old`.
///
/// A member with the name, and the phone if one is given, is that person; else there is a new one. Who holds a post is
/// told by name: another name on it is another person, who takes the post over, and whoever held it keeps name and other
/// posts. The same name with another phone is the same person with a new phone. O(members).
pub fn holding(p: &Project, cell: &str, h: &Holder, old: Option<&Post>) -> Op {
    let given = (!h.phone.is_empty()).then(|| h.phone.clone());
    let same = |phone: &Option<String>| given.is_none() || *phone == given;
    let holder = old.and_then(|o| p.facts.members.get(&o.member)).filter(|m| m.name == h.name);
    let known = holder.or_else(|| p.facts.members.values().find(|m| m.name == h.name && same(&m.phone)));
    let code = known.map_or_else(|| next_member_code(p), |m| m.code.clone());
    let member = known.is_none_or(|m| !same(&m.phone)).then(|| Op::Member {
        code: code.clone(),
        name: h.name.clone(),
        phone: given,
        org: None,
    });
    let as_it_was = old.is_some_and(|o| holder.is_some() && o.post == h.duty && o.from == h.from);
    let post = Op::Post {
        code: old.map(|o| o.code.clone()),
        member: code,
        post: h.duty.clone(),
        cell: Some(cell.to_owned()),
        courtyard: None,
        building: None,
        org: None,
        from: h.from,
        to: old.and_then(|o| o.to),
    };
    match member {
        None => post,
        Some(member) if as_it_was => member,
        Some(member) => Op::Together { edits: vec![member.into(), post.into()] },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Lang;
    use crate::plan::{Edit, History};
    use crate::session::{Command, Effect, Session, answers, sample_project};

    struct Desk(Session, String, String);

    impl Desk {
        fn new() -> Desk {
            let p = sample_project("neighbourhood", 5).unwrap();
            let s = Session::new(History::new(p, 5), None, Lang::Zh, "");
            let rows = answers::unit_rows(s.project(), s.assignment(), None, None);
            let (a, b) = (rows[0].unit.code.clone(), rows[1].unit.code.clone());
            Desk(s, a, b)
        }

        fn put(&mut self, cell: &str, (name, phone, duty): (&str, &str, &str), old: Option<&str>) {
            let p = self.0.project();
            let old = old.and_then(|c| p.post(self.0.plan(), c)).map(|x| (**x).clone());
            let h = Holder { name: name.into(), phone: phone.into(), duty: duty.into(), from: None };
            let edit = Edit { layer: Some("grid".into()), ..holding(p, cell, &h, old.as_ref()).into() };
            let (steps, state) = (self.0.history().log().count(), p.state);
            let effects = self.0.dispatch(Command::Do(edit), 1);
            assert!(matches!(effects[..], [Effect::Committed { .. }]), "{effects:?}");
            assert_eq!(self.0.history().log().count(), steps + 1, "one gesture is one step");
            self.0.dispatch(Command::Undo, 1);
            assert_eq!(self.0.project().state, state);
            self.0.dispatch(Command::Redo, 1);
        }

        /// Name, phone and code of the member who holds a post with this duty.
        fn held(&self, duty: &str) -> Vec<(String, Option<String>, String, String)> {
            let p = self.0.project();
            let posts = p.plan(self.0.plan()).unwrap().posts.values().filter(|x| x.post == duty);
            let mut out: Vec<_> = posts
                .map(|x| (x, p.facts.members.get(&x.member).unwrap()))
                .map(|(x, m)| (m.name.clone(), m.phone.clone(), m.code.clone(), x.code.clone()))
                .collect();
            out.sort();
            out
        }
    }

    #[test]
    fn a_new_person_and_the_post_are_one_step() {
        let mut d = Desk::new();
        let (a, b) = (d.1.clone(), d.2.clone());
        let members = d.0.project().facts.members.len();
        d.put(&a, ("测甲某", "021-58880000", "测岗一"), None);
        assert_eq!(d.held("测岗一")[0].1.as_deref(), Some("021-58880000"));
        // The same person again, by name alone and by name and phone; another of that name has another phone.
        d.put(&b, ("测甲某", "", "测岗一"), None);
        d.put(&b, ("测甲某", "021-58880000", "测岗二"), None);
        assert_eq!(d.0.project().facts.members.len(), members + 1);
        d.put(&b, ("测甲某", "021-58889999", "测岗三"), None);
        assert_eq!(d.0.project().facts.members.len(), members + 2);
        assert_ne!(d.held("测岗三")[0].2, d.held("测岗二")[0].2);
    }

    #[test]
    fn a_corrected_name_is_another_person_and_nobody_is_renamed() {
        let mut d = Desk::new();
        let (a, b) = (d.1.clone(), d.2.clone());
        d.put(&a, ("测甲某", "021-58880000", "测岗一"), None);
        d.put(&b, ("测甲某", "", "测岗二"), None);
        let first = d.held("测岗一")[0].clone();
        d.put(&a, ("测乙某", "", "测岗一"), Some(&first.3));
        let now = d.held("测岗一")[0].clone();
        assert_eq!((now.0.as_str(), &now.1, &now.3), ("测乙某", &None, &first.3), "the post is the same");
        assert_eq!(d.held("测岗二")[0].0, "测甲某", "whoever held it keeps name and other posts");
        assert_eq!(d.0.project().member(&first.2).unwrap().name, "测甲某");
        // Back to one who is known: nobody is made.
        let members = d.0.project().facts.members.len();
        d.put(&a, ("测甲某", "", "测岗一"), Some(&first.3));
        assert_eq!(d.held("测岗一")[0].2, first.2);
        assert_eq!(d.0.project().facts.members.len(), members);
    }

    #[test]
    fn a_corrected_phone_is_the_same_person() {
        let mut d = Desk::new();
        let a = d.1.clone();
        d.put(&a, ("测甲某", "", "测岗一"), None);
        let first = d.held("测岗一")[0].clone();
        d.put(&a, ("测甲某", "021-58880000", "测岗一"), Some(&first.3));
        let now = d.held("测岗一")[0].clone();
        assert_eq!((now.1.as_deref(), &now.2), (Some("021-58880000"), &first.2));
        // The duty with the phone: still one step.
        d.put(&a, ("测甲某", "021-58881111", "测岗二"), Some(&first.3));
        let now = d.held("测岗二")[0].clone();
        assert_eq!((now.1.as_deref(), &now.2), (Some("021-58881111"), &first.2));
    }
}
