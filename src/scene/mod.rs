//! What is drawn: layers, styles, labels and the camera, as one list that every painter reads.
//!
//! Owns: the vocabulary of the picture ([`Scene`], [`Layer`], [`FillClass`], [`LineClass`]), its look at a theme and
//! a scale ([`StyleSheet`]), colours and ramps, the colouring of cells, label placement, text outlines, and the
//! painter off screen ([`paint`]).
//! Never: a window, a GPU, a file, a clock; it decides nothing about the plan.
//! Start at [`Scene`] (what), [`StyleSheet`] (how it looks) and [`Camera`] (where from).
//!
//! Geometry stays in grid millimetres; widths are style points (1 pt = 1/96 inch = 0.2646 mm), resolved for a theme
//! and a scale while painting. So a painter may keep geometry in buffers and re-resolve only styles. Window, wall,
//! PNG and print read the same list: theme and scale change tone and width, never shape.

mod backdrop;
mod build;
mod camera;
mod cells;
mod colour;
pub mod kinds;
mod labels;
mod legend;
mod list;
mod marks;
mod pole;
mod ramp;
mod raster;
mod style;
mod symbols;
mod text;
mod tokens;

pub use backdrop::{Backdrop, Level, Pyramid, Seen};
pub use build::{
    ByKey, CellColours, LabelOptions, Marked, Owners, Poles, ROWS_A_LAYER, SceneOptions, Touched, backdrop_of,
    building_slots, cell_chip, cell_layers, cell_layers_anew, cell_name, ground_layers, ground_layers_while,
    heat_image, hover_layer, incident_list, labels, locked_layer, marked_layers, scene_of, staged_layers, symbols,
    tether_layer, tint_buildings, touch_cells,
};
pub use camera::{Camera, MM_PER_PT, round_length_m};
pub use cells::four_colouring;
pub use colour::Rgba;
pub use labels::{LabelStyle, Part, PlacedLabel, place_labels};
pub use legend::{Annotated, HeatKey, annotate, count_text, heat_ticks, radius_text, scale_texts};
pub use list::{
    Band, BandClass, Facility, Fill, FillClass, Image, Incident, Label, LabelClass, Layer, LayerKey, Line, LineClass,
    NO_SLOT, Scene, Snap, Stack, Symbol, SymbolKind, Tone,
};
pub use marks::incident_marks;
pub use pole::pole;
pub use ramp::{CHANGE, HEAT_DARK, HEAT_LIGHT, RATE, Ramp, heat_alpha};
pub use raster::{Picture, paint};
pub use style::{FillStyle, Hatch, HatchKind, LineStyle, ScaleClass, StyleSheet};
pub use symbols::{Drawing, symbol, symbol_radius};
pub use text::{AlongChar, FontData, FontSet, Glyph, TextLine, set_along};
pub use tokens::{Theme, Tokens, ToneColours};

/// What may fail here.
#[derive(Debug, thiserror::Error)]
pub enum SceneError {
    /// Bytes given as a font are none.
    #[error("The font cannot be read ({0}); nothing was drawn. Choose another font file.")]
    Font(String),
    /// The picture has no pixel or too many.
    #[error("A picture of {0}×{1} pixels cannot be drawn; none was made. Choose sides from 1 to 20,000 pixels.")]
    Size(u32, u32),
    /// The PNG could not be written into memory.
    #[error("The PNG was not written ({0}); the picture is kept. Try again.")]
    Png(String),
}

impl SceneError {
    /// What happened, what was kept, what to do, in both languages.
    pub fn said(&self) -> crate::model::Said {
        let zh = match self {
            SceneError::Font(why) => format!("字体读不出来（{why}）；图没有画。请换一个字体文件。"),
            SceneError::Size(w, h) => {
                format!("图的大小 {w}×{h} 像素画不了；没有生成。请选 1 到 20000 像素之间的边长。")
            }
            SceneError::Png(why) => format!("PNG 没有写成（{why}）；图还在。请重试。"),
        };
        crate::model::Said::new(zh, self.to_string())
    }
}

#[cfg(test)]
mod tests;
