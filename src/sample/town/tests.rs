//! What makes the street office believable, measured.

use super::*;
use crate::geom::rings_contain;
use crate::model::{Field, Row, Value};

fn count(row: &Row, f: Field) -> u64 {
    match row.get(f) {
        Some(Value::Count(n)) => u64::from(*n),
        _ => 0,
    }
}

#[test]
fn cells_and_households() {
    let begin = std::time::Instant::now();
    let m = lintang().unwrap();
    println!("made in {:?}", begin.elapsed());
    for (k, r) in &m.rows {
        println!("{} {}", k.name(), r.len());
    }
    println!("cells {} gaps {}", m.cells.len(), m.gaps.len());
    let mut sums = vec![(0u64, 0u64); m.cells.len()];
    let mut out = 0;
    for b in m.table(Kind::Buildings) {
        let a = b.anchor.unwrap();
        match m.cells.iter().position(|c| rings_contain(c.rings.iter().map(Vec::as_slice), a)) {
            Some(i) => sums[i] = (sums[i].0 + count(b, Field::Households), sums[i].1 + 1),
            None => out += 1,
        }
    }
    for (c, s) in m.cells.iter().zip(&sums) {
        println!(
            "{} {} {} {} rings {} ha {:.1}",
            c.code,
            c.name,
            s.0,
            s.1,
            c.rings.len(),
            crate::geom::ring_area2(&c.rings[0]) as f64 / 2e10
        );
    }
    println!("outside {out} total {:?}", sums.iter().fold((0, 0), |a, s| (a.0 + s.0, a.1 + s.1)));
}
