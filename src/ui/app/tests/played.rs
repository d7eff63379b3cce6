//! Two pieces of work played from beginning to end as a person does them: with pointings, clicks and keys only.
//!
//! [`Person`] does them and counts; what they take is reckoned by the keystroke-level model. With `GETU_SHOTS=folder` the
//! main steps are written there as pictures. The tests know the sample's geometry where a person would see it.

mod estate;
mod recut;

use super::*;
use crate::ui::gpu::{MapPainter, device_descriptor};
use egui::Key;
use egui::accesskit::Role;
use egui_kittest::wgpu::{create_render_state, default_wgpu_setup};
use std::path::{Path, PathBuf};

/// What a person did. Card, Moran and Newell, The keystroke-level model for user performance time with interactive systems,
/// Communications of the ACM 23 (1980): pointing 1.1 s, a hand from mouse to keyboard or back 0.4 s, a thought before each
/// new thing 1.35 s.
#[derive(Clone, Copy, Default, Debug)]
struct Tally {
    pointings: u32,
    clicks: u32,
    keys: u32,
    /// Hands that went from the mouse to the keyboard or back.
    homings: u32,
    thoughts: u32,
    /// Sheets that had to be answered.
    dialogs: u32,
}

/// A key or click of an average typist, and of somebody to whom all of it is new, seconds.
const TYPIST_S: f64 = 0.28;
const NEW_S: f64 = 0.5;

impl Tally {
    fn seconds(&self, key_s: f64) -> f64 {
        1.1 * f64::from(self.pointings)
            + key_s * f64::from(self.clicks + self.keys)
            + 0.4 * f64::from(self.homings)
            + 1.35 * f64::from(self.thoughts)
    }
}

/// A person before the window.
struct Person {
    h: Window,
    did: Tally,
    at_keys: bool,
    task: &'static str,
    /// Where pictures go, the painter that draws the map on them, and how many there are.
    shots: Option<(PathBuf, Option<MapPainter>, u32)>,
}

impl Person {
    /// Before the start page; None where the build has no Chinese font. `data`: the folder of the application's own files.
    fn sits_down(test: &str, task: &'static str, data: &Path) -> Option<Person> {
        let folder = std::env::var_os("GETU_SHOTS").map(PathBuf::from);
        let device = folder.is_some().then(|| device(test)).flatten();
        let shots = folder.zip(device.as_ref()).map(|(f, d)| (f, Some(MapPainter::new(d)), 0));
        let mut h = start_page_on(test, device)?;
        app(&mut h).data = Some(data.to_owned());
        Some(Person { h, did: Tally::default(), at_keys: false, task, shots })
    }

    /// What it took, as a line of JSON; the seconds of somebody new to it.
    fn told(&self) -> f64 {
        let (d, new) = (self.did, self.did.seconds(NEW_S));
        println!(
            "{{\"task\":\"{}\",\"pointings\":{},\"clicks\":{},\"keys\":{},\"homings\":{},\"thoughts\":{},\"dialogs\":{},\
             \"typist_s\":{:.0},\"new_s\":{new:.0}}}",
            self.task,
            d.pointings,
            d.clicks,
            d.keys,
            d.homings,
            d.thoughts,
            d.dialogs,
            d.seconds(TYPIST_S)
        );
        new
    }

    /// Makes up the mind about the next thing.
    fn thinks(&mut self) {
        self.did.thoughts += 1;
    }

    fn hand(&mut self, to_keys: bool) {
        self.did.homings += u32::from(self.at_keys != to_keys);
        self.at_keys = to_keys;
    }

    /// The pointer goes to a place of the window, as near as a whole point.
    fn points(&mut self, at: Pos2) -> Pos2 {
        self.hand(false);
        self.did.pointings += 1;
        let at = at.round();
        self.h.hover_at(at);
        self.h.run_steps(2);
        at
    }

    fn clicks_at(&mut self, at: Pos2, modifiers: Modifiers) {
        let at = self.points(at);
        self.did.clicks += 1;
        self.did.keys += u32::from(modifiers != Modifiers::NONE);
        self.h.event(Event::ModifiersChanged(modifiers));
        button(&mut self.h, at, PointerButton::Primary, true, modifiers);
        button(&mut self.h, at, PointerButton::Primary, false, modifiers);
        self.h.event(Event::ModifiersChanged(Modifiers::NONE));
        rest(&mut self.h);
    }

    /// A click on a place of the map.
    fn clicks(&mut self, p: Pt) {
        let at = place(&self.h, p);
        assert!(map_rect(&self.h).contains(at), "a person clicks on what is in sight: {at:?}");
        self.clicks_at(at, Modifiers::NONE);
    }

    /// A click on what has a label.
    fn pushes(&mut self, label: &str) {
        let at = self.h.get_by_label(label).rect().center();
        self.clicks_at(at, Modifiers::NONE);
    }

    fn presses(&mut self, key: Key) {
        self.presses_with(Modifiers::NONE, key);
    }

    fn presses_with(&mut self, modifiers: Modifiers, key: Key) {
        self.hand(true);
        self.did.keys += 1 + u32::from(modifiers != Modifiers::NONE);
        self.h.key_press_modifiers(modifiers, key);
        rest(&mut self.h);
    }

    fn presses_ctrl(&mut self, key: Key) {
        self.presses_with(Modifiers::COMMAND | Modifiers::CTRL, key);
    }

    /// Types where the keys go. A Chinese character takes about three keys of an input method.
    fn types(&mut self, text: &str) {
        self.hand(true);
        self.did.keys += text.chars().map(|c| if c.is_ascii() { 1 } else { 3 }).sum::<u32>();
        self.h.event(Event::Text(text.to_owned()));
        self.h.run();
    }

    /// Clicks into a field and types in place of what stands there.
    fn fills(&mut self, label: &str, text: &str) {
        let at = self.h.get_by_role_and_label(Role::TextInput, label).rect().center();
        self.clicks_at(at, Modifiers::NONE);
        self.presses_ctrl(Key::A);
        self.types(text);
    }

    /// A drag of the pointer from one place of the window to another.
    fn drags(&mut self, from: Pos2, to: Pos2) {
        let from = self.points(from);
        self.did.pointings += 1;
        self.did.clicks += 1;
        press_and_move(&mut self.h, from, to - from);
        let_go(&mut self.h, to);
    }

    /// Turns the wheel by a notch where the pointer is: a finger's work like a key.
    fn turns_wheel(&mut self, notches: f32) {
        self.hand(false);
        self.did.keys += 1;
        self.h.event(Event::MouseWheel {
            unit: egui::MouseWheelUnit::Line,
            delta: vec2(0.0, notches),
            phase: egui::TouchPhase::Move,
            modifiers: Modifiers::NONE,
            source: egui::MouseWheelSource::Wheel,
        });
        self.h.run_steps(20);
    }

    /// Answers the question for a path.
    fn gives_path(&mut self, path: &Path) {
        const FIELD: &str = "文件的完整路径";
        self.did.dialogs += 1;
        if !self.h.get_by_role_and_label(Role::TextInput, FIELD).is_focused() {
            self.fills(FIELD, "");
        }
        self.presses_ctrl(Key::A);
        // With the system's dialog a file is two clicks; here its name is what is typed, the folder not.
        let name = path.file_name().map_or(0, |n| n.to_string_lossy().chars().count()) as u32;
        self.hand(true);
        self.did.keys += name;
        self.h.event(Event::Text(path.to_string_lossy().into_owned()));
        self.h.run();
        self.presses(Key::Enter);
        wait(&mut self.h);
        rest(&mut self.h);
    }

    /// Waits until the map stands still and all that is worked out beside the window is there.
    fn waits(&mut self) {
        wait(&mut self.h);
        for _ in 0..6000 {
            let reads = app(&mut self.h).doc.as_ref().is_some_and(crate::ui::app::underlays::reading);
            if !reads {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
            self.h.step();
        }
        rest(&mut self.h);
        self.h.run_steps(60);
        rest(&mut self.h);
    }

    fn reads(&self, words: &str) -> bool {
        painted(&self.h).iter().any(|t| t.contains(words))
    }

    /// Writes a picture of the window, if pictures were asked for.
    fn shows(&mut self, what: &str) {
        let Some((folder, painter, n)) = &mut self.shots else { return };
        *n += 1;
        let path = folder.join(format!("{}-{n:02}-{what}.png", self.task));
        app(&mut self.h).painter = painter.take();
        // Names and tiles are made beside the window.
        for _ in 0..12 {
            self.h.step();
            std::thread::sleep(std::time::Duration::from_millis(25));
        }
        let image = self.h.render().expect("a device draws");
        *painter = app(&mut self.h).painter.take();
        std::fs::create_dir_all(folder).expect("a folder for pictures");
        let picture = crate::scene::Picture { width: image.width(), height: image.height(), rgba: image.into_raw() };
        std::fs::write(path, picture.png(96.0).expect("a picture")).expect("it can be written");
    }
}

/// A device without a window, for pictures; none, in words, where there is not even a software one.
fn device(test: &str) -> Option<egui_wgpu::RenderState> {
    let made = std::panic::catch_unwind(|| {
        let mut setup = default_wgpu_setup();
        if let egui_wgpu::WgpuSetup::CreateNew(new) = &mut setup {
            new.device_descriptor = std::sync::Arc::new(device_descriptor);
        }
        create_render_state(setup, egui_wgpu::RendererOptions::PREDICTABLE)
    });
    if made.is_err() {
        println!("{test}: no pictures: no graphics device");
    }
    made.ok()
}
