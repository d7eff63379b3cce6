//! Edits of plans: copy, rename, delete, put in force.

use super::{Applying, no_such};
use crate::model::{Date, check_code};
use crate::plan::edit::PlanOp;
use crate::plan::error::EditError;
use crate::plan::patch::{Item, Key};
use crate::plan::project::{Plan, PlanMeta};
use std::sync::Arc;

impl<'a> Applying<'a> {
    fn named(&self, name: &str) -> Result<&'a Arc<Plan>, EditError> {
        self.project.plan_named(name).ok_or_else(|| no_such("方案", "plan", name))
    }

    fn free_name(&self, name: &str) -> Result<String, EditError> {
        let name = check_code(name)?;
        if self.project.plan_named(&name).is_some() { Err(EditError::Duplicate { code: name }) } else { Ok(name) }
    }

    pub(super) fn plans(&mut self, op: &PlanOp) -> Result<(), EditError> {
        match op {
            PlanOp::Copy { old, new } => {
                let old = self.named(old)?;
                let meta = PlanMeta { name: self.free_name(new)?, in_force: false, from: None, to: None };
                self.tx.add_plan(Arc::new(Plan { id: self.new_id(0), meta, ..(**old).clone() }));
            }
            PlanOp::Rename { old, new } => {
                let plan = self.named(old)?;
                let name = self.free_name(new)?;
                self.tx.put(Key::Plan(plan.id), Some(Item::Plan(PlanMeta { name, ..plan.meta.clone() })));
            }
            PlanOp::Delete { name } => {
                let plan = self.named(name)?;
                if plan.meta.protected() || self.project.plans.len() == 1 {
                    return Err(EditError::KeepPlan { plan: name.clone() });
                }
                self.tx.remove_plan(plan.id);
            }
            PlanOp::Adopt { name, from } => {
                let plan = self.named(name)?;
                if plan.meta.protected() {
                    return Err(EditError::InForce { plan: name.clone() });
                }
                if let Some(old) = self.project.plan_in_force() {
                    let since = old.meta.from.unwrap_or(*from);
                    if *from <= since {
                        return Err(EditError::TooEarly { since });
                    }
                    let to = Some(Date::from_days(from.days() - 1));
                    let meta = PlanMeta { in_force: false, to, ..old.meta.clone() };
                    self.tx.put(Key::Plan(old.id), Some(Item::Plan(meta)));
                }
                let meta = PlanMeta { in_force: true, from: Some(*from), ..plan.meta.clone() };
                self.tx.put(Key::Plan(plan.id), Some(Item::Plan(meta)));
            }
        }
        Ok(())
    }
}
