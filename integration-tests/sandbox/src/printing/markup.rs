//! The vendors' mark-up: what in it no printer would understand, and the lines it comes out as.

use serde::Serialize;

/// Tags of slips and labels, of both vendors.
const TAGS: &[&str] = &[
    "BR",
    "L",
    "C",
    "R",
    "N",
    "HB",
    "WB",
    "B",
    "CB",
    "HB2",
    "WB2",
    "B2",
    "BOLD",
    "QR",
    "QR180",
    "BARCODE",
    "IMG",
    "IMG60",
    "TABLE",
    "tr",
    "td",
    "HT",
    "LINE",
    "PAGE",
    "SIZE",
    "TEXT",
    "BC128",
    "CUT",
    "LOGO",
    "PLUGIN",
    "AUDIO",
    "DIRECTION",
    "BC128_A",
    "BC128_B",
    "BC128_C",
    "RIGHT",
];

/// Those that stand alone.
const ALONE: &[&str] = &["BR", "CUT", "LOGO", "PLUGIN", "HT", "LINE", "IMG", "IMG60"];

/// A line as it comes out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    pub text: String,
    /// Times the usual size.
    pub size: u8,
    pub bold: bool,
    /// `left`, `center` or `right`.
    pub align: &'static str,
    /// The text is the content of a QR code.
    pub code: bool,
}

impl Line {
    pub const fn plain(text: String) -> Self {
        Self {
            text,
            size: 1,
            bold: false,
            align: "left",
            code: false,
        }
    }
}

/// A tag on its own.
struct Tag<'a> {
    name: &'a str,
    closes: bool,
}

enum Part<'a> {
    Text(&'a str),
    Tag(Tag<'a>),
}

/// What the printer makes of a content.
#[derive(Debug, Default)]
pub struct Reading {
    pub lines: Vec<Line>,
    /// Pages of labels.
    pub pages: usize,
    pub codes: usize,
    /// What it does not understand.
    pub faults: Vec<String>,
}

/// Reads `content` as a printer would.
pub fn read(content: &str) -> Reading {
    let mut reading = Reading::default();
    let mut open: Vec<&str> = Vec::new();
    let mut line = Line::plain(String::new());
    for part in parts(content) {
        match part {
            Part::Text(text) if open.contains(&"SIZE") => {
                if !text.contains(',') {
                    reading.faults.push(format!("SIZE {text:?}"));
                }
            }
            Part::Text(_) if open.contains(&"DIRECTION") => {}
            Part::Text(text) => line.text += text,
            Part::Tag(tag) if !TAGS.contains(&tag.name) => {
                reading.faults.push(format!("tag <{}>", tag.name));
            }
            Part::Tag(Tag { name: "BR", .. }) => reading.end(&mut line),
            Part::Tag(tag) if tag.closes => {
                if open.pop() != Some(tag.name) {
                    reading
                        .faults
                        .push(format!("</{}> closes nothing", tag.name));
                }
                if matches!(tag.name, "QR" | "QR180") {
                    line.code = true;
                    reading.end(&mut line);
                } else if matches!(tag.name, "TEXT" | "PAGE" | "C" | "CB" | "R" | "tr") {
                    reading.end(&mut line);
                }
            }
            Part::Tag(tag) => {
                match tag.name {
                    "PAGE" => reading.pages += 1,
                    "QR" | "QR180" => {
                        reading.end(&mut line);
                        reading.codes += 1;
                    }
                    "C" => line.align = "center",
                    "CB" => (line.align, line.size) = ("center", 2),
                    "R" | "RIGHT" => line.align = "right",
                    "B" | "HB" | "WB" => line.size = 2,
                    "B2" | "HB2" | "WB2" => line.size = 3,
                    "BOLD" => line.bold = true,
                    "td" if !line.text.is_empty() => line.text += "  ",
                    _ => {}
                }
                if !ALONE.contains(&tag.name) {
                    open.push(tag.name);
                }
            }
        }
    }
    reading.end(&mut line);
    for name in open {
        reading.faults.push(format!("<{name}> is not closed"));
    }
    reading
}

impl Reading {
    /// The line is over; the next one has its size and weight.
    fn end(&mut self, line: &mut Line) {
        let next = Line::plain(String::new());
        let ended = std::mem::replace(line, next);
        if !ended.text.is_empty() {
            self.lines.push(ended);
        }
    }
}

/// The texts and tags of `content`. A `<` without its `>` is text.
fn parts(content: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = content;
    while let Some(start) = rest.find('<') {
        let Some(end) = rest[start..].find('>').map(|end| start + end) else {
            break;
        };
        if start > 0 {
            parts.push(Part::Text(&rest[..start]));
        }
        let inner = &rest[start + 1..end];
        let closes = inner.starts_with('/');
        let name = inner.trim_start_matches('/').trim_end_matches('/');
        let name = name.split_ascii_whitespace().next().unwrap_or_default();
        parts.push(Part::Tag(Tag { name, closes }));
        rest = &rest[end + 1..];
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_comes_out_line_by_line() {
        let reading =
            read("<CB>001</CB><BR>珍珠奶茶  x2<BR><BOLD>少冰</BOLD><BR><QR>https://a.test/1</QR>");
        assert!(reading.faults.is_empty(), "{:?}", reading.faults);
        let lines: Vec<_> = reading
            .lines
            .iter()
            .map(|line| {
                (
                    line.text.as_str(),
                    line.size,
                    line.align,
                    line.bold,
                    line.code,
                )
            })
            .collect();
        assert_eq!(
            lines,
            [
                ("001", 2, "center", false, false),
                ("珍珠奶茶  x2", 1, "left", false, false),
                ("少冰", 1, "left", true, false),
                ("https://a.test/1", 1, "left", false, true),
            ]
        );
        assert_eq!(reading.codes, 1);
    }

    #[test]
    fn labels_have_pages() {
        let label = "<PAGE><SIZE>40,25</SIZE><TEXT x=\"8\" y=\"8\" w=\"1\" h=\"1\" r=\"0\">001 1/2</TEXT></PAGE>";
        let reading = read(&label.repeat(2));
        assert!(reading.faults.is_empty(), "{:?}", reading.faults);
        assert_eq!((reading.pages, reading.lines.len()), (2, 2));
    }

    #[test]
    fn what_nobody_understands_is_said() {
        for (content, part) in [
            ("<script>x</script>", "tag <script>"),
            ("<C>x", "<C> is not closed"),
            ("x</C>", "</C> closes nothing"),
            ("<PAGE><SIZE>40x25</SIZE></PAGE>", "SIZE"),
        ] {
            let faults = read(content).faults;
            assert!(
                faults.iter().any(|fault| fault.contains(part)),
                "{content}: {faults:?}"
            );
        }
        assert!(read("a < b & c").faults.is_empty());
    }
}
