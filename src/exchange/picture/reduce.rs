//! Pixels of any sort to RGBA of eight bits with alpha multiplied in, reduced by a whole number.

use image::{DynamicImage, GenericImageView, GrayImage};
use std::io::Cursor;
use tiff::ColorType;
use tiff::decoder::{Decoder, DecodingResult, Limits};

/// The first band of a grey TIFF with further bands beside it (a mask, say) of 8 or 16 bits each; `None` of any other.
pub fn first_band(bytes: &[u8], most: u64) -> Option<GrayImage> {
    let mut limits = Limits::default();
    limits.decoding_buffer_size = usize::try_from(most).ok()?;
    let mut d = Decoder::new(Cursor::new(bytes)).ok()?.with_limits(limits);
    let (w, h) = d.dimensions().ok()?;
    let ColorType::Multiband { num_samples, .. } = d.colortype().ok()? else { return None };
    let step = usize::from(num_samples).max(1);
    let first = match d.read_image().ok()? {
        DecodingResult::U8(all) => all.into_iter().step_by(step).collect(),
        DecodingResult::U16(all) => all.into_iter().step_by(step).map(|v| (v >> 8) as u8).collect(),
        _ => return None,
    };
    GrayImage::from_raw(w, h, first)
}

/// The smallest whole number by which a picture must be reduced to have at most `area` pixels and sides of at most `side`.
pub fn step((w, h): (u32, u32), area: u64, side: u32) -> u32 {
    let fits = |k: u32| {
        let (x, y) = (w.div_ceil(k), h.div_ceil(k));
        x <= side && y <= side && u64::from(x) * u64::from(y) <= area
    };
    (1..=w.max(h).max(1)).find(|&k| fits(k)).unwrap_or(1)
}

/// The picture with each square of `k` × `k` pixels averaged; at the right and lower edge, of what there is of it.
pub fn reduced(image: &DynamicImage, k: u32) -> ([u32; 2], Vec<u8>) {
    let raw = |bytes: &[u8], w: u32, channels: usize, x: u32, y: u32| -> [u8; 4] {
        let i = (y as usize * w as usize + x as usize) * channels;
        let b = |n: usize| bytes.get(i + n).copied().unwrap_or(0);
        match channels {
            1 => [b(0), b(0), b(0), 255],
            2 => [b(0), b(0), b(0), b(1)],
            3 => [b(0), b(1), b(2), 255],
            _ => [b(0), b(1), b(2), b(3)],
        }
    };
    match image {
        DynamicImage::ImageLuma8(i) => average(image.dimensions(), k, |x, y| raw(i.as_raw(), i.width(), 1, x, y)),
        DynamicImage::ImageLumaA8(i) => average(image.dimensions(), k, |x, y| raw(i.as_raw(), i.width(), 2, x, y)),
        DynamicImage::ImageRgb8(i) => average(image.dimensions(), k, |x, y| raw(i.as_raw(), i.width(), 3, x, y)),
        DynamicImage::ImageRgba8(i) => average(image.dimensions(), k, |x, y| raw(i.as_raw(), i.width(), 4, x, y)),
        // Sixteen bits and floats: pixel by pixel, which needs no second copy of the whole.
        _ => average(image.dimensions(), k, |x, y| image.get_pixel(x, y).0),
    }
}

fn average((w, h): (u32, u32), k: u32, pixel: impl Fn(u32, u32) -> [u8; 4]) -> ([u32; 2], Vec<u8>) {
    let (tw, th) = (w.div_ceil(k), h.div_ceil(k));
    let mut out = Vec::with_capacity(tw as usize * th as usize * 4);
    for ty in 0..th {
        for tx in 0..tw {
            let (mut sum, mut n) = ([0u64; 4], 0u64);
            for y in ty * k..((ty + 1) * k).min(h) {
                for x in tx * k..((tx + 1) * k).min(w) {
                    let [r, g, b, a] = pixel(x, y).map(u64::from);
                    // Of premultiplied colours, in 255ths: what is clear has no colour to give.
                    sum = [sum[0] + r * a, sum[1] + g * a, sum[2] + b * a, sum[3] + a * 255];
                    n += 1;
                }
            }
            let whole = (n * 255).max(1);
            out.extend(sum.map(|v| ((v + whole / 2) / whole) as u8));
        }
    }
    ([tw, th], out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageBuffer, Luma, Rgba};

    #[test]
    fn the_step_is_the_smallest_that_fits() {
        assert_eq!(step((4000, 3000), 24 << 20, 8192), 1);
        assert_eq!(step((9000, 100), 24 << 20, 8192), 2);
        assert_eq!(step((10_000, 10_000), 24 << 20, 8192), 2);
        assert_eq!(step((14_000, 14_000), 24 << 20, 8192), 3);
        assert_eq!(step((1, 1), 1, 1), 1);
    }

    #[test]
    fn squares_are_averaged_with_their_alpha_and_what_is_left_over_counts_alone() {
        let mut i: ImageBuffer<Rgba<u8>, Vec<u8>> = ImageBuffer::new(3, 2);
        for (x, y, p) in [(0, 0, [200, 100, 0, 255]), (1, 0, [0, 100, 0, 255]), (2, 0, [10, 20, 30, 255])] {
            i.put_pixel(x, y, Rgba(p));
        }
        // The second row is clear; its colour is nobody's.
        for x in 0..3 {
            i.put_pixel(x, 1, Rgba([255, 255, 255, 0]));
        }
        let (size, px) = reduced(&DynamicImage::ImageRgba8(i), 2);
        assert_eq!(size, [2, 1]);
        assert_eq!(px, [50, 50, 0, 128, 5, 10, 15, 128]);
        let grey: ImageBuffer<Luma<u16>, Vec<u16>> = ImageBuffer::from_pixel(2, 2, Luma([0x8080]));
        assert_eq!(reduced(&DynamicImage::ImageLuma16(grey), 1), ([2, 2], [128, 128, 128, 255].repeat(4)));
    }
}
