//! Keys of a list that has the focus: up and down, to the ends, open, change, copy.

use egui::{Context, Event, EventFilter, Id, Key, Modifiers, Rect, Sense, Ui};

/// What a key means in a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Nav {
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    Left,
    Right,
    /// Enter.
    Open,
    /// F2.
    Edit,
    /// Ctrl C.
    Copy,
    /// Ctrl A.
    All,
    /// Space.
    Fold,
}

const KEYS: [(Key, Nav); 11] = [
    (Key::ArrowUp, Nav::Up),
    (Key::ArrowDown, Nav::Down),
    (Key::PageUp, Nav::PageUp),
    (Key::PageDown, Nav::PageDown),
    (Key::Home, Nav::First),
    (Key::End, Nav::Last),
    (Key::ArrowLeft, Nav::Left),
    (Key::ArrowRight, Nav::Right),
    (Key::Enter, Nav::Open),
    (Key::F2, Nav::Edit),
    (Key::Space, Nav::Fold),
];

impl Nav {
    /// Where a step leads in a list of `n` rows with `page` to a page; `from` none = before the first.
    pub fn step(self, from: Option<usize>, n: usize, page: usize) -> Option<usize> {
        let last = n.checked_sub(1)?;
        let Some(at) = from else { return Some(if self == Nav::Last { last } else { 0 }) };
        Some(match self {
            Nav::Up => at.saturating_sub(1),
            Nav::Down => (at + 1).min(last),
            Nav::PageUp => at.saturating_sub(page.max(1)),
            Nav::PageDown => (at + page.max(1)).min(last),
            Nav::First => 0,
            Nav::Last => last,
            _ => return None,
        })
    }
}

/// The keys pressed for the list `id`, each with whether Shift was held; they are taken from everyone else. To be asked
/// before the keys of commands are: Home and the arrows are the list's while it has the focus.
pub fn pressed(ctx: &Context, id: Id) -> Vec<(Nav, bool)> {
    if !ctx.memory(|m| m.has_focus(id)) {
        return vec![];
    }
    ctx.input_mut(|i| {
        let mut out = Vec::new();
        for (key, nav) in KEYS {
            for shift in [true, false] {
                let modifiers = if shift { Modifiers::SHIFT } else { Modifiers::NONE };
                let times = i.count_and_consume_key(modifiers, key);
                out.extend(std::iter::repeat_n((nav, shift), times));
            }
        }
        if i.consume_key(Modifiers::COMMAND, Key::A) {
            out.push((Nav::All, false));
        }
        let before = i.events.len();
        i.events.retain(|e| *e != Event::Copy);
        if i.events.len() != before {
            out.push((Nav::Copy, false));
        }
        out
    })
}

/// The place of a list, which takes the focus and keeps the arrows in it. To be called before its rows are shown.
pub fn focus_place(ui: &Ui, rect: Rect, id: Id, label: &str) -> egui::Response {
    let response = ui.interact(rect, id, Sense::focusable_noninteractive());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::List, true, label));
    if response.has_focus() {
        let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|m| m.set_focus_lock_filter(id, filter));
    }
    response
}

/// A scroll bar that is seen where there is more than fits, not only under the pointer.
pub fn seen_bar(ui: &mut Ui) {
    let bar = &mut ui.spacing_mut().scroll;
    // In the tone of text: that of a field is the panel's own.
    bar.foreground_color = true;
    (bar.dormant_handle_opacity, bar.active_handle_opacity, bar.interact_handle_opacity) = (0.3, 0.4, 0.6);
    (bar.dormant_background_opacity, bar.active_background_opacity) = (0.0, 0.2);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_stay_in_the_list() {
        assert_eq!(Nav::Down.step(None, 0, 5), None);
        assert_eq!(Nav::Down.step(None, 3, 5), Some(0));
        assert_eq!(Nav::Last.step(None, 3, 5), Some(2));
        for (nav, want) in
            [(Nav::Up, 4), (Nav::Down, 6), (Nav::PageUp, 0), (Nav::PageDown, 9), (Nav::First, 0), (Nav::Last, 9)]
        {
            assert_eq!(nav.step(Some(5), 10, 20), Some(want), "{nav:?}");
        }
        assert_eq!(Nav::Open.step(Some(5), 10, 20), None);
    }
}
