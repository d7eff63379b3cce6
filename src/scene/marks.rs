//! Marks of incidents that would lie on each other become one with a count.

use super::camera::Camera;
use super::list::{Incident, Symbol, SymbolKind};
use crate::geom::Pt;
use std::collections::HashMap;

/// Marks closer than this become one, points: single marks on a street map, circles with counts on a smaller one.
const NEAR_PT: f64 = 9.0;
/// The same on maps smaller than 1:[`STREETS`].
const FAR_PT: f64 = 30.0;
/// Denominator of the smallest street map.
const STREETS: f64 = 6000.0;

/// The symbols of incidents as seen by `camera`: marks nearer than 9 pt to each other become one with a count,
/// on maps smaller than 1:6,000 those nearer than 30 pt. Overdue and new ones are never merged away on a street map: each
/// keeps its own mark, on top. Depends on the scale and the list's
/// order only, not on where the view is, so nothing flickers while the map is moved. Linear for usual lists.
pub fn incident_marks(incidents: &[(Pt, Incident)], camera: &Camera) -> Vec<Symbol> {
    let far = camera.scale_denominator() > STREETS;
    let near_mm = if far { FAR_PT } else { NEAR_PT } * camera.mm_per_pt();
    let bucket = |p: Pt| ((f64::from(p.x) / near_mm).floor() as i64, (f64::from(p.y) / near_mm).floor() as i64);
    let mut marks: Vec<(Pt, Incident, u32)> = Vec::new();
    let mut grid: HashMap<(i64, i64), Vec<usize>> = HashMap::new();
    let mut alone = Vec::new();
    for &(at, state) in incidents {
        if !far && matches!(state, Incident::New | Incident::Overdue) {
            alone.push(Symbol { at, kind: SymbolKind::Incident(state) });
            continue;
        }
        let (bx, by) = bucket(at);
        let around = (bx - 1..=bx + 1).flat_map(|x| (by - 1..=by + 1).map(move |y| (x, y)));
        let hit = around.filter_map(|k| grid.get(&k)).flatten().copied().find(|&i| marks[i].0.dist(at) < near_mm);
        match hit {
            Some(i) => {
                marks[i].1 = marks[i].1.max(state);
                marks[i].2 += 1;
            }
            None => {
                grid.entry((bx, by)).or_default().push(marks.len());
                marks.push((at, state, 1));
            }
        }
    }
    let one = |(at, state, n)| {
        let kind = if n == 1 { SymbolKind::Incident(state) } else { SymbolKind::Count(n) };
        Symbol { at, kind }
    };
    marks.into_iter().map(one).chain(alone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geom::pt;

    #[test]
    fn near_marks_become_a_count_and_no_incident_is_lost() {
        let camera = Camera::at_scale((0.0, 0.0), 5000.0, (100.0, 100.0), 1.0);
        // 9 pt at 1:5,000 are 11.9 m.
        let list = [
            (pt(0, 0), Incident::Open),
            (pt(5_000, 0), Incident::Accepted),
            (pt(-5_000, 5_000), Incident::Open),
            (pt(1_000, 0), Incident::Overdue),
            (pt(30_000, 0), Incident::Open),
        ];
        let marks = incident_marks(&list, &camera);
        assert_eq!(marks.len(), 3);
        assert_eq!(marks[0].kind, SymbolKind::Count(3));
        assert_eq!(marks[1].kind, SymbolKind::Incident(Incident::Open));
        assert_eq!(marks[2], Symbol { at: pt(1_000, 0), kind: SymbolKind::Incident(Incident::Overdue) });
        // Nearer, all stand apart; elsewhere, the same.
        assert_eq!(incident_marks(&list, &Camera { mm_per_px: 100.0, ..camera }).len(), 5);
        assert_eq!(incident_marks(&list, &camera.panned(77.0, 3.0)), marks);
        let total: u32 = incident_marks(&vec![(pt(7, 7), Incident::Open); 40], &camera)
            .iter()
            .map(|s| if let SymbolKind::Count(n) = s.kind { n } else { 1 })
            .sum();
        assert_eq!(total, 40);
    }
}
