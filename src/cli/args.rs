//! The arguments.

use super::clock::Zone;
use super::stop::Stop;
use crate::model::{Date, Kind, Lang};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// 格图 Getu: grids of communities, in a window and on the command line
#[derive(Parser, Debug)]
#[command(name = "getu", version)]
pub struct Cli {
    /// Project to open in the window; without one the start page with the sample maps
    pub file: Option<PathBuf>,
    /// Subcommand
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) common: Common,
}

/// What the window is to show.
#[derive(Clone, Debug)]
pub struct Window {
    /// The project, if one was named.
    pub file: Option<PathBuf>,
    /// Whether to print how long the first frame took, and at the end all frames.
    pub timings: bool,
}

/// Options that all subcommands understand.
#[derive(Args, Clone, Debug)]
pub(super) struct Common {
    /// Plan, by name; without it the plan last worked on
    #[arg(long, global = true)]
    pub plan: Option<String>,
    /// Grid layer, by id; needed where there is more than one. With `new`: ID=NAME[:LEVEL>LEVEL…], levels from the
    /// highest, may be given several times
    #[arg(long = "layer", global = true)]
    pub layers: Vec<String>,
    /// Level, by name
    #[arg(long, global = true)]
    pub level: Option<String>,
    /// Posts held on this day (YYYY-MM-DD); without it those without an end
    #[arg(long, global = true, value_parser = date)]
    pub on: Option<Date>,
    /// Language of messages
    #[arg(long, global = true, value_enum, default_value_t = Tongue::Zh)]
    pub lang: Tongue,
    /// Time zone of times without offset and of what is printed: Asia/Shanghai, UTC or ±HH:MM
    #[arg(long, global = true, default_value = "Asia/Shanghai", value_parser = Zone::parse, allow_hyphen_values = true)]
    pub tz: Zone,
    /// Print one JSON document
    #[arg(long, global = true)]
    pub json: bool,
    /// Add how long each phase took; the window prints the time to its first frame and, when it closes, the processor
    /// time of its frames
    #[arg(long, global = true)]
    pub timings: bool,
}

impl Common {
    /// The layer asked for.
    pub fn layer(&self) -> Result<Option<&str>, Stop> {
        match &self.layers[..] {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            _ => Err(Stop::new(
                "这里只能指明一个图层；没有改动任何文件；请只写一个 --layer。",
                "Only one layer can be named here; no file was changed; give --layer once.",
            )),
        }
    }

    pub fn lang(&self) -> Lang {
        match self.lang {
            Tongue::Zh => Lang::Zh,
            Tongue::En => Lang::En,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Tongue {
    Zh,
    En,
}

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Copy out a shipped sample map; alone: list them
    Sample(Sample),
    /// Make an empty project
    New(New),
    /// Bring rows or borders into a project
    Import(Import),
    /// What is in a project
    Info(OneFile),
    /// What is not in order
    Check(OneFile),
    /// Numbers of cells
    Stats(Stats),
    /// Who is in charge at a place
    Where(Where),
    /// Apply edits, one JSON object a line
    Edit(Edit),
    /// Take back steps
    Undo(Steps),
    /// Do steps again
    Redo(Steps),
    /// Steps ever done
    Log(OneFile),
    /// List, copy, rename, delete, adopt plans
    Plan(Plan),
    /// Density of incidents as an image
    Heatmap(Heatmap),
    /// The map as an image
    Render(Render),
    /// Write rows to another format
    Export(Export),
    /// Scanned plans under the map: list, add, place, change, remove
    Underlay(Underlay),
}

#[derive(Args, Debug)]
pub(super) struct OneFile {
    /// Project
    pub file: PathBuf,
}

#[derive(Args, Debug)]
pub(super) struct Sample {
    /// Name of the sample
    #[arg(requires = "out")]
    pub name: Option<String>,
    /// Project to write; never one that exists
    pub out: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(super) struct New {
    /// Project to write; never one that exists
    pub out: PathBuf,
    /// Name of the project
    #[arg(long)]
    pub name: String,
    /// EPSG:n, a PROJ string, or auto: decided by the first import
    #[arg(long, default_value = "auto")]
    pub crs: String,
    /// Outline of all layers: a file with polygons
    #[arg(long)]
    pub outline: Option<PathBuf>,
    /// Code of the community; the outline is its ground
    #[arg(long, value_name = "CODE")]
    pub community: Option<String>,
    /// Where it lies, longitude,latitude: decides CRS and origin before the first import
    #[arg(long, value_name = "LON,LAT", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// Households of a cell, from and to
    #[arg(long, value_name = "MIN-MAX")]
    pub households: Option<String>,
}

#[derive(Args, Debug)]
pub(super) struct Import {
    /// Project
    pub file: PathBuf,
    /// File to read: GeoJSON, delimited text or a workbook (.xlsx)
    pub source: PathBuf,
    /// What its rows are
    #[arg(long = "as", value_enum)]
    pub kind: What,
    /// Layer of the source, where a file has several
    #[arg(long)]
    pub source_layer: Option<String>,
    /// CRS of the source, whatever it says itself
    #[arg(long)]
    pub crs: Option<String>,
    /// Text encoding of the source
    #[arg(long)]
    pub encoding: Option<String>,
    /// field=column; may be given several times
    #[arg(long, value_parser = field_column)]
    pub map: Vec<(String, String)>,
    /// Give the cells that are there, named by code, the ground that the source draws; a GeoPackage of Getu may be the source
    #[arg(long)]
    pub redraw: bool,
    /// Fill the buildings that are there from a list without places, matched by courtyard and number; rows that find none are named
    #[arg(long = "match", value_name = "courtyard,number", conflicts_with = "redraw")]
    pub matched: Option<String>,
    /// Sheet of a workbook with a list; without it the only one that can be read as one
    #[arg(long, requires = "matched")]
    pub sheet: Option<String>,
    /// Say what would be done, save nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Args, Debug)]
pub(super) struct Stats {
    /// Project
    pub file: PathBuf,
    /// Count incidents from this time on
    #[arg(long)]
    pub from: Option<String>,
    /// Count incidents before this time
    #[arg(long)]
    pub to: Option<String>,
}

#[derive(Args, Debug)]
pub(super) struct Where {
    /// Project
    pub file: PathBuf,
    /// Easting,northing in the project's CRS (or that of --crs); may be given several times
    #[arg(long, required = true, value_parser = pair, allow_hyphen_values = true)]
    pub at: Vec<[f64; 2]>,
    /// CRS of the coordinates
    #[arg(long)]
    pub crs: Option<String>,
}

#[derive(Args, Debug)]
pub(super) struct Edit {
    /// Project
    pub file: PathBuf,
    /// Edits, one JSON object a line; - reads them from standard input
    pub edits: PathBuf,
    /// End at the first refused edit
    #[arg(long)]
    pub stop: bool,
}

#[derive(Args, Debug)]
pub(super) struct Steps {
    /// Project
    pub file: PathBuf,
    /// How many steps
    #[arg(default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub n: u32,
}

#[derive(Args, Debug)]
pub(super) struct Plan {
    /// Project
    pub file: PathBuf,
    #[command(subcommand)]
    pub what: PlanWhat,
}

#[derive(Subcommand, Debug)]
pub(super) enum PlanWhat {
    /// All plans
    List,
    /// A new draft, equal to an old plan
    Copy {
        /// Name of the old plan
        old: String,
        /// Name of the new one
        new: String,
    },
    /// Another name
    Rename {
        /// The old name
        old: String,
        /// The new name
        new: String,
    },
    /// Take a draft away
    Delete {
        /// Its name
        name: String,
    },
    /// Put a plan in force
    Adopt {
        /// Its name
        name: String,
        /// From this day on
        #[arg(long, value_parser = date)]
        from: Date,
    },
}

#[derive(Args, Debug)]
pub(super) struct Heatmap {
    /// Project
    pub file: PathBuf,
    /// Image to write: .png or .tif (float32, events per km²)
    pub out: PathBuf,
    /// Only incidents of this class
    #[arg(long)]
    pub class: Option<String>,
    /// Only incidents from this time on
    #[arg(long)]
    pub from: Option<String>,
    /// Only incidents before this time
    #[arg(long)]
    pub to: Option<String>,
    /// Bandwidth in metres; without it one is suggested by the spread of the incidents
    #[arg(long)]
    pub bandwidth: Option<f64>,
    /// Pixels, WxH
    #[arg(long, value_parser = size)]
    pub size: Option<(u32, u32)>,
    /// Ground: xmin,ymin,xmax,ymax
    #[arg(long, value_parser = bbox, allow_hyphen_values = true)]
    pub bbox: Option<[f64; 4]>,
    /// CRS of --bbox
    #[arg(long)]
    pub crs: Option<String>,
}

#[derive(Args, Debug)]
pub(super) struct Render {
    /// Project
    pub file: PathBuf,
    /// Image to write: .png
    pub out: PathBuf,
    /// Pixels WxH, or A4, A3 (landscape, 200 dpi)
    #[arg(long, default_value = "1600x1000")]
    pub size: String,
    /// Ground to show: xmin,ymin,xmax,ymax; without it everything of the grid
    #[arg(long, value_parser = bbox, allow_hyphen_values = true)]
    pub bbox: Option<[f64; 4]>,
    /// CRS of --bbox
    #[arg(long)]
    pub crs: Option<String>,
    /// Look
    #[arg(long, value_enum)]
    pub theme: Option<Look>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Look {
    Light,
    Dark,
    Print,
}

#[derive(Args, Debug)]
pub(super) struct Export {
    /// Project
    pub file: PathBuf,
    /// File to write
    pub out: PathBuf,
    /// What is written
    #[arg(long, value_enum, default_value_t = What::Cells)]
    pub what: What,
    /// Format; without it that of the name
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// CRS of what is written; without it WGS 84 for GeoJSON, the project's for tables
    #[arg(long)]
    pub crs: Option<String>,
    /// Who may see it: full, masked (phones masked) or public (no persons)
    #[arg(long, value_enum, default_value_t = Profile::Masked)]
    pub profile: Profile,
}

#[derive(Args, Debug)]
pub(super) struct Underlay {
    /// Project
    pub file: PathBuf,
    #[command(subcommand)]
    pub what: UnderlayWhat,
}

#[derive(Subcommand, Debug)]
pub(super) enum UnderlayWhat {
    /// All underlays, with residuals of their control points
    List,
    /// Add a picture: placed by --point, else by a world file, else by the tags of a GeoTIFF
    Add {
        /// Picture: PNG, JPEG or TIFF
        picture: PathBuf,
        /// Name of the underlay; without it that of the picture
        #[arg(long)]
        name: Option<String>,
        /// World file; without it the one beside the picture, if there is one
        #[arg(long)]
        world: Option<PathBuf>,
        /// CRS of the picture's coordinates, whatever it says itself
        #[arg(long)]
        crs: Option<String>,
        /// Control point: pixel and place as x,y=easting,northing, pixels right and down from the upper left corner; two to six
        #[arg(long = "point", value_parser = pixel_at, allow_hyphen_values = true)]
        points: Vec<super::underlay::PixelAt>,
        /// What is fitted to the points
        #[arg(long, value_enum)]
        fit: Option<FitArg>,
        /// How opaque it is, per cent
        #[arg(long, value_parser = clap::value_parser!(u8).range(0..=100))]
        opacity: Option<u8>,
    },
    /// Place an underlay by control points
    Place {
        /// Name of the underlay
        name: String,
        /// Control point: pixel and place as x,y=easting,northing, pixels right and down from the upper left corner; two to six
        #[arg(long = "point", value_parser = pixel_at, allow_hyphen_values = true)]
        points: Vec<super::underlay::PixelAt>,
        /// What is fitted to the points
        #[arg(long, value_enum)]
        fit: Option<FitArg>,
    },
    /// Change how an underlay is shown
    Set {
        /// Name of the underlay
        name: String,
        /// How opaque it is, per cent
        #[arg(long, value_parser = clap::value_parser!(u8).range(0..=100))]
        opacity: Option<u8>,
        /// Whether it is shown
        #[arg(long, action = clap::ArgAction::Set)]
        show: Option<bool>,
        /// Lift it over the one above
        #[arg(long, conflicts_with = "down")]
        up: bool,
        /// Put it under the one below
        #[arg(long)]
        down: bool,
    },
    /// Take an underlay away; the copy of its picture stays
    Remove {
        /// Name of the underlay
        name: String,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum FitArg {
    Similarity,
    Affine,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Format {
    Geojson,
    Csv,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Profile {
    Full,
    Masked,
    Public,
}

/// The kinds of the command line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum What {
    Outline,
    Cells,
    Units,
    Buildings,
    Courtyards,
    Walls,
    Facilities,
    Members,
    Posts,
    Assignments,
    Orgs,
    Incidents,
    Roads,
    Water,
    Landuse,
    Reference,
}

impl What {
    /// Its word.
    pub fn name(self) -> String {
        self.to_possible_value().map(|v| v.get_name().to_owned()).unwrap_or_default()
    }

    /// The kind of its rows, if they stand in a table of places.
    pub fn table(self) -> Option<Kind> {
        Kind::TABLES.into_iter().find(|k| k.name() == self.name())
    }
}

fn date(text: &str) -> Result<Date, String> {
    Date::parse(text).map_err(|e| e.to_string())
}

fn numbers<const N: usize>(text: &str) -> Option<[f64; N]> {
    let parts: Vec<f64> = text.split(',').map(|p| p.trim().parse::<f64>().ok()).collect::<Option<_>>()?;
    <[f64; N]>::try_from(parts).ok().filter(|v| v.iter().all(|x| x.is_finite()))
}

fn pair(text: &str) -> Result<[f64; 2], String> {
    numbers(text).ok_or_else(|| format!("\"{text}\" is no easting,northing"))
}

fn pixel_at(text: &str) -> Result<super::underlay::PixelAt, String> {
    let parse = || {
        let (pixel, at) = text.split_once('=')?;
        Some((numbers(pixel)?, numbers(at)?))
    };
    parse().ok_or_else(|| format!("\"{text}\" is no x,y=easting,northing"))
}

fn bbox(text: &str) -> Result<[f64; 4], String> {
    let ok = |b: &[f64; 4]| b[0] < b[2] && b[1] < b[3];
    numbers(text).filter(ok).ok_or_else(|| format!("\"{text}\" is no xmin,ymin,xmax,ymax"))
}

fn size(text: &str) -> Result<(u32, u32), String> {
    let parse = || {
        let (w, h) = text.split_once(['x', 'X', '×'])?;
        Some((w.trim().parse().ok()?, h.trim().parse().ok()?)).filter(|(w, h)| *w > 0 && *h > 0)
    };
    parse().ok_or_else(|| format!("\"{text}\" is no WxH in pixels"))
}

fn field_column(text: &str) -> Result<(String, String), String> {
    let (field, column) = text.split_once('=').ok_or_else(|| format!("\"{text}\" is no field=column"))?;
    Ok((field.trim().to_owned(), column.trim().to_owned()))
}

/// Pixels and dots per inch of a size of the command line.
pub(super) fn page(text: &str) -> Result<((u32, u32), Option<f64>), Stop> {
    /// Dots per inch of paper.
    const DPI: f64 = 200.0;
    let paper = |w_mm: f64, h_mm: f64| {
        let px = |mm: f64| (mm / 25.4 * DPI).round() as u32;
        ((px(w_mm), px(h_mm)), Some(DPI))
    };
    match text.to_ascii_uppercase().as_str() {
        "A4" => Ok(paper(297.0, 210.0)),
        "A3" => Ok(paper(420.0, 297.0)),
        _ => size(text).map(|s| (s, None)).map_err(|_| {
            Stop::new(
                format!("“{text}”不是图的大小；没有写出文件；请写 1600x1000、A4 或 A3。"),
                format!("\"{text}\" is no size; no file was written; give 1600x1000, A4 or A3."),
            )
        }),
    }
}
