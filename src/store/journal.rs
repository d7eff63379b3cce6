//! Records of the journal: what is written and synced before the window calls an edit done.
//!
//! Owns: the bytes of a record and of a journal, reading them to the last whole record. Where journals lie, who writes
//! them when, and what is done after a crash is not decided here.
//!
//! A journal is a header, which says what file it goes on from ([`Start`]), and records end to end. Each is framed by its
//! length and a CRC-32, and a record holds the hash of what is before it, so that a torn end, a flipped bit, a record left
//! out, put elsewhere or into another journal are all seen.

use super::Generation;
use super::bytes::read_all;
use crate::geom::Box2;
use crate::model::{EditId, Id, Said};
use crate::plan::{Edit, Patch, Project};
use serde::{Deserialize, Serialize};

/// First bytes of a journal: name and version of the format.
pub const MAGIC: [u8; 10] = *b"GETUJRNL\x01\x00";
/// Longest body that is believed.
const LONGEST: usize = 256 << 20;
/// Length before the body, CRC-32 after it.
const FRAME: usize = 8;

/// BLAKE3 of a record's body; before the first record, of the journal's header.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RecordHash(pub [u8; 32]);

/// What a journal goes on from; it may be replayed on nothing else.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Start {
    /// The generation of the file ([`Generation::id`]); empty while the project has never been saved.
    pub generation: String,
    /// Identity of the project's first plan: two projects that were never saved do not share it.
    pub plan: Id,
    /// `state` of the project before the first record.
    pub state: u128,
}

impl Start {
    /// Where the journal of a project begins that was just read, saved or made new.
    pub fn of(project: &Project, generation: Option<&Generation>) -> Start {
        Start {
            generation: generation.map_or(String::new(), |g| g.id.clone()),
            plan: project.plans.first().map_or(Id::LAYER, |p| p.id),
            state: project.state,
        }
    }
}

/// What a record says was done.
#[derive(Clone, Debug)]
pub enum Deed {
    /// A new step.
    Edit {
        /// The filled edit, for people, scripts and rebase.
        edit: Box<Edit>,
        /// What it changed, for recovery and undo; its segments have no rows when read.
        patch: Box<Patch>,
        /// What was done, in words.
        sentence: Said,
        /// Name of the plan it touched.
        plan: Option<String>,
        /// Where on the map.
        place: Option<Box2>,
    },
    /// The step was undone; its patch stands in its own record or in the file's log.
    Undo,
    /// The step was done again.
    Redo,
}

/// A record.
#[derive(Clone, Debug)]
pub struct Record {
    /// Number of the record in its journal, from 1.
    pub sequence: u64,
    /// The step that was made, undone or done again.
    pub step: EditId,
    /// Who.
    pub author: String,
    /// Seconds since 1970-01-01 UTC.
    pub time: i64,
    /// What.
    pub deed: Deed,
    /// `state` of the project after it.
    pub state: u128,
    /// Hash of the record before.
    pub before: RecordHash,
}

/// The body of a record, in this order.
#[derive(Serialize, Deserialize)]
struct Body {
    sequence: u64,
    step: EditId,
    author: String,
    time: i64,
    state: u128,
    before: RecordHash,
    deed: DeedBody,
}

#[derive(Serialize, Deserialize)]
enum DeedBody {
    Edit { edit: String, patch: Vec<u8>, sentence: Said, plan: Option<String>, place: Option<Box2> },
    Undo,
    Redo,
}

/// Why reading a journal ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Tail {
    /// After the last byte of the last record.
    Whole,
    /// Within a record or at one that is not as it was written.
    Torn {
        /// Why, for a report.
        why: &'static str,
    },
    /// This is no journal, or one of a newer program.
    Foreign,
}

/// What a journal holds.
#[derive(Clone, Debug)]
pub struct Journal {
    /// What it goes on from; `None` where that cannot be read.
    pub start: Option<Start>,
    /// Records in order, all whole and each linked to the one before.
    pub records: Vec<Record>,
    /// Bytes they and the header fill; what follows is of no use.
    pub whole_bytes: usize,
    /// Hash of the last record or the header, for the next record.
    pub last: RecordHash,
    /// What comes after them.
    pub tail: Tail,
}

/// The header of a journal and its hash, for the first record.
pub fn begin(start: &Start) -> (Vec<u8>, RecordHash) {
    let mut out = MAGIC.to_vec();
    out.extend(framed(&postcard::to_stdvec(start).unwrap_or_default()));
    let hash = hash(&out);
    (out, hash)
}

/// The bytes of a record and its hash, for the next one.
pub fn encode(record: &Record) -> (Vec<u8>, RecordHash) {
    let deed = match &record.deed {
        Deed::Edit { edit, patch, sentence, plan, place } => DeedBody::Edit {
            edit: serde_json::to_string(edit).unwrap_or_default(),
            patch: super::patch_bytes(patch),
            sentence: sentence.clone(),
            plan: plan.clone(),
            place: *place,
        },
        Deed::Undo => DeedBody::Undo,
        Deed::Redo => DeedBody::Redo,
    };
    let body = Body {
        sequence: record.sequence,
        step: record.step,
        author: record.author.clone(),
        time: record.time,
        state: record.state,
        before: record.before,
        deed,
    };
    let body = postcard::to_stdvec(&body).unwrap_or_default();
    (framed(&body), hash(&body))
}

fn hash(bytes: &[u8]) -> RecordHash {
    RecordHash(*blake3::hash(bytes).as_bytes())
}

fn framed(body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u32).to_le_bytes();
    [&length[..], body, &crc(&length, body).to_le_bytes()].concat()
}

/// The body at the beginning of framed bytes.
fn unframed(bytes: &[u8]) -> Result<&[u8], &'static str> {
    let (length, rest) = bytes.split_first_chunk::<4>().ok_or("the length is cut off")?;
    let n = u32::from_le_bytes(*length) as usize;
    if n > LONGEST {
        return Err("the length is not possible");
    }
    let (body, rest) = rest.split_at_checked(n).ok_or("the record is cut off")?;
    let (sum, _) = rest.split_first_chunk::<4>().ok_or("the checksum is cut off")?;
    if crc(length, body) == u32::from_le_bytes(*sum) { Ok(body) } else { Err("the checksum does not fit") }
}

fn crc(length: &[u8; 4], body: &[u8]) -> u32 {
    let mut h = crc32fast::Hasher::new();
    h.update(length);
    h.update(body);
    h.finalize()
}

/// Reads a journal up to its last whole record. Never panics, never fails: what cannot be read is said in
/// [`Journal::tail`].
pub fn decode(bytes: &[u8]) -> Journal {
    let mut journal =
        Journal { start: None, records: vec![], whole_bytes: 0, last: RecordHash([0; 32]), tail: Tail::Foreign };
    let Some(rest) = bytes.strip_prefix(&MAGIC[..]) else {
        if MAGIC.starts_with(bytes) {
            journal.tail = Tail::Torn { why: "the header is cut off" };
        }
        return journal;
    };
    let header =
        unframed(rest).and_then(|b| Ok((b.len(), read_all::<Start>(b).map_err(|_| "the header cannot be read")?)));
    let (length, start) = match header {
        Ok(h) => h,
        Err(why) => {
            journal.tail = Tail::Torn { why };
            return journal;
        }
    };
    journal.start = Some(start);
    journal.whole_bytes = MAGIC.len() + length + FRAME;
    journal.last = hash(&bytes[..journal.whole_bytes]);
    journal.tail = Tail::Whole;
    let mut rest = &bytes[journal.whole_bytes..];
    while !rest.is_empty() {
        match one(rest, journal.last, journal.records.len() as u64 + 1) {
            Ok((record, hash, length)) => {
                journal.records.push(record);
                journal.last = hash;
                journal.whole_bytes += length;
                rest = &rest[length..];
            }
            Err(why) => {
                journal.tail = Tail::Torn { why };
                break;
            }
        }
    }
    journal
}

/// The first record of bytes, its hash and length.
fn one(bytes: &[u8], before: RecordHash, sequence: u64) -> Result<(Record, RecordHash, usize), &'static str> {
    let bytes = unframed(bytes)?;
    let body: Body = read_all(bytes).map_err(|_| "the record cannot be read")?;
    if body.before != before || body.sequence != sequence {
        return Err("the record does not follow the one before");
    }
    let deed = match body.deed {
        DeedBody::Edit { edit, patch, sentence, plan, place } => Deed::Edit {
            edit: Box::new(serde_json::from_str(&edit).map_err(|_| "the edit cannot be read")?),
            patch: Box::new(super::read_patch(&patch).map_err(|_| "the patch cannot be read")?),
            sentence,
            plan,
            place,
        },
        DeedBody::Undo => Deed::Undo,
        DeedBody::Redo => Deed::Redo,
    };
    let record = Record {
        sequence: body.sequence,
        step: body.step,
        author: body.author,
        time: body.time,
        deed,
        state: body.state,
        before: body.before,
    };
    Ok((record, hash(bytes), bytes.len() + FRAME))
}
