//! Which key does what: the keys of the table of verbs, and what a person chose in their place.
//!
//! The choice is the window's own, kept in the settings by the verb's name; the window has one thread, so it is held for
//! that thread.

use std::cell::RefCell;
use std::collections::BTreeMap;

use egui::{Key, KeyboardShortcut, Modifiers};

use super::l10n::Lang;
use super::verbs::{VERBS, Verb};

thread_local! {
    static OWN: RefCell<Vec<(Verb, &'static str)>> = const { RefCell::new(Vec::new()) };
    /// Every key ever written on this thread: there are few.
    static TEXTS: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

/// Keys as another program has taught them to the hand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Preset {
    /// Those of the table.
    Default,
    /// QGIS.
    Qgis,
    /// iD and JOSM.
    Josm,
}

impl Preset {
    /// All, in the order of the sheet.
    pub const ALL: [Preset; 3] = [Preset::Default, Preset::Qgis, Preset::Josm];

    /// Its name.
    pub fn name(self, lang: Lang) -> &'static str {
        match self {
            Preset::Default => lang.pick("默认", "Default"),
            Preset::Qgis => "QGIS",
            Preset::Josm => "iD · JOSM",
        }
    }

    /// What differs from the table.
    pub fn keys(self) -> BTreeMap<String, String> {
        use super::verbs::Tool;
        let of: &[(Verb, &str)] = match self {
            Preset::Default => &[],
            Preset::Qgis => &[
                (Verb::Tool(Tool::DrawCell), "Ctrl ."),
                (Verb::ZoomSelection, "Ctrl J"),
                (Verb::Home, "Ctrl Shift F"),
                (Verb::ZoomIn, "Ctrl Alt +"),
                (Verb::ZoomOut, "Ctrl Alt -"),
                (Verb::Layers, "Ctrl 1"),
                (Verb::Import, "Ctrl L"),
            ],
            Preset::Josm => &[
                (Verb::Tool(Tool::Select), "S"),
                (Verb::Snapping, "Shift S"),
                (Verb::Tool(Tool::Split), "P"),
                (Verb::Simplify, "Shift Y"),
                (Verb::Enclose, "Ctrl Shift Y"),
                (Verb::Home, "1"),
                (Verb::ZoomSelection, "3"),
            ],
        };
        of.iter().map(|(verb, key)| (name_of(*verb), (*key).to_owned())).collect()
    }
}

/// Name of a verb in the settings.
pub fn name_of(verb: Verb) -> String {
    format!("{verb:?}")
}

fn kept(text: &str) -> &'static str {
    TEXTS.with_borrow_mut(|all| {
        if let Some(known) = all.iter().find(|t| **t == text) {
            return *known;
        }
        let new: &'static str = Box::leak(text.to_owned().into_boxed_str());
        all.push(new);
        new
    })
}

/// Takes over what a person chose. Names that no verb has and keys that cannot be read are passed over.
pub fn set(own: &BTreeMap<String, String>) {
    let known = VERBS.iter().filter_map(|v| {
        let key = own.get(&name_of(v.verb))?;
        let good = key.is_empty() || read(key).is_some();
        (good && *key != v.key).then(|| (v.verb, kept(key)))
    });
    let all: Vec<_> = known.collect();
    OWN.with_borrow_mut(|o| *o = all);
}

/// The key of a verb, empty where it has none.
pub fn key(verb: Verb) -> &'static str {
    let own = OWN.with_borrow(|o| o.iter().find(|(v, _)| *v == verb).map(|(_, k)| *k));
    own.unwrap_or(verb.info().key)
}

/// The other verb that has a key.
pub fn taken(written: &str, but: Verb) -> Option<Verb> {
    let has = |v: &&super::verbs::VerbInfo| v.verb != but && !written.is_empty() && key(v.verb) == written;
    VERBS.iter().find(has).map(|v| v.verb)
}

/// Signs that stand for themselves; most of them need Shift, which is then not said.
const SIGNS: [(Key, &str); 7] = [
    (Key::Questionmark, "?"),
    (Key::Plus, "+"),
    (Key::Minus, "-"),
    (Key::Comma, ","),
    (Key::Period, "."),
    (Key::OpenBracket, "["),
    (Key::CloseBracket, "]"),
];

/// A written key as egui knows it.
pub fn read(written: &str) -> Option<KeyboardShortcut> {
    let mut modifiers = Modifiers::NONE;
    let mut key = None;
    for part in written.split(' ').filter(|p| !p.is_empty()) {
        match part {
            "Ctrl" => modifiers |= Modifiers::COMMAND,
            "Alt" => modifiers |= Modifiers::ALT,
            "Shift" => modifiers |= Modifiers::SHIFT,
            name => {
                let sign = SIGNS.iter().find(|(_, sign)| *sign == name).map(|(k, _)| *k);
                key = sign.or_else(|| Key::from_name(name));
            }
        }
    }
    key.map(|key| KeyboardShortcut::new(modifiers, key))
}

/// A pressed key as it is written; `None` for those that belong to the gesture: they finish, take back, give up, move.
pub fn write(key: Key, modifiers: Modifiers) -> Option<String> {
    use Key::{ArrowDown, ArrowLeft, ArrowRight, ArrowUp, Backspace, Enter, Escape, Space, Tab};
    let of_gesture = [ArrowDown, ArrowLeft, ArrowRight, ArrowUp, Backspace, Enter, Escape, Space, Tab];
    if of_gesture.contains(&key) {
        return None;
    }
    let sign = SIGNS.iter().find(|(k, _)| *k == key).map(|(_, s)| *s);
    let mut out = String::new();
    for (on, name) in [
        (modifiers.command || modifiers.ctrl, "Ctrl "),
        (modifiers.alt, "Alt "),
        (modifiers.shift && sign.is_none(), "Shift "),
    ] {
        if on {
            out += name;
        }
    }
    Some(out + sign.unwrap_or(key.name()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_preset_gives_a_key_twice_and_each_can_be_read() {
        for preset in Preset::ALL {
            set(&preset.keys());
            let mut seen = BTreeSet::new();
            for v in VERBS.iter().filter(|v| !v.verb.key().is_empty()) {
                assert!(read(v.verb.key()).is_some(), "{preset:?} {}", v.verb.key());
                assert!(seen.insert(v.verb.key()), "{preset:?} {} is given twice", v.verb.key());
            }
            for (name, key) in preset.keys() {
                let verb = VERBS.iter().find(|v| name_of(v.verb) == name).expect("a verb has this name").verb;
                assert_eq!(verb.key(), key);
            }
        }
        set(&BTreeMap::new());
    }

    #[test]
    fn what_is_pressed_is_written_and_read_again() {
        let both = Modifiers::COMMAND | Modifiers::SHIFT;
        for (key, modifiers, text) in [
            (Key::X, Modifiers::NONE, "X"),
            (Key::X, both, "Ctrl Shift X"),
            (Key::Questionmark, Modifiers::SHIFT, "?"),
            (Key::F8, Modifiers::ALT, "Alt F8"),
            (Key::Num1, Modifiers::COMMAND, "Ctrl 1"),
        ] {
            assert_eq!(write(key, modifiers).as_deref(), Some(text));
            assert_eq!(read(text).map(|s| s.logical_key), Some(key));
        }
        assert_eq!(write(Key::Escape, Modifiers::NONE), None);
    }

    #[test]
    fn unknown_names_and_keys_are_passed_over() {
        let own = [("Fly", "X"), ("Home", "Ctrl Nothing"), ("Save", "")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        set(&own.into_iter().collect());
        assert_eq!((Verb::Home.key(), Verb::Save.key()), ("Home", ""));
        set(&BTreeMap::new());
        assert_eq!(Verb::Save.key(), "Ctrl S");
    }
}
