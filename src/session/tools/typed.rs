//! Points given in numbers, and lines held to angles.

use crate::geom::{Origin, Pt};
use crate::model::Said;

/// The point that a text means, in the present drawing:
///
/// - `25`: 25 m from the last point towards the pointer
/// - `25<90`: 25 m from the last point, the angle in degrees clockwise from north
/// - `X,Y`: metres of the project, X north and Y east as the status bar says them
/// - `@dX,dY`: metres north and east of the last point
///
/// # Errors
/// What is wrong with it, in words.
pub fn typed(text: &str, last: Option<Pt>, pointer: Option<Pt>, origin: Origin) -> Result<Pt, Said> {
    // What an input method makes of the signs.
    let text: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '，' | '、' | ';' | '；' => ',',
            '＜' | '《' | '∠' => '<',
            '＠' => '@',
            '。' | '．' => '.',
            '－' | '—' => '-',
            c => c,
        })
        .collect();
    let number = |t: &str| t.parse::<f64>().ok().filter(|v| v.is_finite()).ok_or_else(unread);
    let from = || {
        last.ok_or_else(|| {
            Said::new(
                "先有一个点才能按长度输入；起点请输入 X,Y",
                "A length needs a point before it; type X,Y for the first",
            )
        })
    };
    let beside = |from: Pt, north_m: f64, east_m: f64| {
        let far = |v: f64| v.abs() > 2e6;
        let moved = |c: i32, m: f64| f64::from(c) + (m * 1000.0).round();
        let (x, y) = (moved(from.x, east_m), moved(from.y, north_m));
        if far(north_m) || far(east_m) || x.abs() > 1_073e6 || y.abs() > 1_073e6 {
            return Err(too_far());
        }
        Ok(Pt { x: x as i32, y: y as i32 })
    };
    if let Some(rest) = text.strip_prefix('@') {
        let (north, east) = rest.split_once(',').ok_or_else(unread)?;
        return beside(from()?, number(north)?, number(east)?);
    }
    if let Some((length, angle)) = text.split_once('<') {
        let (length, angle) = (number(length)?, number(angle)?.to_radians());
        return beside(from()?, length * angle.cos(), length * angle.sin());
    }
    if let Some((north, east)) = text.split_once(',') {
        return origin.grid_of_metres(number(east)?, number(north)?).filter(|p| p.in_range()).ok_or_else(too_far);
    }
    let length = number(&text)?;
    let from = from()?;
    let to = pointer.filter(|p| *p != from).ok_or_else(|| {
        Said::new("把指针移到要去的方向，或写成 长度<方位角", "Point where it is to go, or write length<angle")
    })?;
    let d = from.dist(to);
    let along = |to: i32, from: i32| (f64::from(to) - f64::from(from)) / d;
    beside(from, length * along(to.y, from.y), length * along(to.x, from.x))
}

fn unread() -> Said {
    Said::new("读不懂：写 25、25<90、X,Y 或 @dX,dY", "Write 25, 25<90, X,Y or @dX,dY")
}

fn too_far() -> Said {
    Said::new("这个位置离项目太远", "This is too far from the project")
}

/// The place on the nearest of the directions from `from` that make a multiple of 45° with the axes or with the stretch
/// before (`before` to `from`), as far as `to` reaches along it.
pub fn constrained(before: Option<Pt>, from: Pt, to: Pt) -> Pt {
    let vector = |a: Pt, b: Pt| (f64::from(b.x) - f64::from(a.x), f64::from(b.y) - f64::from(a.y));
    let angle = |(x, y): (f64, f64)| y.atan2(x);
    let (dx, dy) = vector(from, to);
    if (dx, dy) == (0.0, 0.0) {
        return to;
    }
    let wanted = angle((dx, dy));
    let eighth = std::f64::consts::FRAC_PI_4;
    let nearest = |base: f64| base + ((wanted - base) / eighth).round() * eighth;
    let axis = nearest(0.0);
    let stretch = before.filter(|b| *b != from).map(|b| nearest(angle(vector(b, from))));
    let off = |a: f64| (wanted - a).abs();
    let a = stretch.filter(|s| off(*s) < off(axis)).unwrap_or(axis);
    let reach = dx * a.cos() + dy * a.sin();
    let go = |c: i32, d: f64| (f64::from(c) + reach * d).round().clamp(-1_073e6, 1_073e6) as i32;
    Pt { x: go(from.x, a.cos()), y: go(from.y, a.sin()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::pt;

    #[test]
    fn lengths_angles_and_places_are_read() {
        let o = Origin { e_m: 586_000, n_m: 3_476_000 };
        let last = Some(pt(10_000, 20_000));
        let to = |t: &str| typed(t, last, Some(pt(10_000, 90_000)), o);
        assert_eq!(to("25").unwrap(), pt(10_000, 45_000), "towards the pointer, north");
        assert_eq!(to("25<90").unwrap(), pt(35_000, 20_000), "east is 90°");
        assert_eq!(to("10<180").unwrap(), pt(10_000, 10_000));
        assert_eq!(to("10＜270").unwrap(), pt(0, 20_000), "as a Chinese keyboard writes it");
        assert_eq!(to("3476001.5, 586002").unwrap(), pt(2_000, 1_500), "X is north, Y east, as in the status bar");
        assert_eq!(to("3476001.5，586002").unwrap(), pt(2_000, 1_500));
        assert_eq!(to("@-1,2.25").unwrap(), pt(12_250, 19_000));
        for bad in ["", "a", "25<", "<90", "1,", "@5", "1e400", "nan", "9e9,0", "@9e9,0", "9e9"] {
            assert!(to(bad).is_err(), "{bad}");
        }
        assert_eq!(typed("3476000,586000", None, None, o).unwrap(), pt(0, 0));
        assert!(typed("25", None, last, o).is_err(), "a length needs a point");
        assert!(typed("25", last, None, o).is_err(), "and a direction");
    }

    #[test]
    fn angles_are_held_to_the_axes_or_the_stretch_before() {
        let from = pt(0, 0);
        assert_eq!(constrained(None, from, pt(1000, 80)), pt(1000, 0));
        assert_eq!(constrained(None, from, pt(-1000, 900)), pt(-950, 950));
        // A stretch at 30°: a right angle to it is nearer than an axis.
        let before = pt(-8660, -5000);
        let right = constrained(Some(before), from, pt(-520, 850));
        assert!((f64::from(right.x) * 8660.0 + f64::from(right.y) * 5000.0).abs() < 20_000.0, "{right:?}");
        assert_eq!(constrained(None, from, from), from);
    }
}
