//! Reading what an Epson printer is given, as strictly as the printer does.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
};

use crate::printing::canvas::Canvas;

const NAMESPACE: &str = "http://www.epson-pos.com/schemas/2011/03/epos-print";
const MOST_PRINT_UNITS: usize = 5_000;
/// Rows of a line feed, at the usual pitch.
const LINE: usize = 30;
const DEVICE: &str = "local_printer";

/// A job that can be printed.
#[derive(Debug)]
pub struct Job {
    pub id: String,
    pub slips: Vec<Slip>,
}

/// What comes out between two cuts.
#[derive(Debug)]
pub struct Slip {
    pub picture: Canvas,
    pub cut: bool,
    pub notes: Vec<String>,
}

/// XML that the printer does not take.
#[derive(Debug)]
pub struct Fault {
    pub text: String,
    /// The job it is about, where that was read.
    pub job: Option<String>,
}

/// Where the reading is.
#[derive(Default)]
struct Reading {
    path: Vec<String>,
    jobs: Vec<Job>,
    id: String,
    device: String,
    picture: Option<Canvas>,
    notes: Vec<String>,
    slips: Vec<Slip>,
    image: Option<(usize, usize)>,
    units: usize,
    version: String,
}

/// Reads a `PrintRequestInfo`.
pub fn read(xml: &str) -> Result<Vec<Job>, Fault> {
    let mut reading = Reading::default();
    let read = reading.all(xml);
    read.map_err(|text| Fault {
        text,
        job: Some(reading.id).filter(|id| !id.is_empty()),
    })?;
    Ok(reading.jobs)
}

impl Reading {
    fn all(&mut self, xml: &str) -> Result<(), String> {
        let mut reader = Reader::from_str(xml);
        reader.config_mut().check_end_names = true;
        loop {
            match reader.read_event().map_err(|error| error.to_string())? {
                Event::Start(start) => {
                    self.open(&start)?;
                    self.path.push(start.local_name().as_ref().to_owned());
                }
                Event::Empty(start) => {
                    self.open(&start)?;
                    self.close(start.local_name().as_ref())?;
                }
                Event::End(end) => {
                    self.path.pop();
                    self.close(end.local_name().as_ref())?;
                }
                Event::Text(text) => self.text(&text.xml10_content())?,
                Event::DocType(_) => return Err("a document type".to_owned()),
                Event::Eof if self.path.is_empty() => break,
                Event::Eof => return Err("it breaks off".to_owned()),
                _ => {}
            }
        }
        if self.jobs.is_empty() {
            return Err("no ePOSPrint".to_owned());
        }
        Ok(())
    }

    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), String> {
        let name = start.local_name();
        let attribute = |name: &str| -> Option<String> {
            let found = start.try_get_attribute(name).ok()??;
            Some(
                found
                    .normalized_value(XmlVersion::Implicit1_0)
                    .ok()?
                    .into_owned(),
            )
        };
        match name.as_ref() {
            "PrintRequestInfo" => self.version = attribute("Version").unwrap_or_default(),
            "ePOSPrint" => {
                self.id.clear();
                self.device.clear();
            }
            "epos-print" if attribute("xmlns").as_deref() != Some(NAMESPACE) => {
                return Err("epos-print of another namespace".to_owned());
            }
            "image" => {
                let number = |name: &str| attribute(name).and_then(|text| text.parse().ok());
                let size = number("width").zip(number("height"));
                let size = size.filter(|(width, height)| *width > 0 && *height > 0);
                self.image = Some(size.ok_or("an image without its size")?);
                let mode = attribute("mode").unwrap_or_else(|| "mono".to_owned());
                if mode != "mono" {
                    return Err(format!("image mode {mode:?}"));
                }
                self.unit()?;
            }
            "feed" => {
                let number =
                    |name: &str| attribute(name).and_then(|text| text.parse::<usize>().ok());
                let rows = number("unit").unwrap_or(0) + number("line").unwrap_or(0) * LINE;
                let picture = self.picture.get_or_insert(Canvas::new(1));
                picture.grow(picture.height() + rows.min(4_096));
                self.unit()?;
            }
            "cut" => {
                self.cut(true);
                self.unit()?;
            }
            "pulse" | "sound" | "text" | "barcode" | "symbol" | "command" => {
                self.notes.push(name.as_ref().to_owned());
                self.unit()?;
            }
            _ => {}
        }
        Ok(())
    }

    fn unit(&mut self) -> Result<(), String> {
        if !self.path.iter().any(|name| name == "epos-print") {
            return Err("something to print outside of epos-print".to_owned());
        }
        self.units += 1;
        if self.units > MOST_PRINT_UNITS {
            return Err("too many print data units".to_owned());
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), String> {
        match self.path.last().map(String::as_str) {
            Some("printjobid") => {
                let is_id = (1..=30).contains(&text.len())
                    && text
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
                if !is_id {
                    return Err(format!("printjobid {text:?}"));
                }
                text.clone_into(&mut self.id);
            }
            Some("devid") => text.clone_into(&mut self.device),
            Some("timeout") => {
                let _: u32 = text.parse().map_err(|_| format!("timeout {text:?}"))?;
            }
            Some("image") => self.picture_of(text)?,
            _ => {}
        }
        Ok(())
    }

    fn picture_of(&mut self, text: &str) -> Result<(), String> {
        let (width, height) = self.image.take().ok_or("two texts in an image")?;
        let text: String = text.split_ascii_whitespace().collect();
        let data = STANDARD.decode(text).map_err(|error| error.to_string())?;
        let row_bytes = width.div_ceil(8);
        if data.len() != row_bytes * height {
            return Err(format!("{} bytes for {width} by {height}", data.len()));
        }
        let above = self.picture.take();
        let mut picture = Canvas::new(width.max(above.as_ref().map_or(0, Canvas::width)));
        let mut top = 0;
        if let Some(above) = above {
            top = above.height();
            picture.grow(top);
            for y in 0..top {
                for x in (0..above.width()).filter(|x| above.is_black(*x, y)) {
                    picture.paint(x, y, 1, &[0x80]);
                }
            }
        }
        picture.paint(0, top, row_bytes, &data);
        picture.grow(top + height);
        self.picture = Some(picture);
        Ok(())
    }

    fn cut(&mut self, cut: bool) {
        if let Some(picture) = self.picture.take() {
            self.slips.push(Slip {
                picture,
                cut,
                notes: std::mem::take(&mut self.notes),
            });
        }
    }

    fn close(&mut self, name: &str) -> Result<(), String> {
        match name {
            "image" if self.image.is_some() => return Err("an image without data".to_owned()),
            "epos-print" => self.cut(false),
            "ePOSPrint" => {
                if self.device != DEVICE {
                    return Err(format!("devid {:?}", self.device));
                }
                let needs_id = self.version != "1.00" && !self.version.is_empty();
                if needs_id && self.id.is_empty() {
                    return Err("no printjobid".to_owned());
                }
                self.jobs.push(Job {
                    id: self.id.clone(),
                    slips: std::mem::take(&mut self.slips),
                });
            }
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(print: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><PrintRequestInfo Version=\"2.00\"><ePOSPrint><Parameter>\
             <devid>local_printer</devid><timeout>60000</timeout><printjobid>job.1</printjobid></Parameter>\
             <PrintData><epos-print xmlns=\"{NAMESPACE}\">{print}</epos-print></PrintData></ePOSPrint></PrintRequestInfo>"
        )
    }

    #[test]
    fn pictures_join_until_the_cut() {
        let image = |data: &str| {
            format!(
                "<image width=\"16\" height=\"1\" color=\"color_1\" mode=\"mono\">{data}</image>"
            )
        };
        let print = format!(
            "{}<feed unit=\"2\"/>{}<cut type=\"feed\"/>{}<sound/>",
            image("gAE="),
            image("//8="),
            image("AAA=")
        );
        let jobs = read(&request(&print)).unwrap();
        assert_eq!(jobs[0].id, "job.1");
        let [first, second] = &jobs[0].slips[..] else {
            panic!("{jobs:?}");
        };
        assert_eq!(
            (first.picture.width(), first.picture.height(), first.cut),
            (16, 4, true)
        );
        assert!(first.picture.is_black(0, 0) && first.picture.is_black(15, 0));
        assert!(!first.picture.is_black(1, 0) && first.picture.is_black(8, 3));
        assert_eq!((second.picture.height(), second.cut), (1, false));
        assert_eq!(second.notes, ["sound"]);
    }

    #[test]
    fn what_a_printer_does_not_take_is_a_fault_of_its_job() {
        let image = "<image width=\"16\" height=\"2\">gAE=</image>";
        for (xml, part) in [
            (request(image), "2 bytes for 16 by 2"),
            (
                request("<image width=\"16\">gAE=</image>"),
                "without its size",
            ),
            (request("<cut type=\"feed\"></epos-print>"), "expected"),
            (request("").replace("job.1", "a b"), "printjobid"),
            (request("").replace("local_printer", "other"), "devid"),
            (request("").replace("2011/03", "2012/09"), "namespace"),
            ("<PrintRequestInfo/>".to_owned(), "no ePOSPrint"),
            ("<PrintRequestInfo><ePOSPrint>".to_owned(), "breaks off"),
            (format!("<!DOCTYPE a>{}", request("")), "document type"),
        ] {
            let fault = read(&xml).unwrap_err();
            assert!(fault.text.contains(part), "{xml}: {}", fault.text);
        }
        assert_eq!(
            read(&request(image)).unwrap_err().job.as_deref(),
            Some("job.1")
        );
    }
}
