//! The panels: functions from a view struct to pixels and actions. A view is plain data that the window fills each frame;
//! a `u64` key is what the caller uses to find the thing again, panels only hand it back.
#![allow(missing_docs, reason = "what a name says in full is not said again; the rest is documented")]

pub mod building;
pub mod cell_list;
pub mod cells;
pub mod guide;
pub mod inspector;
pub mod issues;
pub mod keys;
pub mod layers;
pub mod menu_bar;
pub mod palette;
pub mod places;
pub mod plans;
pub mod post_form;
pub mod start;
pub mod status;
pub mod steps;
pub mod table;
pub mod tool_bar;
pub mod underlays;
pub mod tour;

#[cfg(test)]
mod tests;

use egui::{Frame, Margin, Panel, Stroke, Ui};

use super::theme::{Tokens, size};

/// Frame of the menu and status bars.
pub fn bar_frame(ui: &Ui) -> Frame {
    Frame::new().fill(Tokens::of(ui).app).inner_margin(Margin::symmetric(10, 0))
}

/// Frame of the tool bar.
pub fn tools_frame(ui: &Ui) -> Frame {
    Frame::new().fill(Tokens::of(ui).panel).inner_margin(Margin::symmetric(10, 0))
}

/// Frame of a side panel: no margin, rows run from edge to edge and bring their own.
pub fn side_frame(ui: &Ui) -> Frame {
    Frame::new().fill(Tokens::of(ui).panel)
}

/// The places round the map, each with its size, in the order in which they are shown: menu, tools, status, left,
/// right. What remains is the map's.
pub fn menu_place(ui: &Ui) -> Panel {
    Panel::top("menu").exact_size(size::MENU).resizable(false).show_separator_line(false).frame(bar_frame(ui))
}

/// Place of the tool bar.
pub fn tools_place(ui: &Ui) -> Panel {
    Panel::top("tools").exact_size(size::TOOLS).resizable(false).show_separator_line(false).frame(tools_frame(ui))
}

/// Place of the status bar.
pub fn status_place(ui: &Ui) -> Panel {
    Panel::bottom("status").exact_size(size::STATUS).resizable(false).show_separator_line(false).frame(bar_frame(ui))
}

/// Widths that a panel at a side may have: the map keeps its least width between two of them.
fn side_range(ui: &Ui) -> std::ops::RangeInclusive<f32> {
    let (least, most) = (*size::SIDE.start(), *size::SIDE.end());
    let room = (ui.ctx().content_rect().width() - size::MAP) / 2.0;
    least..=room.min(most).max(least)
}

/// Whether problems or history take the place of the list of cells, because there is no room for three panels.
pub fn is_narrow(ui: &Ui) -> bool {
    ui.ctx().content_rect().width() < size::LEFT + 2.0 * size::RIGHT + size::MAP
}

/// Place of the list of cells.
pub fn left_place(ui: &Ui) -> Panel {
    Panel::left("left")
        .default_size(size::LEFT)
        .size_range(side_range(ui))
        .resizable(true)
        .show_separator_line(false)
        .frame(side_frame(ui))
}

/// Place of problems or history, beside the list of cells.
pub fn side_place(ui: &Ui) -> Panel {
    Panel::left("side")
        .default_size(size::RIGHT)
        .size_range(side_range(ui))
        .resizable(true)
        .show_separator_line(false)
        .frame(side_frame(ui))
}

/// Place of the table, below the map and between the side panels.
pub fn table_place(ui: &Ui) -> Panel {
    let most = (ui.available_height() - 160.0).max(140.0);
    Panel::bottom("table")
        .default_size(280.0_f32.min(most))
        .size_range(140.0_f32.min(most)..=most)
        .resizable(true)
        .show_separator_line(false)
        .frame(side_frame(ui))
}

/// Place of the inspector.
pub fn right_place(ui: &Ui) -> Panel {
    Panel::right("right")
        .default_size(size::RIGHT)
        .size_range(side_range(ui))
        .resizable(true)
        .show_separator_line(false)
        .frame(side_frame(ui))
}

/// The edge between a panel and its neighbour: one line2 along the given side of the panel's rectangle.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Edge {
    Top,
    Bottom,
    Left,
    Right,
}

/// Paints the edge of the panel whose `Ui` this is.
pub fn paint_edge(ui: &Ui, edge: Edge) {
    let rect = ui.clip_rect();
    let stroke = Stroke::new(1.0, Tokens::of(ui).line2);
    match edge {
        Edge::Top => ui.painter().hline(rect.x_range(), rect.top() + 0.5, stroke),
        Edge::Bottom => ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, stroke),
        Edge::Left => ui.painter().vline(rect.left() + 0.5, rect.y_range(), stroke),
        Edge::Right => ui.painter().vline(rect.right() - 0.5, rect.y_range(), stroke),
    };
}
