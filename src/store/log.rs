//! The log in the file: every step with its words, the patches of the last ones.

use super::truth::Shelf;
use super::{StoreError, fill_segments, patch_bytes, read_patch};
use crate::geom::{Box2, pt};
use crate::model::{EditId, Said, SegmentHash};
use crate::plan::{Edit, History, Item, Op, Segments, Step};
use rusqlite::{Connection, params};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Steps from the end that keep their patches.
pub(super) const PATCHES: usize = 1000;

/// What the step's checksum is over, besides the patch, which has its own.
pub(super) fn crc(s: &Step, place: Option<&str>, edit: &str) -> u32 {
    let words = (s.id, s.time, &s.author, &s.plan, &s.sentence, place, edit);
    crc32fast::hash(&postcard::to_stdvec(&words).unwrap_or_default())
}

fn place_text(b: &Box2) -> String {
    format!("{} {} {} {}", b.min.x, b.min.y, b.max.x, b.max.y)
}

fn read_place(t: &str) -> Option<Box2> {
    let v: Vec<i32> = t.split(' ').map(str::parse).collect::<Result<_, _>>().ok()?;
    let [x0, y0, x1, y1] = v[..] else { return None };
    Some(Box2 { min: pt(x0, y0), max: pt(x1, y1) })
}

/// Steps in order, each with whether it is undone.
pub(super) type Steps = Vec<(Step, bool)>;

/// Reads the log. With `whole` false patches are left out, so that nothing can be undone.
pub(super) fn read(conn: &Connection, shelf: &Shelf, whole: bool) -> Result<Steps, StoreError> {
    const TABLE: &str = "getu_log";
    let mut get = conn.prepare(
        "SELECT n, step, replica, time, author, plan, sentence_zh, sentence_en, place, edit, crc, patch, undone
         FROM getu_log ORDER BY n",
    )?;
    let mut rows = get.query([])?;
    let mut out = Vec::new();
    while let Some(r) = rows.next()? {
        let n: i64 = r.get(0)?;
        let bad = |why: String| StoreError::damaged(TABLE, n.to_string(), why);
        let column = |e: rusqlite::Error| bad(e.to_string());
        let edit: String = r.get(9).map_err(column)?;
        let place: Option<String> = r.get(8).map_err(column)?;
        let patch: Option<Vec<u8>> = if whole { r.get(11).map_err(column)? } else { None };
        let patch = match patch {
            None => None,
            Some(bytes) => {
                let mut p = read_patch(&bytes).map_err(|e| bad(e.to_string()))?;
                fill_segments(&mut p, shelf)?;
                Some(Arc::new(p))
            }
        };
        let step = Step {
            id: EditId { sequence: r.get(1).map_err(column)?, replica: r.get(2).map_err(column)? },
            edit: serde_json::from_str::<Edit>(&edit).map_err(|e| bad(e.to_string()))?,
            patch,
            sentence: Said { zh: r.get(6).map_err(column)?, en: r.get(7).map_err(column)? },
            time: r.get(3).map_err(column)?,
            author: r.get(4).map_err(column)?,
            plan: r.get(5).map_err(column)?,
            place: place.as_deref().and_then(read_place),
        };
        if crc(&step, place.as_deref(), &edit) != r.get::<_, u32>(10).map_err(column)? {
            return Err(bad("checksum".into()));
        }
        // The next step's number must fit into an identity too.
        if step.id.sequence >= EditId::SEQUENCES - 1 {
            return Err(bad("the step's number is not possible".into()));
        }
        if out.last().is_some_and(|(s, _): &(Step, bool)| s.id.sequence >= step.id.sequence) {
            return Err(bad("steps are out of order".into()));
        }
        out.push((step, r.get::<_, bool>(12).map_err(column)?));
    }
    Ok(out)
}

/// Brings the file's log to the history's; rows that stand already are not touched. Returns the rows written.
pub(super) fn write(conn: &Connection, history: &History) -> Result<usize, StoreError> {
    let steps: Vec<(&Arc<Step>, bool)> = history.log().collect();
    let keep_from = steps.len().saturating_sub(PATCHES);
    let there: Vec<(u32, u32, u32, bool, bool)> = conn
        .prepare("SELECT step, replica, crc, undone, patch IS NOT NULL FROM getu_log ORDER BY n")?
        .query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?)))?
        .collect::<Result<_, _>>()?;
    let mut wrote = 0;
    let mut insert = conn.prepare(
        "INSERT INTO getu_log (n, step, replica, time, author, plan, sentence_zh, sentence_en, place, edit, crc, patch, undone)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?;
    let mut set_undone = conn.prepare("UPDATE getu_log SET undone = ?2 WHERE n = ?1")?;
    let mut drop_patch = conn.prepare("UPDATE getu_log SET patch = NULL WHERE n = ?1")?;
    let mut fresh = false;
    for (i, (s, undone)) in steps.iter().enumerate() {
        let n = i as i64 + 1;
        let place = s.place.as_ref().map(place_text);
        let edit = serde_json::to_string(&s.edit).unwrap_or_default();
        let crc = crc(s, place.as_deref(), &edit);
        let patch = s.patch.as_deref().filter(|_| i >= keep_from);
        match there.get(i).filter(|_| !fresh) {
            Some(&(step, replica, old, was, has)) if (step, replica, old) == (s.id.sequence, s.id.replica, crc) => {
                if was != *undone {
                    wrote += set_undone.execute(params![n, undone])?;
                }
                if has && patch.is_none() {
                    wrote += drop_patch.execute([n])?;
                }
                if has || patch.is_none() {
                    continue;
                }
            }
            _ => {}
        }
        if !fresh {
            // Another history from here on.
            conn.execute("DELETE FROM getu_log WHERE n >= ?1", [n])?;
            fresh = true;
        }
        let bytes = patch.map(patch_bytes);
        wrote += insert.execute(params![
            n,
            s.id.sequence,
            s.id.replica,
            s.time,
            s.author,
            s.plan,
            s.sentence.zh,
            s.sentence.en,
            place,
            edit,
            crc,
            bytes,
            undone
        ])?;
    }
    if !fresh && there.len() > steps.len() {
        wrote += conn.execute("DELETE FROM getu_log WHERE n > ?1", [steps.len() as i64])?;
    }
    Ok(wrote)
}

/// Segments that the last steps name: in their patches (to undo and redo) and in their edits (to do them again
/// elsewhere), as far as anyone still has them.
pub(super) fn segments_of_steps(history: &History, source: &dyn Segments) -> Shelf {
    let steps: Vec<_> = history.log().collect();
    let mut out = Shelf::new();
    let mut named: BTreeSet<SegmentHash> = BTreeSet::new();
    for (s, _) in &steps[steps.len().saturating_sub(PATCHES)..] {
        if let Some(p) = &s.patch {
            let items = p.items.iter().flat_map(|(_, b, a)| [b, a]);
            for item in items.flatten() {
                if let Item::Segment(s) = item {
                    match &s.rows {
                        Some(rows) => drop(out.insert(s.hash, rows.clone())),
                        None => drop(named.insert(s.hash)),
                    }
                }
            }
        }
        for op in s.edit.ops() {
            if let Op::Import { segments, .. } = op {
                named.extend(segments.iter().map(|h| h.0));
            }
        }
    }
    for hash in named {
        if let Some(rows) = source.segment(hash).filter(|_| !out.contains_key(&hash)) {
            out.insert(hash, rows);
        }
    }
    out
}

/// The steps that can be redone, as kept in `getu_meta`, the next one last.
pub(super) fn read_redo(text: &str) -> Result<Vec<u32>, StoreError> {
    let bad = |_| StoreError::damaged("getu_meta", "redo", "no list of steps");
    text.split_whitespace().map(|t| t.parse::<u32>().map_err(bad)).collect()
}
