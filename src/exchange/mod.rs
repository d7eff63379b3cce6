//! Other formats in and out.
//!
//! Owns: reading GeoJSON, delimited text, workbooks and tables of a GeoPackage into a [`Source`], turning a source into rows of a table of places on the
//! project's grid ([`prepare`]), scanned plans ([`decode_picture`]), the guard over what a project never holds, writing GeoJSON, delimited text and
//! GeoTIFF.
//! Never: UI, edits, the project itself; nothing here panics on a file, however broken.
//! Start at [`read`] and [`prepare`].
//!
//! A broken row is left out or mended and said in a [`Finding`]; the rest are kept. Which column becomes which field,
//! what is estimated and what is refused stands in `docs/IMPORT.md`.

mod clean;
mod columns;
mod delimited;
mod finding;
mod geojson_in;
mod geotiff;
mod gpkg;
mod list;
mod numbers;
mod picture;
mod prepare;
mod privacy;
mod screen;
mod source;
mod time;
mod uses;
mod workbook;
mod write;

pub use columns::{Mapping, guess_columns};
pub use finding::{Action, Finding, Findings, Severity};
pub use geotiff::{Raster, write_geotiff};
pub use gpkg::read_table;
pub use list::{BuildingList, ListedBuilding, read_building_list};
pub use picture::{
    Fault, Georef, PictureFile, Scan, decode_picture, first_place, is_picture, nearest_affine, read_picture_file,
    world_file,
};
pub use prepare::{As, Origins, PrepareOptions, Prepared, prepare};
pub use source::{Feature, Format, Geometry, PropValue, ReadOptions, Source, read, read_bytes};
pub use time::{DateOrder, parse_time};
pub use uses::{estimate_households, use_of};
pub use workbook::{BookFault, Sheet, choose_sheet, read_sheets};
pub use write::{OutFeature, guard_cell, write_csv, write_file, write_geojson};

use crate::crs::CrsError;
use crate::model::Said;
use thiserror::Error;

/// Why a file could not be read or written at all.
#[derive(Debug, Error)]
pub enum ExchangeError {
    /// The file system said no.
    #[error("{path} could not be read or written: {}; nothing was changed", .reason.en)]
    Io {
        /// The file.
        path: String,
        /// Why.
        reason: Said,
    },
    /// Neither GeoJSON nor text.
    #[error("this looks like {}, which is not read; nothing was imported; {}", .looks.en, .instead.en)]
    Binary {
        /// What it looks like.
        looks: Said,
        /// What to do.
        instead: Said,
    },
    /// Larger than the limit.
    #[error("the file has {bytes} bytes, more than the {limit} that are read; nothing was imported; split the file")]
    TooLarge {
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// A workbook, a sheet of it, a row of that.
    #[error("{file}{}: {}; nothing was imported; {}", place_en(.sheet, *.row), .why.said().0.en, .why.said().1.en)]
    Workbook {
        /// Its name.
        file: String,
        /// The sheet; empty where it is about all.
        sheet: String,
        /// The row, from 1.
        row: Option<u32>,
        /// Why.
        why: BookFault,
    },
    /// No encoding of that name is known.
    #[error("no text encoding is called \"{0}\"; nothing was imported; try utf-8 or gb18030")]
    Encoding(String),
    /// The file is no JSON from the first feature on.
    #[error("line {line}, column {column}: this is no JSON ({reason}); nothing was imported; save the file anew")]
    NotJson {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the parser said.
        reason: String,
    },
    /// JSON, but no GeoJSON.
    #[error("the file is JSON but no GeoJSON ({0}); nothing was imported")]
    NotGeoJson(String),
    /// Neither GeoJSON nor delimited text with a header.
    #[error("the file has no header line; nothing was imported; the first line must name the columns")]
    NoHeader,
    /// No columns of coordinates were found.
    #[error(
        "no columns with coordinates were found among: {columns}; nothing was imported; name them with --map x=… --map y=…"
    )]
    NoCoordinates {
        /// The columns there are.
        columns: String,
    },
    /// A column named by the caller is not in the file.
    #[error("the file has no column \"{0}\"; nothing was imported; check --map")]
    NoColumn(String),
    /// A field named by the caller is not one of this kind.
    #[error("\"{0}\" is no field of this kind; nothing was imported; check --map")]
    NoField(String),
    /// The CRS is neither an EPSG code nor a transverse Mercator.
    #[error("a GeoTIFF cannot be written in \"{0}\"; nothing was written; use a system with an EPSG code, or PNG")]
    NoGeoTiff(String),
    /// Nothing in the first file of a project has a place.
    #[error(
        "nothing in the file has a place, so no CRS can be decided; nothing was imported; import data with places first"
    )]
    NoPlace,
    /// Neither the first file nor the project says in which CRS it is.
    #[error("neither the file nor the project names a CRS; nothing was imported; add --crs, such as --crs EPSG:4549")]
    NoCrs,
    /// A GeoPackage has no such table of polygons.
    #[error("the file has no table of polygons called \"{table}\"; nothing was imported; check the name")]
    NoTable {
        /// The name.
        table: String,
    },
    /// A GeoPackage could not be read.
    #[error("{}", .0.said().en)]
    Store(#[from] crate::store::StoreError),
    /// A picture that cannot be an underlay.
    #[error("{name} {}", .fault.said().en)]
    Picture {
        /// Its name.
        name: String,
        /// What is wrong with it.
        fault: Fault,
    },
    /// The caller asked to stop.
    #[error("stopped; nothing was imported")]
    Stopped,
    /// The coordinate system.
    #[error(transparent)]
    Crs(#[from] CrsError),
}

impl From<rusqlite::Error> for ExchangeError {
    fn from(e: rusqlite::Error) -> ExchangeError {
        ExchangeError::Store(e.into())
    }
}

impl ExchangeError {
    /// The message in both languages.
    pub fn said(&self) -> Said {
        Said::new(self.message_zh(), self.to_string())
    }

    fn message_zh(&self) -> String {
        match self {
            ExchangeError::Io { path, reason } => format!("{path} 无法读写：{}；数据未改动", reason.zh),
            ExchangeError::Binary { looks, instead } => {
                format!("这看起来是{}，不能读取；未导入任何数据；{}", looks.zh, instead.zh)
            }
            ExchangeError::TooLarge { bytes, limit } => {
                format!("文件有 {bytes} 字节，超过上限 {limit} 字节；未导入任何数据；请拆分后再导入")
            }
            ExchangeError::Workbook { file, sheet, row, why } => {
                let sheet = if sheet.is_empty() { String::new() } else { format!("，工作表“{sheet}”") };
                let row = row.map_or_else(String::new, |r| format!("，第 {r} 行"));
                let (what, todo) = why.said();
                format!("{file}{sheet}{row}：{}；未导入任何数据；{}", what.zh, todo.zh)
            }
            ExchangeError::Encoding(name) => {
                format!("没有名为“{name}”的文字编码；未导入任何数据；可试 utf-8 或 gb18030")
            }
            ExchangeError::NotJson { line, column, .. } => {
                format!("第 {line} 行第 {column} 列起不是 JSON；未导入任何数据；请重新保存该文件")
            }
            ExchangeError::NotGeoJson(what) => format!("文件是 JSON 但不是 GeoJSON（{what}）；未导入任何数据"),
            ExchangeError::NoHeader => "文件没有表头；未导入任何数据；第一行须是各列的名称".to_owned(),
            ExchangeError::NoCoordinates { columns } => {
                format!("未找到坐标列，现有各列：{columns}；未导入任何数据；请用 --map x=… --map y=… 指明")
            }
            ExchangeError::NoTable { table } => {
                format!("文件里没有名为“{table}”的面图层；未导入任何数据；请检查名称")
            }
            ExchangeError::Store(e) => e.said().zh,
            ExchangeError::NoColumn(name) => format!("文件中没有“{name}”列；未导入任何数据；请检查 --map"),
            ExchangeError::NoField(name) => format!("“{name}”不是此类数据的字段；未导入任何数据；请检查 --map"),
            ExchangeError::NoGeoTiff(crs) => {
                format!("无法以“{crs}”写 GeoTIFF；未写出文件；请改用有 EPSG 编号的坐标系，或导出 PNG")
            }
            ExchangeError::NoPlace => {
                "文件里没有一个有位置的要素，定不出坐标系；未导入任何数据；请先导入有位置的数据".to_owned()
            }
            ExchangeError::NoCrs => {
                "文件没有说明坐标系，项目也还没有；未导入任何数据；请加 --crs，如 --crs EPSG:4549".to_owned()
            }
            ExchangeError::Picture { name, fault } => format!("{name} {}", fault.said().zh),
            ExchangeError::Stopped => "已停止；未导入任何数据".to_owned(),
            ExchangeError::Crs(e) => e.message_zh(),
        }
    }
}

/// Where in a workbook, in English.
fn place_en(sheet: &str, row: Option<u32>) -> String {
    let sheet = if sheet.is_empty() { String::new() } else { format!(", sheet \"{sheet}\"") };
    row.map_or_else(|| sheet.clone(), |r| format!("{sheet}, row {r}"))
}

#[cfg(test)]
mod broken_tests;
#[cfg(test)]
mod tests;
