//! A shop's logo, as dots.

use base64::{Engine, engine::general_purpose::STANDARD};
use png::{ColorType, Decoder, Limits, Transformations};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{Bitmap, Paper};

/// Bytes of a file that is read as a logo.
pub const MAX_LOGO_BYTES: usize = 512 * 1024;

/// Dots a logo's file may have each way.
const MAX_SIDE: u32 = 2_000;

/// Rows of a logo.
const MAX_HEIGHT: u32 = 240;

/// A logo of at most the width of a roll of 80 mm and 240 rows.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Logo(Bitmap);

/// Why a picture is no logo.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum LogoFault {
    /// Not a PNG file.
    #[error("the file is not a PNG picture")]
    NotPng,
    /// Too many bytes or dots.
    #[error("the picture has more than {MAX_LOGO_BYTES} bytes or {MAX_SIDE} dots a side")]
    TooLarge,
    /// White, or transparent, altogether.
    #[error("the picture shows nothing")]
    Blank,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    width: u32,
    height: u32,
    /// Rows as [`Bitmap`] has them, in base64.
    bits: String,
}

impl Logo {
    /// A logo of these dots; none where they are blank or too many.
    pub fn new(bitmap: Bitmap) -> Option<Self> {
        let blank = (0..bitmap.height()).all(|y| bitmap.is_blank(y));
        let fits = bitmap.width() <= Paper::Mm80.width() && bitmap.height() <= MAX_HEIGHT;
        (fits && !blank).then_some(Self(bitmap))
    }

    /// Its dots.
    pub const fn bitmap(&self) -> &Bitmap {
        &self.0
    }

    /// The logo a PNG file shows on a paper: made smaller where it has to be, grey as fine dots.
    ///
    /// # Errors
    ///
    /// Where the file is no PNG, too large, or shows nothing.
    pub fn from_png(file: &[u8], paper: Paper) -> Result<Self, LogoFault> {
        if file.len() > MAX_LOGO_BYTES {
            return Err(LogoFault::TooLarge);
        }
        let limits = Limits {
            bytes: 4 * MAX_SIDE as usize * MAX_SIDE as usize,
        };
        let mut decoder = Decoder::new_with_limits(std::io::Cursor::new(file), limits);
        decoder.set_transformations(Transformations::normalize_to_color8());
        let mut reader = decoder.read_info().map_err(|_| LogoFault::NotPng)?;
        let (width, height) = (reader.info().width, reader.info().height);
        if width > MAX_SIDE || height > MAX_SIDE {
            return Err(LogoFault::TooLarge);
        }
        let size = reader.output_buffer_size().ok_or(LogoFault::TooLarge)?;
        let mut samples = vec![0; size];
        reader
            .next_frame(&mut samples)
            .map_err(|_| LogoFault::NotPng)?;
        let (color, _) = reader.output_color_type();
        let darkness = darkness(&samples, color);
        let most = (paper.content_width(), most_rows(paper));
        let (width, height, darkness) = reduced(&darkness, width, height, most);
        Self::new(dithered(darkness, width, height)).ok_or(LogoFault::Blank)
    }
}

/// Rows a logo has on a paper.
pub(crate) const fn most_rows(paper: Paper) -> u32 {
    if paper.is_label() { 80 } else { MAX_HEIGHT }
}

/// How dark each dot is, 0 to 255, transparent ones white.
fn darkness(samples: &[u8], color: ColorType) -> Vec<u32> {
    let luminance = |rgb: &[u8]| {
        let [red, green, blue] = [rgb[0], rgb[1], rgb[2]].map(u32::from);
        (299 * red + 587 * green + 114 * blue) / 1_000
    };
    let dark = |light: u32, alpha: u8| (255 - light) * u32::from(alpha) / 255;
    let each = |count: usize, dot: &dyn Fn(&[u8]) -> u32| -> Vec<u32> {
        samples.chunks_exact(count).map(dot).collect()
    };
    match color {
        ColorType::Grayscale | ColorType::Indexed => each(1, &|d| dark(d[0].into(), 255)),
        ColorType::GrayscaleAlpha => each(2, &|d| dark(d[0].into(), d[1])),
        ColorType::Rgb => each(3, &|d| dark(luminance(d), 255)),
        ColorType::Rgba => each(4, &|d| dark(luminance(d), d[3])),
    }
}

/// The mean of the dots each new dot covers.
fn reduced(dots: &[u32], width: u32, height: u32, most: (u32, u32)) -> (u32, u32, Vec<u32>) {
    let (mut to_width, mut to_height) = (width, height);
    if to_width > most.0 {
        (to_width, to_height) = (most.0, (height * most.0 / width).max(1));
    }
    if to_height > most.1 {
        (to_width, to_height) = ((width * most.1 / height).max(1), most.1);
    }
    let mut out = Vec::with_capacity((to_width * to_height) as usize);
    for y in 0..to_height {
        let (top, bottom) = (y * height / to_height, (y + 1) * height / to_height);
        for x in 0..to_width {
            let (left, right) = (x * width / to_width, (x + 1) * width / to_width);
            let rows = (top..bottom.max(top + 1)).map(|row| {
                let from = (row * width) as usize;
                let row = &dots[from + left as usize..from + right.max(left + 1) as usize];
                row.iter().sum::<u32>()
            });
            let count = (bottom.max(top + 1) - top) * (right.max(left + 1) - left);
            out.push(rows.sum::<u32>() / count);
        }
    }
    (to_width, to_height, out)
}

/// Floyd and Steinberg's dots; sharp black and white stay as they are.
fn dithered(darkness: Vec<u32>, width: u32, height: u32) -> Bitmap {
    let mut bitmap = Bitmap::new(width, height);
    let mut rest: Vec<i32> = darkness.into_iter().map(|dark| dark as i32).collect();
    let wide = width as usize;
    for at in 0..rest.len() {
        let (x, y) = (at % wide, at / wide);
        let black = rest[at] >= 128;
        if black {
            bitmap.set(x as u32, y as u32);
        }
        let error = rest[at] - if black { 255 } else { 0 };
        let mut give = |to: usize, share: i32| {
            if let Some(dot) = rest.get_mut(to) {
                *dot += error * share / 16;
            }
        };
        if x + 1 < wide {
            give(at + 1, 7);
            give(at + wide + 1, 1);
        }
        if x > 0 {
            give(at + wide - 1, 3);
        }
        give(at + wide, 5);
    }
    bitmap
}

impl Serialize for Logo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let data = Data {
            width: self.0.width(),
            height: self.0.height(),
            bits: STANDARD.encode(self.0.data()),
        };
        data.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Logo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let data = Data::deserialize(deserializer)?;
        let bits = STANDARD.decode(&data.bits).map_err(D::Error::custom)?;
        Bitmap::from_data(data.width, data.height, bits)
            .and_then(Self::new)
            .ok_or_else(|| D::Error::custom("not the dots of a logo"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture;

    #[test]
    fn a_sharp_picture_stays_as_it_is() {
        let mut bitmap = Bitmap::new(100, 40);
        bitmap.fill(10, 5, 33, 20);
        let logo = Logo::from_png(&picture::png(&bitmap), Paper::Mm58).expect("a logo");
        assert_eq!(logo.bitmap(), &bitmap);
    }

    #[test]
    fn a_large_one_is_made_to_fit() {
        let mut bitmap = Bitmap::new(1_000, 500);
        bitmap.fill(0, 0, 1_000, 500);
        let file = picture::png(&bitmap);
        let size = |paper| {
            let logo = Logo::from_png(&file, paper).expect("a logo");
            (logo.bitmap().width(), logo.bitmap().height())
        };
        assert_eq!(size(Paper::Mm58), (384, 192));
        assert_eq!(size(Paper::Mm80), (480, 240));
        assert_eq!(size(Paper::Label40x25), (160, 80));
    }

    #[test]
    fn what_is_no_logo_is_refused() {
        let read = |file: &[u8]| Logo::from_png(file, Paper::Mm58);
        assert_eq!(read(b"GIF89a"), Err(LogoFault::NotPng));
        assert_eq!(read(&vec![0; MAX_LOGO_BYTES + 1]), Err(LogoFault::TooLarge));
        assert_eq!(
            read(&picture::png(&Bitmap::new(8, 8))),
            Err(LogoFault::Blank)
        );
        let mut long = Bitmap::new(8, 2_001);
        long.fill(0, 0, 8, 1);
        assert_eq!(read(&picture::png(&long)), Err(LogoFault::TooLarge));
        let mut cut = picture::png(&long.fitted(8, 100));
        cut.truncate(cut.len() / 2);
        assert_eq!(read(&cut), Err(LogoFault::NotPng));
    }

    #[test]
    fn it_is_kept_as_plain_data() {
        let mut bitmap = Bitmap::new(9, 2);
        bitmap.set(8, 1);
        let logo = Logo::new(bitmap).expect("a logo");
        let json = serde_json::to_string(&logo).expect("json");
        assert_eq!(json, r#"{"width":9,"height":2,"bits":"AAAAgA=="}"#);
        assert_eq!(serde_json::from_str::<Logo>(&json).expect("a logo"), logo);
        for bad in [
            r#"{"width":9,"height":2,"bits":"AAAA"}"#,
            r#"{"width":9,"height":2,"bits":"AAAAAA=="}"#,
            r#"{"width":4000000000,"height":4000000000,"bits":""}"#,
            r#"{"width":600,"height":1,"bits":"%"}"#,
        ] {
            assert!(serde_json::from_str::<Logo>(bad).is_err(), "{bad}");
        }
    }
}
