//! A picture of one bit a dot.

/// Rows of dots, padded to bytes, the leftmost dot in the highest bit; 1 is black.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Bitmap {
    width: u32,
    height: u32,
    data: Vec<u8>,
}

impl Bitmap {
    /// A white picture.
    pub fn new(width: u32, height: u32) -> Self {
        let bytes = width.div_ceil(8) as usize * height as usize;
        Self {
            width,
            height,
            data: vec![0; bytes],
        }
    }

    /// A picture of these bytes; none where they are not `height` rows of `width` dots. What a row
    /// has beyond its width is cleared.
    pub fn from_data(width: u32, height: u32, data: Vec<u8>) -> Option<Self> {
        let stride = width.div_ceil(8) as usize;
        if data.len() != stride.checked_mul(height as usize)? {
            return None;
        }
        let mut bitmap = Self {
            width,
            height,
            data,
        };
        let spare = stride as u32 * 8 - width;
        if spare > 0 {
            for row in bitmap.data.chunks_exact_mut(stride) {
                row[stride - 1] &= 0xFF << spare;
            }
        }
        Some(bitmap)
    }

    /// Dots of a row.
    pub const fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    pub const fn height(&self) -> u32 {
        self.height
    }

    /// Bytes of a row.
    pub const fn stride(&self) -> usize {
        self.width.div_ceil(8) as usize
    }

    /// All rows.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// A row; empty beyond the last.
    pub fn row(&self, y: u32) -> &[u8] {
        self.rows(y, y.saturating_add(1))
    }

    /// Rows from one to before another, as far as there are.
    pub fn rows(&self, from: u32, to: u32) -> &[u8] {
        let end = to.min(self.height) as usize * self.stride();
        let start = (from as usize * self.stride()).min(end);
        &self.data[start..end]
    }

    /// Whether a dot is black; white outside.
    pub fn get(&self, x: u32, y: u32) -> bool {
        x < self.width
            && y < self.height
            && self.data[y as usize * self.stride() + (x / 8) as usize] & (0x80 >> (x % 8)) != 0
    }

    /// Blackens a dot; nothing outside.
    pub fn set(&mut self, x: u32, y: u32) {
        if x < self.width && y < self.height {
            let at = y as usize * self.stride() + (x / 8) as usize;
            self.data[at] |= 0x80 >> (x % 8);
        }
    }

    /// Whether a row is white.
    pub fn is_blank(&self, y: u32) -> bool {
        self.row(y).iter().all(|byte| *byte == 0)
    }

    /// Blackens a rectangle, as far as it lies inside.
    pub fn fill(&mut self, x: u32, y: u32, width: u32, height: u32) {
        self.each_byte(x, y, width, height, |byte, mask| *byte |= mask);
    }

    /// Turns a rectangle's black and white, as far as it lies inside.
    pub fn invert(&mut self, x: u32, y: u32, width: u32, height: u32) {
        self.each_byte(x, y, width, height, |byte, mask| *byte ^= mask);
    }

    fn each_byte(&mut self, x: u32, y: u32, width: u32, height: u32, act: fn(&mut u8, u8)) {
        let right = x.saturating_add(width).min(self.width);
        let bottom = y.saturating_add(height).min(self.height);
        if x >= right {
            return;
        }
        let stride = self.stride();
        for y in y..bottom {
            let row = &mut self.data[y as usize * stride..][..stride];
            for at in x / 8..right.div_ceil(8) {
                let mut mask = 0xFF_u8;
                if at == x / 8 {
                    mask &= 0xFF >> (x % 8);
                }
                if at == right / 8 {
                    mask &= !(0xFF >> (right % 8));
                }
                act(&mut row[at as usize], mask);
            }
        }
    }

    /// Adds the black of a picture, its corner at `x`, `y`, which may lie outside.
    pub fn draw(&mut self, x: i32, y: i32, picture: &Self) {
        let stride = self.stride() as i64;
        let (byte, shift) = (i64::from(x.div_euclid(8)), x.rem_euclid(8) as u32);
        for from in 0..picture.height {
            let to = i64::from(y) + i64::from(from);
            if to < 0 || to >= i64::from(self.height) {
                continue;
            }
            let row = &mut self.data[(to * stride) as usize..][..stride as usize];
            for (at, black) in picture.row(from).iter().enumerate() {
                let at = byte + at as i64;
                if at >= 0 && at < stride {
                    row[at as usize] |= black >> shift;
                }
                if shift > 0 && at + 1 >= 0 && at + 1 < stride {
                    row[(at + 1) as usize] |= black << (8 - shift);
                }
            }
        }
        self.clear_padding();
    }

    fn clear_padding(&mut self) {
        let spare = self.width.div_ceil(8) * 8 - self.width;
        if spare > 0 {
            let stride = self.stride();
            for row in self.data.chunks_exact_mut(stride) {
                row[stride - 1] &= 0xFF << spare;
            }
        }
    }

    /// The picture, made smaller by a whole factor until it fits: a dot is black where any was.
    pub fn fitted(&self, width: u32, height: u32) -> Self {
        let factor = self
            .width
            .div_ceil(width.max(1))
            .max(self.height.div_ceil(height.max(1)))
            .max(1);
        if factor == 1 {
            return self.clone();
        }
        let mut small = Self::new(self.width.div_ceil(factor), self.height.div_ceil(factor));
        for y in 0..self.height {
            for x in 0..self.width {
                if self.get(x, y) {
                    small.set(x / factor, y / factor);
                }
            }
        }
        small
    }

    /// A picture of whole dots, each `factor` wide and high.
    pub fn enlarged(&self, factor: u32) -> Self {
        let mut large = Self::new(self.width * factor, self.height * factor);
        for y in 0..self.height {
            for x in 0..self.width {
                if self.get(x, y) {
                    large.fill(x * factor, y * factor, factor, factor);
                }
            }
        }
        large
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rectangle_is_filled_to_the_dot() {
        for (x, width) in [(0, 8), (3, 2), (7, 2), (5, 20), (0, 1), (8, 8), (23, 9)] {
            let mut bitmap = Bitmap::new(29, 3);
            bitmap.fill(x, 1, width, 1);
            for at in 0..29 {
                let inside = at >= x && at < x + width;
                assert_eq!(bitmap.get(at, 1), inside, "dot {at} of {width} from {x}");
                assert!(!bitmap.get(at, 0) && !bitmap.get(at, 2));
            }
        }
    }

    #[test]
    fn a_picture_is_drawn_where_it_is_put_and_cut_at_the_edges() {
        let mut picture = Bitmap::new(10, 2);
        picture.fill(0, 0, 10, 2);
        for x in -12..24 {
            let mut bitmap = Bitmap::new(20, 2);
            bitmap.draw(x, 1, &picture);
            for at in 0..20 {
                let inside = (x..x + 10).contains(&(at as i32));
                assert_eq!(bitmap.get(at, 1), inside, "dot {at} of a picture at {x}");
            }
            assert!(bitmap.is_blank(0));
            assert_eq!(bitmap.row(1)[2] & 0x0F, 0, "beyond the width");
        }
    }

    #[test]
    fn data_of_another_length_is_no_picture() {
        assert!(Bitmap::from_data(9, 2, vec![0xFF; 4]).is_some_and(|b| b.row(0) == [0xFF, 0x80]));
        assert!(Bitmap::from_data(9, 2, vec![0; 3]).is_none());
        assert!(Bitmap::from_data(u32::MAX, u32::MAX, vec![0; 3]).is_none());
    }

    #[test]
    fn what_does_not_fit_is_made_smaller() {
        let mut bitmap = Bitmap::new(100, 10);
        bitmap.set(99, 9);
        let small = bitmap.fitted(50, 50);
        assert_eq!((small.width(), small.height()), (50, 5));
        assert!(small.get(49, 4) && !small.get(0, 0));
        assert_eq!(bitmap.fitted(100, 10), bitmap);
    }
}
