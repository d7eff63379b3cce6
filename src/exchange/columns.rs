//! Which column becomes which field.

use super::ExchangeError;
use crate::model::{Field, Kind};

/// The columns of each field, in order of preference: of a row's columns the first with a value counts.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Mapping {
    /// Columns of the code.
    pub code: Vec<u32>,
    /// Whether the caller named the column of the code.
    pub code_given: bool,
    /// Columns of the name.
    pub name: Vec<u32>,
    /// Columns of the other fields.
    pub fields: Vec<(Field, Vec<u32>)>,
    /// Columns of street and house number, where there is none of the whole address.
    pub street: Vec<u32>,
    /// See `street`.
    pub housenumber: Vec<u32>,
}

impl Mapping {
    /// The columns of a field.
    pub fn columns(&self, field: Field) -> &[u32] {
        self.fields.iter().find(|(f, _)| *f == field).map_or(&[], |(_, c)| c)
    }
}

/// A header reduced to its letters and digits, in small letters: "Complaint Type", "complaint_type" and
/// "Complaint.Type" are one.
pub(super) fn plain(header: &str) -> String {
    header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Fields that rows of a kind take from a file, besides code and name.
fn fields_of(kind: Kind) -> &'static [Field] {
    match kind {
        Kind::Buildings => &Field::OF_BUILDINGS,
        Kind::Courtyards => &[Field::Kind, Field::Households, Field::Residents, Field::Address],
        Kind::Facilities => &[Field::Kind, Field::Address],
        Kind::Roads | Kind::Water | Kind::Landuse | Kind::Walls | Kind::Reference => &[Field::Kind],
        Kind::Incidents => &[Field::Class, Field::Source, Field::State, Field::Time],
        Kind::Cells => &[Field::Kind, Field::Parent],
    }
}

/// Headers of a field in `plain` form, the best first.
pub(super) fn headers(kind: Kind, field: Field) -> &'static [&'static str] {
    match (field, kind) {
        (Field::Use, _) => &["use", "用途", "房屋用途", "使用性质", "使用用途", "建筑用途", "buildinguse", "usage"],
        (Field::Kind, Kind::Roads) => &[
            "highway",
            "fclass",
            "kinddetail",
            "roadclass",
            "class",
            "kind",
            "type",
            "道路等级",
            "等级",
            "类别",
            "类型",
        ],
        (Field::Kind, Kind::Buildings) => {
            &["building", "kinddetail", "buildingtype", "fclass", "kind", "type", "类别", "类型", "建筑类型"]
        }
        (Field::Kind, _) => &[
            "kind",
            "fclass",
            "类别",
            "类型",
            "种类",
            "设施类型",
            "用地性质",
            "用地类别",
            "landuse",
            "amenity",
            "shop",
            "natural",
            "leisure",
            "waterway",
            "category",
            "class",
            "type",
            "kinddetail",
        ],
        (Field::Households, _) => &["households", "户数", "居民户数", "总户数", "住户数", "household", "hh"],
        (Field::Residents, _) => {
            &["residents", "人数", "人口", "常住人口", "常住人数", "居民人数", "总人数", "人口数", "population", "pop"]
        }
        (Field::Storeys, _) => &[
            "storeys",
            "层数",
            "地上层数",
            "楼层数",
            "总层数",
            "buildinglevels",
            "levels",
            "numfloors",
            "floors",
            "stories",
            "storys",
        ],
        (Field::Staircases, _) => &["staircases", "单元数", "单元个数", "楼门数", "门洞数", "entrances"],
        (Field::Height, _) => &["height", "高度", "建筑高度", "楼高", "buildingheight", "heightm"],
        (Field::Courtyard, _) => {
            &["courtyard", "院落", "小区", "所属小区", "所属院落", "院落编码", "小区编码", "院落名称", "小区名称"]
        }
        (Field::Address, _) => &["address", "地址", "坐落", "详细地址", "门牌地址", "门牌", "fulladdress", "addrfull"],
        (Field::Class, _) => &[
            "class",
            "类别",
            "事件类别",
            "事件类型",
            "案件类别",
            "案件类型",
            "问题类型",
            "类型",
            "大类",
            "complainttype",
            "primarytype",
            "category",
            "requesttype",
            "type",
            "kind",
        ],
        (Field::Source, _) => &["source", "来源", "事件来源", "案件来源", "问题来源", "opendatachanneltype", "channel"],
        (Field::State, _) => &["状态", "案件状态", "事件状态", "处理状态", "办理状态", "status", "state"],
        (Field::Time, _) => &[
            "time",
            "时间",
            "上报时间",
            "发生时间",
            "受理时间",
            "立案时间",
            "登记时间",
            "事件时间",
            "createddate",
            "opened",
            "datetime",
            "timestamp",
            "reportedat",
            "createdat",
            "occurred",
            "date",
            "日期",
            "发生日期",
            "上报日期",
        ],
        (Field::Parent, _) => &["parent", "上级", "上级编码", "所属社区", "社区编码", "所属网格", "parentcode"],
        _ => &[],
    }
}

/// Headers of the code.
fn code_headers(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Incidents => &[
            "code",
            "编码",
            "编号",
            "案件编号",
            "事件编号",
            "工单编号",
            "工单号",
            "案卷号",
            "任务号",
            "uniquekey",
            "caseid",
            "casenumber",
            "id",
        ],
        Kind::Buildings => {
            &["code", "编码", "编号", "代码", "楼栋编码", "楼栋编号", "楼栋代码", "建筑编码", "房屋编码"]
        }
        Kind::Courtyards => &["code", "编码", "编号", "代码", "院落编码", "小区编码", "院落编号", "小区编号"],
        Kind::Cells => &["code", "编码", "编号", "代码", "网格编码", "网格编号", "网格代码", "单元编码", "cellcode"],
        _ => &["code", "编码", "编号", "代码"],
    }
}

/// Headers of the name. Incidents get none unless the caller maps one: titles of cases name people.
fn name_headers(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Incidents => &[],
        Kind::Buildings => &["name", "名称", "楼栋名称", "楼栋", "楼名", "建筑名称", "namezh"],
        Kind::Courtyards => &["name", "名称", "院落名称", "小区名称", "院落", "小区", "namezh"],
        Kind::Cells => &["name", "名称", "网格名称", "单元名称", "社区名称", "namezh"],
        Kind::Roads => &["name", "名称", "道路名称", "路名", "namezh"],
        _ => &["name", "名称", "设施名称", "namezh"],
    }
}

/// Guesses the columns of every field from the headers, in Chinese and English and of the usual open data; what the
/// caller maps (`field=column`; an empty column switches the field off) wins. Fields: `code`, `name` and those of the
/// kind; `x`, `y`, `lon`, `lat` are the reader's.
pub fn guess_columns(kind: Kind, columns: &[String], map: &[(String, String)]) -> Result<Mapping, ExchangeError> {
    let plains: Vec<String> = columns.iter().map(|c| plain(c)).collect();
    let by_headers = |names: &[&str]| -> Vec<u32> {
        names
            .iter()
            .flat_map(|n| plains.iter().enumerate().filter(move |(_, p)| p == n).map(|(i, _)| i as u32))
            .collect()
    };
    let mut m = Mapping {
        code: by_headers(code_headers(kind)),
        code_given: false,
        name: by_headers(name_headers(kind)),
        fields: fields_of(kind).iter().map(|&f| (f, by_headers(headers(kind, f)))).collect(),
        street: Vec::new(),
        housenumber: Vec::new(),
    };
    if matches!(kind, Kind::Buildings | Kind::Courtyards | Kind::Facilities) {
        m.street = by_headers(&["addrstreet", "street", "路名", "道路名称"]);
        m.housenumber = by_headers(&["addrhousenumber", "houseno", "housenumber", "门牌号"]);
    }
    // Geofabrik's `code` is the number of the class beside it.
    if plains.iter().any(|p| p == "fclass") {
        m.code.clear();
    }
    for (field, column) in map {
        let field = field.trim();
        if ["x", "y", "lon", "lat"].contains(&field) {
            continue;
        }
        let found = match column.trim() {
            "" => Vec::new(),
            name => vec![
                columns
                    .iter()
                    .position(|c| c == name)
                    .map(|i| i as u32)
                    .ok_or_else(|| ExchangeError::NoColumn(name.to_owned()))?,
            ],
        };
        match field {
            "code" => (m.code, m.code_given) = (found, true),
            "name" => m.name = found,
            _ => {
                let slot = m.fields.iter_mut().find(|(f, _)| f.name() == field);
                let (f, slot) = slot.map(|(f, c)| (*f, c)).ok_or_else(|| ExchangeError::NoField(field.to_owned()))?;
                *slot = found;
                if f == Field::Address {
                    m.street.clear();
                }
            }
        }
    }
    Ok(m)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(columns: &[&str]) -> Vec<String> {
        columns.iter().map(|c| (*c).to_owned()).collect()
    }

    #[test]
    fn headers_of_offices_and_of_open_data_are_known() {
        let c =
            named(&["楼栋编码", "楼栋名称", "房屋用途", "户数", "常住人口", "地上层数", "高度", "所属小区", "坐落"]);
        let m = guess_columns(Kind::Buildings, &c, &[]).unwrap();
        assert_eq!((m.code.as_slice(), m.name.as_slice()), (&[0u32][..], &[1u32][..]));
        for (i, f) in [
            Field::Use,
            Field::Households,
            Field::Residents,
            Field::Storeys,
            Field::Height,
            Field::Courtyard,
            Field::Address,
        ]
        .into_iter()
        .enumerate()
        {
            assert_eq!(m.columns(f), [i as u32 + 2], "{f:?}");
        }
        let c = named(&["Unique Key", "Created Date", "Complaint Type", "Status", "Open Data Channel Type"]);
        let m = guess_columns(Kind::Incidents, &c, &[]).unwrap();
        assert_eq!(m.code, [0]);
        for (i, f) in [(1, Field::Time), (2, Field::Class), (3, Field::State), (4, Field::Source)] {
            assert_eq!(m.columns(f), [i], "{f:?}");
        }
    }

    #[test]
    fn what_the_caller_maps_wins_and_must_exist() {
        let c = named(&["code", "name", "bldg", "n"]);
        let map = |f: &str, c: &str| [(f.to_owned(), c.to_owned())];
        let m = guess_columns(Kind::Buildings, &c, &map("households", "n")).unwrap();
        assert_eq!(m.columns(Field::Households), [3]);
        let m = guess_columns(Kind::Buildings, &c, &map("code", "bldg")).unwrap();
        assert_eq!((m.code.as_slice(), m.code_given), (&[2u32][..], true));
        assert!(guess_columns(Kind::Buildings, &c, &map("name", "")).unwrap().name.is_empty());
        assert!(matches!(
            guess_columns(Kind::Buildings, &c, &map("households", "x")),
            Err(ExchangeError::NoColumn(n)) if n == "x"
        ));
        assert!(matches!(
            guess_columns(Kind::Roads, &c, &map("households", "n")),
            Err(ExchangeError::NoField(n)) if n == "households"
        ));
    }
}
