//! Lists of buildings from workbooks.

use super::*;
use crate::model::Field;
use egui::Key;
use std::path::Path;

/// A courtyard with a name, a number that only one of its buildings has there, and that building.
fn numbered(h: &Window) -> (String, String, u32) {
    let s = session(h);
    let (p, yards) = (s.project(), s.assignment().courtyards());
    let number = |slot: u32| {
        let row = p.table(Kind::Buildings).get(slot)?;
        let yard = yards.of_building(slot).and_then(|y| p.table(Kind::Courtyards).get(y))?;
        let n = crate::session::buildings::number_of(row.name(), yard.name())?;
        (!yard.name().is_empty()).then(|| (yard.name().to_owned(), n, slot))
    };
    let all: Vec<_> = p.table(Kind::Buildings).iter().filter_map(|(s, _)| number(s)).collect();
    let once = |n: &(String, String, u32)| all.iter().filter(|m| (&m.0, &m.1) == (&n.0, &n.1)).count() == 1;
    all.iter().find(|n| once(n)).cloned().expect("a building of the sample has a number in its courtyard")
}

/// A workbook with notes, the list and an older list.
fn workbook(path: &Path, yard: &str, number: &str) {
    let mut book = rust_xlsxwriter::Workbook::new();
    let notes = book.add_worksheet().set_name("说明").expect("a name");
    notes.write(0, 0, "2026 年第一季度").expect("a cell");
    for (name, households) in [("楼栋清单", 61), ("去年", 58)] {
        let sheet = book.add_worksheet().set_name(name).expect("a name");
        sheet.write(0, 0, "楼栋住户情况表").expect("a cell");
        for (i, header) in (0u16..).zip(["小区", "幢号", "户数", "户主姓名"]) {
            sheet.write(1, i, header).expect("a cell");
        }
        sheet.write(2, 0, yard).expect("a cell");
        sheet.write(2, 1, number).expect("a cell");
        sheet.write(2, 2, households).expect("a cell");
        sheet.write(2, 3, "张三").expect("a cell");
    }
    book.save(path).expect("it can be written");
}

fn households(h: &Window, slot: u32) -> Option<u32> {
    session(h).project().table(Kind::Buildings).get(slot).and_then(|r| r.count(Field::Households))
}

#[test]
fn a_workbook_fills_households_from_the_sheet_that_is_chosen() {
    let Some(mut h) = sample("a_workbook_fills_households_from_the_sheet_that_is_chosen") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("楼栋.xlsx");
    let (yard, number, slot) = numbered(&h);
    let (first, before) = (state(&h), households(&h, slot));
    workbook(&path, &yard, &number);
    push(&mut h, "楼栋");
    push(&mut h, "导入清单…");
    app(&mut h).read_list(path);
    wait(&mut h);
    let shown = painted(&h);
    assert!(shown.iter().any(|t| t.contains("对上 1 栋")), "{shown:?}");
    assert!(shown.iter().any(|t| t.contains("户主姓名") && t.contains("个人信息")), "{shown:?}");
    assert!(shown.iter().any(|t| t == "楼栋清单"), "the sheet with a list is taken, not the notes: {shown:?}");
    assert_eq!(steps(&h), 0);
    // Another sheet.
    push(&mut h, "工作表");
    push(&mut h, "去年");
    push(&mut h, "填入 1 栋");
    assert_eq!((households(&h, slot), steps(&h)), (Some(58), 1), "{}", told(&mut h));
    push(&mut h, "撤销");
    assert_eq!((state(&h), households(&h, slot)), (first, before));
}

#[test]
fn a_workbook_dropped_on_the_window_may_be_a_list_and_a_broken_one_is_refused_in_words() {
    let test = "a_workbook_dropped_on_the_window_may_be_a_list_and_a_broken_one_is_refused_in_words";
    let Some(mut h) = sample(test) else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("楼栋清单.xlsx");
    let (yard, number, _) = numbered(&h);
    workbook(&path, &yard, &number);
    app(&mut h).ask_kinds(vec![path.clone()]);
    h.run();
    assert!(painted(&h).iter().any(|t| t == "楼栋清单（没有坐标）"), "guessed from its name: {:?}", painted(&h));
    push(&mut h, "导入");
    wait(&mut h);
    assert!(painted(&h).iter().any(|t| t.contains("对上 1 栋")));
    key(&mut h, Key::Escape);
    let mut bytes = std::fs::read(&path).expect("it is there");
    let half = bytes.len() / 2;
    bytes.truncate(half);
    std::fs::write(&path, bytes).expect("it can be written");
    app(&mut h).read_list(path);
    wait(&mut h);
    let said = told(&mut h);
    assert!(said.contains("楼栋清单.xlsx") && said.contains("未导入"), "{said}");
    assert_eq!(steps(&h), 0);
}
