//! Pictures as other programs write them; those of ImageMagick and GDAL where they are there.

use super::*;
use image::{ImageBuffer, Rgb};
use std::process::Command;

const NEVER: &dyn Fn() -> bool = &|| true;

/// Red grows to the right, green downwards; a blue corner at the upper left.
fn gradient(w: u32, h: u32) -> ImageBuffer<Rgb<u8>, Vec<u8>> {
    ImageBuffer::from_fn(w, h, |x, y| {
        if x < w / 8 && y < h / 8 { Rgb([0, 0, 255]) } else { Rgb([(x * 255 / w) as u8, (y * 255 / h) as u8, 0]) }
    })
}

fn encoded(format: ImageFormat, w: u32, h: u32) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(gradient(w, h)).write_to(&mut out, format).unwrap();
    out.into_inner()
}

fn pixel(s: &Scan, x: u32, y: u32) -> [u8; 4] {
    let i = (y * s.kept[0] + x) as usize * 4;
    s.rgba[i..i + 4].try_into().unwrap()
}

fn fault(bytes: &[u8]) -> Fault {
    match decode_picture("x.png", bytes, NEVER) {
        Err(ExchangeError::Picture { name, fault }) => {
            assert_eq!(name, "x.png");
            let said = fault.said();
            assert!(!said.zh.is_empty() && said.zh != said.en);
            fault
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn png_jpeg_and_tiff_give_the_same_pixels() {
    for (format, kept, off) in [
        (ImageFormat::Png, PictureFormat::Png, 0),
        (ImageFormat::Tiff, PictureFormat::Tiff, 0),
        (ImageFormat::Jpeg, PictureFormat::Jpeg, 20),
    ] {
        let s = decode_picture("a", &encoded(format, 160, 120), NEVER).unwrap();
        assert_eq!((s.format, s.size, s.step, s.kept), (kept, [160, 120], 1, [160, 120]));
        assert!(s.reduced().is_none() && s.georef.is_none());
        for (x, y, want) in [(2, 2, [0, 0, 255]), (150, 2, [239, 4, 0]), (2, 110, [3, 233, 0])] {
            let p = pixel(&s, x, y);
            assert!(p[3] == 255 && (0..3).all(|i| p[i].abs_diff(want[i]) <= off), "{format:?} {x},{y} {p:?}");
        }
    }
    let stopped = decode_picture("a", &encoded(ImageFormat::Png, 8, 8), &|| false);
    assert!(matches!(stopped, Err(ExchangeError::Stopped)));
}

#[test]
fn a_huge_picture_is_reduced_and_said_and_a_monstrous_one_is_refused() {
    let grey: ImageBuffer<image::Luma<u8>, Vec<u8>> =
        ImageBuffer::from_fn(9000, 3000, |x, _| image::Luma([(x / 64) as u8]));
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageLuma8(grey).write_to(&mut out, ImageFormat::Png).unwrap();
    let s = decode_picture("a", out.get_ref(), NEVER).unwrap();
    assert_eq!((s.size, s.step, s.kept), ([9000, 3000], 2, [4500, 1500]));
    assert_eq!(pixel(&s, 3200, 700), [100, 100, 100, 255]);
    assert!(s.reduced().unwrap().zh.contains("9000×3000"));
    // A header that promises more than there can be, before anything is unpacked.
    let mut bytes = encoded(ImageFormat::Png, 8, 8);
    for (w, h, monstrous) in [(90_000u32, 90_000u32, true), (4_000_000_000, 1, true), (20_000, 15_000, true)] {
        bytes[16..20].copy_from_slice(&w.to_be_bytes());
        bytes[20..24].copy_from_slice(&h.to_be_bytes());
        let crc = crc32fast::hash(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&crc.to_be_bytes());
        assert_eq!(matches!(fault(&bytes), Fault::Huge(..)), monstrous, "{w} {h}");
    }
}

#[test]
fn what_is_no_picture_is_refused_by_what_it_looks_like() {
    for (bytes, zh) in
        [(&b"%PDF-1.7"[..], "PDF"), (b"AC1032\0\0", "CAD"), (b"", "空文件"), (b"BM....", "BMP"), (b"hello", "别的文件")]
    {
        let f = fault(bytes);
        assert!(f.said().zh.contains(zh), "{f:?}");
    }
    // Cut short or garbled anywhere: refused or read, never a panic.
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Tiff] {
        let whole = encoded(format, 40, 30);
        for at in (4..whole.len()).step_by(7) {
            let _ = decode_picture("x", &whole[..at], NEVER);
            let mut garbled = whole.clone();
            garbled[at] ^= 0x5A;
            let _ = decode_picture("x", &garbled, NEVER);
        }
        assert!(matches!(fault(&whole[..whole.len() / 2]), Fault::Broken(_)), "{format:?}");
        assert!(decode_picture("x", &whole, NEVER).is_ok());
    }
}

#[test]
fn a_world_file_says_the_middle_of_the_first_pixel() {
    let m = world_file("0.5\n0\n0\n-0.5\n497000.25\n3546000\n").unwrap();
    assert_eq!(m, Affine([0.5, 0.0, 497_000.0, 0.0, -0.5, 3_546_000.25]));
    assert_eq!(m.apply([0.5, 0.5]), [497_000.25, 3_546_000.0]);
    // Turned: A D B E C F, with commas as some systems write them.
    let m = world_file("\u{feff}0,3\r\n0,4\r\n0,4\r\n-0,3\r\n10\r\n20\r\n").unwrap();
    assert_eq!(m.apply([0.5, 0.5]), [10.0, 20.0]);
    assert!((m.pixel_size() - 0.5).abs() < 1e-12);
    for bad in ["", "1 2 3 4 5", "1 0 0 1 0 0 7", "0 0 0 0 5 5", "a b c d e f", "nan 0 0 -1 0 0", "1e400 0 0 -1 0 0"] {
        assert_eq!(world_file(bad), None, "{bad}");
    }
}

#[test]
fn the_world_file_beside_a_picture_is_found_and_a_broken_one_said() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("总图.JPG");
    std::fs::write(&path, encoded(ImageFormat::Jpeg, 20, 10)).unwrap();
    assert!(is_picture(&path) && !is_picture(Path::new("a.gpkg")));
    assert_eq!(read_picture_file(&path, None).unwrap().world, None);
    std::fs::write(dir.path().join("总图.jgw"), "2 0 0 -2 101 199").unwrap();
    let read = read_picture_file(&path, None).unwrap();
    assert_eq!((read.name.as_str(), read.world), ("总图.JPG", Some(Affine([2.0, 0.0, 100.0, 0.0, -2.0, 200.0]))));
    let other = dir.path().join("x.txt");
    std::fs::write(&other, "1 0 0 -1 0.5 -0.5").unwrap();
    let read = read_picture_file(&path, Some(&other)).unwrap();
    assert_eq!(read.world, Some(Affine([1.0, 0.0, 0.0, 0.0, -1.0, 0.0])));
    std::fs::write(dir.path().join("总图.jgw"), [0xFF, 0xFE, 0]).unwrap();
    let e = read_picture_file(&path, None).unwrap_err();
    assert!(e.said().zh.contains("总图.jgw") && e.said().en.contains("总图.jgw"), "{e}");
    let gone = read_picture_file(&dir.path().join("none.png"), None);
    assert!(matches!(gone, Err(ExchangeError::Io { .. })));
}

/// Runs another program, if it is there.
fn run(name: &str, args: &[&str]) -> Option<()> {
    match Command::new(name).args(args).output() {
        Ok(o) if o.status.success() => Some(()),
        Ok(o) => panic!("{name}: {}", String::from_utf8_lossy(&o.stderr)),
        Err(_) => {
            println!("skipped: {name} is not here");
            None
        }
    }
}

#[test]
fn tiffs_of_gdal_say_where_they_lie() {
    let dir = tempfile::tempdir().unwrap();
    let at = |n: &str| dir.path().join(n).display().to_string();
    std::fs::write(at("a.png"), encoded(ImageFormat::Png, 160, 120)).unwrap();
    let corner = Affine([0.5, 0.0, 497_000.0, 0.0, -0.5, 3_546_000.0]);
    let ullr = ["-a_ullr", "497000", "3546000", "497080", "3545940"];
    for (name, more) in [
        ("area.tif", &["-a_srs", "EPSG:4549"][..]),
        ("deflate.tif", &["-a_srs", "EPSG:4549", "-co", "COMPRESS=DEFLATE", "-co", "TILED=YES"]),
        ("lzw.tif", &["-a_srs", "EPSG:4549", "-co", "COMPRESS=LZW", "-co", "PREDICTOR=2"]),
        ("point.tif", &["-a_srs", "EPSG:4549", "-mo", "AREA_OR_POINT=Point"]),
        ("big.tif", &["-a_srs", "EPSG:4549", "-co", "BIGTIFF=YES"]),
        ("jpeg.tif", &["-a_srs", "EPSG:4549", "-co", "COMPRESS=JPEG"]),
    ] {
        let (from, to) = (at("a.png"), at(name));
        let mut args = vec!["-q", "-of", "GTiff"];
        args.extend(ullr);
        args.extend(more);
        args.extend([from.as_str(), to.as_str()]);
        if run("gdal_translate", &args).is_none() {
            return;
        }
        let s = decode_picture(name, &std::fs::read(to).unwrap(), NEVER).unwrap_or_else(|e| panic!("{name}: {e}"));
        let g = s.georef.as_ref().unwrap_or_else(|| panic!("{name} says nothing"));
        assert_eq!(g.epsg, Some(4549), "{name}");
        assert!(g.place.0.iter().zip(corner.0).all(|(a, b)| (a - b).abs() < 1e-6), "{name} {:?}", g.place);
        assert!(pixel(&s, 150, 2)[0] > 200 && pixel(&s, 2, 110)[1] > 200, "{name}");
    }
}

#[test]
fn scans_of_imagemagick_are_read_whatever_their_depth() {
    let dir = tempfile::tempdir().unwrap();
    let at = |n: &str| dir.path().join(n).display().to_string();
    // Left half black, right half white.
    let base = ["-size", "64x32", "xc:black", "-fill", "white", "-draw", "rectangle 32,0 63,31"];
    for (name, more) in [
        ("grey.png", &["-colorspace", "gray", "-depth", "8"][..]),
        ("bilevel.png", &["-monochrome", "-depth", "1"]),
        ("palette.png", &["-type", "Palette"]),
        ("deep.png", &["-depth", "16"]),
        ("fax4.tif", &["-monochrome", "-compress", "Group4"]),
        ("grey.tif", &["-colorspace", "gray", "-depth", "8", "-compress", "zip"]),
        ("bits.tif", &["-monochrome", "-depth", "1", "-compress", "none"]),
        ("deep.tif", &["-depth", "16", "-compress", "lzw"]),
        ("cmyk.jpg", &["-colorspace", "CMYK"]),
        ("progressive.jpg", &["-interlace", "plane"]),
        ("grey.jpg", &["-colorspace", "gray"]),
    ] {
        let to = at(name);
        let mut args: Vec<&str> = base.to_vec();
        args.extend(more);
        args.push(&to);
        if run("convert", &args).is_none() {
            return;
        }
        let s = decode_picture(name, &std::fs::read(&to).unwrap(), NEVER).unwrap_or_else(|e| panic!("{name}: {e}"));
        let (dark, bright) = (pixel(&s, 8, 16), pixel(&s, 56, 16));
        assert!(
            dark[..3].iter().all(|v| *v < 40) && bright[..3].iter().all(|v| *v > 215),
            "{name} {dark:?} {bright:?}"
        );
    }
}

#[test]
fn a_photograph_that_its_camera_turned_comes_upright() {
    let mut bytes = encoded(ImageFormat::Jpeg, 64, 32);
    // EXIF, one entry: orientation 6, to be turned to the right; what is left becomes the top.
    let exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let mut marker = vec![0xFF, 0xE1];
    marker.extend((exif.len() as u16 + 2).to_be_bytes());
    marker.extend(exif);
    bytes.splice(2..2, marker);
    let s = decode_picture("t", &bytes, NEVER).unwrap();
    let m = first_place(&s, [0.0, 0.0], [320.0, 640.0]);
    assert_eq!((m.apply([0.0, 0.0]), m.apply([64.0, 0.0])), ([160.0, 320.0], [160.0, -320.0]));
    let plain = decode_picture("t", &encoded(ImageFormat::Jpeg, 64, 32), NEVER).unwrap();
    let m = first_place(&plain, [0.0, 0.0], [320.0, 640.0]);
    assert_eq!((m.apply([0.0, 0.0]), m.apply([64.0, 0.0])), ([-160.0, 80.0], [160.0, 80.0]));
}

#[test]
fn another_projection_is_taken_over_by_the_nearest_affine_map() {
    let exact = Affine([0.5, 0.1, 10.0, 0.1, -0.5, 20.0]);
    let (m, off) = nearest_affine([400, 300], &|p| Some(exact.apply(p))).unwrap();
    assert!(off < 1e-9 && m.0.iter().zip(exact.0).all(|(a, b)| (a - b).abs() < 1e-9));
    let (_, off) = nearest_affine([400, 300], &|[x, y]| Some([x + x * y * 1e-4, -y])).unwrap();
    assert!(off > 1.0 && off < 4.0, "{off}");
    assert!(nearest_affine([4, 3], &|_| None).is_none());
}
