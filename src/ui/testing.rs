//! What tests of this room share: the embedded fonts and a context that is run once.

use super::fonts::FontBytes;
use super::theme;

/// The fonts of this build. None, and a line that says so, where it carries no Chinese face: egui_kittest panics on the
/// first glyph that it cannot draw.
pub fn fonts(test: &str) -> Option<FontBytes> {
    let found = FontBytes::EMBEDDED.cjk_regular.map(|_| FontBytes::EMBEDDED);
    if found.is_none() {
        println!("skipped: {test}: this build carries no Chinese font");
    }
    found
}

/// Runs `content` in a context with the theme, twice: fonts come into force with the second pass.
pub fn once(fonts: FontBytes, mut content: impl FnMut(&mut egui::Ui)) {
    let ctx = egui::Context::default();
    theme::install(&ctx, egui::ThemePreference::Light, &fonts);
    let run = |content: &mut dyn FnMut(&mut egui::Ui)| {
        let mut output = ctx.run_ui(egui::RawInput::default(), |ui| content(ui));
        output.textures_delta.clear();
    };
    run(&mut |_| {});
    run(&mut content);
}
