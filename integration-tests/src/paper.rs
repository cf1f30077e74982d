//! Paper that came out of the sandbox's printers, read as a person reads it: by what is to be seen on it.

use std::time::Duration;

use anyhow::Context as _;
use devtool::{demo::client::checked, printers::SYSTEM};
use print_render::{Document, Paper, Sheet, Size, Text, layout};
use reqwest::Client;
use serde_json::{Value, json};

use crate::Platform;

/// By then a slip is there, on a machine that does other things too.
const LIMIT: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(100);
const SIZES: [Size; 5] = [
    Size::Small,
    Size::Normal,
    Size::Large,
    Size::Huge,
    Size::Giant,
];

/// Where the sandbox's printers put their slips.
#[derive(Clone)]
pub struct Tray {
    control: String,
    pages: String,
    http: Client,
}

/// A slip as it came out.
#[derive(Clone, Debug)]
pub struct Slip {
    /// Counts the slips of all printers.
    pub number: u64,
    /// The printer.
    pub printer: String,
    /// What the printer knows the job by; empty for printers on a port.
    pub job: String,
    /// The printer stopped in the middle.
    pub partial: bool,
    width: usize,
    /// Row by row, true for black.
    dots: Vec<bool>,
}

impl Tray {
    /// That of a platform.
    pub fn of(platform: &Platform) -> anyhow::Result<Self> {
        let sandbox = &platform.endpoints.sandbox;
        let of = |name: &str| sandbox.get(name).cloned();
        Ok(Self {
            control: of("control").context("the sandbox is not running")?,
            pages: of(SYSTEM).context("the sandbox plays no printers")?,
            http: Client::new(),
        })
    }

    /// What came out of a printer after the slip `after`, the earliest first.
    pub async fn slips(&self, printer: &str, after: u64) -> anyhow::Result<Vec<Slip>> {
        let url = format!(
            "{}/{SYSTEM}/slips?printer={printer}&after={after}",
            self.control
        );
        let listed = checked("slips", self.http.get(url).send().await?).await?;
        let mut slips = Vec::new();
        for about in listed.as_array().context("no slips")?.iter().rev() {
            let number = about["number"].as_u64().context("a slip without number")?;
            let url = format!("{}/slips/{number}.png", self.pages);
            let picture = self.http.get(url).send().await?.error_for_status()?;
            let (width, dots) = dots(&picture.bytes().await?)?;
            slips.push(Slip {
                number,
                printer: about["printer"].as_str().unwrap_or_default().to_owned(),
                job: about["job"].as_str().unwrap_or_default().to_owned(),
                partial: about["partial"] == true,
                width,
                dots,
            });
        }
        Ok(slips)
    }

    /// Waits until a slip of a printer shows all of these texts.
    pub async fn until(&self, printer: &str, texts: &[&str]) -> anyhow::Result<Slip> {
        let mut after = 0;
        let waiting = async {
            loop {
                for slip in self.slips(printer, after).await? {
                    after = slip.number;
                    if texts.iter().all(|text| slip.shows(text)) {
                        return anyhow::Ok(slip);
                    }
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        let waited = tokio::time::timeout(LIMIT, waiting).await;
        waited.with_context(|| format!("{printer} printed nothing with {texts:?}"))?
    }

    /// Changes how a printer is, such as `{"paper": "ok"}`.
    pub async fn change(&self, printer: &str, change: &Value) -> anyhow::Result<()> {
        let url = format!("{}/{SYSTEM}/devices/{printer}", self.control);
        let changed = self.http.patch(url).json(change).send().await?;
        checked("a printer", changed).await?;
        Ok(())
    }

    /// How every printer is, by name.
    pub async fn devices(&self) -> anyhow::Result<Value> {
        let url = format!("{}/{SYSTEM}/devices", self.control);
        checked("printers", self.http.get(url).send().await?).await
    }

    /// Takes a printer away.
    pub async fn remove(&self, printer: &str) -> anyhow::Result<()> {
        let url = format!("{}/{SYSTEM}/devices/{printer}", self.control);
        self.http.delete(url).send().await?.error_for_status()?;
        Ok(())
    }

    /// Lets something go wrong at a printer once.
    pub async fn arm(&self, printer: &str, fault: &str, value: Value) -> anyhow::Result<()> {
        let url = format!("{}/faults", self.control);
        let armed = json!({
            "system": SYSTEM, "fault": fault, "reference": printer, "value": value,
        });
        checked("a fault", self.http.post(url).json(&armed).send().await?).await?;
        Ok(())
    }
}

impl Slip {
    /// Whether a text is on it, in whatever size, plain or white on black. Looks for the very dots of its letters.
    #[must_use]
    pub fn shows(&self, text: &str) -> bool {
        let sizes = SIZES.into_iter();
        let mut looks = sizes.flat_map(|size| {
            [(false, false), (true, false), (true, true)].map(|(bold, on_black)| {
                let text = Text::new(text).size(size);
                let text = if bold { text.bold() } else { text };
                if on_black { text.reverse() } else { text }
            })
        });
        looks.any(|look| Letters::of(look).is_some_and(|letters| letters.are_on(self)))
    }

    /// Whether a text is on it as what has to be said of a print is: large, and white on black.
    #[must_use]
    pub fn is_marked(&self, text: &str) -> bool {
        let mark = Text::new(text).size(Size::Large).bold().reverse();
        Letters::of(mark).is_some_and(|letters| letters.are_on(self))
    }

    /// Whether this is its title: as large as can be, and white on black.
    #[must_use]
    pub fn is_titled(&self, text: &str) -> bool {
        let title = Text::new(text).size(Size::Giant).bold().reverse();
        Letters::of(title).is_some_and(|letters| letters.are_on(self))
    }

    /// Texts of the QR codes on it, by a decoder that knows nothing of who drew them.
    #[must_use]
    pub fn codes(&self) -> Vec<String> {
        let height = self.dots.len() / self.width.max(1);
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(self.width, height, |x, y| {
            if self.dots[y * self.width + x] {
                0
            } else {
                255
            }
        });
        let grids = image.detect_grids();
        let decoded = grids.iter().filter_map(|grid| grid.decode().ok());
        decoded.map(|(_, text)| text).collect()
    }
}

/// The dots of a text, from its first to its last dot of ink each way.
struct Letters {
    width: usize,
    rows: Vec<Vec<bool>>,
}

impl Letters {
    /// None where it does not stand on one line.
    fn of(text: Text) -> Option<Self> {
        let on_black = text.style.reverse;
        let document = Document {
            paper: Paper::Mm80,
            sheets: vec![Sheet::of(vec![text.into()])],
        };
        let page = layout(&document).pop()?;
        let [run] = &page.runs[..] else {
            return None;
        };
        let cells = |y: u32| {
            let dots = (run.x..run.x + run.width).map(move |x| (x, y));
            dots.map(|(x, y)| page.bitmap.get(x, y)).collect()
        };
        let rows: Vec<Vec<bool>> = (run.y..run.y + run.px).map(cells).collect();
        let is_ink = |dot: bool| dot != on_black;
        let inked = |row: &Vec<bool>| row.iter().any(|dot| is_ink(*dot));
        let top = rows.iter().position(inked)?;
        let bottom = rows.iter().rposition(inked)?;
        let rows = &rows[top..=bottom];
        let columns = || rows.iter().flat_map(|row| row.iter().enumerate());
        let ink = || columns().filter(|(_, dot)| is_ink(**dot)).map(|(x, _)| x);
        let (left, right) = (ink().min()?, ink().max()?);
        Some(Self {
            width: right + 1 - left,
            rows: rows.iter().map(|row| row[left..=right].to_vec()).collect(),
        })
    }

    fn are_on(&self, slip: &Slip) -> bool {
        let height = slip.dots.len() / slip.width.max(1);
        if self.width > slip.width || self.rows.len() > height {
            return false;
        }
        let is_at = |x: usize, y: usize| {
            self.rows.iter().enumerate().all(|(down, row)| {
                let from = (y + down) * slip.width + x;
                slip.dots[from..from + self.width] == row[..]
            })
        };
        // White rows are most of a slip.
        let first_has_black = self.rows[0].contains(&true);
        let may_begin_at = |y: &usize| {
            let row = &slip.dots[y * slip.width..][..slip.width];
            !first_has_black || row.contains(&true)
        };
        let mut rows = (0..=height - self.rows.len()).filter(may_begin_at);
        rows.any(|y| (0..=slip.width - self.width).any(|x| is_at(x, y)))
    }
}

/// Width and dots of a PNG.
fn dots(png: &[u8]) -> anyhow::Result<(usize, Vec<bool>)> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(png));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info()?;
    let size = reader.output_buffer_size().context("a huge picture")?;
    let mut samples = vec![0; size];
    let frame = reader.next_frame(&mut samples)?;
    let each = frame.color_type.samples();
    let dots = samples[..frame.buffer_size()].chunks_exact(each);
    Ok((
        usize::try_from(frame.width)?,
        dots.map(|dot| dot[0] < 128).collect(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slip(text: Text) -> Slip {
        let document = Document {
            paper: Paper::Mm58,
            sheets: vec![Sheet::of(vec![
                Text::new("顧客單").into(),
                text.into(),
                Text::new("共 2 份").into(),
            ])],
        };
        let page = &layout(&document)[0];
        let (width, height) = (page.bitmap.width(), page.bitmap.height());
        let rows = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        Slip {
            number: 1,
            printer: "kitchen".to_owned(),
            job: String::new(),
            partial: false,
            width: usize::try_from(width).unwrap(),
            dots: rows.map(|(x, y)| page.bitmap.get(x, y)).collect(),
        }
    }

    #[test]
    fn a_text_is_found_in_any_look_and_another_is_not() {
        let name = "紅玉紅茶";
        for look in [
            Text::new(name),
            Text::new(name).size(Size::Huge).bold(),
            Text::new(name).size(Size::Large).bold().center().reverse(),
            Text::new(format!("大杯{name}（冷）")).bold(),
        ] {
            let slip = slip(look);
            assert!(slip.shows(name) && slip.shows("共 2 份"));
            assert!(!slip.shows("紅玉奶茶") && !slip.shows("補印"));
            assert!(!slip.is_marked("共 2 份"));
        }
    }
}
