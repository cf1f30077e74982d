//! A picture of one bit a dot, as heads print it.

use std::io::Cursor;

use bytes::Bytes;

/// Rows of the longest paper that is kept; what comes after is cut off.
const MOST_ROWS: usize = 20_000;
/// A picture that needs more to be decoded is refused, as a printer would.
const MOST_DECODED_BYTES: usize = 16 << 20;

/// Rows of dots from the left, the highest bit first, 1 for black.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canvas {
    width: usize,
    rows: Vec<u8>,
}

impl Canvas {
    /// White paper of so many dots and no length.
    pub const fn new(width: usize) -> Self {
        Self {
            width,
            rows: Vec::new(),
        }
    }

    pub const fn width(&self) -> usize {
        self.width
    }

    const fn row_bytes(&self) -> usize {
        self.width.div_ceil(8)
    }

    pub const fn height(&self) -> usize {
        self.rows.len() / self.row_bytes()
    }

    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Makes it at least so long.
    pub fn grow(&mut self, height: usize) {
        let height = height.clamp(self.height(), MOST_ROWS.max(self.height()));
        self.rows.resize(height * self.row_bytes(), 0);
    }

    /// Paints a block of black bits with its left upper dot at `x`, `y`; what lies outside the paper's
    /// width is lost.
    pub fn paint(&mut self, x: usize, y: usize, row_bytes: usize, data: &[u8]) {
        if row_bytes == 0 {
            return;
        }
        self.grow(y + data.len() / row_bytes);
        for (offset, row) in data.chunks_exact(row_bytes).enumerate() {
            for column in 0..row_bytes * 8 {
                if row[column / 8] & (0x80 >> (column % 8)) != 0 {
                    self.set(x + column, y + offset);
                }
            }
        }
    }

    fn set(&mut self, x: usize, y: usize) {
        if x < self.width && y < self.height() {
            let at = y * self.row_bytes() + x / 8;
            self.rows[at] |= 0x80 >> (x % 8);
        }
    }

    pub fn is_black(&self, x: usize, y: usize) -> bool {
        x < self.width
            && y < self.height()
            && self.rows[y * self.row_bytes() + x / 8] & (0x80 >> (x % 8)) != 0
    }

    /// Its upper part.
    #[must_use]
    pub fn top(&self, height: usize) -> Self {
        let end = self.row_bytes() * height.min(self.height());
        Self {
            width: self.width,
            rows: self.rows[..end].to_vec(),
        }
    }

    /// Reads a PNG; what is darker than half is black, what is transparent is not.
    pub fn from_png(bytes: &[u8]) -> Result<Self, String> {
        let limits = png::Limits {
            bytes: MOST_DECODED_BYTES,
        };
        let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), limits);
        decoder.set_transformations(png::Transformations::normalize_to_color8());
        let mut reader = decoder.read_info().map_err(|error| error.to_string())?;
        let size = reader
            .output_buffer_size()
            .filter(|size| *size <= MOST_DECODED_BYTES)
            .ok_or("the picture is too large")?;
        let mut pixels = vec![0; size];
        let frame = reader
            .next_frame(&mut pixels)
            .map_err(|error| error.to_string())?;
        let samples = frame.color_type.samples();
        let width = usize::try_from(frame.width).map_err(|error| error.to_string())?;
        let mut canvas = Self::new(width);
        for (y, line) in pixels[..frame.buffer_size()]
            .chunks_exact(frame.line_size)
            .take(MOST_ROWS)
            .enumerate()
        {
            canvas.grow(y + 1);
            for (x, pixel) in line.chunks_exact(samples).take(width).enumerate() {
                if is_dark(pixel) {
                    canvas.set(x, y);
                }
            }
        }
        Ok(canvas)
    }

    /// The picture as a PNG of one bit a dot.
    pub fn to_png(&self) -> Bytes {
        let mut png = Vec::new();
        let size = |length: usize| u32::try_from(length.max(1)).unwrap_or(u32::MAX);
        let mut encoder = png::Encoder::new(&mut png, size(self.width), size(self.height()));
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        let mut white: Vec<u8> = self.rows.iter().map(|byte| !byte).collect();
        if white.is_empty() {
            white = vec![0xff; self.row_bytes().max(1)];
        }
        let written = encoder
            .write_header()
            .and_then(|mut writer| writer.write_image_data(&white));
        written.expect("a picture of known size is written to memory");
        png.into()
    }
}

fn is_dark(pixel: &[u8]) -> bool {
    let (colour, opacity) = match *pixel {
        [grey] => (u16::from(grey), 255),
        [grey, alpha] => (u16::from(grey), alpha),
        [red, green, blue] => (mean(red, green, blue), 255),
        [red, green, blue, alpha] => (mean(red, green, blue), alpha),
        _ => return false,
    };
    opacity >= 128 && colour < 128
}

fn mean(red: u8, green: u8, blue: u8) -> u16 {
    (u16::from(red) + u16::from(green) + u16::from(blue)) / 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_comes_back_from_its_png_dot_by_dot() {
        let mut canvas = Canvas::new(20);
        canvas.paint(3, 2, 2, &[0x80, 0x01, 0xff, 0xff]);
        assert_eq!((canvas.width(), canvas.height()), (20, 4));
        assert!(canvas.is_black(3, 2) && canvas.is_black(18, 2));
        assert!(!canvas.is_black(4, 2) && !canvas.is_black(19, 3));
        assert_eq!(Canvas::from_png(&canvas.to_png()).unwrap(), canvas);
        assert_eq!(canvas.top(3).height(), 3);
    }

    #[test]
    fn what_lies_beside_the_paper_is_lost() {
        let mut canvas = Canvas::new(8);
        canvas.paint(4, 0, 1, &[0xff]);
        let row: Vec<bool> = (0..8).map(|x| canvas.is_black(x, 0)).collect();
        assert_eq!(row, [false, false, false, false, true, true, true, true]);
        canvas.grow(usize::MAX / 64);
        assert_eq!(canvas.height(), MOST_ROWS);
    }

    #[test]
    fn what_is_no_png_is_refused() {
        assert!(Canvas::from_png(b"").is_err());
        assert!(Canvas::from_png(b"\x89PNG\r\n\x1a\nxxxx").is_err());
        let half = Canvas::new(400).to_png();
        assert!(Canvas::from_png(&half[..half.len() / 2]).is_err());
    }
}
