//! Beginning a project: what the guide of the window and `getu new` ask for, read and checked in one way.

use super::build::{BuildError, empty_project};
use crate::crs::{CrsDef, auto, is_metric, name as crs_name};
use crate::geom::{Origin, Pt};
use crate::model::{Extent, GridLayer, Id, Lang, Rules, Said, check_code, check_text, has_mobile, private_value};
use crate::plan::{Edit, History, Op, Project, SetOp};
use crate::session::{Command, Effect, Session};

/// Where a project lies, and in which coordinates it is kept.
#[derive(Clone, PartialEq, Debug)]
pub struct Beginning {
    /// A metric system.
    pub crs: CrsDef,
    /// Where its grid begins; `None`: the first import decides.
    pub origin: Option<Origin>,
    /// The place that was named, on that grid.
    pub at: Option<Pt>,
    /// What the system is called, and why it is proposed.
    pub said: Said,
}

impl Beginning {
    /// What its system is called.
    pub fn system(&self) -> String {
        crs_name(&self.crs).unwrap_or_else(|_| self.crs.text().to_owned())
    }
}

/// What a new project is to be.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct NewProject {
    /// Its name, which is also that of its community.
    pub name: String,
    /// Code of the community; empty where it is not known.
    pub community: String,
    /// Where it lies; `None`: the first import decides.
    pub place: Option<Beginning>,
    /// Households of a cell, from and to.
    pub households: Option<(u32, u32)>,
    /// Its layers.
    pub layers: Vec<GridLayer>,
}

/// The name of a project, without blanks at its ends.
///
/// # Errors
/// It is empty, cannot be kept, or holds a number of a person; in words.
pub fn read_name(text: &str) -> Result<String, Said> {
    let name = check_text(text).map_err(|e| e.said())?;
    if name.is_empty() {
        return Err(Said::new("请写上名称，如“和平社区”", "Give it a name, such as that of the community"));
    }
    let mobile = has_mobile(&name).then_some(crate::model::Private::Mobile);
    match private_value(&name, false).or(mobile) {
        Some(what) => Err(Said::new(
            format!("名称里有{}，请用地名或单位的名称", what.zh()),
            format!("The name holds {}; use the name of a place or an office", what.en()),
        )),
        None => Ok(name),
    }
}

/// The code of a community, without blanks; empty where none is given. Whether it is a national one is told by [`is_national`].
///
/// # Errors
/// It cannot be a code; in words.
pub fn read_community(text: &str) -> Result<String, Said> {
    let code: String = text.chars().filter(|c| !c.is_whitespace()).map(narrow).collect();
    if code.is_empty() {
        return Ok(code);
    }
    if private_value(&code, true).is_some() {
        return Err(Said::new("这像一个身份证号，不能作编码", "This looks like an identity number and can be no code"));
    }
    check_code(&code).map_err(|e| e.said())
}

/// Whether a code is a national one of a community: 12 digits, by which those of its cells are checked.
pub fn is_national(code: &str) -> bool {
    code.len() == 12 && code.bytes().all(|b| b.is_ascii_digit())
}

/// A range of households, from and to.
///
/// # Errors
/// One of them is no whole number from 1 to 100,000, or the first is not below the second; in words.
pub fn read_households(from: &str, to: &str) -> Result<(u32, u32), Said> {
    let number =
        |t: &str| {
            let digits: String = t.chars().map(narrow).filter(|c| !c.is_whitespace() && *c != ',').collect();
            digits.trim_end_matches('户').parse::<u32>().ok().filter(|n| (1..=100_000).contains(n)).ok_or_else(|| {
                Said::new("户数请写 1 到 100,000 的整数", "Households are a whole number from 1 to 100,000")
            })
        };
    let (from, to) = (number(from)?, number(to)?);
    if from < to {
        Ok((from, to))
    } else {
        Err(Said::new("下限须小于上限", "The lower end must be below the upper one"))
    }
}

/// Figures and signs of full width made narrow.
fn narrow(c: char) -> char {
    match c {
        '！'..='～' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '、' => ',',
        '。' => '.',
        '\u{3000}' => ' ',
        c => c,
    }
}

/// The place that a text means: longitude and latitude in degrees in either order, as maps show them (`121.474, 31.230`,
/// `31.230N 121.474E`), and the metric system proposed for it, with the reason.
///
/// # Errors
/// These are not two numbers of degrees; in words.
pub fn read_place(text: &str) -> Result<Beginning, Said> {
    let text: String = text.chars().map(narrow).collect();
    let marks = ['东', '西', '南', '北', '经', '纬', '度', '°', 'E', 'N', 'e', 'n', '(', ')', ':'];
    let plain: String = text.chars().map(|c| if marks.contains(&c) { ' ' } else { c }).collect();
    let numbers: Option<Vec<f64>> = plain
        .split(|c: char| c == ',' || c == ';' || c.is_whitespace())
        .filter(|t| !t.is_empty())
        .map(|t| t.parse::<f64>().ok().filter(|v| v.is_finite()))
        .collect();
    let unread = || {
        Said::new(
            "请写经度和纬度，用逗号隔开，如 121.474, 31.230",
            "Give longitude and latitude with a comma between, such as 121.474, 31.230",
        )
    };
    let Some(&[a, b]) = numbers.as_deref() else { return Err(unread()) };
    // Of China either order is understood: longitudes are over 73, latitudes under 54.
    let (lon, lat) = if a.abs() <= 54.0 && b.abs() > 73.0 { (b, a) } else { (a, b) };
    if lon.abs() > 180.0 || lat.abs() > 84.0 {
        return Err(unread());
    }
    // A community is a few kilometres wide.
    let d = 0.02;
    proposed(&CrsDef::wgs84(), [lon - d, lat - d, lon + d, lat + d], Some([lon, lat]))
}

/// The metric system proposed for data that fill an extent (xmin, ymin, xmax, ymax) in a system, with the reason.
///
/// # Errors
/// Nothing can be proposed for it; in words.
pub fn proposed(source: &CrsDef, extent: [f64; 4], at: Option<[f64; 2]>) -> Result<Beginning, Said> {
    let failed = |e: crate::crs::CrsError| Said::new(e.message_zh(), e.to_string());
    let choice = auto(source, extent).map_err(failed)?;
    let middle = at.unwrap_or([(extent[0] + extent[2]) / 2.0, (extent[1] + extent[3]) / 2.0]);
    let [e, n] = crate::crs::Transform::new(source, &choice.crs).and_then(|t| t.point(middle)).map_err(failed)?;
    let at = choice.origin.grid_of_metres(e, n);
    let mut out = Beginning { crs: choice.crs, origin: Some(choice.origin), at, said: Said::default() };
    let called = out.system();
    out.said = Said::new(
        format!("{called}：{}", choice.reason.message_zh()),
        format!("{called}: {}", choice.reason.message_en()),
    );
    Ok(out)
}

/// The place in another metric system than the one proposed for it.
///
/// # Errors
/// The text names no metric system, or the place does not lie where it can be used; in words.
pub fn in_system(place: &Beginning, text: &str) -> Result<Beginning, Said> {
    let failed = |e: crate::crs::CrsError| Said::new(e.message_zh(), e.to_string());
    let crs = CrsDef::parse(text).map_err(failed)?;
    if !is_metric(&crs).map_err(failed)? {
        return Err(failed(crate::crs::CrsError::NotMetric(text.to_owned())));
    }
    let mut out = Beginning { crs, origin: None, at: None, said: Said::default() };
    let called = out.system();
    out.said = Said::new(format!("{called}：由你指定"), format!("{called}: as you chose"));
    if let (Some(at), Some(origin)) = (place.at, place.origin) {
        let to = crate::crs::Transform::new(&place.crs, &out.crs).map_err(failed)?;
        let [e, n] = to.point(origin.metres(at)).map_err(failed)?;
        let origin = Origin::near(e, n);
        (out.origin, out.at) = (Some(origin), origin.grid_of_metres(e, n));
    }
    Ok(out)
}

/// A new project: empty but for its community, which has no ground until its outline comes. Its history is empty.
///
/// # Errors
/// A name, code or range that cannot be kept.
pub fn new_project(new: &NewProject, replica: u32) -> Result<Project, BuildError> {
    let (crs, origin) = new.place.as_ref().map_or(("auto", None), |p| (p.crs.text(), p.origin));
    let empty = empty_project(&new.name, crs, origin, new.layers.clone(), replica)?;
    let mut ops: Vec<Op> = Vec::new();
    if let Some((from, to)) = new.households.filter(|r| *r != usual_households()) {
        let mut rules = serde_json::Map::new();
        rules.insert("households_min".into(), from.into());
        rules.insert("households_max".into(), to.into());
        ops.push(Op::Set(SetOp { rules: Some(rules), ..SetOp::default() }));
    }
    let mut edits: Vec<Edit> = ops.into_iter().map(Edit::from).collect();
    for layer in new.layers.iter().filter(|l| !new.community.is_empty() && l.cell_level() > 0) {
        let level = layer.levels.first().cloned().unwrap_or_default();
        let op = Op::Unit { code: new.community.clone(), name: new.name.clone(), level, parent: None, rings: vec![] };
        edits.push(Edit { layer: Some(layer.id.clone()), ..Edit::from(op) });
    }
    let mut s = Session::new(History::new(empty, replica), None, Lang::Zh, "");
    for edit in edits {
        let refused = s.dispatch(Command::Do(edit), 0).into_iter().find_map(|e| match e {
            Effect::Refused(e) => Some(e),
            _ => None,
        });
        if let Some(e) = refused {
            return Err(e.into());
        }
    }
    Ok(s.project().clone())
}

/// An outline that is drawn on empty ground is also the ground of the unit of the highest level that waits for it, where there is
/// one and no other: one step does both.
pub(super) fn with_waiting_unit(p: &Project, (plan, layer): (Id, u16), edit: Edit) -> Edit {
    let Op::Outline { rings, .. } = &edit.op else { return edit };
    let place = match &edit.layer {
        Some(id) => p.facts.layers.iter().position(|l| l.id == *id),
        None => Some(usize::from(layer)),
    };
    let plan = match &edit.plan {
        Some(name) => p.plan_named(name).map(|x| x.id),
        None => Some(plan),
    };
    let unit = place.zip(plan).and_then(|(i, plan)| {
        let l = p.layer(plan, u16::try_from(i).ok()?)?;
        let mut units = l.units.values();
        let only = units.next().filter(|_| units.next().is_none())?;
        let waits = only.level == 0 && only.extent == Extent::None && l.partition.extent().is_empty();
        let level = p.facts.layers.get(i)?.levels.first()?.clone();
        waits.then(|| Op::Unit {
            code: only.code.clone(),
            name: only.name.clone(),
            level,
            parent: None,
            rings: rings.clone(),
        })
    });
    let Some(op) = unit else { return edit };
    let ground = Edit { op, ..edit.clone() };
    Edit { op: Op::Together { edits: vec![edit.clone(), ground] }, ..Edit::from(Op::Together { edits: vec![] }) }
}

/// The range of households that is offered first.
pub fn usual_households() -> (u32, u32) {
    let r = Rules::default();
    (r.households_min, r.households_max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::Place;
    use crate::session::layer_from_text;
    use proptest::prelude::*;

    fn layer() -> GridLayer {
        layer_from_text("grid=治理网格:社区>网格").unwrap()
    }

    #[test]
    fn a_place_is_read_in_either_order_and_its_system_is_proposed_with_the_reason() {
        let a = read_place("121.474, 31.230").unwrap();
        for text in ["31.230，121.474", "东经121.474° 北纬31.230°", "１２１．４７４，３１．２３０", "121.474E 31.230N"]
        {
            assert_eq!(read_place(text).unwrap().origin, a.origin, "{text}");
        }
        assert!(a.crs.text().contains("4549") && a.said.zh.contains("三度带"), "{a:?}");
        let at = a.at.unwrap();
        assert!(at.x.abs() <= 500_001 && at.y.abs() <= 500_001);
        for text in ["", "121", "121.4, x", "200, 95", "1 2 3", "NaN, 3"] {
            assert!(read_place(text).is_err(), "{text}");
        }
        // Another system, of the choice of a person.
        let other = in_system(&a, "EPSG:4548").unwrap();
        assert!(other.crs.text().contains("4548") && other.said.zh.contains("指定"));
        assert!(in_system(&a, "EPSG:4326").is_err() && in_system(&a, "nothing").is_err());
    }

    #[test]
    fn names_codes_and_ranges_are_refused_in_words() {
        assert_eq!(read_name(" 和平社区 ").as_deref(), Ok("和平社区"));
        assert!(read_name("").is_err() && read_name("张三 13812345678").is_err());
        assert_eq!(read_community("320102 001 001").as_deref(), Ok("320102001001"));
        assert!(is_national("320102001001") && !is_national("32010200100"));
        assert_eq!(read_community("").as_deref(), Ok(""));
        assert!(read_community("11010519491231002X").is_err());
        assert_eq!(read_households("300", "５００户"), Ok((300, 500)));
        assert!(read_households("500", "300").is_err() && read_households("0", "3").is_err());
    }

    #[test]
    fn the_community_waits_for_the_outline_and_gets_its_ground_in_the_same_step() {
        let place = read_place("121.474, 31.230").unwrap();
        let new = NewProject {
            name: "和平社区".into(),
            community: "310101001001".into(),
            place: Some(place.clone()),
            households: Some((200, 400)),
            layers: vec![layer()],
        };
        let p = new_project(&new, 7).unwrap();
        assert_eq!((p.facts.rules.households_min, p.facts.rules.households_max), (200, 400));
        let mut s = Session::new(History::new(p, 7), None, Lang::Zh, "");
        assert_eq!(s.history().log().count(), 0, "what the guide made is no step");
        let o = s.project().origin();
        let ring: Vec<Place> =
            [(0, 0), (900_000, 0), (900_000, 700_000), (0, 700_000)].map(|(x, y)| o.place(Pt { x, y })).into();
        let outline =
            Edit { opened: vec!["outline".into()], ..Edit::from(Op::Outline { rings: vec![ring.clone()], crs: None }) };
        let before = s.project().state;
        let effects = s.dispatch(Command::Do(outline), 1);
        assert!(!effects.iter().any(|e| matches!(e, Effect::Refused(_))), "{effects:?}");
        assert_eq!(s.history().log().count(), 1);
        let l = s.project().layer(s.plan(), 0).unwrap();
        let unit = l.unit("310101001001").unwrap();
        assert_eq!((unit.name.as_str(), unit.extent.clone()), ("和平社区", Extent::Drawn));
        assert_eq!(l.unit_at(Pt { x: 5000, y: 5000 }).map(|u| u.id), Some(unit.id));
        assert_eq!(crate::topology::check(&l.partition), vec![]);
        // A cell drawn there is one of that community.
        let inner: Vec<Place> =
            [(0, 0), (300_000, 0), (300_000, 700_000), (0, 700_000)].map(|(x, y)| o.place(Pt { x, y })).into();
        let draw = Op::Draw { code: None, name: None, rings: vec![inner], take: crate::plan::Take::Free, parent: None };
        s.dispatch(Command::Do(draw.into()), 2);
        let l = s.project().layer(s.plan(), 0).unwrap();
        assert!(
            l.unit("310101001001001").is_some(),
            "{:?}",
            l.units.values().map(|u| u.code.clone()).collect::<Vec<_>>()
        );
        s.dispatch(Command::Undo, 3);
        s.dispatch(Command::Undo, 3);
        assert_eq!(s.project().state, before);
        // Without a code nothing waits.
        let households = Some(usual_households());
        let plain = NewProject { name: "x".into(), households, layers: vec![layer()], ..NewProject::default() };
        let plain = new_project(&plain, 7).unwrap();
        assert_eq!((plain.facts.head.crs.as_str(), plain.facts.head.origin), ("auto", None));
    }

    proptest! {
        /// Nothing that is typed as a place makes trouble, and what is read lies near its origin.
        #[test]
        fn any_text_is_a_place_or_refused(text in "[-0-9., ，°东北EN]{0,24}") {
            if let Ok(b) = read_place(&text) {
                prop_assert!(b.origin.is_some() && b.at.is_some());
            }
        }
    }
}
