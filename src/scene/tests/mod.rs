//! Tests over the whole room: tokens, colours of cells, pixels, and a small neighbourhood.

mod demo;
mod district;
mod four;
mod pixels;
mod sight;

use super::FontSet;

/// The embedded fonts; says so and gives none where the build found no Latin or no Chinese font.
pub fn fonts() -> Option<FontSet<'static>> {
    let fonts = FontSet::embedded().unwrap();
    if !fonts.is_whole() {
        println!("skipped: this build embeds no Latin or no Chinese font");
        return None;
    }
    Some(fonts)
}
