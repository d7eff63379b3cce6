//! The keys sheet at work: a new key is caught, a clash is resolved, what was chosen is kept in the settings.

use super::App;
use crate::ui::keymap::{self, Preset, name_of, taken};
use crate::ui::panels::keys::{KeysAction, keys_sheet};
use crate::ui::verbs::Verb;

impl App {
    /// Shows the sheet if it is open.
    pub(super) fn show_keys(&mut self, ctx: &egui::Context, ui: &egui::Ui) {
        if !self.keys_open {
            return;
        }
        self.keys.preset = Preset::ALL.iter().position(|p| p.keys() == self.settings.keys);
        let mut out = Vec::new();
        keys_sheet(ctx, ui, self.lang, &self.keys, &mut out);
        if !out.is_empty() {
            ctx.request_repaint();
        }
        for a in out {
            match a {
                KeysAction::Words(words) => self.keys.words = words,
                KeysAction::Catch(verb) => {
                    ctx.memory_mut(|m| m.focused().inspect(|id| m.surrender_focus(*id)));
                    (self.keys.catching, self.keys.clash, self.keys.refused) = (Some(verb), None, false);
                }
                KeysAction::Pressed(verb, key) => match taken(&key, verb) {
                    Some(other) => (self.keys.clash, self.keys.refused) = (Some((key, other)), false),
                    None => self.give_key(verb, key),
                },
                KeysAction::Refused => (self.keys.clash, self.keys.refused) = (None, true),
                KeysAction::Take => {
                    if let (Some(verb), Some((key, other))) = (self.keys.catching, self.keys.clash.take()) {
                        self.put_key(other, String::new());
                        self.give_key(verb, key);
                    }
                }
                KeysAction::Stop => self.stop_catching(),
                KeysAction::Preset(preset) => {
                    self.settings.keys = preset.keys();
                    self.stop_catching();
                    self.use_keys();
                }
                KeysAction::Close => {
                    self.stop_catching();
                    self.keys_open = false;
                }
            }
        }
    }

    fn stop_catching(&mut self) {
        (self.keys.catching, self.keys.clash, self.keys.refused) = (None, None, false);
    }

    fn put_key(&mut self, verb: Verb, key: String) {
        if key == verb.info().key {
            self.settings.keys.remove(&name_of(verb));
        } else {
            self.settings.keys.insert(name_of(verb), key);
        }
    }

    fn give_key(&mut self, verb: Verb, key: String) {
        self.put_key(verb, key);
        self.stop_catching();
        self.use_keys();
    }

    fn use_keys(&mut self) {
        keymap::set(&self.settings.keys);
        self.store_settings();
    }
}
