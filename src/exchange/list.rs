//! A list of buildings without places, as an office keeps it: pasted from a spreadsheet, or a delimited file.

use super::columns::{headers, plain};
use super::delimited::delimiter;
use super::numbers::number_with_unit;
use super::privacy::{mobile_column, refused_header};
use crate::model::{Field, Kind, Said, Value, check_text, check_value, has_mobile, private_value};

/// A row of a list.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ListedBuilding {
    /// Line of the text, from 1.
    pub line: u32,
    /// Name or code of the courtyard; empty where the list has none.
    pub yard: String,
    /// What the building is called there: 3号楼, 3幢, 3.
    pub number: String,
    /// Attributes, ascending by field.
    pub fields: Vec<(Field, Value)>,
}

/// A list that was read.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct BuildingList {
    /// Rows with a number.
    pub rows: Vec<ListedBuilding>,
    /// Headers of the columns that are used, and what they are taken for.
    pub columns: Vec<(String, Said)>,
    /// What was left out, and why.
    pub told: Vec<Said>,
}

/// Rows that are read at most: a list is for people.
pub(super) const MOST: usize = 20_000;
/// Lines among which the header is looked for: titles and dates stand above it.
const TITLES: usize = 10;
const YARD: [&str; 13] = [
    "院落",
    "小区",
    "小区名称",
    "院落名称",
    "所属小区",
    "所属院落",
    "小区名",
    "院落编码",
    "小区编码",
    "小区院落",
    "courtyard",
    "estate",
    "compound",
];
const NUMBER: [&str; 20] = [
    "楼号",
    "幢号",
    "栋号",
    "楼栋号",
    "楼栋",
    "楼幢",
    "楼幢号",
    "幢",
    "栋",
    "楼",
    "座号",
    "楼栋名称",
    "楼名",
    "楼栋编号",
    "号楼",
    "楼座",
    "building",
    "number",
    "buildingno",
    "no",
];
const FIELDS: [Field; 6] =
    [Field::Use, Field::Households, Field::Residents, Field::Storeys, Field::Staircases, Field::Address];

fn word(field: Field) -> Said {
    match field {
        Field::Use => Said::new("用途", "use"),
        Field::Households => Said::new("户数", "households"),
        Field::Residents => Said::new("人数", "residents"),
        Field::Storeys => Said::new("层数", "storeys"),
        Field::Staircases => Said::new("单元数", "staircases"),
        _ => Said::new("地址", "address"),
    }
}

/// Reads a list; one of the first lines names the columns, the first that has a number of the building. A courtyard that is left blank is that of the row above, as merged cells
/// are pasted. Columns about persons are left out and said, and so is a value that holds a number of a person. Linear.
///
/// # Errors
/// There is no header with a number of the building, in words.
pub fn read_building_list(text: &str) -> Result<BuildingList, Said> {
    let text = text.trim_start_matches('\u{feff}');
    // A title may stand above the header, without any separator in it.
    let by = if text.lines().take(TITLES).any(|l| l.contains('\t')) { b'\t' } else { delimiter(text) };
    let mut reader =
        csv::ReaderBuilder::new().delimiter(by).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut rows: Vec<(u32, Vec<String>)> = Vec::new();
    let mut record = csv::StringRecord::new();
    while rows.len() <= MOST && reader.read_record(&mut record).unwrap_or(false) {
        let line = record.position().map_or(0, |p| p.line() as u32);
        rows.push((line, record.iter().map(|c| c.trim().to_owned()).collect()));
    }
    let mut out = BuildingList::default();
    if rows.len() > MOST {
        rows.truncate(MOST);
        let n = MOST;
        out.told.push(Said::new(format!("只读前 {n} 行"), format!("Only the first {n} lines are read")));
    }
    let names_number = |r: &(u32, Vec<String>)| r.1.iter().any(|c| NUMBER.contains(&plain(c).as_str()));
    let top = rows.iter().take(TITLES).position(names_number).unwrap_or(0);
    let mut rows = rows.into_iter().skip(top);
    let header = rows.next().map(|r| r.1).unwrap_or_default();
    let rows: Vec<(u32, Vec<String>)> = rows.collect();
    let column =
        |i: usize| rows.iter().filter_map(move |(_, r)| r.get(i)).map(String::as_str).filter(|v| !v.is_empty());
    let mut usable: Vec<Option<String>> = Vec::new();
    for (i, name) in header.iter().enumerate() {
        let about = if refused_header(name) {
            Some(("属于个人信息", "is about persons"))
        } else if mobile_column(column(i)) {
            Some(("多为手机号码", "holds mobile numbers"))
        } else {
            None
        };
        if let Some((zh, en)) = about {
            out.told
                .push(Said::new(format!("“{name}”列{zh}，未读入"), format!("Column \"{name}\" {en} and is not read")));
        }
        usable.push(about.is_none().then(|| plain(name)));
    }
    let find = |words: &[&str]| words.iter().find_map(|w| usable.iter().position(|p| p.as_deref() == Some(*w)));
    let (yard, number) = (find(&YARD), find(&NUMBER));
    let Some(number) = number else {
        return Err(Said::new(
            "前几行里没有“楼号”列。第一行须是列名，如：院落、楼号、户数、人数、层数。",
            "The first lines have no column for the building's number. One must name the columns, such as: courtyard, number, \
             households, residents, storeys.",
        ));
    };
    let fields: Vec<(usize, Field)> =
        FIELDS.iter().filter_map(|&f| Some((find(headers(Kind::Buildings, f))?, f))).collect();
    let name = |i: usize| header.get(i).cloned().unwrap_or_default();
    out.columns.extend(yard.map(|i| (name(i), Said::new("院落", "courtyard"))));
    out.columns.push((name(number), Said::new("楼号", "number")));
    out.columns.extend(fields.iter().map(|&(i, f)| (name(i), word(f))));
    let mut above = String::new();
    for (line, row) in &rows {
        let value = |i: usize| row.get(i).map_or("", String::as_str);
        let private = |t: &str| private_value(t, false).is_some() || has_mobile(t);
        let mut refuse = |i: usize| {
            let column = name(i);
            out.told.push(Said::new(
                format!("第 {line} 行“{column}”读不懂或含个人号码，未读入"),
                format!("Line {line}: \"{column}\" cannot be read or holds a number of a person; it is left out"),
            ));
        };
        if let Some(i) = yard.filter(|&i| !value(i).is_empty()) {
            if private(value(i)) || check_text(value(i)).is_err() {
                refuse(i);
                continue;
            }
            above = value(i).to_owned();
        }
        let text = value(number);
        let sum = ["合计", "小计", "总计", "共计"].iter().any(|w| text.contains(w) || value(0).contains(w));
        if text.is_empty() || sum {
            continue;
        }
        if private(text) || check_text(text).is_err() {
            refuse(number);
            continue;
        }
        let mut listed =
            ListedBuilding { line: *line, yard: above.clone(), number: text.to_owned(), fields: Vec::new() };
        for &(i, field) in fields.iter().filter(|(i, _)| !value(*i).is_empty()) {
            let text = value(i);
            let read = match field.sample() {
                Value::Count(_) => number_with_unit(text, &["户", "人", "层", "f", "个"])
                    .filter(|n| n.fract() == 0.0 && *n >= 0.0 && check_value(field, &Value::Float(*n)).is_ok())
                    .map(|n| Value::Count(n as u32)),
                _ if private(text) => None,
                _ => check_text(text).ok().map(|t| {
                    let known = (field == Field::Use).then(|| super::uses::use_of(&t)).flatten();
                    Value::Text(known.map_or(t, str::to_owned))
                }),
            };
            match read {
                Some(v) => listed.fields.push((field, v)),
                None => refuse(i),
            }
        }
        listed.fields.sort_by_key(|(f, _)| *f);
        out.rows.push(listed);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_list_is_read_by_the_words_of_its_header() {
        let text = "小区\t楼号\t层数\t户数\t常住人口\t户主姓名\t联系电话\n和平里\t1号楼\t6\t48户\t120\t张三\t13812345678\n\t2号楼\t６\t36\t90\t李四\t13912345678\n\t小计\t\t84\t\t\t\n新村\t甲\t\tx\t\t\t\n";
        let l = read_building_list(text).unwrap();
        let row = |i: usize| (l.rows[i].yard.as_str(), l.rows[i].number.as_str());
        assert_eq!([row(0), row(1), row(2)], [("和平里", "1号楼"), ("和平里", "2号楼"), ("新村", "甲")]);
        let counts = |i: usize| l.rows[i].fields.clone();
        assert_eq!(
            counts(1),
            [
                (Field::Households, Value::Count(36)),
                (Field::Residents, Value::Count(90)),
                (Field::Storeys, Value::Count(6))
            ]
        );
        assert_eq!(counts(2), []);
        // Two columns about persons, and a number that cannot be read; what was in them is not repeated.
        assert_eq!(l.told.len(), 3, "{:?}", l.told);
        assert!(l.told.iter().all(|s| !s.zh.contains("张三") && !s.zh.contains("138")));
        assert_eq!(
            l.columns.iter().map(|c| c.0.as_str()).collect::<Vec<_>>(),
            ["小区", "楼号", "户数", "常住人口", "层数"]
        );
    }

    #[test]
    fn commas_are_read_too_and_a_list_without_numbers_is_refused_in_words() {
        let l = read_building_list("楼栋,户数\n\"3,甲\",12\n4,\n").unwrap();
        assert_eq!((l.rows[0].number.as_str(), l.rows[1].fields.len(), l.rows[1].line), ("3,甲", 0, 3));
        let why = read_building_list("1号楼\t48\n2号楼\t36\n").unwrap_err();
        assert!(why.zh.contains("楼号") && why.en.contains("number"));
        assert!(read_building_list("").is_err());
        // A number of a person where none is expected goes, and so does its row where it is the number itself.
        let l = read_building_list("楼号,地址\n1,王先生 13812345678\n13812345678,x\n2,和平路 1 号\n3,和平路 2 号\n4,a\n5,b\n6,c\n7,d\n8,e\n9,f\n10,g\n11,h\n12,i\n13,j\n14,k\n15,l\n16,m\n17,n\n18,o\n19,p\n20,q\n21,r\n22,s\n23,t\n").unwrap();
        assert_eq!((l.rows[0].fields.len(), l.rows[1].number.as_str()), (0, "2"));
    }
}
