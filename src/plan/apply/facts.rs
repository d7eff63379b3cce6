//! Edits of facts: attributes, pins, courtyards, members, posts, layers.

use super::{Applying, no_such};
use crate::model::{
    Extent, Field, GridLayer, Id, Kind, Member, ModelError, Post, Private, Row, Rules, Target, Unit, Value, check_code,
    check_text, check_value, has_mobile, private_value,
};
use crate::plan::edit::{Op, PlanOp, SetOp};
use crate::plan::error::EditError;
use crate::plan::patch::{Item, Key};
use crate::plan::project::{Ignored, Plan};
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// Refuses texts that hold a number of a person. Phones stand only in the phone of a member. O(texts of the edit).
///
/// # Errors
/// `Private` with the field, never the value.
pub(super) fn guard(op: &Op) -> Result<(), EditError> {
    let check = |field: &str, text: &str| {
        // Codes may be long numbers; those of persons are known by their check digit.
        let found = private_value(text, matches!(field, "code" | "courtyard" | "issue"));
        let found = found.or_else(|| (field != "phone" && has_mobile(text)).then_some(Private::Mobile));
        found.map_or(Ok(()), |what| Err(EditError::Private { field: field.to_owned(), what }))
    };
    let maybe = |field: &str, text: &Option<String>| text.as_deref().map_or(Ok(()), |t| check(field, t));
    match op {
        Op::Draw { code, name, .. } | Op::Split { code, name, .. } | Op::Detach { code, name, .. } => {
            maybe("code", code)?;
            maybe("name", name)
        }
        Op::Cut { cells, .. } => cells.iter().flatten().try_for_each(|c| {
            maybe("code", &c.code)?;
            maybe("name", &c.name)
        }),
        Op::Unit { code, name, .. } | Op::Gather { code, name, .. } => {
            check("code", code)?;
            check("name", name)
        }
        Op::Set(set) => {
            for (field, value) in &set.fields {
                // `phone` is a field of members only; of anything else it is not known.
                value.as_str().map_or(Ok(()), |t| check(field, t))?;
            }
            // Beside a building it is an attribute.
            maybe("courtyard", &set.courtyard)
        }
        Op::Add { rows, .. } => rows.iter().try_for_each(|r| {
            maybe("code", &r.code)?;
            r.fields.iter().try_for_each(|(field, v)| v.as_str().map_or(Ok(()), |t| check(field, t)))
        }),
        Op::Member { code, name, phone, .. } => {
            check("code", code)?;
            check("name", name)?;
            maybe("phone", phone)
        }
        Op::Ignore { issue, reason } => {
            check("issue", issue)?;
            maybe("reason", reason)
        }
        Op::Underlay(u) if !u.remove => check("name", &u.name),
        Op::Post { code, post, .. } => {
            maybe("code", code)?;
            check("post", post)
        }
        // The name of the file stands in the log; preparing an import has taken such a number out of it.
        Op::Import { source, .. } => check("source", source),
        Op::Layer { id, name, levels } => {
            check("id", id)?;
            check("name", name)?;
            levels.iter().try_for_each(|l| check("levels", l))
        }
        Op::Plan(PlanOp::Copy { new, .. } | PlanOp::Rename { new, .. }) => check("new", new),
        _ => Ok(()),
    }
}

pub(super) fn bad_field(name: &str) -> EditError {
    EditError::Field { field: name.to_owned() }
}

/// A text or null under a name.
fn text(fields: &Map<String, Json>, name: &str) -> Result<Option<Option<String>>, EditError> {
    match fields.get(name) {
        None => Ok(None),
        Some(Json::Null) => Ok(Some(None)),
        Some(Json::String(s)) => Ok(Some(Some(check_text(s)?))),
        Some(_) => Err(bad_field(name)),
    }
}

/// The field with a name, of those that are known, and its value; `None` clears it.
pub(super) fn field_of(name: &str, value: &Json, known: &[Field]) -> Result<(Field, Option<Value>), EditError> {
    let field = *known.iter().find(|f| f.name() == name).ok_or_else(|| bad_field(name))?;
    let value = match (field.sample(), value) {
        (_, Json::Null) => None,
        (Value::Text(_), Json::String(s)) => Some(Value::Text(check_text(s)?)),
        (Value::Count(_), v) => {
            let whole = v.as_f64().filter(|x| x.fract() == 0.0).ok_or_else(|| bad_field(name))?;
            // What no count can hold is told by the limits of the field too.
            check_value(field, &Value::Float(whole))?;
            Some(Value::Count(whole as u32))
        }
        (Value::Float(_), v) => Some(Value::Float(v.as_f64().ok_or_else(|| bad_field(name))?)),
        _ => return Err(bad_field(name)),
    };
    value.as_ref().map_or(Ok(()), |v| check_value(field, v))?;
    Ok((field, value))
}

fn only(fields: &Map<String, Json>, names: &[&str]) -> Result<(), EditError> {
    match fields.keys().find(|k| !names.contains(&k.as_str())) {
        Some(k) => Err(bad_field(k)),
        None => Ok(()),
    }
}

impl<'a> Applying<'a> {
    pub(super) fn set(&mut self, set: &SetOp) -> Result<(), EditError> {
        let f = &set.fields;
        match set {
            SetOp {
                cell: Some(code),
                building: None,
                courtyard: None,
                facility: None,
                member: None,
                rules: None,
                ..
            } => self.set_cell(code, f),
            SetOp {
                cell: None, building: Some(c), courtyard: None, facility: None, member: None, rules: None, ..
            } => self.set_row(Kind::Buildings, c, f, &Field::OF_BUILDINGS),
            // A building's courtyard, not a courtyard.
            SetOp {
                cell: None,
                building: Some(c),
                courtyard: Some(yard),
                facility: None,
                member: None,
                rules: None,
                ..
            } => {
                let mut all = f.clone();
                let yard = Some(yard.as_str()).filter(|y| !y.is_empty());
                all.insert("courtyard".to_owned(), yard.map_or(Json::Null, Json::from));
                self.set_row(Kind::Buildings, c, &all, &Field::OF_BUILDINGS)
            }
            SetOp {
                cell: None, building: None, courtyard: Some(c), facility: None, member: None, rules: None, ..
            } => self.set_row(Kind::Courtyards, c, f, &[Field::Kind, Field::Address]),
            SetOp {
                cell: None, building: None, courtyard: None, facility: Some(c), member: None, rules: None, ..
            } => self.set_row(Kind::Facilities, c, f, &[Field::Kind, Field::Address]),
            SetOp {
                cell: None, building: None, courtyard: None, facility: None, member: Some(c), rules: None, ..
            } => self.set_member(c, f),
            SetOp {
                cell: None, building: None, courtyard: None, facility: None, member: None, rules: Some(r), ..
            } => {
                only(f, &[])?;
                self.set_rules(r)
            }
            _ => Err(bad_field("set")),
        }
    }

    fn set_cell(&mut self, code: &str, fields: &Map<String, Json>) -> Result<(), EditError> {
        let (plan, i) = (self.draft()?, self.layer_ix()?);
        let layer = self.layer_of(plan, i)?;
        let old = layer.unit(code).ok_or_else(|| no_such("网格", "cell", code))?;
        let mut unit: Unit = (**old).clone();
        if let Extent::Gathered(g) = &unit.extent {
            only(fields, &["code", "name", "parent", "courtyards", "buildings"])?;
            let list = |name: &str, old: &Vec<String>| match fields.get(name) {
                None => Ok(old.clone()),
                Some(v) => serde_json::from_value(v.clone()).map_err(|_| bad_field(name)),
            };
            let (yards, houses) = (list("courtyards", &g.courtyards)?, list("buildings", &g.buildings)?);
            unit.extent = Extent::Gathered(self.gathered(layer, (unit.id, unit.level), &yards, &houses)?);
            if let Some(parent) = text(fields, "parent")? {
                unit.parent = match parent.as_deref() {
                    None | Some("") => None,
                    Some(c) => Some(self.above(layer, unit.level, c)?),
                };
            }
        } else {
            only(fields, &["code", "name"])?;
        }
        if let Some(name) = text(fields, "name")? {
            unit.name = name.unwrap_or_default();
        }
        if let Some(new) = fields.get("code") {
            let new = check_code(new.as_str().ok_or_else(|| bad_field("code"))?)?;
            if layer.unit(&new).is_some_and(|u| u.id != unit.id) {
                return Err(EditError::Duplicate { code: new });
            }
            unit.code = new;
        }
        self.tx.put(Key::Unit(plan.id, i, unit.id), Some(Item::Unit(Arc::new(unit))));
        Ok(())
    }

    /// Slot and row of a thing by code.
    pub(super) fn row(&self, kind: Kind, code: &str) -> Result<(u32, Row), EditError> {
        let t = self.tx.new.table(kind);
        let slot = t.find(code).ok_or_else(|| match kind {
            Kind::Buildings => no_such("楼栋", "building", code),
            Kind::Courtyards => no_such("院落", "courtyard", code),
            _ => no_such("设施", "facility", code),
        })?;
        let row = t.get(slot).map(|r| r.to_row()).ok_or_else(|| no_such("", "row", code))?;
        Ok((slot, row))
    }

    pub(super) fn put_row(&mut self, kind: Kind, slot: u32, row: Row) {
        self.tx.put(Key::Row(kind, slot), Some(Item::Row(Some(Arc::new(row)))));
    }

    fn set_row(
        &mut self,
        kind: Kind,
        code: &str,
        fields: &Map<String, Json>,
        known: &[Field],
    ) -> Result<(), EditError> {
        let (slot, mut row) = self.row(kind, code)?;
        for (name, value) in fields {
            if name == "name" {
                row.name = text(fields, name)?.flatten().unwrap_or_default();
                continue;
            }
            let (field, value) = field_of(name, value, known)?;
            if field == Field::Households {
                row.set(Field::HouseholdsEstimated, None);
            }
            row.set(field, value);
        }
        self.put_row(kind, slot, row);
        Ok(())
    }

    fn set_rules(&mut self, fields: &Map<String, Json>) -> Result<(), EditError> {
        let mut all = serde_json::to_value(&*self.project.facts.rules).map_err(|_| bad_field("rules"))?;
        for (name, value) in fields {
            match all.get_mut(name) {
                Some(slot) => *slot = value.clone(),
                None => return Err(bad_field(name)),
            }
        }
        let rules: Rules = serde_json::from_value(all).map_err(|_| bad_field("rules"))?;
        let numbers = [rules.dwelling_share, rules.household_m2, rules.storey_m, rules.residents_per_household];
        if numbers.iter().any(|n| !(n.is_finite() && *n > 0.0)) || rules.households_min > rules.households_max {
            return Err(bad_field("rules"));
        }
        self.tx.put(Key::Rules, Some(Item::Rules(rules)));
        Ok(())
    }

    pub(super) fn pin(&mut self, building: &str, cell: Option<&str>) -> Result<(), EditError> {
        let (plan, i) = (self.draft()?, self.layer_ix()?);
        let layer = self.layer_of(plan, i)?;
        let (slot, _) = self.row(Kind::Buildings, building)?;
        let item = match cell {
            None => None,
            Some(c) => Some(Item::Pin(self.cell(layer, c)?.id)),
        };
        self.tx.put(Key::Pin(plan.id, i, slot), item);
        Ok(())
    }

    pub(super) fn whole(&mut self, courtyard: &str, value: bool) -> Result<(), EditError> {
        let (slot, mut row) = self.row(Kind::Courtyards, courtyard)?;
        row.set(Field::Whole, value.then_some(Value::Count(1)));
        self.put_row(Kind::Courtyards, slot, row);
        Ok(())
    }

    pub(super) fn ignore(&mut self, issue: &str, reason: Option<&str>) -> Result<(), EditError> {
        let issue = check_text(issue)?;
        let number = Ignored::number(&issue);
        let item = match reason.map(check_text).transpose()? {
            Some(reason) if reason.is_empty() => return Err(bad_field("reason")),
            Some(reason) => Some(Item::Ignored(Arc::new(Ignored { issue, reason }))),
            None if self.project.ignored(&issue).is_none() => return Err(EditError::Nothing),
            None => None,
        };
        self.tx.put(Key::Ignored(number), item);
        Ok(())
    }

    pub(super) fn member(
        &mut self,
        code: &str,
        name: &str,
        phone: Option<&str>,
        org: Option<&str>,
    ) -> Result<(), EditError> {
        let code = check_code(code)?;
        let name = check_text(name)?;
        if name.is_empty() {
            return Err(bad_field("name"));
        }
        if let Some(org) = org {
            self.org_exists(org)?;
        }
        let old = self.project.member(&code);
        let id = old.map_or(self.new_id(0), |m| m.id);
        let keep = |new: Option<&str>, old: Option<&Option<String>>| match new {
            Some(t) => Ok(Some(check_text(t)?).filter(|t| !t.is_empty())),
            None => Ok::<_, EditError>(old.cloned().flatten()),
        };
        let phone = keep(phone, old.map(|m| &m.phone))?;
        let org = keep(org, old.map(|m| &m.org))?;
        self.tx.put(Key::Member(id), Some(Item::Member(Arc::new(Member { id, code, name, phone, org }))));
        Ok(())
    }

    fn org_exists(&self, code: &str) -> Result<(), EditError> {
        let found = self.project.facts.orgs.values().any(|o| o.code == code);
        if found { Ok(()) } else { Err(no_such("组织", "organisation", code)) }
    }

    fn set_member(&mut self, code: &str, fields: &Map<String, Json>) -> Result<(), EditError> {
        only(fields, &["name", "phone", "org"])?;
        let old = self.project.member(code).ok_or_else(|| no_such("人员", "member", code))?;
        let mut m: Member = (**old).clone();
        if let Some(name) = text(fields, "name")? {
            m.name = name.filter(|n| !n.is_empty()).ok_or_else(|| bad_field("name"))?;
        }
        if let Some(phone) = text(fields, "phone")? {
            m.phone = phone.filter(|p| !p.is_empty());
        }
        if let Some(org) = text(fields, "org")? {
            m.org = org.filter(|o| !o.is_empty());
            if let Some(org) = &m.org {
                self.org_exists(org)?;
            }
        }
        self.tx.put(Key::Member(m.id), Some(Item::Member(Arc::new(m))));
        Ok(())
    }

    pub(super) fn post(&mut self) -> Result<(), EditError> {
        let Op::Post { code, member, post, cell, courtyard, building, org, from, to } = &self.edit.op else {
            return Ok(());
        };
        let code = check_code(code.as_deref().ok_or(EditError::NotFilled { field: "code" })?)?;
        let member = self.project.member(member).ok_or_else(|| no_such("人员", "member", member))?.id;
        let duty = check_text(post)?;
        if duty.is_empty() {
            return Err(bad_field("post"));
        }
        if let (Some(f), Some(t)) = (from, to)
            && t < f
        {
            return Err(ModelError::Term { from: *f, to: *t }.into());
        }
        let plan = self.the_plan()?;
        let old = self.project.post(plan.id, &code);
        let id = old.map_or(self.new_id(0), |p| p.id);
        let exists = |kind: Kind, c: &String| self.project.table(kind).find(c).is_some();
        let target = match (cell, courtyard, building, org) {
            (Some(c), None, None, None) => {
                let i = self.layer_ix()?;
                let unit = self.layer_of(plan, i)?.unit(c).ok_or_else(|| no_such("网格", "cell", c))?;
                Target::Cell { layer: i, unit: unit.id }
            }
            (None, Some(c), None, None) if exists(Kind::Courtyards, c) => Target::Courtyard(c.clone()),
            (None, None, Some(c), None) if exists(Kind::Buildings, c) => Target::Building(c.clone()),
            (None, None, None, Some(c)) if self.project.facts.orgs.values().any(|o| o.code == *c) => {
                Target::Org(c.clone())
            }
            (None, Some(c), None, None) => return Err(no_such("院落", "courtyard", c)),
            (None, None, Some(c), None) => return Err(no_such("楼栋", "building", c)),
            (None, None, None, Some(c)) => return Err(no_such("组织", "organisation", c)),
            _ => return Err(bad_field("cell")),
        };
        let value = Arc::new(Post { id, code, member, post: duty, target: target.clone(), from: *from, to: *to });
        if let Some(old) = old
            && matches!(old.target, Target::Cell { .. }) != matches!(target, Target::Cell { .. })
        {
            // A post does not move between a plan and the facts: it is ended and another one begun.
            return Err(bad_field("cell"));
        }
        match target {
            Target::Cell { layer, unit } => {
                let (written, taken) = self.plans_of_post(plan.id, id, Some((layer, unit)));
                for plan in taken {
                    self.tx.put(Key::CellPost(plan, id), None);
                }
                for plan in written {
                    // A draft may have given the code to a post of its own.
                    if self.project.post(plan, &value.code).is_some_and(|p| p.id != id) {
                        return Err(EditError::Duplicate { code: value.code.clone() });
                    }
                    self.tx.put(Key::CellPost(plan, id), Some(Item::Post(value.clone())));
                }
            }
            _ => self.tx.put(Key::Post(id), Some(Item::Post(value))),
        }
        Ok(())
    }

    /// Plans in which a post on a cell is written, and those from which it is taken (`on` = `None`: from all). A post on
    /// the plan in force stands also in every draft that has the cell, and in no other draft.
    fn plans_of_post(&self, plan: Id, post: Id, on: Option<(u16, Id)>) -> (Vec<Id>, Vec<Id>) {
        let in_force = self.project.plan(plan).is_some_and(|p| p.meta.in_force);
        let has =
            |p: &Plan| on.is_some_and(|(l, u)| p.layers.get(l as usize).is_some_and(|l| l.units.contains_key(&u)));
        let (mut written, mut taken) = (Vec::new(), Vec::new());
        for p in self.project.plans.iter() {
            let draft = in_force && !p.meta.protected();
            if (draft || p.id == plan) && has(p) {
                written.push(p.id);
            } else if (draft || p.id == plan) && p.posts.contains_key(&post) {
                taken.push(p.id);
            }
        }
        (written, taken)
    }

    pub(super) fn remove(&mut self, member: Option<&str>, post: Option<&str>) -> Result<(), EditError> {
        match (member, post) {
            (Some(code), None) => {
                let m = self.project.member(code).ok_or_else(|| no_such("人员", "member", code))?;
                let of = |p: &&Arc<Post>| p.member == m.id;
                for p in self.project.facts.posts.values().filter(of) {
                    self.tx.put(Key::Post(p.id), None);
                }
                for plan in self.project.plans.iter() {
                    for p in plan.posts.values().filter(of) {
                        self.tx.put(Key::CellPost(plan.id, p.id), None);
                    }
                }
                self.tx.put(Key::Member(m.id), None);
                Ok(())
            }
            (None, Some(code)) => {
                let plan = self.the_plan()?;
                let p = self.project.post(plan.id, code).ok_or_else(|| no_such("岗位", "post", code))?;
                match &p.target {
                    Target::Cell { .. } => {
                        for plan in self.plans_of_post(plan.id, p.id, None).1 {
                            self.tx.put(Key::CellPost(plan, p.id), None);
                        }
                    }
                    _ => self.tx.put(Key::Post(p.id), None),
                }
                Ok(())
            }
            _ => Err(bad_field("remove")),
        }
    }

    pub(super) fn layer(&mut self, id: &str, name: &str, levels: &[String]) -> Result<(), EditError> {
        if self.project.layer_index(id).is_some() {
            return Err(EditError::Duplicate { code: id.to_owned() });
        }
        let layer = GridLayer::new(id, name, levels.to_vec())?;
        let n = self.project.facts.layers.len() as u16;
        self.tx.put(Key::Layer(n), Some(Item::Layer(layer)));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_persons_stand_only_where_phones_of_members_do() {
        let of = |json: &str| match guard(&serde_json::from_str::<Op>(json).unwrap()) {
            Err(EditError::Private { field, what: Private::Mobile }) => field,
            Err(other) => panic!("{other:?}"),
            Ok(()) => String::new(),
        };
        for (json, field) in [
            (r#"{"op":"layer","id":"l13812345678","name":"a","levels":["b"]}"#, "id"),
            (r#"{"op":"layer","id":"grid","name":"a","levels":["b"]}"#, ""),
            (r#"{"op":"import","kind":"buildings","segments":[],"source":"张三13812345678.csv"}"#, "source"),
            (r#"{"op":"import","kind":"buildings","segments":[],"source":"楼栋2018.csv"}"#, ""),
            (r#"{"op":"detach","cell":"W1","at":[1,2],"code":"13812345678"}"#, "code"),
            (r#"{"op":"set","cell":"W1","code":"(138)1234-5678"}"#, "code"),
            (r#"{"op":"member","code":"13812345678","name":"a"}"#, "code"),
            (r#"{"op":"member","code":"M1","name":"a","phone":"13812345678"}"#, ""),
            (r#"{"op":"set","member":"M1","phone":"13812345678"}"#, ""),
            (r#"{"op":"set","building":"B1","courtyard":"张三13812345678"}"#, "courtyard"),
            (r#"{"op":"set","building":"B1","courtyard":"Y000001"}"#, ""),
            (r#"{"op":"ignore","issue":"13812345678","reason":"x"}"#, "issue"),
            (r#"{"op":"ignore","issue":"V3 320599012006001","reason":"x"}"#, ""),
        ] {
            assert_eq!(of(json), field, "{json}");
        }
        let identity = r#"{"op":"set","building":"B1","courtyard":"11010519491231002X"}"#;
        let found = guard(&serde_json::from_str::<Op>(identity).unwrap());
        assert!(matches!(found, Err(EditError::Private { what: Private::IdentityNumber, .. })), "{found:?}");
    }
}
