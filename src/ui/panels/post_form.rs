//! The small form that puts a person on a cell: post, name, work phone, start.

use egui::{Frame, Id, Key, Margin, Stroke, TextEdit, Ui};

use crate::ui::l10n::Lang;
use crate::ui::theme::{CONTROL, Tokens};
use crate::ui::widgets::{action_button, hint, labelled, primary_button};

/// A person for a post. Only a post holder's name and work phone; nothing else is asked.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct NewPost {
    pub post: String,
    pub name: String,
    /// Work phone as typed. When a post is edited, empty leaves the phone as it is: the screen only knows it masked.
    pub phone: String,
    /// `2026-03-01` as typed, empty = open.
    pub from: String,
}

/// What keeps the form from being handed over, in words; None = complete.
pub fn missing(form: &NewPost, lang: Lang) -> Option<&'static str> {
    if form.post.trim().is_empty() {
        return Some(lang.pick("写上岗位", "Give the post"));
    }
    if form.name.trim().is_empty() {
        return Some(lang.pick("写上姓名", "Give the name"));
    }
    if !form.from.trim().is_empty() && crate::model::Date::read(form.from.trim()).is_err() {
        return Some(lang.pick("日期写成 2026-03-01", "Write the date as 2026-03-01"));
    }
    None
}

/// What the form starts from.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct PostDraft {
    /// The post that is edited; None = a new one.
    pub edits: Option<u64>,
    pub start: NewPost,
    /// The phone as it is, masked.
    pub masked_phone: String,
    /// The first empty field takes the focus in the next frame.
    pub focus: bool,
}

/// Shows the form for `key`'s cell. Some(Some(post)) = handed over, Some(None) = cancelled, None = still open. `names` are
/// offered below the post field.
pub fn post_form(
    ui: &mut Ui,
    lang: Lang,
    key: u64,
    draft: &mut PostDraft,
    names: &[String],
) -> Option<Option<NewPost>> {
    let t = Tokens::of(ui);
    let text = lang.t();
    let id = Id::unique(("post-form", key, draft.edits, &draft.start.post));
    let stored = ui.data(|d| d.get_temp::<NewPost>(id));
    let fresh = std::mem::take(&mut draft.focus);
    let mut form = stored.unwrap_or_else(|| draft.start.clone());
    let to_post = draft.start.post.is_empty();
    let phone_hint =
        if draft.masked_phone.is_empty() { lang.pick("工作电话", "Work phone") } else { &draft.masked_phone };
    let done = if draft.edits.is_some() { text.save } else { text.assign_now };
    let mut answer = None;
    let mut entered = false;
    // Esc closes the form, and nothing else hears of it.
    let fields = [text.post, text.holder, text.phone, text.from_date].map(|label| id.with(label));
    let focused = ui.memory(|m| m.focused()).is_some_and(|f| fields.contains(&f));
    if focused && ui.input_mut(|i| i.consume_key(egui::Modifiers::NONE, Key::Escape)) {
        answer = Some(None);
    }
    Frame::new()
        .fill(t.app)
        .stroke(Stroke::new(1.0, t.line))
        .corner_radius(CONTROL)
        .inner_margin(Margin::same(10))
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 6.0;
            let mut row = |ui: &mut Ui, label: &str, value: &mut String, hint_text: &str, focus: bool| {
                labelled(ui, label, |ui| {
                    let width = ui.available_width();
                    let edit = TextEdit::singleline(value)
                        .id(id.with(label))
                        .desired_width(width)
                        .margin(Margin::symmetric(8, 6))
                        .hint_text(egui::RichText::new(hint_text).color(t.t3));
                    let response = ui.add(edit).accessible_name(label);
                    if focus {
                        response.request_focus();
                    }
                    entered |= response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
                });
            };
            row(ui, text.post, &mut form.post, lang.pick("网格长", "Grid lead"), fresh && to_post);
            if form.post.trim().is_empty() && !names.is_empty() {
                ui.horizontal_wrapped(|ui| {
                    for name in names.iter().take(6) {
                        if action_button(ui, None, name, None, None, true).clicked() {
                            form.post.clone_from(name);
                        }
                    }
                });
            }
            row(ui, text.holder, &mut form.name, "", fresh && !to_post);
            row(ui, text.phone, &mut form.phone, phone_hint, false);
            row(ui, text.from_date, &mut form.from, "2026-03-01", false);
            let lack = missing(&form, lang);
            if let Some(why) = lack.filter(|_| !form.name.is_empty() || !form.from.is_empty()) {
                hint(ui, why);
            }
            ui.add_space(2.0);
            ui.horizontal(|ui| {
                let clicked = primary_button(ui, None, done, 84.0, 28.0, lack.is_none()).clicked();
                if lack.is_none() && (clicked || entered) {
                    let trim = |s: &String| s.trim().to_owned();
                    answer = Some(Some(NewPost {
                        post: trim(&form.post),
                        name: trim(&form.name),
                        phone: trim(&form.phone),
                        from: trim(&form.from),
                    }));
                }
                if action_button(ui, None, text.cancel, None, None, true).clicked() {
                    answer = Some(None);
                }
            });
        });
    ui.data_mut(|d| match answer {
        None => drop(d.insert_temp(id, form)),
        Some(_) => d.remove::<NewPost>(id),
    });
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_needs_its_name_its_holder_and_a_real_date() {
        let form = |post: &str, name: &str, from: &str| NewPost {
            post: post.into(),
            name: name.into(),
            phone: String::new(),
            from: from.into(),
        };
        assert!(missing(&form("", "张某", ""), Lang::Zh).is_some());
        assert!(missing(&form("网格长", "  ", ""), Lang::Zh).is_some());
        assert!(missing(&form("网格长", "张某", "2026-02-30"), Lang::Zh).is_some());
        assert!(missing(&form("网格长", "张某", "2026-02-28"), Lang::Zh).is_none());
        assert!(missing(&form("网格长", "张某", ""), Lang::En).is_none());
    }
}
