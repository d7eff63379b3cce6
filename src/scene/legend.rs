//! What makes a saved picture honest by itself: a scale bar, and with heat its legend, painted on panels lower left.
//!
//! Measures are points, as everywhere; a picture of more pixels to a point has larger panels. Panels never take more
//! than a third of a picture together. Where they would, the legend is written a little smaller; under about
//! 320×240 points it is left out, because its figures could no longer be read, and would hide what they explain.
//! What was left out is said in [`Annotated`].

use super::camera::Camera;
use super::colour::Rgba;
use super::ramp::Ramp;
use super::raster::{Picture, rounded_rect};
use super::text::FontSet;
use super::tokens::Theme;
use crate::model::{Lang, number};
use tiny_skia::{Color, FillRule, Paint, PathBuilder, Pixmap, Rect, Shader, Stroke, Transform};

/// Distance of the panels from the picture's edge, points.
const MARGIN: f32 = 12.0;
/// Distance between the two panels, points.
const GAP: f32 = 8.0;
/// Room round the content of a panel, points.
const PADDING: (f32, f32) = (12.0, 10.0);
/// Sizes of text: of the title, and of everything else.
const BODY: f32 = 13.0;
const SMALL: f32 = 11.5;
/// Smallest distance between two texts of a row, points.
const APART: f32 = 12.0;
/// Smallest distance between neighbouring ticks, points.
const TICKS_APART: f32 = 8.0;
/// The legend's content is at least as wide as this, points.
const LEGEND_WIDTH: f32 = 232.0;
/// Longest bar, points.
const BAR: f32 = 150.0;
/// Largest share of the picture under the panels.
const SHARE: f32 = 1.0 / 3.0;
/// Smaller than this the legend is not written: 11.5 points would be under 10.
const SMALLEST: f32 = 0.87;
/// Characters of a class in the title; a longer one is cut with ….
const CLASS: usize = 16;

/// What a heat picture shows, for its legend.
#[derive(Clone, PartialEq, Debug)]
pub struct HeatKey {
    /// Upper end of the scale, incidents per km² over the period.
    pub top: f64,
    /// Bandwidth, metres.
    pub bandwidth_m: f64,
    /// Length of the period in days; `None` = all incidents there are.
    pub period_days: Option<f64>,
    /// Only incidents of this class.
    pub class: Option<String>,
    /// Incidents counted.
    pub count: u64,
    /// Incidents left out for want of a place.
    pub unlocated: u64,
}

impl HeatKey {
    /// `事件密度`, and of which class.
    pub fn title(&self, lang: Lang) -> String {
        let title = pick(lang, "事件密度", "Incident density");
        let Some(class) = &self.class else { return title.to_owned() };
        let mut short: String = class.chars().take(CLASS).collect();
        if short.len() < class.len() {
            short.push('…');
        }
        format!("{title} · {short}")
    }

    /// `起/km² · 总计`, or of how many days.
    pub fn unit(&self, lang: Lang) -> String {
        let unit = pick(lang, "起/km²", "per km²");
        let Some(days) = self.period_days else { return format!("{unit} · {}", pick(lang, "总计", "total")) };
        let days = if days < 9.95 { decimals(days, 1) } else { number(days.round() as i64) };
        let one = if days == "1" { "day" } else { "days" };
        format!("{unit} · {days} {}", pick(lang, "天", one))
    }
}

/// `半径 150 米`.
pub fn radius_text(bandwidth_m: f64, lang: Lang) -> String {
    let radius = pick(lang, "半径", "Radius");
    match bandwidth_m {
        m if m >= 1000.0 => format!("{radius} {:.2} {}", m / 1000.0, pick(lang, "千米", "km")),
        m if m >= 10.0 => format!("{radius} {} {}", number(m.round() as i64), pick(lang, "米", "m")),
        m => format!("{radius} {} {}", decimals(m, 2), pick(lang, "米", "m")),
    }
}

/// `604 起，27 起无位置`.
pub fn count_text(count: u64, unlocated: u64, lang: Lang) -> String {
    let of = |n: u64| number(i64::try_from(n).unwrap_or(i64::MAX));
    match lang {
        Lang::Zh => format!("{} 起，{} 起无位置", of(count), of(unlocated)),
        Lang::En => {
            let noun = if count == 1 { "incident" } else { "incidents" };
            format!("{} {noun}, {} without place", of(count), of(unlocated))
        }
    }
}

/// Five even ticks from 0 to `top`, in as few figures as tell them apart.
pub fn heat_ticks(top: f64) -> [String; 5] {
    let decimals =
        if top >= 20.0 || !top.is_finite() { 0 } else { (2.0 - top.max(1e-9).log10()).ceil().clamp(0.0, 9.0) as usize };
    [0, 1, 2, 3, 4].map(|i| match top * f64::from(i) / 4.0 {
        _ if i == 0 => "0".to_owned(),
        v if decimals == 0 => number(v.round() as i64),
        v => format!("{v:.decimals$}"),
    })
}

/// What stands at the start, the middle and the end of a scale bar of `length_m` metres; the unit with the last.
pub fn scale_texts(length_m: f64, lang: Lang) -> [String; 3] {
    let (value, unit) = match length_m {
        m if m >= 1000.0 => (m / 1000.0, pick(lang, "千米", "km")),
        m if m >= 1.0 => (m, pick(lang, "米", "m")),
        m => (m * 100.0, pick(lang, "厘米", "cm")),
    };
    // Above a thousand kilometres or metres nothing is left behind the point.
    let say = |v: f64| if v >= 1000.0 { number(v.round() as i64) } else { decimals(v, 2) };
    ["0".to_owned(), say(value / 2.0), format!("{} {unit}", say(value))]
}

/// With at most so many decimals, none that say nothing.
fn decimals(v: f64, most: usize) -> String {
    let text = format!("{v:.most$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn pick<'a>(lang: Lang, zh: &'a str, en: &'a str) -> &'a str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// What [`annotate`] has painted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Annotated {
    /// The scale bar.
    pub scale_bar: bool,
    /// The legend of the heat; false where none was asked for.
    pub legend: bool,
}

/// Paints the scale bar and, where the picture shows heat, its legend above it. The picture may be clear in places, as
/// heat without a map is; beside the panels nothing changes. Without any font nothing is painted: a ramp without
/// figures says nothing.
pub fn annotate(
    picture: &mut Picture,
    camera: &Camera,
    theme: Theme,
    lang: Lang,
    fonts: &FontSet<'_>,
    heat: Option<&HeatKey>,
) -> Annotated {
    let mut done = Annotated::default();
    let s = camera.pixels_per_point;
    let (w, h) = (picture.width as f32 / s, picture.height as f32 / s);
    if !(s.is_finite() && s > 0.0) || fonts.layout("0", SMALL, false, 0.0).glyphs.is_empty() {
        return done;
    }
    let mut room = w * h * SHARE;
    let mut foot = h - MARGIN;
    let bar = scale_panel(camera, theme, lang, fonts, BAR.min(w / 3.0));
    if bar.size.0 + 2.0 * MARGIN <= w && bar.size.1 + 2.0 * MARGIN <= h && bar.size.0 * bar.size.1 <= room {
        foot -= bar.size.1;
        done.scale_bar = bar.paint(picture, fonts, theme, (MARGIN, foot), s, 1.0);
        room -= bar.size.0 * bar.size.1;
        foot -= GAP;
    }
    if let Some(key) = heat {
        let panel = heat_panel(key, theme, lang, fonts);
        let fits = [
            1.0,
            (w - 2.0 * MARGIN) / panel.size.0,
            (foot - MARGIN) / panel.size.1,
            (room / (panel.size.0 * panel.size.1)).sqrt(),
        ];
        let factor = fits.into_iter().fold(f32::INFINITY, f32::min);
        if factor >= SMALLEST {
            let top = foot - panel.size.1 * factor;
            done.legend = panel.paint(picture, fonts, theme, (MARGIN, top), s, factor);
        }
    }
    done
}

/// A text of a panel: left end and middle, points from the panel's left top corner.
struct Text {
    text: String,
    left: f32,
    middle: f32,
    size: f32,
    bold: bool,
    color: Rgba,
}

/// What a bar is filled with.
enum Ink {
    Plain(Rgba),
    /// Along the heat's ramp, left to right.
    Ramp,
}

/// A panel, laid out: points from its left top corner.
struct Panel {
    size: (f32, f32),
    /// Left, top, right, bottom.
    bars: Vec<([f32; 4], Ink)>,
    texts: Vec<Text>,
}

fn scale_panel(camera: &Camera, theme: Theme, lang: Lang, fonts: &FontSet<'_>, longest: f32) -> Panel {
    let t = theme.tokens();
    let (metres, length) = camera.scale_bar(longest);
    let width = |text: &str| fonts.layout(text, SMALL, false, 0.0).width;
    let [zero, half, whole] = scale_texts(metres, lang);
    // The figure of the end stands over the end, its unit behind it.
    let figure = whole.split(' ').next().map_or(0.0, width);
    let (left, middle) = (PADDING.0, PADDING.1 + 4.0);
    let end = left + (length - figure / 2.0).max(width(&zero) + TICKS_APART);
    let right = (end + width(&whole)).max(left + length);
    let half_left = left + length / 2.0 - width(&half) / 2.0;
    let apart = half_left - left - width(&zero) >= TICKS_APART && end - half_left - width(&half) >= TICKS_APART;
    let text = |text: String, left: f32| Text { text, left, middle, size: SMALL, bold: false, color: t.t1 };
    let mut texts = vec![text(zero, left), text(whole, end)];
    if apart {
        texts.push(text(half, half_left));
    }
    let (top, bottom) = (middle + 9.0, middle + 14.0);
    let bars = vec![
        ([left, top, left + length, bottom], Ink::Plain(t.t1)),
        ([left + length / 2.0, top + 1.0, left + length - 1.0, bottom - 1.0], Ink::Plain(t.raise)),
    ];
    Panel { size: (right + PADDING.0, bottom + PADDING.1), bars, texts }
}

fn heat_panel(key: &HeatKey, theme: Theme, lang: Lang, fonts: &FontSet<'_>) -> Panel {
    let t = theme.tokens();
    let small = |text: &str| fonts.layout(text, SMALL, false, 0.0).width;
    let (title, unit) = (key.title(lang), key.unit(lang));
    let (radius, count) = (radius_text(key.bandwidth_m, lang), count_text(key.count, key.unlocated, lang));
    let ticks = heat_ticks(key.top);
    let widths = ticks.each_ref().map(|t| small(t));
    // The first tick begins at the ramp's start and the last ends at its end; those between stand over their place.
    let ahead = |i: usize| [0.0, 0.5, 0.5, 0.5, 1.0][i] * widths[i];
    let step = (0..4).map(|i| widths[i] - ahead(i) + TICKS_APART + ahead(i + 1)).fold(0.0, f32::max);
    let width = [
        LEGEND_WIDTH,
        fonts.layout(&title, BODY, true, 0.0).width + APART + small(&unit),
        small(&radius) + APART + small(&count),
        4.0 * step,
    ];
    let width = width.into_iter().fold(0.0, f32::max).ceil();
    let (left, top) = PADDING;
    let plain = |text: String, left: f32, middle: f32, color: Rgba| {
        let middle = top + middle;
        Text { text, left, middle, size: SMALL, bold: false, color }
    };
    let (unit_left, count_left) = (left + width - small(&unit), left + width - small(&count));
    let mut texts = vec![
        Text { text: title, left, middle: top + 7.0, size: BODY, bold: true, color: t.t1 },
        plain(unit, unit_left, 7.0, t.t3),
        plain(radius, left, 64.0, t.t3),
        plain(count, count_left, 64.0, t.t3),
    ];
    for (i, tick) in ticks.into_iter().enumerate() {
        texts.push(plain(tick, left + width * i as f32 / 4.0 - ahead(i), 43.0, t.t2));
    }
    let ramp = ([left, top + 21.0, left + width, top + 31.0], Ink::Ramp);
    Panel { size: (width + 2.0 * left, 70.0 + 2.0 * top), bars: vec![ramp], texts }
}

impl Panel {
    /// Paints the panel with its left top corner at `at` (points of the picture), `factor` times its size.
    fn paint(
        &self,
        picture: &mut Picture,
        fonts: &FontSet<'_>,
        theme: Theme,
        at: (f32, f32),
        s: f32,
        factor: f32,
    ) -> bool {
        let (x, y) = ((at.0 * s).round() as u32, (at.1 * s).round() as u32);
        let s = s * factor;
        let (w, h) = (self.size.0 * s, self.size.1 * s);
        let Some(mut map) = Pixmap::new(w.ceil() as u32, h.ceil() as u32) else { return false };
        let t = theme.tokens();
        // The edge lies inside, a whole point wide.
        for (inset, color) in [(0.0, t.line2), (s, t.panel)] {
            if let Some(path) = rounded_rect([inset, inset, w - inset, h - inset], 6.0 * s - inset) {
                map.fill_path(&path, &solid(color), FillRule::Winding, Transform::identity(), None);
            }
        }
        let ramp = Ramp::heat(theme);
        for ([left, top, right, bottom], ink) in &self.bars {
            // On whole pixels, so that a bar is sharp and its length true to half a pixel.
            let [left, top, right, bottom] = [left, top, right, bottom].map(|v| (v * s).round());
            match ink {
                Ink::Plain(c) => fill(&mut map, [left, top, right, bottom], *c),
                Ink::Ramp => (left as u32..right as u32).for_each(|x| {
                    let x = x as f32;
                    let share = (x - left) / (right - left - 1.0).max(1.0);
                    fill(&mut map, [x, top, x + 1.0, bottom], ramp.at(share));
                }),
            }
        }
        for text in &self.texts {
            let line = fonts.layout(&text.text, text.size, text.bold, 0.0);
            let place = Transform::from_scale(s, s).pre_translate(text.left + line.width / 2.0, text.middle);
            let (plain, thick) = fonts.path(&line);
            for path in plain.iter().chain(&thick) {
                map.fill_path(path, &solid(text.color), FillRule::Winding, place, None);
            }
            if let Some(path) = thick {
                let pen = Stroke { width: text.size * 0.045, ..Stroke::default() };
                map.stroke_path(&path, &solid(text.color), &pen, place, None);
            }
        }
        lay(picture, &map, (x, y));
        true
    }
}

fn solid(c: Rgba) -> Paint<'static> {
    let [r, g, b, a] = c.0;
    Paint { shader: Shader::SolidColor(Color::from_rgba8(r, g, b, a)), ..Paint::default() }
}

fn fill(map: &mut Pixmap, [left, top, right, bottom]: [f32; 4], c: Rgba) {
    if let Some(r) = Rect::from_ltrb(left, top, right, bottom) {
        map.fill_path(&PathBuilder::from_rect(r), &solid(c), FillRule::Winding, Transform::identity(), None);
    }
}

/// Lays a pixmap (premultiplied) over a picture (straight); parts beyond the picture are cut off.
fn lay(picture: &mut Picture, over: &Pixmap, (x0, y0): (u32, u32)) {
    let columns = over.width().min(picture.width.saturating_sub(x0)) as usize;
    let rows = over.pixels().chunks_exact(over.width() as usize);
    for (row, y) in rows.zip(y0..picture.height) {
        let at = (y as usize * picture.width as usize + x0 as usize) * 4;
        let Some(below) = picture.rgba.get_mut(at..at + columns * 4) else { continue };
        for (p, q) in row.iter().zip(below.chunks_exact_mut(4)) {
            let rest = f32::from(q[3]) / 255.0 * (1.0 - f32::from(p.alpha()) / 255.0);
            let alpha = f32::from(p.alpha()) / 255.0 + rest;
            if p.alpha() == 0 {
                continue;
            }
            for (c, v) in [p.red(), p.green(), p.blue()].into_iter().enumerate() {
                q[c] = ((f32::from(v) + f32::from(q[c]) * rest) / alpha).round() as u8;
            }
            q[3] = (alpha * 255.0).round() as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::tests::fonts;

    fn camera(w: u32, h: u32, s: f32) -> Camera {
        Camera::at_scale((0.0, 0.0), 5000.0, (w as f32, h as f32), s)
    }

    fn blank(w: u32, h: u32, pixel: [u8; 4]) -> Picture {
        Picture { width: w, height: h, rgba: pixel.repeat((w * h) as usize) }
    }

    fn key(top: f64, count: u64) -> HeatKey {
        HeatKey { top, bandwidth_m: 150.0, period_days: None, class: None, count, unlocated: count / 20 }
    }

    /// All texts of a panel as boxes of their real ink.
    fn boxes(panel: &Panel, fonts: &FontSet<'_>) -> Vec<(String, [f32; 4])> {
        let of = |t: &Text| {
            let line = fonts.layout(&t.text, t.size, t.bold, 0.0);
            let (a, b) = fonts.path(&line);
            let b = [a, b].into_iter().flatten().map(|p| p.compute_tight_bounds().unwrap()).collect::<Vec<_>>();
            let side = |f: fn(&Rect) -> f32| b.iter().map(f);
            let (x, y) = (t.left + line.width / 2.0, t.middle);
            (
                t.text.clone(),
                [
                    x + side(Rect::left).fold(f32::INFINITY, f32::min),
                    y + side(Rect::top).fold(f32::INFINITY, f32::min),
                    x + side(Rect::right).fold(f32::NEG_INFINITY, f32::max),
                    y + side(Rect::bottom).fold(f32::NEG_INFINITY, f32::max),
                ],
            )
        };
        panel.texts.iter().map(of).collect()
    }

    fn held(panel: &Panel, fonts: &FontSet<'_>) {
        let boxes = boxes(panel, fonts);
        let inked = panel.bars.iter().map(|(b, _)| ("a bar".to_owned(), *b));
        for (i, (text, [l, t, r, b])) in boxes.iter().enumerate() {
            let (w, h) = panel.size;
            assert!(*l >= 8.0 && *t >= 6.0 && *r <= w - 8.0 && *b <= h - 6.0, "{text} {:?} {w}×{h}", [l, t, r, b]);
            for (other, o) in boxes[..i].iter().cloned().chain(inked.clone()) {
                assert!(*l > o[2] || o[0] > *r || *t > o[3] || o[1] > *b, "{text} lies on {other}");
            }
        }
    }

    #[test]
    fn texts_stay_in_their_panel_and_off_each_other() {
        let Some(fonts) = fonts() else { return };
        for lang in [Lang::Zh, Lang::En] {
            for (top, n) in [(0.0, 0), (0.002, 3), (19.9, 1), (2000.0, 604), (5e9, 123_456_789), (1e30, u64::MAX)] {
                let mut k = key(top, n);
                for (class, days) in
                    [(None, None), (Some("市容环境"), Some(30.0)), (Some("A very long class of incidents"), Some(0.04))]
                {
                    (k.class, k.period_days) = (class.map(str::to_owned), days);
                    held(&heat_panel(&k, Theme::Light, lang, &fonts), &fonts);
                }
            }
            for den in [0.3, 1.0, 500.0, 4999.0, 777_777.0, 4e8] {
                let at = Camera::at_scale((0.0, 0.0), den, (800.0, 600.0), 2.0);
                for longest in [30.0, 60.0, 150.0] {
                    held(&scale_panel(&at, Theme::Dark, lang, &fonts, longest), &fonts);
                }
            }
        }
    }

    #[test]
    fn heat_brings_its_ramp_and_a_plain_map_only_a_scale_bar() {
        let Some(fonts) = fonts() else { return };
        for (theme, s) in [(Theme::Light, 1.0), (Theme::Dark, 2.0), (Theme::Print, 1.5)] {
            let (w, h) = ((800.0 * s) as u32, (600.0 * s) as u32);
            let ground = theme.paper().0;
            let mut with = blank(w, h, ground);
            let done = annotate(&mut with, &camera(w, h, s), theme, Lang::Zh, &fonts, Some(&key(2000.0, 604)));
            assert_eq!(done, Annotated { scale_bar: true, legend: true });
            let mut without = blank(w, h, ground);
            let done = annotate(&mut without, &camera(w, h, s), theme, Lang::Zh, &fonts, None);
            assert_eq!(done, Annotated { scale_bar: true, legend: false });
            let ramp = Ramp::heat(theme);
            let has = |p: &Picture, share: f32| p.rgba.chunks_exact(4).filter(|c| **c == ramp.at(share).0).count();
            for share in [0.1, 0.35, 0.6, 0.85] {
                assert!(has(&with, share) as f32 >= 9.0 * s && has(&without, share) == 0, "{theme:?} {share}");
            }
            // Both stand lower left; the rest of the picture is as it was.
            let touched = |p: &Picture| {
                let at = |i: usize| (i as u32 % w, i as u32 / w);
                let changed = p.rgba.chunks_exact(4).enumerate().filter(|(_, c)| **c != ground).map(|(i, _)| at(i));
                changed.fold([w, h, 0, 0], |b, (x, y)| [b[0].min(x), b[1].min(y), b[2].max(x), b[3].max(y)])
            };
            let (a, b) = (touched(&with), touched(&without));
            assert_eq!((a[0], a[3]), (b[0], b[3]));
            assert!(a[0] == (12.0 * s) as u32 && (h - a[3]) as f32 <= 13.0 * s && a[2] < w / 2 && a[1] > h / 2);
            assert!(b[1] as f32 > h as f32 - 60.0 * s && a[1] < b[1], "{a:?} {b:?}");
        }
    }

    #[test]
    fn panels_take_at_most_a_third_and_small_pictures_have_no_legend() {
        let Some(fonts) = fonts() else { return };
        let k = key(2000.0, 604);
        for lang in [Lang::Zh, Lang::En] {
            for (w, h) in [(20, 20), (60, 400), (400, 60), (200, 150), (260, 200), (320, 240), (400, 300), (1600, 80)] {
                let mut p = blank(w, h, [1, 2, 3, 0]);
                let done = annotate(&mut p, &camera(w, h, 1.0), Theme::Light, lang, &fonts, Some(&k));
                let taken = p.rgba.chunks_exact(4).filter(|c| c[3] != 0).count();
                assert!(taken * 3 <= (w * h) as usize + 3 * (w + h) as usize, "{w}×{h}: {taken}");
                assert_eq!(done.legend, w >= 320 && h >= 240, "{w}×{h} {lang:?}");
                assert_eq!(done != Annotated::default(), taken > 0);
                assert!(
                    p.rgba.chunks_exact(4).all(|c| c[3] != 0 || *c == [1, 2, 3, 0]),
                    "what is clear stays as it was"
                );
            }
        }
    }

    #[test]
    fn ticks_tell_themselves_apart() {
        assert_eq!(heat_ticks(1710.0), ["0", "428", "855", "1,283", "1,710"]);
        assert_eq!(heat_ticks(f64::from(0.2f32)), ["0", "0.050", "0.100", "0.150", "0.200"]);
        for top in [0.003, 0.5, 1.0, 7.0, 19.9, 20.0, 3e6] {
            let t = heat_ticks(top);
            assert!(t.windows(2).all(|w| w[0] != w[1]), "{top}: {t:?}");
        }
    }

    #[test]
    fn units_are_said_in_full() {
        let mut k = key(2000.0, 1234);
        assert_eq!((k.unit(Lang::Zh).as_str(), k.unit(Lang::En).as_str()), ("起/km² · 总计", "per km² · total"));
        k.period_days = Some(10.0);
        assert_eq!((k.unit(Lang::Zh).as_str(), k.unit(Lang::En).as_str()), ("起/km² · 10 天", "per km² · 10 days"));
        k.period_days = Some(1.0);
        assert_eq!(k.unit(Lang::En), "per km² · 1 day");
        k.class = Some("噪音".to_owned());
        assert_eq!(k.title(Lang::Zh), "事件密度 · 噪音");
        assert_eq!(count_text(1234, 27, Lang::Zh), "1,234 起，27 起无位置");
        assert_eq!(radius_text(2.5, Lang::Zh), "半径 2.5 米");
        assert_eq!(radius_text(1580.0, Lang::En), "Radius 1.58 km");
        assert_eq!(scale_texts(200.0, Lang::Zh), ["0", "100", "200 米"]);
        assert_eq!(scale_texts(5000.0, Lang::En), ["0", "2.5", "5 km"]);
        assert_eq!(scale_texts(0.05, Lang::En), ["0", "2.5", "5 cm"]);
    }
}
