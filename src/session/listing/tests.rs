//! Tables of the sample: what they hold, their order, what typing means.

use super::*;
use crate::model::Said;
use crate::plan::{Edit, History};
use crate::session::tools::here;
use crate::session::{Command, Effect, Session, sample_project};
use std::cmp::Ordering;

fn session() -> Session {
    let p = sample_project("neighbourhood", 5).unwrap();
    Session::new(History::new(p, 5), None, Lang::Zh, "")
}

/// Runs with the table of a kind.
fn with<R>(s: &Session, what: What, f: impl FnOnce(&Source<'_>) -> R) -> R {
    let reckoned = Reckoned::of(s.project(), s.assignment(), what);
    f(&Source { project: s.project(), assignment: s.assignment(), reckoned: &reckoned, what })
}

fn arranged(s: &Session, what: What, wish: &Wish) -> Vec<u64> {
    let columns = columns(s.project(), s.layer(), what);
    with(s, what, |from| arrange(from, &columns, wish, &|| true).unwrap())
}

const BUILDINGS: What = What::Rows(Kind::Buildings);

#[test]
fn all_that_the_project_holds_has_a_table_with_words_in_its_cells() {
    let s = session();
    let p = s.project();
    let kinds = kinds(p, s.plan(), s.layer());
    assert_eq!(kinds[0].0, What::Units(1), "the cells stand first");
    for wanted in [What::Units(0), BUILDINGS, What::Rows(Kind::Courtyards), What::Rows(Kind::Roads), What::Members] {
        assert!(kinds.iter().any(|(w, n)| *w == wanted && *n > 0), "{wanted:?} in {kinds:?}");
    }
    for (what, n) in kinds {
        let columns = columns(p, s.layer(), what);
        let keys = arranged(&s, what, &Wish::default());
        assert_eq!(keys.len(), n, "{what:?}");
        assert!(!title(p, 0, what, Lang::Zh).is_empty() && !title(p, 0, what, Lang::En).is_empty());
        with(&s, what, |from| {
            // Every column says something somewhere, or can be typed into.
            for c in columns {
                let any = keys.iter().any(|k| !from.datum(*k, c).text(Lang::Zh).is_empty());
                let may_be_bare = from.editable(c)
                    || matches!(c, Column::Holders | Column::Locked | Column::Org | Column::To | Column::From);
                assert!(any || may_be_bare || keys.is_empty(), "{what:?} {c:?}");
            }
            assert_eq!(from.datum(u64::MAX, Column::Name), Datum::Empty, "what is gone is blank");
        });
    }
}

#[test]
fn numbers_in_words_count_and_the_empty_stand_last() {
    for (a, b) in [("2号楼", "10号楼"), ("A2", "A10"), ("1栋", "1栋2单元"), ("", "a"), ("a01", "a1"), ("07", "7")]
    {
        assert_eq!(natural(a, b), Ordering::Less, "{a} {b}");
        assert_eq!(natural(b, a), Ordering::Greater, "{a} {b}");
    }
    let s = session();
    let of = Column::Of(Field::Storeys);
    for down in [false, true] {
        let keys = arranged(&s, BUILDINGS, &Wish { sort: Some((of, down)), ..Wish::default() });
        let values: Vec<Option<u32>> = keys
            .iter()
            .map(|k| s.project().table(Kind::Buildings).get(*k as u32).unwrap().count(Field::Storeys))
            .collect();
        let known: Vec<u32> = values.iter().flatten().copied().collect();
        assert!(values[..known.len()].iter().all(Option::is_some), "the empty last");
        assert!(known.windows(2).all(|w| if down { w[0] >= w[1] } else { w[0] <= w[1] }));
    }
}

#[test]
fn words_selection_and_view_leave_what_they_say() {
    let s = session();
    let all = arranged(&s, BUILDINGS, &Wish::default());
    // 住宅 is said, residential is kept; both find it, and so do the initials.
    let found = |words: &str| arranged(&s, BUILDINGS, &Wish { words: words.into(), ..Wish::default() }).len();
    let kept =
        |u: &str| s.project().table(Kind::Buildings).iter().filter(|(_, r)| r.text(Field::Use) == Some(u)).count();
    assert!(found("住宅") >= kept("residential") && found("zhuzhai") >= kept("residential"));
    assert_eq!(found("没有这样的词"), 0);
    let only: HashSet<u64> = all[..3].iter().copied().collect();
    assert_eq!(arranged(&s, BUILDINGS, &Wish { only: Some(only), ..Wish::default() }), all[..3]);
    let area = s.project().table(Kind::Buildings).get(all[0] as u32).unwrap().bbox();
    let near = arranged(&s, BUILDINGS, &Wish { area: Some(area), ..Wish::default() });
    assert!(near.contains(&all[0]) && near.len() < all.len());
    let columns = columns(s.project(), s.layer(), BUILDINGS);
    assert_eq!(with(&s, BUILDINGS, |from| arrange(from, &columns, &Wish::default(), &|| false)), None);
}

#[test]
fn what_is_typed_is_one_edit_and_what_is_no_value_is_told() {
    let mut s = session();
    let key = arranged(&s, BUILDINGS, &Wish::default())[0];
    let set = |s: &mut Session, what, key, column, typed: &str| -> Result<bool, Said> {
        let op = with(s, what, |from| from.setting(key, column, typed))?;
        let Some(op) = op else { return Ok(false) };
        let edit: Edit = here(s, op);
        let effects = s.dispatch(Command::Do(edit), 1);
        match &effects[..] {
            [Effect::Committed { .. }] => Ok(true),
            [Effect::Refused(e)] => Err(e.said()),
            other => panic!("{other:?}"),
        }
    };
    let households = Column::Of(Field::Households);
    assert_eq!(set(&mut s, BUILDINGS, key, households, "１,２34"), Ok(true));
    let shown = |s: &Session, c| with(s, BUILDINGS, |from| from.datum(key, c).text(Lang::Zh).into_owned());
    assert_eq!(shown(&s, households), "1,234");
    assert_eq!(set(&mut s, BUILDINGS, key, households, "1234"), Ok(false), "nothing to be done");
    let why = set(&mut s, BUILDINGS, key, households, "很多").unwrap_err();
    assert!(why.zh.contains("不是数") && why.en.contains("no number"));
    assert!(set(&mut s, BUILDINGS, key, households, "100001").is_err(), "beyond what a building can have");
    assert_eq!(set(&mut s, BUILDINGS, key, Column::Of(Field::Use), "商业"), Ok(true));
    assert_eq!(shown(&s, Column::Of(Field::Use)), "商业");
    assert_eq!(set(&mut s, BUILDINGS, key, Column::Of(Field::Height), "18.5"), Ok(true));
    assert_eq!(shown(&s, Column::Of(Field::Height)), "18.5");
    assert!(set(&mut s, BUILDINGS, key, Column::Of(Field::Courtyard), "没有的院").is_err());
    let yard = arranged(&s, What::Rows(Kind::Courtyards), &Wish::default())[0] as u32;
    let name = crate::session::buildings::called(s.project().table(Kind::Courtyards).get(yard).unwrap());
    assert_eq!(set(&mut s, BUILDINGS, key, Column::Of(Field::Courtyard), &name), Ok(true));
    assert_eq!(shown(&s, Column::Of(Field::Courtyard)), name);
    assert!(
        set(&mut s, BUILDINGS, key, Column::Of(Field::Address), "张某 13912345678").is_err(),
        "no phones on places"
    );
    let cell = arranged(&s, What::Units(1), &Wish::default())[0];
    assert_eq!(set(&mut s, What::Units(1), cell, Column::Name, "新名"), Ok(true));
    let post = arranged(&s, What::Posts, &Wish::default())[0];
    assert_eq!(set(&mut s, What::Posts, post, Column::From, "2026年3月1日"), Ok(true));
    assert!(set(&mut s, What::Posts, post, Column::From, "昨天").is_err());
    let was = with(&s, What::Posts, |from| from.datum(post, Column::From).plain(Lang::Zh).into_owned());
    assert_eq!(was, "2026-03-01");
}
