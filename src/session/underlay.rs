//! Scanned plans under the map: where one comes to lie, and the placing of it by control points.

use crate::crs::{CrsDef, CrsError, Transform, auto};
use crate::exchange::{Scan, first_place, nearest_affine};
use crate::geom::{Affine, Box2, Fit, FitError, Origin, Place, Pt, residuals, rms};
use crate::model::{ControlPoint, MOST_POINTS, Said, Underlay, file_name_kept};
use crate::plan::{Edit, EditError, Op, Project, UnderlayOp};

/// A picture that was read, to be added to a project.
pub struct Coming<'a> {
    /// Name of its file.
    pub name: &'a str,
    /// BLAKE3 of its bytes, under which it is kept.
    pub hash: &'a str,
    /// What was decoded.
    pub scan: &'a Scan,
    /// What the world file beside it says.
    pub world: Option<Affine>,
    /// CRS of its coordinates, whatever it says itself.
    pub crs: Option<&'a str>,
    /// Where it goes if nothing says where it lies: the middle, and the room there is, metres.
    pub view: ([f64; 2], [f64; 2]),
}

/// Where the place of a picture came from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum By {
    /// The tags of a GeoTIFF.
    Tags,
    /// A world file.
    World,
    /// Nothing: it was put into the middle of the view, to be placed by hand.
    View,
}

impl By {
    /// A word for scripts.
    pub fn name(self) -> &'static str {
        match self {
            By::Tags => "tags",
            By::World => "world",
            By::View => "view",
        }
    }
}

/// A picture's edit, and what came of finding its place.
pub struct Placed {
    /// Adds it.
    pub op: UnderlayOp,
    /// How it was placed.
    pub by: By,
    /// What a person should know: it was bent to fit another CRS.
    pub said: Option<Said>,
}

fn of_crs(e: CrsError) -> Said {
    Said::new(e.message_zh(), e.to_string())
}

/// The edit that adds a picture: placed by its tags, else by its world file, else in the middle of the view. The first
/// picture that says where it lies decides the CRS of a project that has none.
///
/// # Errors
/// In words: the CRS is not known, or its coordinates do not lie in it.
pub fn incoming(project: &Project, c: &Coming<'_>) -> Result<Placed, Said> {
    let head = &project.facts.head;
    let own = c.scan.georef.as_ref();
    let (place, by) = match (own, c.world) {
        // A file beside it was put there by somebody who knew better.
        (_, Some(w)) => (w, By::World),
        (Some(g), None) => (g.place, By::Tags),
        (None, None) => (Affine::IDENTITY, By::View),
    };
    let mut op = UnderlayOp {
        name: free_name(project, c.name),
        picture: Some(c.hash.to_owned()),
        format: Some(c.scan.format),
        size: Some(c.scan.size),
        ..UnderlayOp::default()
    };
    if by == By::View {
        head.origin.ok_or_else(|| EditError::NoCrs.said())?;
        op.place = Some(first_place(c.scan, c.view.0, c.view.1));
        return Ok(Placed { op, by, said: None });
    }
    let named = match (c.crs, own.and_then(|g| g.epsg)) {
        (Some(text), _) => Some(CrsDef::parse(text).map_err(of_crs)?),
        (None, Some(code)) => Some(CrsDef::parse(&format!("EPSG:{code}")).map_err(of_crs)?),
        (None, None) => None,
    };
    let [w, h] = c.scan.size.map(f64::from);
    let corners = [[0.0, 0.0], [w, 0.0], [w, h], [0.0, h]].map(|p| place.apply(p));
    let to = match head.origin {
        Some(_) => CrsDef::parse(&head.crs).map_err(of_crs)?,
        None => {
            let (crs, origin) = decide(&head.crs, named.as_ref(), &corners)?;
            op.crs = Some((
                if head.crs == "auto" { crs.text().to_owned() } else { head.crs.clone() },
                [origin.e_m, origin.n_m],
            ));
            crs
        }
    };
    let from = named.unwrap_or_else(|| to.clone());
    if from == to {
        op.place = Some(place);
        return Ok(Placed { op, by, said: None });
    }
    let way = Transform::new(&from, &to).map_err(of_crs)?;
    let bent = nearest_affine(c.scan.size, &|p| way.point(place.apply(p)).ok());
    let (map, off_m) = bent.ok_or_else(|| {
        Said::new(
            "图片的坐标超出其坐标系的范围；没有添加；请改用控制点定位",
            "The picture's coordinates lie outside their CRS; nothing was added; place it by control points",
        )
    })?;
    op.place = Some(map);
    let said = (off_m > (map.pixel_size() / 2.0).max(0.05)).then(|| {
        Said::new(
            format!("图片由另一坐标系换算而来，最多偏 {off_m:.2} 米"),
            format!("The picture was taken over from another CRS and is off by {off_m:.2} m at most"),
        )
    });
    Ok(Placed { op, by, said })
}

/// CRS and origin of a project without an origin, from the corners of its first picture.
fn decide(text: &str, named: Option<&CrsDef>, corners: &[[f64; 2]; 4]) -> Result<(CrsDef, Origin), Said> {
    let fold = |i: usize, f: fn(f64, f64) -> f64, from: f64| corners.iter().map(|p| p[i]).fold(from, f);
    let (x0, x1) = (fold(0, f64::min, f64::MAX), fold(0, f64::max, f64::MIN));
    let (y0, y1) = (fold(1, f64::min, f64::MAX), fold(1, f64::max, f64::MIN));
    if text == "auto" {
        let from = named.ok_or_else(|| EditError::NoCrs.said())?;
        let choice = auto(from, [x0, y0, x1, y1]).map_err(of_crs)?;
        return Ok((choice.crs, choice.origin));
    }
    let crs = CrsDef::parse(text).map_err(of_crs)?;
    let way = Transform::new(named.unwrap_or(&crs), &crs).map_err(of_crs)?;
    let [e, n] = way.point([(x0 + x1) / 2.0, (y0 + y1) / 2.0]).map_err(of_crs)?;
    Ok((crs, Origin::near(e, n)))
}

/// The name of a picture, with a number behind it where it is taken; without a person's number in it.
fn free_name(project: &Project, name: &str) -> String {
    let name = file_name_kept(name);
    if project.underlay(&name).is_none() {
        return name;
    }
    let (stem, ending) = name.rsplit_once('.').map_or((name.as_str(), String::new()), |(s, e)| (s, format!(".{e}")));
    (2u32..).map(|i| format!("{stem} {i}{ending}")).find(|n| project.underlay(n).is_none()).unwrap_or_default()
}

/// The box of a picture on the grid; empty where it reaches beyond.
pub fn ground(project: &Project, u: &Underlay) -> Box2 {
    let at = u.corners().map(|[e, n]| project.origin().grid_of_metres(e, n));
    if at.iter().any(Option::is_none) { Box2::EMPTY } else { Box2::of(at.iter().flatten()) }
}

/// The edit that lifts a picture over the one above it, or puts it under the one below; `None` at the end.
pub fn reorder(project: &Project, name: &str, up: bool) -> Option<Edit> {
    let all = project.underlays();
    let i = all.iter().position(|u| u.name == name)?;
    let j = if up { i + 1 } else { i.checked_sub(1)? };
    all.get(j)?;
    // All are numbered anew: two may have had one number.
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.swap(i, j);
    let numbered = order.into_iter().zip(1u32..).filter(|(k, n)| all[*k].order != *n);
    let one = |(k, n): (usize, u32)| -> Edit {
        let op = UnderlayOp { name: all[k].name.clone(), order: Some(n), ..UnderlayOp::default() };
        Op::Underlay(Box::new(op)).into()
    };
    let mut edits: Vec<Edit> = numbered.map(one).collect();
    match edits.len() {
        0 => None,
        1 => edits.pop(),
        _ => Some(Op::Together { edits }.into()),
    }
}

/// The sentence of an edit of an underlay.
pub fn told(old: &Project, new: &Project, op: &UnderlayOp) -> Said {
    let name = &op.name;
    let s = |zh: String, en: String| Said::new(zh, en);
    let now = new.underlay(name);
    if op.remove {
        return s(format!("移除底稿“{name}”"), format!("Underlay \"{name}\" removed"));
    }
    let Some(u) = now else { return Said::default() };
    let fitted = (op.points.is_some() || op.fit.is_some()) && !u.points.is_empty();
    let by_points = || {
        let pairs: Vec<_> = u.points.iter().map(ControlPoint::pair).collect();
        let rms_m = rms(&residuals(&u.place, &pairs));
        let n = pairs.len();
        (format!("按 {n} 个控制点定位，中误差 {rms_m:.2} 米"), format!("placed by {n} points, RMS {rms_m:.2} m"))
    };
    if old.underlay(name).is_none() {
        let (zh, en) = if fitted { by_points() } else { Default::default() };
        let and = |t: String, sign: &str| if t.is_empty() { t } else { format!("{sign}{t}") };
        return s(format!("添加底稿“{name}”{}", and(zh, "，")), format!("Underlay \"{name}\" added{}", and(en, ", ")));
    }
    if fitted {
        let (zh, en) = by_points();
        s(format!("底稿“{name}”{zh}"), format!("Underlay \"{name}\" {en}"))
    } else if op.place.is_some() || op.points.is_some() {
        s(format!("摆放底稿“{name}”"), format!("Underlay \"{name}\" moved"))
    } else if let Some(v) = op.opacity {
        s(format!("底稿“{name}”不透明度 {v} %"), format!("Underlay \"{name}\" {v} % opaque"))
    } else if let Some(on) = op.shown {
        let (zh, en) = if on { ("显示", "shown") } else { ("隐藏", "hidden") };
        s(format!("{zh}底稿“{name}”"), format!("Underlay \"{name}\" {en}"))
    } else if op.order.is_some() {
        s(format!("调整底稿“{name}”的上下次序"), format!("Underlay \"{name}\" put above or below others"))
    } else {
        s(format!("更换底稿“{name}”的图片"), format!("Another picture for the underlay \"{name}\""))
    }
}

/// Which end of a control point: in the picture, or on the ground.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// In the picture.
    Pixel,
    /// On the ground.
    Ground,
}

/// What of a picture that is being placed can be grabbed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hold {
    /// An end of a control point, by number.
    Point(usize, End),
    /// A corner, by number from the upper left on: turns and scales about the one across.
    Corner(usize),
    /// The picture: moves it.
    Body,
}

/// A picture that is being placed: control points, and where it lies by them so far. Nothing of it is an edit before
/// [`Placing::op`] is done.
#[derive(Clone, PartialEq, Debug)]
pub struct Placing {
    /// Name of the underlay.
    pub name: String,
    /// What is fitted.
    pub fit: Fit,
    /// Control points so far.
    pub points: Vec<ControlPoint>,
    /// A place in the picture that waits for its place on the ground.
    pub pending: Option<[f64; 2]>,
    size: [u32; 2],
    /// Where it lies without points.
    base: Affine,
    /// What it was before each thing that was done.
    past: Vec<Past>,
}

/// Control points, the one that waits, and where the picture lies without them.
type Past = (Vec<ControlPoint>, Option<[f64; 2]>, Affine);

impl Placing {
    /// Begins with what the underlay has.
    pub fn of(u: &Underlay) -> Placing {
        Placing {
            name: u.name.clone(),
            fit: u.fit,
            points: u.points.clone(),
            pending: None,
            size: u.size,
            base: u.place,
            past: Vec::new(),
        }
    }

    fn present(&self) -> Past {
        (self.points.clone(), self.pending, self.base)
    }

    /// Something is to be done that [`Placing::take_back`] takes back.
    pub fn mark(&mut self) {
        self.past.push(self.present());
    }

    /// What the points say.
    ///
    /// # Errors
    /// Why they say nothing (yet).
    pub fn solved(&self) -> Result<Affine, FitError> {
        self.fit.solve(&self.pairs())
    }

    fn pairs(&self) -> Vec<crate::geom::Pair> {
        self.points.iter().map(ControlPoint::pair).collect()
    }

    /// Where the picture is shown meanwhile: by the fit, else by the simplest map that its points allow.
    pub fn place(&self) -> Affine {
        match &self.points[..] {
            [] => self.base,
            [p] => {
                let ([x, y], [e, n]) = (self.base.apply(p.pixel), p.at.metres());
                self.base.shifted([e - x, n - y])
            }
            _ => self.solved().or_else(|_| Fit::Similarity.solve(&self.pairs())).unwrap_or(self.base),
        }
    }

    /// How far each point is from where the picture shows it, metres, and the root of their mean square.
    pub fn residuals(&self) -> (Vec<f64>, f64) {
        let each = residuals(&self.place(), &self.pairs());
        let all = rms(&each);
        (each, all)
    }

    /// The pixel of the picture at a place; `None` beside it.
    pub fn pixel_at(&self, at: Place) -> Option<[f64; 2]> {
        let p = self.place().inverse()?.apply(at.metres());
        let inside = |v: f64, most: u32| v >= 0.0 && v <= f64::from(most);
        (inside(p[0], self.size[0]) && inside(p[1], self.size[1])).then_some(p)
    }

    /// The corners where the picture is shown, metres.
    pub fn corners(&self) -> [[f64; 2]; 4] {
        let [w, h] = self.size.map(f64::from);
        let place = self.place();
        [[0.0, 0.0], [w, 0.0], [w, h], [0.0, h]].map(|p| place.apply(p))
    }

    /// A click: first on a place of the picture, then where that is on the map.
    ///
    /// # Errors
    /// In words: there is no picture here, or there are points enough.
    pub fn click(&mut self, at: Place) -> Result<(), Said> {
        if let Some(pixel) = self.pending {
            self.mark();
            self.points.push(ControlPoint { pixel, at });
            self.pending = None;
            return Ok(());
        }
        if self.points.len() >= MOST_POINTS {
            return Err(Said::new(
                format!("最多 {MOST_POINTS} 个控制点；可拖动或删除已有的点"),
                format!("At most {MOST_POINTS} control points; drag or delete one of them"),
            ));
        }
        let pixel = self.pixel_at(at).ok_or_else(|| {
            Said::new(
                "这里没有图；先点图上认得出的一处",
                "There is no picture here; click something on it that you know",
            )
        })?;
        self.mark();
        self.pending = Some(pixel);
        Ok(())
    }

    /// What can be grabbed at a place, at most `reach_m` away. Without points the picture itself and its corners can.
    pub fn hold_at(&self, at: Place, reach_m: f64) -> Option<Hold> {
        let here = at.metres();
        let near = |p: [f64; 2]| (p[0] - here[0]).hypot(p[1] - here[1]);
        let place = self.place();
        let ends = self.points.iter().enumerate().flat_map(|(i, p)| {
            // Where both ends lie together the one on the ground is meant.
            [
                (near(p.at.metres()) * 0.999, Hold::Point(i, End::Ground)),
                (near(place.apply(p.pixel)), Hold::Point(i, End::Pixel)),
            ]
        });
        let corners = self.corners().into_iter().enumerate().map(|(i, p)| (near(p), Hold::Corner(i)));
        let corners = corners.filter(|_| self.points.is_empty());
        let nearest = ends.chain(corners).filter(|(d, _)| *d <= reach_m).min_by(|a, b| a.0.total_cmp(&b.0));
        let body = || (self.points.is_empty() && self.pixel_at(at).is_some()).then_some(Hold::Body);
        nearest.map(|(_, h)| h).or_else(body)
    }

    /// Moves what was grabbed from one place to another. `of`: the placing as it was when it was grabbed.
    pub fn drag(&mut self, of: &Placing, hold: Hold, from: Place, to: Place) {
        let (a, b) = (from.metres(), to.metres());
        let by = [b[0] - a[0], b[1] - a[1]];
        match hold {
            Hold::Point(i, End::Ground) => {
                if let Some(p) = self.points.get_mut(i) {
                    p.at = to;
                }
            }
            Hold::Point(i, End::Pixel) => {
                if let (Some(pixel), Some(p)) = (of.pixel_at(to), self.points.get_mut(i)) {
                    p.pixel = pixel;
                }
            }
            Hold::Body => self.base = of.base.shifted(by),
            Hold::Corner(i) => {
                let all = of.corners();
                let (Some(&c), Some(&p)) = (all.get((i + 2) % 4), all.get(i)) else { return };
                let (u, v) = ([p[0] - c[0], p[1] - c[1]], [p[0] + by[0] - c[0], p[1] + by[1] - c[1]]);
                let l = u[0] * u[0] + u[1] * u[1];
                // v as a multiple of u, both as complex numbers: turn and scale at once.
                let (re, im) = ((u[0] * v[0] + u[1] * v[1]) / l, (u[0] * v[1] - u[1] * v[0]) / l);
                let about = Affine([re, -im, c[0] - re * c[0] + im * c[1], im, re, c[1] - im * c[0] - re * c[1]]);
                let next = of.base.then(&about);
                // Never so small that it could not be grabbed again.
                if next.is_sound() && re.hypot(im) > 0.02 {
                    self.base = next;
                }
            }
        }
    }

    /// Puts the ground's end of a point where coordinates say; of the point that waits too.
    pub fn give(&mut self, i: usize, at: Place) {
        self.mark();
        match (self.points.get_mut(i), self.pending) {
            (Some(p), _) => p.at = at,
            (None, Some(pixel)) => {
                self.points.push(ControlPoint { pixel, at });
                self.pending = None;
            }
            (None, None) => {}
        }
    }

    /// Takes a point away.
    pub fn remove(&mut self, i: usize) {
        if i < self.points.len() {
            self.mark();
            if let [p] = &self.points[..] {
                // The picture stays where its last point had it.
                let ([x, y], [e, n]) = (self.base.apply(p.pixel), p.at.metres());
                self.base = self.base.shifted([e - x, n - y]);
            }
            self.points.remove(i);
        }
    }

    /// Takes back what was done last: a click, a drag, a point typed or removed. Whether there was anything.
    pub fn take_back(&mut self) -> bool {
        while let Some(past) = self.past.pop() {
            // What was grabbed and not moved is nothing to take back.
            if past != self.present() {
                (self.points, self.pending, self.base) = past;
                return true;
            }
        }
        false
    }

    /// The edit that places the picture as it is shown.
    ///
    /// # Errors
    /// Why it cannot be placed yet.
    pub fn op(&self) -> Result<UnderlayOp, FitError> {
        let op = UnderlayOp { name: self.name.clone(), ..UnderlayOp::default() };
        if self.points.len() < 2 {
            return Ok(UnderlayOp { place: Some(self.place()), ..op });
        }
        self.solved()?;
        Ok(UnderlayOp { points: Some(self.points.clone()), fit: Some(self.fit), ..op })
    }

    /// What is expected next, and the keys that help.
    pub fn hint(&self) -> (Said, Said) {
        let keys = Said::new("回车 完成　退格 退一步　Esc 放弃", "Enter done　Backspace back　Esc give up");
        let n = self.points.len() + 1;
        let lead = match (self.pending, self.points.len()) {
            (Some(_), _) => Said::new(
                format!("第 {n} 点 · 点它在地图上的位置，或输入坐标"),
                format!("Point {n} · click where it is on the map, or type coordinates"),
            ),
            (None, MOST_POINTS) => Said::new("六个点已满 · 可拖动调整", "Six points · drag them to adjust"),
            (None, 0) => Said::new(
                "底稿定位 · 点图上一处，或拖动图和四角",
                "Placing · click a spot on the picture, or drag it by body and corners",
            ),
            (None, _) => {
                Said::new(format!("第 {n} 点 · 点图上一处"), format!("Point {n} · click a spot on the picture"))
            }
        };
        (lead, keys)
    }
}

/// A grid point as a place.
pub fn place_of(project: &Project, at: Pt) -> Place {
    project.origin().place(at)
}

#[cfg(test)]
mod tests;
