//! OpenType files, as far as the build embeds them: one face out of a collection, without what horizontal
//! Chinese and Latin text never uses, and with digits of equal width.
//!
//! Owns: reading and writing the table directory, `cmap`, single substitutions of `GSUB`, the glyph list of `CFF `.
//! Never: the file system; drawing. Every read is checked, a damaged file gives `None`.
//! Formats: the OpenType specification (otff, cmap, gsub) and Adobe Technical Note 5176 (CFF).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

type Tag = [u8; 4];

/// One face: its version word and its tables, borrowed from the file.
pub struct Face<'a> {
    version: u32,
    tables: BTreeMap<Tag, Cow<'a, [u8]>>,
}

fn u16_at(b: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(b.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(b: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(b.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn at32(b: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32_at(b, at)?).ok()
}

fn at16(b: &[u8], at: usize) -> Option<usize> {
    u16_at(b, at).map(usize::from)
}

/// All faces of a font file or collection; `None` if it is neither.
pub fn faces(file: &[u8]) -> Option<Vec<Face<'_>>> {
    let starts = if file.starts_with(b"ttcf") {
        (0..at32(file, 8)?.min(256)).map(|i| at32(file, 12 + 4 * i)).collect::<Option<Vec<_>>>()?
    } else {
        vec![0]
    };
    starts.into_iter().map(|start| face(file, start)).collect()
}

fn face(file: &[u8], start: usize) -> Option<Face<'_>> {
    let version = u32_at(file, start)?;
    if ![0x0001_0000, u32::from_be_bytes(*b"OTTO"), u32::from_be_bytes(*b"true")].contains(&version) {
        return None;
    }
    let mut tables = BTreeMap::new();
    for i in 0..at16(file, start + 4)? {
        let row = start + 12 + 16 * i;
        let tag: Tag = file.get(row..row + 4)?.try_into().ok()?;
        let from = at32(file, row + 8)?;
        tables.insert(tag, Cow::Borrowed(file.get(from..from.checked_add(at32(file, row + 12)?)?)?));
    }
    Some(Face { version, tables })
}

impl Face<'_> {
    /// Whether the face changes its weight by axes; its default may be a hairline, so it is not embedded.
    pub fn is_variable(&self) -> bool {
        self.tables.contains_key(b"fvar")
    }

    /// The English family name (the typographic one, if there is one).
    pub fn family(&self) -> Option<String> {
        let name = self.tables.get(b"name")?;
        let strings = at16(name, 4)?;
        let mut found = None;
        for i in 0..at16(name, 2)? {
            let row = 6 + 12 * i;
            let (platform, language, id) = (u16_at(name, row)?, u16_at(name, row + 4)?, u16_at(name, row + 6)?);
            if platform == 3 && language == 0x409 && (id == 16 || id == 1 && found.is_none()) {
                let from = strings + at16(name, row + 10)?;
                let bytes = name.get(from..from + at16(name, row + 8)?)?;
                let units: Vec<u16> = bytes.chunks_exact(2).map(|c| u16::from_be_bytes([c[0], c[1]])).collect();
                found = Some(String::from_utf16_lossy(&units));
            }
        }
        found
    }

    /// Character → glyph, from the widest Unicode table of the face.
    pub fn characters(&self) -> Option<BTreeMap<u32, u16>> {
        let cmap = self.tables.get(b"cmap")?;
        let (mut wide, mut narrow) = (None, None);
        for i in 0..at16(cmap, 2)? {
            let row = 4 + 8 * i;
            let (platform, encoding) = (u16_at(cmap, row)?, u16_at(cmap, row + 2)?);
            let table = cmap.get(at32(cmap, row + 4)?..)?;
            match (platform, encoding, u16_at(table, 0)?) {
                (0, _, 12) | (3, 10, 12) => wide = Some(table),
                (0, _, 4) | (3, 1, 4) => narrow = Some(table),
                _ => {}
            }
        }
        match (wide, narrow) {
            (Some(t), _) => segments_32(t),
            (None, Some(t)) => segments_16(t),
            (None, None) => None,
        }
    }

    /// Gives the ten digits in `characters` their glyphs of equal width (feature `tnum`). False, and nothing
    /// changed, where the face has no such feature for every digit. Some weights of Inter differ by a few thousandths
    /// of an em even then, so every digit takes the advance of the zero.
    pub fn make_digits_tabular(&mut self, characters: &mut BTreeMap<u32, u16>) -> bool {
        let digits = || u32::from(b'0')..=u32::from(b'9');
        let Some(wide) = digits()
            .map(|d| self.substitute(*b"tnum", *characters.get(&d)?).map(|g| (d, g)))
            .collect::<Option<Vec<_>>>()
        else {
            return false;
        };
        self.share_advance(&wide.iter().map(|(_, glyph)| usize::from(*glyph)).collect::<Vec<_>>());
        characters.extend(wide);
        true
    }

    /// Gives all of `glyphs` the advance of the first (`hmtx`: advance and left bearing, four bytes a glyph).
    fn share_advance(&mut self, glyphs: &[usize]) {
        let Some(count) = self.tables.get(b"hhea").and_then(|hhea| at16(hhea, 34)) else { return };
        let (Some(first), Some(metrics)) = (glyphs.first(), self.tables.get_mut(b"hmtx")) else { return };
        let metrics = metrics.to_mut();
        if glyphs.iter().any(|g| *g >= count || 4 * g + 4 > metrics.len()) {
            return;
        }
        for glyph in glyphs {
            metrics.copy_within(4 * first..4 * first + 2, 4 * glyph);
        }
    }

    /// The glyph that a feature made of single substitutions puts in place of `glyph`.
    fn substitute(&self, feature: Tag, glyph: u16) -> Option<u16> {
        let gsub = self.tables.get(b"GSUB")?;
        let features = gsub.get(at16(gsub, 6)?..)?;
        let lookups = gsub.get(at16(gsub, 8)?..)?;
        for i in 0..at16(features, 0)? {
            let row = 2 + 6 * i;
            if features.get(row..row + 4)? != feature {
                continue;
            }
            let table = features.get(at16(features, row + 4)?..)?;
            for k in 0..at16(table, 2)? {
                let lookup = lookups.get(at16(lookups, 2 + 2 * at16(table, 4 + 2 * k)?)?..)?;
                for s in 0..at16(lookup, 4)? {
                    let mut subtable = lookup.get(at16(lookup, 6 + 2 * s)?..)?;
                    let mut kind = u16_at(lookup, 0)?;
                    if kind == 7 {
                        kind = u16_at(subtable, 2)?;
                        subtable = subtable.get(at32(subtable, 4)?..)?;
                    }
                    if kind == 1
                        && let Some(found) = single(subtable, glyph)
                    {
                        return Some(found);
                    }
                }
            }
        }
        None
    }

    /// The face as a file of its own that shows `characters` and nothing else. Tables of vertical setting go,
    /// those of `drop` too; outlines of a CID-keyed `CFF ` that no character leads to are emptied.
    pub fn write(&self, characters: &BTreeMap<u32, u16>, drop: &[Tag]) -> Vec<u8> {
        let cmap = character_table(characters);
        let kept: BTreeSet<u16> = characters.values().copied().chain([0]).collect();
        let thin = self.tables.get(b"CFF ").and_then(|cff| empty_unused(cff, &kept));
        let mut tables: BTreeMap<Tag, &[u8]> = self.tables.iter().map(|(tag, table)| (*tag, &**table)).collect();
        tables.retain(|tag, _| ![*b"VORG", *b"vhea", *b"vmtx", *b"DSIG"].contains(tag) && !drop.contains(tag));
        tables.insert(*b"cmap", &cmap);
        if let Some(thin) = &thin {
            tables.insert(*b"CFF ", thin);
        }
        assemble(self.version, &tables)
    }
}

fn segments_32(table: &[u8]) -> Option<BTreeMap<u32, u16>> {
    let mut map = BTreeMap::new();
    for i in 0..at32(table, 12)? {
        let row = 16 + 12 * i;
        let (first, last, glyph) = (u32_at(table, row)?, u32_at(table, row + 4)?, u32_at(table, row + 8)?);
        if last > 0x10_FFFF || first > last {
            return None;
        }
        for c in first..=last {
            map.insert(c, u16::try_from(glyph.checked_add(c - first)?).ok()?);
        }
    }
    Some(map)
}

fn segments_16(table: &[u8]) -> Option<BTreeMap<u32, u16>> {
    let mut map = BTreeMap::new();
    let n = at16(table, 6)? / 2;
    for i in 0..n {
        let last = u16_at(table, 14 + 2 * i)?;
        let first = u16_at(table, 16 + 2 * (n + i))?;
        let delta = u16_at(table, 16 + 2 * (2 * n + i))?;
        let range_at = 16 + 2 * (3 * n + i);
        let range = at16(table, range_at)?;
        for c in first..=last {
            let glyph = if range == 0 {
                c.wrapping_add(delta)
            } else {
                match u16_at(table, range_at + range + 2 * usize::from(c - first)) {
                    Some(g) if g != 0 => g.wrapping_add(delta),
                    _ => 0,
                }
            };
            if glyph != 0 && c != 0xFFFF {
                map.insert(u32::from(c), glyph);
            }
        }
    }
    Some(map)
}

/// A `cmap` with one format 12 table: all any reader of today asks for.
fn character_table(characters: &BTreeMap<u32, u16>) -> Vec<u8> {
    let mut runs: Vec<(u32, u32, u32)> = Vec::new();
    for (&c, &g) in characters {
        let g = u32::from(g);
        match runs.last_mut() {
            Some((first, last, glyph)) if *last + 1 == c && *glyph + (c - *first) == g => *last = c,
            _ => runs.push((c, c, g)),
        }
    }
    let mut out = Vec::with_capacity(28 + 12 * runs.len());
    for v in [0u16, 1, 3, 10] {
        out.extend(v.to_be_bytes());
    }
    out.extend(12u32.to_be_bytes());
    out.extend(12u16.to_be_bytes());
    out.extend(0u16.to_be_bytes());
    let count = u32::try_from(runs.len()).unwrap_or(0);
    for v in [16 + 12 * count, 0, count] {
        out.extend(v.to_be_bytes());
    }
    for (first, last, glyph) in runs {
        for v in [first, last, glyph] {
            out.extend(v.to_be_bytes());
        }
    }
    out
}

fn single(table: &[u8], glyph: u16) -> Option<u16> {
    let covered = coverage(table.get(at16(table, 2)?..)?, glyph)?;
    match u16_at(table, 0)? {
        1 => Some(glyph.wrapping_add(u16_at(table, 4)?)),
        2 if covered < at16(table, 4)? => u16_at(table, 6 + 2 * covered),
        _ => None,
    }
}

fn coverage(table: &[u8], glyph: u16) -> Option<usize> {
    let n = at16(table, 2)?;
    match u16_at(table, 0)? {
        1 => (0..n).find(|i| u16_at(table, 4 + 2 * i) == Some(glyph)),
        2 => (0..n).find_map(|i| {
            let row = 4 + 6 * i;
            let (first, last) = (u16_at(table, row)?, u16_at(table, row + 2)?);
            (first <= glyph && glyph <= last)
                .then(|| at16(table, row + 4).map(|start| start + usize::from(glyph - first)))?
        }),
        _ => None,
    }
}

/// An INDEX of CFF: where each item lies, and where the INDEX ends.
fn index(cff: &[u8], at: usize) -> Option<(Vec<std::ops::Range<usize>>, usize)> {
    let n = at16(cff, at)?;
    if n == 0 {
        return Some((Vec::new(), at + 2));
    }
    let width = usize::from(*cff.get(at + 2)?);
    if !(1..=4).contains(&width) {
        return None;
    }
    let base = at + 2 + (n + 1) * width;
    let offset = |i: usize| {
        let from = at + 3 + i * width;
        let bytes = cff.get(from..from + width)?;
        base.checked_add(bytes.iter().fold(0usize, |sum, &b| sum << 8 | usize::from(b)))
    };
    let mut items = Vec::with_capacity(n);
    for i in 0..n {
        let item = offset(i)?..offset(i + 1)?;
        cff.get(item.clone())?;
        items.push(item);
    }
    Some((items, offset(n)?))
}

/// The operand of a DICT entry that is one integer, or the last of two: its value, and where its four bytes lie if
/// it is written in the long form (the only one that can be changed in place).
fn last_operand(dict: &[u8], operator: u16) -> Option<(usize, Option<usize>)> {
    let (mut i, mut last) = (0, None);
    while let Some(&b) = dict.get(i) {
        let b0 = i32::from(b);
        let next = i32::from(*dict.get(i + 1).unwrap_or(&0));
        i += match b {
            0..=21 => {
                let wide = b == 12;
                let found = if wide { 12 << 8 | u16::try_from(next).ok()? } else { u16::from(b) };
                if found == operator {
                    return last;
                }
                last = None;
                1 + usize::from(wide)
            }
            28 => {
                last = at16(dict, i + 1).map(|v| (v, None));
                3
            }
            29 => {
                last = at32(dict, i + 1).map(|v| (v, Some(i + 1)));
                5
            }
            30 => {
                last = None;
                2 + dict.get(i + 1..)?.iter().position(|v| v & 15 == 15)?
            }
            32..=246 => {
                last = usize::try_from(b0 - 139).ok().map(|v| (v, None));
                1
            }
            247..=250 => {
                last = usize::try_from((b0 - 247) * 256 + next + 108).ok().map(|v| (v, None));
                2
            }
            251..=254 => {
                last = None;
                2
            }
            _ => return None,
        };
    }
    None
}

const CHAR_STRINGS: u16 = 17;
const PRIVATE: u16 = 18;
const FONT_DICTS: u16 = 12 << 8 | 36;
const FONT_DICT_SELECT: u16 = 12 << 8 | 37;
const CHARSET: u16 = 15;

/// A CID-keyed `CFF ` with the outlines of all glyphs but `kept` made empty: glyph numbers stay. `None` where the
/// table is laid out in another order than the usual one (glyph list before the font dictionaries, whose places are
/// written in the long form); it is then embedded as it is.
fn empty_unused(cff: &[u8], kept: &BTreeSet<u16>) -> Option<Vec<u8>> {
    let (_, tops_at) = index(cff, usize::from(*cff.get(2)?))?;
    let (tops, _) = index(cff, tops_at)?;
    let [top] = tops.as_slice() else { return None };
    let dict = cff.get(top.clone())?;
    let (glyphs_at, _) = last_operand(dict, CHAR_STRINGS)?;
    let (dicts_at, dicts_operand) = last_operand(dict, FONT_DICTS)?;
    let (select_at, _) = last_operand(dict, FONT_DICT_SELECT)?;
    let (charset_at, _) = last_operand(dict, CHARSET)?;
    let (glyphs, glyphs_end) = index(cff, glyphs_at)?;
    if dicts_at < glyphs_end || select_at >= glyphs_at || charset_at >= glyphs_at {
        return None;
    }

    // The new list: an unused glyph is the one operator `endchar`.
    let mut data = Vec::new();
    let mut ends = vec![1u32];
    for (number, item) in glyphs.into_iter().enumerate() {
        if kept.contains(&u16::try_from(number).ok()?) {
            data.extend_from_slice(&cff[item]);
        } else {
            data.push(14);
        }
        ends.push(u32::try_from(data.len() + 1).ok()?);
    }
    let mut out = cff.get(..glyphs_at)?.to_vec();
    out.extend(u16::try_from(ends.len() - 1).ok()?.to_be_bytes());
    out.push(4);
    out.extend(ends.iter().flat_map(|end| end.to_be_bytes()));
    out.extend(data);
    let gone = glyphs_end.checked_sub(out.len())?;
    out.extend_from_slice(&cff[glyphs_end..]);

    // Everything behind the list has moved forward by `gone`: the font dictionaries and their private ones.
    let mut moved = |place: usize, old: usize| {
        let new = u32::try_from(old.checked_sub(gone)?).ok()?;
        out.get_mut(place..place + 4)?.copy_from_slice(&new.to_be_bytes());
        Some(())
    };
    moved(top.start + dicts_operand?, dicts_at)?;
    for item in index(cff, dicts_at)?.0 {
        let (private_at, operand) = last_operand(&cff[item.clone()], PRIVATE)?;
        if private_at < glyphs_end {
            return None;
        }
        moved(item.start - gone + operand?, private_at)?;
    }
    Some(out)
}

fn checksum(table: &[u8]) -> u32 {
    table.chunks(4).fold(0u32, |sum, chunk| {
        let mut word = [0; 4];
        word[..chunk.len()].copy_from_slice(chunk);
        sum.wrapping_add(u32::from_be_bytes(word))
    })
}

fn assemble(version: u32, tables: &BTreeMap<Tag, &[u8]>) -> Vec<u8> {
    let n = u16::try_from(tables.len()).unwrap_or(u16::MAX);
    let log2 = n.max(1).ilog2();
    let mut out = version.to_be_bytes().to_vec();
    let range = 16u16 << log2;
    for v in [n, range, u16::try_from(log2).unwrap_or(0), 16 * n - range] {
        out.extend(v.to_be_bytes());
    }
    let mut at = 12 + 16 * tables.len();
    let mut head_at = None;
    let mut body = Vec::new();
    for (tag, &table) in tables {
        let mut table = table.to_vec();
        if tag == b"head" && table.len() >= 12 {
            table[8..12].fill(0);
            head_at = Some(at);
        }
        out.extend(tag);
        for v in [checksum(&table), u32::try_from(at).unwrap_or(0), u32::try_from(table.len()).unwrap_or(0)] {
            out.extend(v.to_be_bytes());
        }
        table.resize(table.len().next_multiple_of(4), 0);
        at += table.len();
        body.extend(table);
    }
    out.extend(body);
    if let Some(head) = head_at {
        let adjustment = 0xB1B0_AFBA_u32.wrapping_sub(checksum(&out));
        out[head + 8..head + 12].copy_from_slice(&adjustment.to_be_bytes());
    }
    out
}
