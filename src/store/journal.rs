//! Records of the journal: what is written and synced before the window calls an edit done.
//!
//! Owns: the bytes of a record and of a journal, reading them to the last whole record. Where journals lie, who writes
//! them when, and what is done after a crash is not decided here.
//!
//! A journal is a header and records end to end. A record is framed by its length and a CRC-32, and holds the hash of
//! the record before, so that a torn end, a flipped bit, a record left out or put elsewhere are all seen.

use super::bytes::read_all;
use crate::model::{EditId, Said};
use crate::plan::{Edit, Patch};
use serde::{Deserialize, Serialize};

/// First bytes of a journal: name and version of the format.
pub const HEADER: [u8; 10] = *b"GETUJRNL\x01\x00";
/// Longest body that is believed.
const LONGEST: usize = 256 << 20;
/// Length before the body, CRC-32 after it.
const FRAME: usize = 8;

/// BLAKE3 of a record's body; of no record, the hash of the journal's header.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RecordHash(pub [u8; 32]);

impl RecordHash {
    /// What the first record of a journal has before it.
    pub fn first() -> RecordHash {
        RecordHash(*blake3::hash(&HEADER).as_bytes())
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
    Edit { edit: String, patch: Vec<u8>, sentence: Said, plan: Option<String> },
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
    /// Records in order, all whole and each linked to the one before.
    pub records: Vec<Record>,
    /// Bytes they and the header fill; what follows is of no use.
    pub whole_bytes: usize,
    /// Hash of the last record, for the next.
    pub last: RecordHash,
    /// What comes after them.
    pub tail: Tail,
}

/// The bytes of a record and its hash, for the next one.
pub fn encode(record: &Record) -> (Vec<u8>, RecordHash) {
    let deed = match &record.deed {
        Deed::Edit { edit, patch, sentence, plan } => DeedBody::Edit {
            edit: serde_json::to_string(edit).unwrap_or_default(),
            patch: super::patch_bytes(patch),
            sentence: sentence.clone(),
            plan: plan.clone(),
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
    let length = (body.len() as u32).to_le_bytes();
    let mut out = Vec::with_capacity(body.len() + FRAME);
    out.extend(length);
    out.extend(&body);
    out.extend(crc(&length, &body).to_le_bytes());
    (out, RecordHash(*blake3::hash(&body).as_bytes()))
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
    let mut journal = Journal { records: Vec::new(), whole_bytes: 0, last: RecordHash::first(), tail: Tail::Foreign };
    let Some(mut rest) = bytes.strip_prefix(&HEADER[..]) else {
        if HEADER.starts_with(bytes) {
            journal.tail = Tail::Torn { why: "the header is cut off" };
        }
        return journal;
    };
    journal.whole_bytes = HEADER.len();
    journal.tail = Tail::Whole;
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
    let (length, rest) = bytes.split_first_chunk::<4>().ok_or("the length is cut off")?;
    let n = u32::from_le_bytes(*length) as usize;
    if n > LONGEST {
        return Err("the length is not possible");
    }
    let (body, rest) = rest.split_at_checked(n).ok_or("the record is cut off")?;
    let (sum, _) = rest.split_first_chunk::<4>().ok_or("the checksum is cut off")?;
    if crc(length, body) != u32::from_le_bytes(*sum) {
        return Err("the checksum does not fit");
    }
    let hash = RecordHash(*blake3::hash(body).as_bytes());
    let body: Body = read_all(body).map_err(|_| "the record cannot be read")?;
    if body.before != before || body.sequence != sequence {
        return Err("the record does not follow the one before");
    }
    let deed = match body.deed {
        DeedBody::Edit { edit, patch, sentence, plan } => Deed::Edit {
            edit: Box::new(serde_json::from_str(&edit).map_err(|_| "the edit cannot be read")?),
            patch: Box::new(super::read_patch(&patch).map_err(|_| "the patch cannot be read")?),
            sentence,
            plan,
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
    Ok((record, hash, n + FRAME))
}
