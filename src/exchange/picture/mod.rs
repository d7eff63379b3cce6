//! Scanned plans: PNG, JPEG and TIFF to pixels, and what the file or one beside it says of where the picture lies.
//!
//! A picture comes from anywhere, so all of it is bounded before it is believed: bytes of the file, sides, bytes of what it
//! unpacks to. What is larger than a window can use is reduced while it is read, by whole pixels, averaged.

mod georef;
mod reduce;

pub use georef::{Georef, world_file};

use super::ExchangeError;
use crate::geom::{Affine, Fit};
use crate::model::{MOST_PIXELS, PictureFormat, Said};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Largest file that is read, bytes.
pub const MOST_BYTES: u64 = 512 << 20;
/// Pixels of a picture at most, as it is in its file: a sheet of A0 in colour at 300 dpi and more.
const MOST_AREA: u64 = 200_000_000;
/// Bytes that a picture may unpack to.
const MOST_UNPACKED: u64 = 640 << 20;
/// Pixels that are kept of it at most.
const KEPT_AREA: u64 = 24 << 20;
/// Longest side that is kept: what every graphics device takes.
const KEPT_SIDE: u32 = 8192;

/// What is wrong with a picture.
#[derive(Clone, PartialEq, Debug)]
pub enum Fault {
    /// It is of a sort that is not read: what it looks like, what to do.
    Sort(Said, Said),
    /// The bytes are not those of a whole picture of its sort.
    Broken(String),
    /// More bytes than are read.
    Heavy(u64),
    /// More pixels than are read, or it would unpack to more than fits.
    Huge(u32, u32),
    /// The file beside it does not say where it lies.
    World(PathBuf),
}

impl Fault {
    /// What is wrong, and what to do.
    pub fn said(&self) -> Said {
        match self {
            Fault::Sort(looks, instead) => Said::new(
                format!("看起来是{}，不能作底稿；没有添加；{}", looks.zh, instead.zh),
                format!("looks like {}, which cannot be an underlay; nothing was added; {}", looks.en, instead.en),
            ),
            Fault::Broken(why) => Said::new(
                format!("图片损坏或不完整（{why}）；没有添加；请重新扫描，或另存为 PNG 再试"),
                format!("is damaged or not whole ({why}); nothing was added; scan it again, or save it as PNG"),
            ),
            Fault::Heavy(bytes) => Said::new(
                format!("有 {} MB，超过 {} MB；没有添加；请降低分辨率，或存为 JPEG", bytes >> 20, MOST_BYTES >> 20),
                format!(
                    "has {} MB, more than {}; nothing was added; lower its resolution, or save it as JPEG",
                    bytes >> 20,
                    MOST_BYTES >> 20
                ),
            ),
            Fault::Huge(w, h) => Said::new(
                format!("有 {w}×{h} 像素，太大；没有添加；请降低分辨率再存一次（A0 图 200 dpi 足够）"),
                format!("has {w}×{h} pixels, too many; nothing was added; lower its resolution (200 dpi do for A0)"),
            ),
            Fault::World(path) => Said::new(
                format!("旁边的坐标文件 {} 读不懂；没有添加；请改正或移走它，再用控制点定位", shown(path)),
                format!(
                    "has a world file {} that cannot be read; nothing was added; mend it or take it away, and place the picture by points",
                    shown(path)
                ),
            ),
        }
    }
}

fn shown(path: &Path) -> String {
    path.file_name().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default()
}

/// A picture's file as read, with the file that says where it lies.
#[derive(Clone, Debug)]
pub struct PictureFile {
    /// Its name without folder.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// From pixels to the coordinates of the world file beside it.
    pub world: Option<Affine>,
}

/// A decoded picture, perhaps reduced.
#[derive(Clone, Debug)]
pub struct Scan {
    /// Its format.
    pub format: PictureFormat,
    /// Columns and rows in the file.
    pub size: [u32; 2],
    /// Pixels of the file along the side of one that was kept.
    pub step: u32,
    /// Columns and rows kept.
    pub kept: [u32; 2],
    /// Colours, alpha multiplied in, rows from the top.
    pub rgba: Arc<Vec<u8>>,
    /// Where its own tags say that it lies.
    pub georef: Option<Georef>,
    /// What turns it upright, as a camera or scanner notes it: from pixels to pixels of the upright picture.
    pub upright: Affine,
}

impl Scan {
    /// Whether it was reduced, in words.
    pub fn reduced(&self) -> Option<Said> {
        let ([w, h], [x, y]) = (self.size, self.kept);
        (self.step > 1).then(|| {
            Said::new(
                format!("图片有 {w}×{h} 像素，按 {x}×{y} 显示；原图照样保存"),
                format!("The picture has {w}×{h} pixels and is shown with {x}×{y}; the original is kept"),
            )
        })
    }
}

/// Whether a path has the name of a picture that is read.
pub fn is_picture(path: &Path) -> bool {
    let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
    matches!(ending.as_str(), "png" | "jpg" | "jpeg" | "jpe" | "tif" | "tiff")
}

/// Reads a picture's file, and the world file beside it if there is one (or `world`).
///
/// # Errors
/// `Io`, or `Picture` if it is too large, or its world file is none.
pub fn read_picture_file(path: &Path, world: Option<&Path>) -> Result<PictureFile, ExchangeError> {
    let failed =
        |path: &Path, e: std::io::Error| ExchangeError::Io { path: path.display().to_string(), reason: e.into() };
    let name = shown(path);
    let bytes = {
        let file = std::fs::File::open(path).map_err(|e| failed(path, e))?;
        let said = file.metadata().map_err(|e| failed(path, e))?.len();
        let mut all = Vec::new();
        if said <= MOST_BYTES {
            file.take(MOST_BYTES + 1).read_to_end(&mut all).map_err(|e| failed(path, e))?;
        }
        let size = said.max(all.len() as u64);
        if size > MOST_BYTES {
            return Err(ExchangeError::Picture { name, fault: Fault::Heavy(size) });
        }
        all
    };
    let beside = world.map(Path::to_owned).or_else(|| georef::world_files(path).into_iter().find(|p| p.is_file()));
    let world = match beside {
        None => None,
        Some(p) => {
            let mut text = String::new();
            let file = std::fs::File::open(&p).map_err(|e| failed(&p, e))?;
            let read = file.take(4096).read_to_string(&mut text).ok().and_then(|_| world_file(&text));
            Some(read.ok_or_else(|| ExchangeError::Picture { name: name.clone(), fault: Fault::World(p) })?)
        }
    };
    Ok(PictureFile { name, bytes, world })
}

/// What the first bytes look like.
fn format_of(bytes: &[u8]) -> Result<PictureFormat, Fault> {
    let begins = |with: &[u8]| bytes.starts_with(with);
    let sort = |zh: &str, en: &str| {
        let instead = Said::new("请存为 PNG、JPEG 或 TIFF 再试", "save it as PNG, JPEG or TIFF");
        Err(Fault::Sort(Said::new(zh, en), instead))
    };
    if begins(b"\x89PNG\r\n\x1a\n") {
        Ok(PictureFormat::Png)
    } else if begins(&[0xFF, 0xD8, 0xFF]) {
        Ok(PictureFormat::Jpeg)
    } else if [&b"II*\0"[..], b"MM\0*", b"II+\0", b"MM\0+"].iter().any(|m| begins(m)) {
        Ok(PictureFormat::Tiff)
    } else if begins(b"%PDF") {
        sort("PDF", "a PDF")
    } else if begins(b"AC10") {
        sort("CAD 图（DWG）", "a CAD drawing (DWG)")
    } else if begins(b"BM") {
        sort("BMP 图", "a BMP picture")
    } else if begins(b"GIF8") {
        sort("GIF 图", "a GIF picture")
    } else if begins(b"RIFF") {
        sort("WebP 图", "a WebP picture")
    } else if bytes.is_empty() {
        sort("空文件", "an empty file")
    } else {
        sort("别的文件", "something else")
    }
}

/// Whether a JPEG has the mark of its end after the first scan: decoders fill up one that was cut off with grey. Linear.
fn ends_as_jpeg(bytes: &[u8]) -> bool {
    let mut at = 2;
    // Segments up to the first scan (ITU T.81, B.1.1): a mark, and the length of what follows.
    while let Some(&[0xFF, mark, high, low]) = bytes.get(at..at + 4) {
        if mark == 0xDA {
            return bytes[at..].windows(2).any(|w| w == [0xFF, 0xD9]);
        }
        // Fill bytes before a mark.
        at += if mark == 0xFF { 1 } else { 2 + usize::from(u16::from_be_bytes([high, low])) };
    }
    false
}

/// Decodes a picture. Takes its time: for a job. `go_on` is asked between the steps.
///
/// # Errors
/// `Picture` with the name and what is wrong, `Stopped`; never panics, and never takes more memory than the limits say.
pub fn decode_picture(name: &str, bytes: &[u8], go_on: &dyn Fn() -> bool) -> Result<Scan, ExchangeError> {
    let named = |fault| ExchangeError::Picture { name: name.to_owned(), fault };
    let check = || if go_on() { Ok(()) } else { Err(ExchangeError::Stopped) };
    let format = format_of(bytes).map_err(named)?;
    if format == PictureFormat::Jpeg && !ends_as_jpeg(bytes) {
        return Err(named(Fault::Broken("the file ends too early".to_owned())));
    }
    let mut reader = ImageReader::with_format(
        Cursor::new(bytes),
        match format {
            PictureFormat::Png => ImageFormat::Png,
            PictureFormat::Jpeg => ImageFormat::Jpeg,
            PictureFormat::Tiff => ImageFormat::Tiff,
        },
    );
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(MOST_PIXELS), Some(MOST_PIXELS));
    limits.max_alloc = Some(MOST_UNPACKED);
    reader.limits(limits.clone());
    let broken = |e: ImageError, size: (u32, u32)| match e {
        ImageError::Limits(_) => named(Fault::Huge(size.0, size.1)),
        ImageError::Unsupported(_) => named(Fault::Sort(
            Said::new("颜色方式少见的图片", "a picture with colours kept in a rare way"),
            Said::new("请另存为 PNG 或 JPEG 再试", "save it as PNG or JPEG"),
        )),
        e => named(Fault::Broken(short(&e.to_string()))),
    };
    let fits = |w: u32, h: u32, bytes: u64| {
        let area = u64::from(w) * u64::from(h);
        if w > MOST_PIXELS || h > MOST_PIXELS || area > MOST_AREA || bytes > MOST_UNPACKED {
            return Err(named(Fault::Huge(w, h)));
        }
        if area == 0 { Err(named(Fault::Broken("0×0".to_owned()))) } else { Ok(()) }
    };
    let (image, orientation) = match reader.into_decoder() {
        Ok(mut decoder) => {
            let (w, h) = decoder.dimensions();
            fits(w, h, decoder.total_bytes())?;
            limits.reserve(decoder.total_bytes()).map_err(|e| broken(e, (w, h)))?;
            decoder.set_limits(limits).map_err(|e| broken(e, (w, h)))?;
            let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
            check()?;
            (DynamicImage::from_decoder(decoder).map_err(|e| broken(e, (w, h)))?, orientation)
        }
        Err(e @ ImageError::Unsupported(_)) if format == PictureFormat::Tiff => {
            let (w, h) = georef::size_of_tiff(bytes).unwrap_or((0, 0));
            fits(w, h, 0)?;
            let image = reduce::first_band(bytes, MOST_UNPACKED).ok_or_else(|| broken(e, (w, h)))?;
            (DynamicImage::ImageLuma8(image), Orientation::NoTransforms)
        }
        Err(e) => return Err(broken(e, (0, 0))),
    };
    let (w, h) = (image.width(), image.height());
    check()?;
    let step = reduce::step((w, h), KEPT_AREA, KEPT_SIDE);
    let (kept, rgba) = reduce::reduced(&image, step);
    drop(image);
    check()?;
    let georef = (format == PictureFormat::Tiff).then(|| georef::of_tiff(bytes)).flatten();
    Ok(Scan { format, size: [w, h], step, kept, rgba: Arc::new(rgba), georef, upright: upright(orientation, [w, h]) })
}

/// The first words of what a decoder says.
fn short(why: &str) -> String {
    why.chars().filter(|c| !c.is_control()).take(120).collect()
}

/// From the pixels of the file to those of the upright picture.
fn upright(orientation: Orientation, [w, h]: [u32; 2]) -> Affine {
    let (w, h) = (f64::from(w), f64::from(h));
    match orientation {
        Orientation::NoTransforms => Affine::IDENTITY,
        Orientation::FlipHorizontal => Affine([-1.0, 0.0, w, 0.0, 1.0, 0.0]),
        Orientation::Rotate180 => Affine([-1.0, 0.0, w, 0.0, -1.0, h]),
        Orientation::FlipVertical => Affine([1.0, 0.0, 0.0, 0.0, -1.0, h]),
        Orientation::Rotate90FlipH => Affine([0.0, 1.0, 0.0, 1.0, 0.0, 0.0]),
        Orientation::Rotate90 => Affine([0.0, -1.0, h, 1.0, 0.0, 0.0]),
        Orientation::Rotate270FlipH => Affine([0.0, -1.0, h, -1.0, 0.0, w]),
        Orientation::Rotate270 => Affine([0.0, 1.0, 0.0, -1.0, 0.0, w]),
    }
}

/// Where a picture without any place is put first: upright in a box of the ground (middle, width and height in metres), as
/// large as fits.
pub fn first_place(scan: &Scan, middle: [f64; 2], room: [f64; 2]) -> Affine {
    let [w, h] = scan.size.map(f64::from);
    let ends = [[0.0, 0.0], [w, 0.0], [w, h], [0.0, h]].map(|p| scan.upright.apply(p));
    let most = |i: usize| ends.iter().map(|p| p[i]).fold(0.0, f64::max);
    let (across, down) = (most(0).max(1.0), most(1).max(1.0));
    let m = (room[0] / across).min(room[1] / down);
    let m = if m.is_finite() && m > 0.0 { m } else { 1.0 };
    let on_ground = Affine([m, 0.0, middle[0] - m * across / 2.0, 0.0, -m, middle[1] + m * down / 2.0]);
    scan.upright.then(&on_ground)
}

/// The affine map that is nearest to another way of taking a picture's pixels to the ground, by a lattice of 5 × 5 points,
/// and how far it is from it at most, metres; `None` if a point goes nowhere.
pub fn nearest_affine(size: [u32; 2], way: &dyn Fn([f64; 2]) -> Option<[f64; 2]>) -> Option<(Affine, f64)> {
    let mut pairs = Vec::new();
    for i in 0..25u32 {
        let at = [f64::from(i % 5) / 4.0 * f64::from(size[0]), f64::from(i / 5) / 4.0 * f64::from(size[1])];
        pairs.push((at, way(at)?));
    }
    let map = Fit::Affine.solve(&pairs).ok()?;
    let off = crate::geom::residuals(&map, &pairs).into_iter().fold(0.0, f64::max);
    Some((map, off))
}

#[cfg(test)]
mod tests;
