//! Icons drawn as strokes on a grid of 16: one metaphor each (square = cell, dot = vertex, dashed = before, arrow = moves).
#![allow(missing_docs, reason = "what a name says in full is not said again; the rest is documented")]

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, pos2};

/// Width of a stroke at 16 points.
const STROKE: f32 = 1.5;

/// What an icon says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum Icon {
    Select,
    DrawCell,
    Outline,
    Split,
    Merge,
    Move,
    Reshape,
    Follow,
    Brush,
    Eraser,
    Fill,
    Detach,
    Square,
    Simplify,
    Within,
    Gaps,
    Snap,
    Undo,
    Redo,
    Search,
    Layers,
    Picture,
    Home,
    ZoomTo,
    Plus,
    Minus,
    Lock,
    Unlock,
    Pin,
    Person,
    Warning,
    Eye,
    EyeOff,
    Building,
    Courtyard,
    Heat,
    Save,
    Folder,
    File,
    Import,
    Export,
    Close,
    ChevronDown,
    ChevronRight,
    History,
    Help,
    Keys,
    Compare,
    Flag,
    Check,
    Up,
    Down,
    Edit,
    Trash,
    Copy,
    Theme,
    Language,
    ArrowRight,
    Calendar,
    Table,
}

/// A part of an icon, coordinates on the grid, y down.
enum P {
    /// Open line.
    L(&'static [[f32; 2]]),
    /// Closed line.
    O(&'static [[f32; 2]]),
    /// Filled polygon.
    F(&'static [[f32; 2]]),
    /// Dashed line.
    D(&'static [[f32; 2]]),
    /// Ring: centre, radius.
    R(f32, f32, f32),
    /// Dot: centre, radius.
    B(f32, f32, f32),
    /// Arc: centre, radius, from and to in degrees, clockwise from east.
    A(f32, f32, f32, f32, f32),
}
use P::{A, B, D, F, L, O, R};

impl Icon {
    /// All icons, for a specimen sheet.
    pub const ALL: &'static [Icon] = &[
        Icon::Select,
        Icon::DrawCell,
        Icon::Outline,
        Icon::Split,
        Icon::Merge,
        Icon::Move,
        Icon::Reshape,
        Icon::Follow,
        Icon::Brush,
        Icon::Eraser,
        Icon::Fill,
        Icon::Detach,
        Icon::Square,
        Icon::Simplify,
        Icon::Within,
        Icon::Gaps,
        Icon::Snap,
        Icon::Undo,
        Icon::Redo,
        Icon::Search,
        Icon::Layers,
        Icon::Picture,
        Icon::Home,
        Icon::ZoomTo,
        Icon::Plus,
        Icon::Minus,
        Icon::Lock,
        Icon::Unlock,
        Icon::Pin,
        Icon::Person,
        Icon::Warning,
        Icon::Eye,
        Icon::EyeOff,
        Icon::Building,
        Icon::Courtyard,
        Icon::Heat,
        Icon::Save,
        Icon::Folder,
        Icon::File,
        Icon::Import,
        Icon::Export,
        Icon::Close,
        Icon::ChevronDown,
        Icon::ChevronRight,
        Icon::History,
        Icon::Help,
        Icon::Keys,
        Icon::Compare,
        Icon::Flag,
        Icon::Check,
        Icon::Up,
        Icon::Down,
        Icon::Edit,
        Icon::Trash,
        Icon::Copy,
        Icon::Theme,
        Icon::Language,
        Icon::ArrowRight,
        Icon::Calendar,
        Icon::Table,
    ];

    fn parts(self) -> &'static [P] {
        match self {
            Icon::Select => &[O(&[[3.2, 2.4], [12.8, 7.2], [8.6, 8.6], [6.8, 12.8]])],
            Icon::DrawCell => &[
                O(&[[8.0, 2.8], [13.4, 6.6], [11.4, 12.8], [4.6, 12.8], [2.6, 6.6]]),
                B(8.0, 2.8, 1.5),
                B(13.4, 6.6, 1.5),
                B(11.4, 12.8, 1.5),
                B(4.6, 12.8, 1.5),
                B(2.6, 6.6, 1.5),
            ],
            Icon::Outline => &[
                D(&[[4.8, 4.8], [11.2, 4.8], [11.2, 11.2], [4.8, 11.2], [4.8, 4.8]]),
                O(&[[2.2, 2.2], [13.8, 2.2], [13.8, 13.8], [2.2, 13.8]]),
            ],
            Icon::Split => &[O(&[[2.5, 3.5], [13.5, 3.5], [13.5, 12.5], [2.5, 12.5]]), L(&[[10.2, 1.4], [5.8, 14.6]])],
            Icon::Merge => &[
                O(&[[2.2, 3.5], [13.8, 3.5], [13.8, 12.5], [2.2, 12.5]]),
                D(&[[8.0, 4.6], [8.0, 11.4]]),
                L(&[[3.9, 8.0], [6.3, 8.0]]),
                L(&[[5.1, 6.7], [6.4, 8.0], [5.1, 9.3]]),
                L(&[[12.1, 8.0], [9.7, 8.0]]),
                L(&[[10.9, 6.7], [9.6, 8.0], [10.9, 9.3]]),
            ],
            Icon::Move => &[
                L(&[[1.8, 13.0], [5.4, 6.6]]),
                R(6.4, 4.8, 2.0),
                L(&[[8.3, 5.6], [14.2, 8.4]]),
                B(1.8, 13.0, 1.2),
                B(14.2, 8.4, 1.2),
            ],
            Icon::Reshape => &[
                D(&[[2.0, 10.6], [14.0, 10.6]]),
                L(&[[2.0, 10.6], [4.6, 4.6], [10.8, 4.0], [14.0, 10.6]]),
                B(2.0, 10.6, 1.5),
                B(14.0, 10.6, 1.5),
            ],
            Icon::Follow => &[
                L(&[[1.6, 4.0], [6.0, 4.0], [9.0, 9.6], [14.4, 9.6]]),
                D(&[[1.6, 9.6], [4.2, 9.6], [7.2, 14.4], [14.4, 14.4]]),
                B(1.6, 4.0, 1.5),
                B(14.4, 9.6, 1.5),
            ],
            Icon::Brush => &[
                L(&[[14.0, 2.0], [8.2, 8.6]]),
                O(&[
                    [8.2, 8.6],
                    [5.4, 8.4],
                    [3.8, 10.4],
                    [3.4, 12.6],
                    [1.8, 13.8],
                    [5.6, 14.0],
                    [8.2, 12.6],
                    [9.0, 10.4],
                ]),
            ],
            Icon::Eraser => &[
                O(&[[6.4, 13.4], [2.2, 9.2], [9.0, 2.4], [13.4, 6.8], [7.0, 13.4]]),
                L(&[[5.6, 5.8], [10.0, 10.2]]),
                L(&[[6.4, 13.4], [13.8, 13.4]]),
            ],
            Icon::Fill => &[
                O(&[[2.4, 2.4], [13.6, 2.4], [13.6, 13.6], [2.4, 13.6]]),
                D(&[[5.4, 5.4], [10.6, 5.4], [10.6, 10.6], [5.4, 10.6], [5.4, 5.4]]),
                L(&[[6.4, 8.0], [9.6, 8.0]]),
                L(&[[8.0, 6.4], [8.0, 9.6]]),
            ],
            Icon::Detach => &[
                O(&[[2.0, 5.0], [8.0, 5.0], [8.0, 13.6], [2.0, 13.6]]),
                O(&[[11.0, 2.4], [14.0, 2.4], [14.0, 5.4], [11.0, 5.4]]),
                L(&[[11.0, 8.6], [13.0, 8.6]]),
                L(&[[12.0, 7.6], [12.0, 9.6]]),
            ],
            Icon::Square => &[
                L(&[[3.0, 2.4], [3.0, 13.0], [13.6, 13.0]]),
                L(&[[3.0, 9.2], [6.8, 9.2], [6.8, 13.0]]),
                B(3.0, 13.0, 1.5),
            ],
            Icon::Simplify => &[
                D(&[[2.0, 11.0], [4.4, 5.6], [7.0, 8.6], [9.6, 3.8], [14.0, 5.4]]),
                L(&[[2.0, 11.0], [14.0, 5.4]]),
                B(2.0, 11.0, 1.5),
                B(14.0, 5.4, 1.5),
            ],
            Icon::Within => &[
                D(&[[2.2, 2.2], [13.8, 2.2], [13.8, 13.8], [2.2, 13.8], [2.2, 2.2]]),
                O(&[[5.0, 5.0], [11.0, 5.0], [11.0, 11.0], [5.0, 11.0]]),
                B(8.0, 8.0, 1.3),
            ],
            Icon::Gaps => &[
                O(&[[2.2, 2.2], [13.8, 2.2], [13.8, 13.8], [2.2, 13.8]]),
                L(&[[5.0, 11.0], [11.0, 5.0]]),
                L(&[[5.0, 7.6], [7.6, 5.0]]),
                L(&[[8.4, 11.0], [11.0, 8.4]]),
            ],
            Icon::Snap => &[
                L(&[[2.9, 2.6], [2.9, 8.2]]),
                A(8.0, 8.2, 5.1, 0.0, 180.0),
                L(&[[13.1, 8.2], [13.1, 2.6]]),
                L(&[[6.1, 2.6], [6.1, 8.2]]),
                A(8.0, 8.2, 1.9, 0.0, 180.0),
                L(&[[9.9, 8.2], [9.9, 2.6]]),
                L(&[[2.9, 2.6], [6.1, 2.6]]),
                L(&[[9.9, 2.6], [13.1, 2.6]]),
                L(&[[2.9, 5.4], [6.1, 5.4]]),
                L(&[[9.9, 5.4], [13.1, 5.4]]),
            ],
            Icon::Undo => &[
                L(&[[5.6, 3.0], [2.6, 6.0], [5.6, 9.0]]),
                L(&[[2.6, 6.0], [9.8, 6.0]]),
                A(9.8, 9.4, 3.4, -90.0, 90.0),
                L(&[[9.8, 12.8], [6.2, 12.8]]),
            ],
            Icon::Redo => &[
                L(&[[10.4, 3.0], [13.4, 6.0], [10.4, 9.0]]),
                L(&[[13.4, 6.0], [6.2, 6.0]]),
                A(6.2, 9.4, 3.4, 90.0, 270.0),
                L(&[[6.2, 12.8], [9.8, 12.8]]),
            ],
            Icon::Search => &[R(7.0, 7.0, 4.4), L(&[[10.3, 10.3], [13.8, 13.8]])],
            Icon::Layers => {
                &[O(&[[8.0, 2.2], [14.2, 5.6], [8.0, 9.0], [1.8, 5.6]]), L(&[[1.8, 8.6], [8.0, 12.0], [14.2, 8.6]])]
            }
            Icon::Picture => &[
                O(&[[2.2, 3.2], [13.8, 3.2], [13.8, 12.8], [2.2, 12.8]]),
                L(&[[2.2, 11.0], [6.0, 7.4], [9.0, 10.2], [11.0, 8.4], [13.8, 11.0]]),
                B(10.6, 6.0, 1.1),
            ],
            Icon::Home => {
                &[L(&[[2.0, 8.0], [8.0, 2.6], [14.0, 8.0]]), L(&[[3.8, 6.8], [3.8, 13.4], [12.2, 13.4], [12.2, 6.8]])]
            }
            Icon::ZoomTo => &[
                L(&[[2.4, 5.6], [2.4, 2.4], [5.6, 2.4]]),
                L(&[[10.4, 2.4], [13.6, 2.4], [13.6, 5.6]]),
                L(&[[13.6, 10.4], [13.6, 13.6], [10.4, 13.6]]),
                L(&[[5.6, 13.6], [2.4, 13.6], [2.4, 10.4]]),
                O(&[[5.8, 5.8], [10.2, 5.8], [10.2, 10.2], [5.8, 10.2]]),
            ],
            Icon::Plus => &[L(&[[8.0, 3.0], [8.0, 13.0]]), L(&[[3.0, 8.0], [13.0, 8.0]])],
            Icon::Minus => &[L(&[[3.0, 8.0], [13.0, 8.0]])],
            Icon::Lock => &[
                O(&[[3.4, 7.2], [12.6, 7.2], [12.6, 13.6], [3.4, 13.6]]),
                L(&[[5.3, 7.2], [5.3, 5.0]]),
                A(8.0, 5.0, 2.7, 180.0, 360.0),
                L(&[[10.7, 5.0], [10.7, 7.2]]),
            ],
            Icon::Unlock => &[
                O(&[[3.4, 7.2], [12.6, 7.2], [12.6, 13.6], [3.4, 13.6]]),
                L(&[[5.3, 7.2], [5.3, 4.8]]),
                A(8.0, 4.8, 2.7, 180.0, 335.0),
            ],
            Icon::Pin => {
                &[A(8.0, 6.4, 4.6, 150.0, 390.0), L(&[[4.0, 8.7], [8.0, 14.2], [12.0, 8.7]]), R(8.0, 6.4, 1.6)]
            }
            Icon::Person => &[R(8.0, 5.2, 2.8), A(8.0, 14.2, 5.6, 190.0, 350.0)],
            Icon::Warning => {
                &[O(&[[8.0, 2.4], [14.4, 13.4], [1.6, 13.4]]), L(&[[8.0, 6.4], [8.0, 9.4]]), B(8.0, 11.4, 0.95)]
            }
            Icon::Eye => &[A(8.0, 13.0, 7.6, 221.0, 319.0), A(8.0, 3.0, 7.6, 41.0, 139.0), R(8.0, 8.0, 2.0)],
            Icon::EyeOff => {
                &[A(8.0, 13.0, 7.6, 221.0, 319.0), A(8.0, 3.0, 7.6, 41.0, 139.0), L(&[[3.0, 13.2], [13.0, 2.8]])]
            }
            Icon::Building => &[
                O(&[[3.6, 2.4], [12.4, 2.4], [12.4, 13.6], [3.6, 13.6]]),
                L(&[[6.2, 5.4], [6.9, 5.4]]),
                L(&[[9.1, 5.4], [9.8, 5.4]]),
                L(&[[6.2, 8.2], [6.9, 8.2]]),
                L(&[[9.1, 8.2], [9.8, 8.2]]),
                L(&[[8.0, 11.2], [8.0, 13.6]]),
            ],
            Icon::Courtyard => &[
                D(&[[2.2, 2.6], [13.8, 2.6], [13.8, 13.4], [2.2, 13.4], [2.2, 2.6]]),
                O(&[[5.2, 5.4], [10.8, 5.4], [10.8, 7.4], [5.2, 7.4]]),
                O(&[[5.2, 9.4], [10.8, 9.4], [10.8, 11.0], [5.2, 11.0]]),
            ],
            Icon::Heat => {
                &[B(8.0, 8.0, 1.6), R(8.0, 8.0, 3.8), A(8.0, 8.0, 6.4, -60.0, 60.0), A(8.0, 8.0, 6.4, 120.0, 240.0)]
            }
            Icon::Save => &[
                O(&[[2.6, 2.6], [11.0, 2.6], [13.4, 5.0], [13.4, 13.4], [2.6, 13.4]]),
                L(&[[5.2, 2.6], [5.2, 5.8], [10.0, 5.8], [10.0, 2.8]]),
                L(&[[5.0, 13.4], [5.0, 9.2], [11.0, 9.2], [11.0, 13.4]]),
            ],
            Icon::Folder => &[O(&[[2.0, 3.4], [6.4, 3.4], [8.0, 5.4], [14.0, 5.4], [14.0, 12.8], [2.0, 12.8]])],
            Icon::File => &[
                O(&[[3.8, 2.0], [9.4, 2.0], [12.4, 5.0], [12.4, 14.0], [3.8, 14.0]]),
                L(&[[9.2, 2.2], [9.2, 5.2], [12.2, 5.2]]),
            ],
            Icon::Import => &[
                L(&[[8.0, 2.2], [8.0, 10.0]]),
                L(&[[4.8, 7.0], [8.0, 10.2], [11.2, 7.0]]),
                L(&[[2.4, 10.6], [2.4, 13.6], [13.6, 13.6], [13.6, 10.6]]),
            ],
            Icon::Export => &[
                L(&[[8.0, 10.2], [8.0, 2.4]]),
                L(&[[4.8, 5.4], [8.0, 2.2], [11.2, 5.4]]),
                L(&[[2.4, 10.6], [2.4, 13.6], [13.6, 13.6], [13.6, 10.6]]),
            ],
            Icon::Close => &[L(&[[4.0, 4.0], [12.0, 12.0]]), L(&[[12.0, 4.0], [4.0, 12.0]])],
            Icon::ChevronDown => &[L(&[[4.0, 6.2], [8.0, 10.2], [12.0, 6.2]])],
            Icon::ChevronRight => &[L(&[[6.2, 4.0], [10.2, 8.0], [6.2, 12.0]])],
            Icon::History => &[R(8.0, 8.0, 5.8), L(&[[8.0, 4.6], [8.0, 8.2], [10.6, 9.8]])],
            Icon::Help => &[
                R(8.0, 8.0, 6.2),
                A(8.0, 6.3, 1.9, 180.0, 385.0),
                L(&[[9.7, 7.1], [8.0, 8.4], [8.0, 9.2]]),
                B(8.0, 11.3, 0.9),
            ],
            Icon::Keys => &[
                O(&[[1.6, 4.0], [14.4, 4.0], [14.4, 12.4], [1.6, 12.4]]),
                L(&[[4.2, 6.8], [4.8, 6.8]]),
                L(&[[7.7, 6.8], [8.3, 6.8]]),
                L(&[[11.2, 6.8], [11.8, 6.8]]),
                L(&[[5.2, 9.8], [10.8, 9.8]]),
            ],
            Icon::Compare => &[
                L(&[[2.6, 5.4], [13.0, 5.4]]),
                L(&[[10.4, 2.8], [13.0, 5.4], [10.4, 8.0]]),
                L(&[[13.4, 10.8], [3.0, 10.8]]),
                L(&[[5.6, 8.2], [3.0, 10.8], [5.6, 13.4]]),
            ],
            Icon::Flag => {
                &[L(&[[3.6, 2.2], [3.6, 14.0]]), L(&[[3.6, 3.0], [12.8, 3.0], [10.6, 6.0], [12.8, 9.0], [3.6, 9.0]])]
            }
            Icon::Check => &[L(&[[3.0, 8.6], [6.4, 12.0], [13.0, 4.6]])],
            Icon::Up => &[F(&[[8.0, 3.0], [14.0, 13.0], [2.0, 13.0]])],
            Icon::Down => &[F(&[[2.0, 3.0], [14.0, 3.0], [8.0, 13.0]])],
            Icon::Edit => {
                &[O(&[[10.6, 2.6], [13.4, 5.4], [5.6, 13.2], [2.4, 13.6], [2.8, 10.4]]), L(&[[8.8, 4.4], [11.6, 7.2]])]
            }
            Icon::Trash => &[
                L(&[[2.6, 4.2], [13.4, 4.2]]),
                L(&[[6.0, 4.0], [6.0, 2.2], [10.0, 2.2], [10.0, 4.0]]),
                L(&[[4.0, 4.4], [4.6, 13.6], [11.4, 13.6], [12.0, 4.4]]),
            ],
            Icon::Copy => &[
                O(&[[5.4, 5.4], [13.6, 5.4], [13.6, 13.6], [5.4, 13.6]]),
                L(&[[3.2, 10.4], [2.4, 10.4], [2.4, 2.4], [10.4, 2.4], [10.4, 3.2]]),
            ],
            Icon::Theme => &[
                R(8.0, 8.0, 5.6),
                F(&[[8.0, 2.4], [10.7, 3.1], [12.8, 5.2], [13.6, 8.0], [12.8, 10.8], [10.7, 12.9], [8.0, 13.6]]),
            ],
            Icon::Language => &[
                R(8.0, 8.0, 6.0),
                L(&[[2.2, 8.0], [13.8, 8.0]]),
                L(&[[8.0, 2.0], [5.9, 4.6], [5.3, 8.0], [5.9, 11.4], [8.0, 14.0]]),
                L(&[[8.0, 2.0], [10.1, 4.6], [10.7, 8.0], [10.1, 11.4], [8.0, 14.0]]),
            ],
            Icon::ArrowRight => &[L(&[[3.0, 8.0], [12.8, 8.0]]), L(&[[9.4, 4.6], [12.8, 8.0], [9.4, 11.4]])],
            Icon::Calendar => &[
                O(&[[2.4, 3.6], [13.6, 3.6], [13.6, 13.6], [2.4, 13.6]]),
                L(&[[2.4, 6.8], [13.6, 6.8]]),
                L(&[[5.4, 2.0], [5.4, 4.6]]),
                L(&[[10.6, 2.0], [10.6, 4.6]]),
            ],
            Icon::Table => &[
                O(&[[2.4, 3.0], [13.6, 3.0], [13.6, 13.0], [2.4, 13.0]]),
                L(&[[2.4, 6.4], [13.6, 6.4]]),
                L(&[[2.4, 9.7], [13.6, 9.7]]),
                L(&[[6.6, 6.4], [6.6, 13.0]]),
            ],
        }
    }

    /// Draws the icon in `color` into the square around the middle of `rect`, as large as `rect`'s shorter side.
    pub fn paint(self, painter: &Painter, rect: Rect, color: Color32) {
        let side = rect.width().min(rect.height());
        let square = Rect::from_center_size(rect.center(), egui::vec2(side, side));
        let scale = side / 16.0;
        let at = |p: [f32; 2]| pos2(square.left() + p[0] * scale, square.top() + p[1] * scale);
        // Small icons keep a stroke that is still read: 13 beside text is drawn with 1.3.
        let width = (STROKE * scale).max(1.2);
        let stroke = Stroke::new(width, color);
        let line = |points: Vec<Pos2>, closed: bool| {
            // Round caps and joins: egui has none, a dot at each corner makes them.
            for p in &points {
                painter.circle_filled(*p, width / 2.0, color);
            }
            let shape = if closed { Shape::closed_line(points, stroke) } else { Shape::line(points, stroke) };
            painter.add(shape);
        };
        for part in self.parts() {
            match *part {
                L(points) => line(points.iter().map(|&p| at(p)).collect(), false),
                O(points) => line(points.iter().map(|&p| at(p)).collect(), true),
                F(points) => {
                    painter.add(Shape::convex_polygon(points.iter().map(|&p| at(p)).collect(), color, Stroke::NONE));
                }
                D(points) => {
                    let points: Vec<Pos2> = points.iter().map(|&p| at(p)).collect();
                    painter.extend(Shape::dashed_line(&points, stroke, 2.2 * scale, 1.8 * scale));
                }
                R(x, y, r) => {
                    painter.circle_stroke(at([x, y]), r * scale, stroke);
                }
                B(x, y, r) => {
                    painter.circle_filled(at([x, y]), r * scale, color);
                }
                A(x, y, r, from, to) => {
                    let steps = ((to - from).abs() / 12.0).ceil().max(2.0) as usize;
                    let points = (0..=steps).map(|i| {
                        let a = (from + (to - from) * i as f32 / steps as f32).to_radians();
                        at([x + r * a.cos(), y + r * a.sin()])
                    });
                    painter.line(points.collect(), stroke);
                }
            }
        }
    }

    /// Takes a square of `side` points in the flow of `ui` and draws the icon there, without sense or name.
    pub fn show(self, ui: &mut egui::Ui, side: f32, color: Color32) {
        let (rect, _) = ui.allocate_exact_size(egui::vec2(side, side), egui::Sense::hover());
        self.paint(ui.painter(), rect, color);
    }
}
