//! Square pictures: painted, read and written as PNG.

use std::io::Cursor;

use crate::lm::sampler::Random;

/// Largest side of an uploaded picture.
const MOST_PIXELS: u32 = 4096;
/// Painted in cells of this many to a side: quick to make, small to send.
const CELLS: u32 = 32;

type Rgba = [u8; 4];

/// A square of RGBA pixels.
#[derive(Clone, Debug)]
pub struct Picture {
    side: u32,
    pixels: Vec<Rgba>,
}

impl Picture {
    /// Pixels to a side.
    pub fn side(&self) -> u32 {
        self.side
    }

    fn of(side: u32, pixel: impl Fn(u32, u32) -> Rgba) -> Self {
        let pixels = (0..side).flat_map(|y| (0..side).map(move |x| (x, y)));
        Self {
            side,
            pixels: pixels.map(|(x, y)| pixel(x, y)).collect(),
        }
    }

    /// A pattern that depends on the seed alone.
    pub fn paint(side: u32, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut colour = || [0, 1, 2].map(|_| random.below(256) as f64);
        let (top, bottom, disc) = (colour(), colour(), colour());
        let mut place = || (0.2 + 0.6 * random.unit()) * f64::from(CELLS);
        let (x0, y0, radius) = (place(), place(), place() / 3.0);
        let cell = side.div_ceil(CELLS).max(1);
        let cells = Self::of(CELLS, |x, y| {
            let (x, y) = (f64::from(x), f64::from(y));
            let share = y / f64::from(CELLS);
            let inside = (x - x0).hypot(y - y0) < radius;
            let mut rgba = [0, 0, 0, 255];
            for (channel, value) in rgba.iter_mut().take(3).enumerate() {
                let at = |colour: &[f64; 3]| colour.get(channel).copied().unwrap_or(0.0);
                let sky = at(&top) * (1.0 - share) + at(&bottom) * share;
                *value = if inside { at(&disc) } else { sky } as u8;
            }
            rgba
        });
        Self::of(side, |x, y| cells.at(x / cell, y / cell))
    }

    fn at(&self, x: u32, y: u32) -> Rgba {
        self.pixels
            .get((y * self.side + x) as usize)
            .copied()
            .unwrap_or_default()
    }

    /// The pixel at a place given in a picture of another size.
    fn scaled(&self, x: u32, y: u32, side: u32) -> Rgba {
        let scale = |v: u32| (u64::from(v) * u64::from(self.side) / u64::from(side.max(1))) as u32;
        self.at(scale(x), scale(y))
    }

    /// Whether any pixel can be seen through.
    pub fn has_transparency(&self) -> bool {
        self.pixels.iter().any(|[.., alpha]| *alpha == 0)
    }

    /// Keeps `image` wherever `mask` is not fully transparent.
    pub fn keep_behind(&self, image: &Self, mask: &Self) -> Self {
        Self::of(self.side, |x, y| {
            let [.., alpha] = mask.scaled(x, y, self.side);
            if alpha == 0 {
                self.at(x, y)
            } else {
                image.scaled(x, y, self.side)
            }
        })
    }

    /// The picture in another size, its colours turned.
    pub fn varied(&self, side: u32, index: u64) -> Self {
        Self::of(side, |x, y| {
            let [r, g, b, a] = self.scaled(x, y, side);
            match index % 3 {
                0 => [g, b, r, a],
                1 => [b, r, g, a],
                _ => [255 - r, 255 - g, 255 - b, a],
            }
        })
    }

    /// Reads a square PNG.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut decoder = png::Decoder::new(Cursor::new(bytes));
        decoder.set_transformations(png::Transformations::normalize_to_color8());
        let mut reader = decoder.read_info().ok()?;
        let (width, height) = (reader.info().width, reader.info().height);
        if width != height || width > MOST_PIXELS {
            return None;
        }
        let mut buffer = vec![0; reader.output_buffer_size()?];
        let info = reader.next_frame(&mut buffer).ok()?;
        let samples = info.color_type.samples();
        let pixels = buffer.chunks_exact(samples).take((width * height) as usize);
        let pixels = pixels.map(|pixel| match *pixel {
            [grey] => [grey, grey, grey, 255],
            [grey, alpha] => [grey, grey, grey, alpha],
            [r, g, b] => [r, g, b, 255],
            [r, g, b, alpha] => [r, g, b, alpha],
            _ => [0; 4],
        });
        Some(Self {
            side: width,
            pixels: pixels.collect(),
        })
    }

    /// Writes a PNG; empty if the encoder fails, which memory alone could cause.
    pub fn png(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.side, self.side);
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        let data: Vec<u8> = self.pixels.iter().flatten().copied().collect();
        let written = encoder
            .write_header()
            .and_then(|mut writer| writer.write_image_data(&data));
        if written.is_err() {
            bytes.clear();
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::Picture;

    #[test]
    fn a_picture_survives_writing_and_reading() {
        let picture = Picture::paint(64, 7);
        let again = Picture::read(&picture.png()).unwrap();
        assert_eq!((again.side, &again.pixels), (64, &picture.pixels));
        assert_ne!(again.pixels, Picture::paint(64, 8).pixels);
        assert!(Picture::read(b"no picture").is_none());
    }
}
