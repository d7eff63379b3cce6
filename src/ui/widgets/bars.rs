//! Bars: deviation, progress, scale; and the chips of a difference.

use egui::{Align2, CornerRadius, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::{icon_button, put};
use crate::scene::{round_length_m, scale_texts};
use crate::ui::fonts::{regular, semi};
use crate::ui::icons::Icon;
use crate::ui::l10n::{self, Lang};
use crate::ui::theme::{BODY, CHIP, SMALL, Tokens};

/// What a deviation bar shows: the same scale in every row, so that rows compare by eye.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DeviationBar {
    /// Households now.
    pub value: i64,
    /// Households before the edit under way.
    pub before: Option<i64>,
    /// The range of the project's rules.
    pub range: (u32, u32),
    /// Households outside the range, signed.
    pub deviation: i64,
    /// Whether the limits are written below.
    pub numbers: bool,
}

impl DeviationBar {
    /// Ends of the scale: 150–650 for the usual 300–500, in proportion for other ranges.
    fn ends(&self) -> (f32, f32) {
        let (low, high) = (self.range.0 as f32, self.range.1 as f32);
        let reach = 0.75 * (high - low).max(1.0);
        ((low - reach).max(0.0), high + reach)
    }

    fn x(&self, rect: Rect, value: f32) -> f32 {
        let (low, high) = self.ends();
        egui::remap_clamp(value, low..=high, rect.left()..=rect.right())
    }
}

/// Paints the bar in `rect` (its rail is 4 or 5 high, in the middle): target range green, tick at the value, hollow ring
/// at the value before.
pub fn deviation_bar(ui: &Ui, rect: Rect, bar: DeviationBar) {
    let t = Tokens::of(ui);
    let p = ui.painter();
    let rail_h = if bar.numbers { 8.0 } else { 4.0 };
    let rail = Rect::from_center_size(rect.center(), vec2(rect.width(), rail_h));
    p.rect_filled(rail, rail_h / 2.0, t.rail);
    let band = rail.with_min_x(bar.x(rail, bar.range.0 as f32)).with_max_x(bar.x(rail, bar.range.1 as f32));
    p.rect_filled(band, 0.0, t.ok_soft);
    if let Some(before) = bar.before {
        let at = pos2(bar.x(rail, before as f32), rail.center().y);
        p.circle(at, if bar.numbers { 5.0 } else { 3.0 }, t.raise, Stroke::new(1.0, t.t2));
    }
    let tick = vec2(if bar.numbers { 4.0 } else { 3.0 }, rail_h + if bar.numbers { 7.0 } else { 4.0 });
    let at = pos2(bar.x(rail, bar.value as f32), rail.center().y);
    p.rect_filled(Rect::from_center_size(at, tick), CornerRadius::same(1), t.deviation(bar.deviation));
    if bar.numbers {
        let mut taken: Vec<Rect> = Vec::new();
        let mut number = |value: i64| {
            let x = bar.x(rail, value as f32);
            let galley = p.layout_no_wrap(l10n::num(value), regular(SMALL), t.t3);
            let size = galley.size();
            let left = (x - size.x / 2.0).min(rail.right() - size.x).max(rail.left());
            let at = Rect::from_min_size(pos2(left, rail.bottom() + 5.0), size);
            if taken.iter().all(|r| !r.expand2(vec2(4.0, 0.0)).intersects(at)) {
                p.galley(at.min, galley, t.t3);
                taken.push(at);
            }
        };
        number(bar.range.0.into());
        number(bar.range.1.into());
        if let Some(before) = bar.before {
            number(before);
        }
    }
}

/// Paints the glyph of a deviation (▲ ▼ ✓), its right middle at `at`, then the words left of it if asked; returns the left
/// edge of what was painted.
pub fn deviation_words(ui: &Ui, lang: Lang, at: Pos2, deviation: i64, words: bool) -> f32 {
    let t = Tokens::of(ui);
    let color = t.deviation(deviation);
    let (icon, side) = match deviation.signum() {
        1 => (Icon::Up, 12.0),
        -1 => (Icon::Down, 12.0),
        _ => (Icon::Check, 12.0),
    };
    if !words {
        let rect = Rect::from_center_size(pos2(at.x - 6.0, at.y), vec2(side, side));
        icon.paint(ui.painter(), rect, color);
        return at.x - 12.0;
    }
    let text = l10n::deviation(lang, deviation);
    let rect = put(ui.painter(), at, Align2::RIGHT_CENTER, &text, regular(BODY), color);
    let glyph = Rect::from_center_size(pos2(rect.left() - 10.0, at.y), vec2(side, side));
    icon.paint(ui.painter(), glyph, color);
    glyph.left()
}

/// Paints `−68` or `+68` in its soft plate, right middle at `at`; `words` stands before the number. Returns the plate.
pub fn delta_chip(ui: &Ui, at: Pos2, delta: i64, words: &str) -> Rect {
    let t = Tokens::of(ui);
    let (color, soft) = if delta < 0 { (t.out, t.out_soft) } else { (t.into, t.into_soft) };
    let text =
        if words.is_empty() { l10n::signed(delta) } else { format!("{words} {}", l10n::num(delta.saturating_abs())) };
    let galley = ui.painter().layout_no_wrap(text, semi(SMALL), color);
    let size = galley.size() + vec2(8.0, 0.0);
    let rect = Rect::from_min_size(pos2(at.x - size.x, at.y - 8.0), vec2(size.x, 16.0));
    ui.painter().rect_filled(rect, CHIP, soft);
    ui.painter().galley(pos2(rect.left() + 4.0, at.y - galley.size().y / 2.0), galley, color);
    rect
}

/// A job, for a layout that runs from right to left: ×, per cent, a bar (None = no end known), its sentence. True when ×
/// was clicked.
pub fn progress(ui: &mut Ui, lang: Lang, sentence: &str, done: Option<f32>, can_cancel: bool) -> bool {
    let t = Tokens::of(ui);
    let name = format!("{} {sentence}", lang.t().cancel);
    let cancelled = can_cancel && icon_button(ui, Icon::Close, &name, 18.0, t.t2).clicked();
    let share = done.unwrap_or(0.0).clamp(0.0, 1.0);
    if done.is_some() {
        let percent = format!("{}%", (share * 100.0).round() as u8);
        ui.label(egui::RichText::new(percent).font(regular(SMALL)).color(t.t2));
    }
    let (rect, bar): (Rect, Response) = ui.allocate_exact_size(vec2(90.0, 12.0), Sense::hover());
    let rail = Rect::from_center_size(rect.center(), vec2(rect.width(), 5.0));
    ui.painter().rect_filled(rail, 2.5, t.line2);
    let fill = match done {
        Some(_) => rail.with_max_x(rail.left() + rail.width() * share),
        // Without a known end a third of the rail is filled, and stands still: nothing here blinks.
        None => rail.shrink2(vec2(rail.width() / 3.0, 0.0)),
    };
    ui.painter().rect_filled(fill, 2.5, t.accent);
    bar.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::ProgressIndicator, true, sentence);
        info.value = done.map(|d| f64::from(d) * 100.0);
        info
    });
    ui.label(egui::RichText::new(sentence).font(regular(SMALL)).color(t.t2));
    cancelled
}

/// The round length in metres whose bar is between 60 and 150 points wide at `m_per_point`; 0 where there is no scale.
pub fn scale_bar_length_m(m_per_point: f64) -> f64 {
    if !m_per_point.is_finite() || m_per_point <= 0.0 {
        return 0.0;
    }
    round_length_m(150.0 * m_per_point)
}

/// Paints the scale bar, its lower left corner at `corner`: two halves, 0, middle and end written above.
pub fn scale_bar(ui: &Ui, lang: Lang, corner: Pos2, m_per_point: f64) {
    let length = scale_bar_length_m(m_per_point);
    if length <= 0.0 {
        return;
    }
    let t = Tokens::of(ui);
    let p = ui.painter();
    let width = (length / m_per_point) as f32;
    let bar = Rect::from_min_max(pos2(corner.x, corner.y - 5.0), pos2(corner.x + width, corner.y));
    p.rect(bar, 0.0, t.raise, Stroke::new(1.0, t.t1), StrokeKind::Inside);
    p.rect_filled(bar.with_max_x(bar.center().x), 0.0, t.t1);
    let [zero, half, whole] = scale_texts(length, lang.spoken());
    let write = |x: f32, anchor: Align2, text: String| {
        let at = pos2(x, bar.top() - 3.0);
        // The map is behind: a halo in the colour of paper keeps the figures readable.
        for d in [vec2(-1.0, 0.0), vec2(1.0, 0.0), vec2(0.0, -1.0), vec2(0.0, 1.0)] {
            put(p, at + d, anchor, &text, regular(SMALL), t.paper);
        }
        put(p, at, anchor, &text, regular(SMALL), t.t1);
    };
    write(bar.left(), Align2::LEFT_BOTTOM, zero);
    write(bar.center().x, Align2::CENTER_BOTTOM, half);
    write(bar.right() - 8.0, Align2::LEFT_BOTTOM, whole);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_scale_bar_is_round_and_fits(m_per_point in 1e-3..1e4f64) {
            let length = scale_bar_length_m(m_per_point);
            let points = length / m_per_point;
            prop_assert!((59.0..=150.0001).contains(&points), "{points}");
            let lead = length / 10f64.powf(length.log10().floor());
            prop_assert!([1.0, 2.0, 5.0, 10.0].iter().any(|l| (lead - l).abs() < 1e-6), "{length}");
        }
    }

    #[test]
    fn no_scale_no_bar() {
        for m in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(scale_bar_length_m(m), 0.0);
        }
    }

    #[test]
    fn the_bar_has_the_design_scale() {
        let bar = DeviationBar { value: 0, before: None, range: (300, 500), deviation: 0, numbers: false };
        assert_eq!(bar.ends(), (150.0, 650.0));
        let zero = DeviationBar { range: (0, 0), ..bar };
        assert!(zero.ends().0 < zero.ends().1);
    }
}
