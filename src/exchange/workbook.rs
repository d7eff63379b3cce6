//! Workbooks of spreadsheets (XLSX): each sheet as delimited text, so that a list is read in one way wherever it comes from.
//!
//! A workbook is an archive that may unpack to anything: what it unpacks to is counted before it is read, and cells are read one
//! after the other, never as a table as large as its farthest corner.

use super::ExchangeError;
use super::source::{binary, decode, read_limited};
use crate::model::Said;
use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx};
use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Bytes of a file with a list.
const FILE_BYTES: u64 = 20 << 20;
/// Files in a workbook, and sheets of it.
const ENTRIES: usize = 1000;
const SHEETS: usize = 100;
/// Bytes that a workbook unpacks to, and that the texts of its cells take, all together; and how many times what it was.
const UNPACKED_BYTES: u64 = 64 << 20;
const RATIO: u64 = 200;
/// What is small may be packed as tight as it likes.
const SMALL_BYTES: u64 = 1 << 20;
/// Columns that are read of a row; lists of people are not wider.
const COLUMNS: u32 = 256;
/// Cells of all sheets.
const CELLS: usize = 2_000_000;
/// Characters of a cell; Excel has no more.
const CHARACTERS: usize = 32_767;

/// Why a workbook could not be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BookFault {
    /// It is damaged, or no workbook.
    Broken,
    /// It unpacks to more than is read.
    Unpacks,
    /// More sheets or files in it than are read.
    TooMany,
    /// More cells than are read.
    Cells,
    /// No sheet that can be seen has anything in it.
    Empty,
    /// Several sheets might be meant; their names.
    Which(Vec<String>),
    /// There is no such sheet; the names of those that are there.
    NoSheet(Vec<String>),
}

impl BookFault {
    /// What happened and what to do, in both languages.
    pub(super) fn said(&self) -> (Said, Said) {
        let anew = Said::new("请用 Excel 或 WPS 重新保存后再试", "save it anew with Excel or WPS and try again");
        let split = Said::new("请只留下要用的表另存一份", "save a copy with only the sheet that is needed");
        let names = |n: &[String]| (n.join("、"), n.join(", "));
        match self {
            BookFault::Broken => {
                (Said::new("工作簿已损坏或读不懂", "the workbook is damaged or cannot be understood"), anew)
            }
            BookFault::Unpacks => {
                let mib = UNPACKED_BYTES >> 20;
                let what = Said::new(
                    format!("解压后超过 {mib} MB，或压缩比高得不正常"),
                    format!("it unpacks to more than {mib} MB, or is packed more tightly than tables are"),
                );
                (what, split)
            }
            BookFault::TooMany => {
                let what = Said::new(format!("工作表多于 {SHEETS} 个"), format!("it has more than {SHEETS} sheets"));
                (what, split)
            }
            BookFault::Cells => {
                let n = crate::model::number(CELLS as i64);
                (Said::new(format!("单元格多于 {n} 个"), format!("it has more than {n} cells")), split)
            }
            BookFault::Empty => (
                Said::new("工作簿里没有数据", "there is nothing in the workbook"),
                Said::new("请检查是否选对了文件", "check that it is the file that was meant"),
            ),
            BookFault::Which(all) => {
                let (zh, en) = names(all);
                (
                    Said::new(
                        format!("有几个工作表都可能是清单：{zh}"),
                        format!("several sheets may be the list: {en}"),
                    ),
                    Said::new("请用 --sheet 指明", "name one with --sheet"),
                )
            }
            BookFault::NoSheet(all) => {
                let (zh, en) = names(all);
                (
                    Said::new("没有这个工作表", "there is no such sheet"),
                    Said::new(format!("现有工作表：{zh}"), format!("the sheets are: {en}")),
                )
            }
        }
    }
}

/// A sheet of a workbook, or a text file as the only one.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sheet {
    /// Its name; empty for a text file.
    pub name: String,
    /// Its rows as text, a line a row, from the first row of the sheet on; cells with tabulators between (a text file is as it is).
    pub text: String,
    /// Rows with anything in them.
    pub rows: usize,
}

/// Whether bytes begin like a workbook of today's kind.
pub(super) fn is_workbook(bytes: &[u8]) -> bool {
    // Names stand before what is packed, and once more at the end.
    const ENDS: usize = 1 << 20;
    let ends = [bytes.get(..ENDS).unwrap_or(bytes), bytes.get(bytes.len().saturating_sub(ENDS)..).unwrap_or_default()];
    let found = |name: &[u8]| ends.iter().any(|b| b.windows(name.len()).any(|w| w == name));
    bytes.starts_with(b"PK\x03\x04") && (found(b"xl/workbook.xml") || found(b"xl/worksheets/"))
}

/// Reads the sheets of a list: a workbook (XLSX), or delimited text in the encoding that [`super::read`] would take. Sheets that are
/// hidden or empty are left out, and what is below the rows that a list may have. O(bytes unpacked).
///
/// # Errors
/// It cannot be read, is too large, unpacks to too much, or is neither text nor a workbook; the error names file, sheet and row.
pub fn read_sheets(path: &Path) -> Result<Vec<Sheet>, ExchangeError> {
    let all = read_limited(path, FILE_BYTES)?;
    if is_workbook(&all) {
        let name = path.file_name().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default();
        return sheets(&all, &name, super::list::MOST + 2);
    }
    if let Some((looks, instead)) = binary(&all, false) {
        return Err(ExchangeError::Binary { looks, instead });
    }
    let text = decode(&all, None, &mut super::Findings::default())?.0.into_owned();
    let rows = text.lines().filter(|l| !l.trim().is_empty()).count();
    Ok(vec![Sheet { name: String::new(), text, rows }])
}

/// The sheet that a caller names, or the only one that a list can be read from; `fits` says whether one can.
///
/// # Errors
/// There is no sheet of that name; several would do.
pub fn choose_sheet(
    sheets: Vec<Sheet>,
    name: Option<&str>,
    path: &Path,
    fits: impl Fn(&Sheet) -> bool,
) -> Result<Sheet, ExchangeError> {
    let file = path.file_name().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default();
    let names = |s: &[&Sheet]| s.iter().map(|s| s.name.clone()).collect::<Vec<_>>();
    let fault =
        |sheet: &str, why| ExchangeError::Workbook { file: file.clone(), sheet: sheet.to_owned(), row: None, why };
    let all: Vec<&Sheet> = sheets.iter().collect();
    if let Some(name) = name {
        let found = sheets.iter().find(|s| s.name.trim() == name.trim()).cloned();
        return found.ok_or_else(|| fault(name, BookFault::NoSheet(names(&all))));
    }
    let fit: Vec<&Sheet> = sheets.iter().filter(|s| fits(s)).collect();
    match (&fit[..], &all[..]) {
        ([one], _) | ([], [one, ..]) => Ok((*one).clone()),
        (several @ [_, ..], _) => Err(fault("", BookFault::Which(names(several)))),
        ([], []) => Err(fault("", BookFault::Empty)),
    }
}

/// The sheets of a workbook in memory.
pub(super) fn sheets(bytes: &[u8], file: &str, most: usize) -> Result<Vec<Sheet>, ExchangeError> {
    let fault = |why| ExchangeError::Workbook { file: file.to_owned(), sheet: String::new(), row: None, why };
    unpacks_to_little(bytes).map_err(fault)?;
    // A reader of a format this old and wide is not trusted to be without a slip.
    match catch_unwind(AssertUnwindSafe(|| all_sheets(bytes, file, most))) {
        Ok(read) => read,
        Err(_) => Err(fault(BookFault::Broken)),
    }
}

fn all_sheets(bytes: &[u8], file: &str, most: usize) -> Result<Vec<Sheet>, ExchangeError> {
    let fault = |sheet: &str, row: Option<u32>, why| ExchangeError::Workbook {
        file: file.to_owned(),
        sheet: sheet.to_owned(),
        row,
        why,
    };
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(|_| fault("", None, BookFault::Broken))?;
    let seen: Vec<String> = book
        .sheets_metadata()
        .iter()
        .filter(|s| s.visible == SheetVisible::Visible && s.typ == SheetType::WorkSheet)
        .map(|s| s.name.clone())
        .collect();
    if seen.len() > SHEETS {
        return Err(fault("", None, BookFault::TooMany));
    }
    let mut out = Vec::new();
    // Several sheets may be one part, and many cells one text: what is kept is counted, not what there is.
    let (mut read, mut kept) = (0usize, 0u64);
    for name in seen {
        let mut cells = book.worksheet_cells_reader(&name).map_err(|_| fault(&name, None, BookFault::Broken))?;
        let mut rows: Vec<Vec<String>> = Vec::new();
        let mut last = 0u32;
        loop {
            let cell = match cells.next_cell() {
                Ok(Some(cell)) => cell,
                Ok(None) => break,
                Err(_) => return Err(fault(&name, Some(last + 1), BookFault::Broken)),
            };
            let (row, column) = cell.get_position();
            last = row;
            read += 1;
            if read > CELLS {
                return Err(fault(&name, Some(row + 1), BookFault::Cells));
            }
            let text = text_of(cell.get_value());
            if text.is_empty() || column >= COLUMNS || row as usize >= most {
                continue;
            }
            let (row, column) = (row as usize, column as usize);
            let grown = column.saturating_sub(rows.get(row).map_or(0, Vec::len)) + row.saturating_sub(rows.len()) + 1;
            kept += (text.len() + grown * size_of::<String>()) as u64;
            if kept > 4 * UNPACKED_BYTES {
                return Err(fault(&name, Some(last + 1), BookFault::Unpacks));
            }
            if rows.len() <= row {
                rows.resize(row + 1, Vec::new());
            }
            if let Some(line) = rows.get_mut(row) {
                if line.len() <= column {
                    line.resize(column + 1, String::new());
                }
                if let Some(c) = line.get_mut(column) {
                    *c = text;
                }
            }
        }
        let full = rows.iter().filter(|r| !r.is_empty()).count();
        if full > 0 {
            let lines: Vec<String> = rows.iter().map(|r| r.join("\t")).collect();
            out.push(Sheet { name, text: lines.join("\n"), rows: full });
        }
    }
    if out.is_empty() { Err(fault("", None, BookFault::Empty)) } else { Ok(out) }
}

/// A cell as a person reads it, in one line and without what would part it: whole numbers without a point, days as 2026-03-01.
fn text_of(value: &DataRef<'_>) -> String {
    let plain = |t: &str| {
        let text: String = t
            .chars()
            .take(CHARACTERS)
            .map(|c| match c {
                '\t' | '\n' | '\r' => ' ',
                // A quote would begin a quoted cell; this one reads the same.
                '"' => '＂',
                c => c,
            })
            .collect();
        text.trim().to_owned()
    };
    match value {
        DataRef::Int(n) => n.to_string(),
        // Sums are off by a little: 12 may be held as 11.999999999999998.
        DataRef::Float(v) if v.is_finite() => {
            let rounded = (v * 1e9).round() / 1e9;
            if rounded.is_finite() { rounded.to_string() } else { v.to_string() }
        }
        DataRef::String(t) => plain(t),
        DataRef::SharedString(t) => plain(t),
        DataRef::Bool(b) => if *b { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(t) if t.is_datetime() => {
            let (year, month, day, hour, minute, second, _) = t.to_ymd_hms_milli();
            let day = format!("{year:04}-{month:02}-{day:02}");
            if (hour, minute, second) == (0, 0, 0) { day } else { format!("{day} {hour:02}:{minute:02}:{second:02}") }
        }
        DataRef::DateTime(t) => t.as_f64().to_string(),
        DataRef::DateTimeIso(t) | DataRef::DurationIso(t) => plain(t),
        DataRef::Float(_) | DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

/// Unpacks an archive and counts: what its directory says of sizes may be false. Nor may a table say that it has more texts
/// than its bytes can hold: the reader makes room for as many as it is told of.
fn unpacks_to_little(bytes: &[u8]) -> Result<(), BookFault> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| BookFault::Broken)?;
    if archive.len() > ENTRIES {
        return Err(BookFault::TooMany);
    }
    let mut all = 0u64;
    for i in 0..archive.len() {
        let entry = archive.by_index(i).map_err(|_| BookFault::Broken)?;
        // Pictures may be packed as tight as they like.
        let picture = entry.name().is_ok_and(|n| n.to_ascii_lowercase().starts_with("xl/media/"));
        let packed = entry.compressed_size().max(1);
        let mut part = Vec::new();
        entry.take(UNPACKED_BYTES + 1 - all).read_to_end(&mut part).map_err(|_| BookFault::Broken)?;
        let unpacked = part.len() as u64;
        all += unpacked;
        if all > UNPACKED_BYTES || (!picture && unpacked > SMALL_BYTES && unpacked / packed > RATIO) {
            return Err(BookFault::Unpacks);
        }
        // The shortest text is `<si/>`.
        if told(&part).any(|texts| texts > unpacked / 5) {
            return Err(BookFault::Broken);
        }
    }
    Ok(())
}

/// The numbers of texts that a part says it has; one too large to be read counts as the largest.
fn told(part: &[u8]) -> impl Iterator<Item = u64> {
    const NAME: &[u8] = b"niqueCount";
    // By its second letter, so that a whole word is found whatever stands before it.
    let found = part.windows(NAME.len()).enumerate().filter(|(_, w)| *w == NAME);
    found.map(|(at, _)| {
        let rest = part.get(at + NAME.len()..).unwrap_or_default();
        let gap = |c: &u8| c.is_ascii_whitespace() || matches!(c, b'=' | b'"' | b'\'' | b'+');
        let digits = rest.iter().skip_while(|c| gap(c)).take_while(|c| c.is_ascii_digit());
        digits.fold(0u64, |n, d| n.saturating_mul(10).saturating_add(u64::from(d - b'0')))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::read_building_list;
    use proptest::prelude::*;
    use rust_xlsxwriter::Workbook;
    use std::io::Write;

    fn bytes(fill: impl FnOnce(&mut Workbook)) -> Vec<u8> {
        let mut book = Workbook::new();
        fill(&mut book);
        book.save_to_buffer().unwrap()
    }

    fn list() -> Vec<u8> {
        bytes(|book| {
            let s = book.add_worksheet().set_name("楼栋清单").unwrap();
            s.write(0, 0, "和平社区楼栋清单").unwrap();
            for (i, h) in ["小区", "楼号", "户数", "户主姓名"].iter().enumerate() {
                s.write(2, i as u16, *h).unwrap();
            }
            s.write(3, 0, "和平里\n（东区）").unwrap();
            s.write(3, 1, 1).unwrap();
            s.write(3, 2, 47.999_999_999_999_99).unwrap();
            s.write(3, 3, "张三").unwrap();
            s.write(4, 1, "2\"号\t楼").unwrap();
            s.write(4, 2, "36户").unwrap();
            s.write(5, 1, true).unwrap();
            let hidden = book.add_worksheet().set_name("存档").unwrap();
            hidden.write(0, 0, "楼号").unwrap();
            hidden.set_hidden(true);
            book.add_worksheet().set_name("空表").unwrap();
            let notes = book.add_worksheet().set_name("说明").unwrap();
            notes.write(0, 0, "填表说明").unwrap();
        })
    }

    #[test]
    fn sheets_that_are_seen_and_have_rows_are_text_with_the_lines_of_the_sheet() {
        let all = sheets(&list(), "a.xlsx", 1000).unwrap();
        assert_eq!(all.iter().map(|s| (s.name.as_str(), s.rows)).collect::<Vec<_>>(), [("楼栋清单", 5), ("说明", 1)]);
        let lines: Vec<&str> = all[0].text.lines().collect();
        assert_eq!(lines[3], "和平里 （东区）\t1\t48\t张三");
        assert_eq!(lines[1], "");
        let l = read_building_list(&all[0].text).unwrap();
        assert_eq!((l.rows[0].line, l.rows[0].number.as_str()), (4, "1"), "the header is found below a title");
        assert_eq!(l.rows[1].number, "2＂号 楼");
        assert!(l.told.iter().any(|t| t.zh.contains("户主姓名")) && !all[0].text.contains("存档"));
        let two = sheets(&list(), "a.xlsx", 4).unwrap();
        assert_eq!(two[0].rows, 3, "no more rows than asked for");
    }

    #[test]
    fn the_sheet_is_chosen_by_name_or_because_it_alone_is_a_list() {
        let all = sheets(&list(), "a.xlsx", 1000).unwrap();
        let path = Path::new("dir/a.xlsx");
        let fits = |s: &Sheet| read_building_list(&s.text).is_ok();
        assert_eq!(choose_sheet(all.clone(), None, path, fits).unwrap().name, "楼栋清单");
        assert_eq!(choose_sheet(all.clone(), Some("说明"), path, fits).unwrap().name, "说明");
        let why = choose_sheet(all.clone(), Some("别的"), path, fits).unwrap_err().said();
        assert!(why.zh.contains("a.xlsx") && why.zh.contains("别的") && why.zh.contains("说明"), "{}", why.zh);
        let why = choose_sheet(all, None, path, |_| true).unwrap_err().said();
        assert!(why.zh.contains("--sheet") && why.en.contains("several sheets"), "{}", why.en);
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused_before_it_is_read() {
        let pack = |name: &str, bytes: usize| {
            let mut z = zip::ZipWriter::new(Cursor::new(Vec::new()));
            z.start_file("xl/workbook.xml", zip::write::SimpleFileOptions::default()).unwrap();
            z.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            let block = vec![b' '; 1 << 20];
            for _ in 0..bytes >> 20 {
                z.write_all(&block).unwrap();
            }
            z.finish().unwrap().into_inner()
        };
        for (name, bytes, refused) in [
            ("xl/worksheets/sheet1.xml", 80 << 20, true),
            ("xl/worksheets/sheet1.xml", 8 << 20, true),
            ("xl/media/a.png", 80 << 20, true),
            ("xl/media/a.png", 40 << 20, false),
        ] {
            let z = pack(name, bytes);
            assert!(is_workbook(&z));
            assert_eq!(unpacks_to_little(&z) == Err(BookFault::Unpacks), refused, "{name} {bytes}");
            let e = sheets(&z, "b.xlsx", 10).unwrap_err().said();
            assert!(e.zh.contains("b.xlsx") && e.zh.contains("未导入") && e.en.contains("nothing"), "{}", e.zh);
        }
    }

    #[test]
    fn a_cell_at_the_farthest_corner_takes_no_room() {
        let far = bytes(|book| {
            let s = book.add_worksheet();
            s.write(0, 0, "楼号").unwrap();
            s.write(1_048_575, 16_383, "x").unwrap();
        });
        let s = sheets(&far, "c.xlsx", 20_000).unwrap();
        assert_eq!((s[0].rows, s[0].text.len() < 100), (1, true));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        /// A damaged workbook is read or refused; nothing panics.
        #[test]
        fn a_damaged_workbook_never_panics(at in prop::collection::vec((0.0f64..1.0, any::<u8>()), 1..12), cut in 0.0f64..1.2) {
            let mut b = list();
            for (share, byte) in at {
                let i = (share * (b.len() - 1) as f64) as usize;
                b[i] = byte;
            }
            b.truncate(((b.len() as f64 * cut) as usize).max(1));
            let _ = sheets(&b, "d.xlsx", 100);
        }
    }

    /// A workbook of a few bytes may say that it has a million million texts, point many cells at one long text, or hide a table
    /// in a part of another name: nothing makes the reader take more memory than a list needs.
    #[test]
    fn what_a_workbook_says_of_itself_is_not_believed() {
        let part = |all: &[(&str, Vec<u8>)]| {
            let mut z = zip::ZipWriter::new(Cursor::new(Vec::new()));
            for (name, bytes) in all {
                z.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
                z.write_all(bytes).unwrap();
            }
            z.finish().unwrap().into_inner()
        };
        let broken = |bytes: &[u8], why: BookFault| {
            let told = sheets(bytes, "x.xlsx", 1000).unwrap_err();
            assert!(matches!(&told, ExchangeError::Workbook { why: w, .. } if *w == why), "{told:?}");
        };
        for count in ["1000000000000", "99999999999999999999999999"] {
            for quote in ["\"", "'", " \""] {
                let sst = format!("<?xml version=\"1.0\"?><sst uniqueCount ={quote}{count}\"><si><t>a</t></si></sst>");
                let head = b"<workbook/>".to_vec();
                broken(
                    &part(&[("xl/workbook.xml", head), ("xl/sharedStrings.xml", sst.into_bytes())]),
                    BookFault::Broken,
                );
            }
        }
        // A part of another name counts as well.
        let hidden =
            part(&[("xl/workbook.xml", b"<workbook/>".to_vec()), ("xl/worksheets/s.dat", vec![b' '; 70 << 20])]);
        broken(&hidden, BookFault::Unpacks);
        // Three thousand cells with one text of 32,000 characters.
        let long = "长".repeat(32_000);
        let many = bytes(|book| {
            let s = book.add_worksheet();
            for row in 0..30 {
                for column in 0..100 {
                    s.write(row, column, &long).unwrap();
                }
            }
        });
        assert!(many.len() < 4 << 20, "{} bytes", many.len());
        broken(&many, BookFault::Unpacks);
    }
}
