//! Mark-up of push clouds, whose printers set the letters themselves.
//!
//! The same lines as on our own raster, measured in the cloud's columns: 32 or 48 of 12 dots. What
//! somebody typed cannot become a tag: `<`, `>` and `&` are full-width ones. Copies are the cloud's.

mod feie;
mod xpyun;

pub use feie::{MAX_FEIE_BYTES, feie};
pub use xpyun::{MAX_XPYUN_BYTES, xpyun};

use crate::{
    Align, Document, Rule,
    layout::{Kind, Letters, Strip, pages},
};

/// Dots of a column.
const COLUMN: u32 = 12;

/// Characters a cloud takes in a QR code.
const MAX_QR: usize = 256;

/// A line as a cloud prints it.
#[derive(Debug, PartialEq)]
enum Line {
    Text { align: Align, spans: Vec<Span> },
    Qr(String),
    Logo,
    Cut,
}

/// Letters of one size.
#[derive(Debug, PartialEq)]
struct Span {
    /// White columns before it.
    gap: usize,
    /// Escaped.
    text: String,
    /// Double height and width.
    double: bool,
    bold: bool,
}

/// Lines of a document on a roll.
fn lines(document: &Document) -> Vec<Line> {
    let columns = (document.paper.width() / COLUMN) as usize;
    let mut lines = Vec::new();
    let mut coded = false;
    for (at, strips) in pages(document, Letters::Cloud).iter().enumerate() {
        if at > 0 {
            lines.push(Line::Cut);
        }
        for strip in strips {
            match &strip.kind {
                Kind::Line(align) => lines.push(text(strip, *align)),
                Kind::Adorned => lines.push(text(strip, Align::Left)),
                Kind::Rule(rule) => lines.push(dashes(*rule, columns)),
                Kind::Frame => lines.push(dashes(Rule::Solid, columns)),
                // A cloud prints one code a job.
                Kind::Qr(code) if !coded && codable(code) => {
                    coded = true;
                    lines.push(Line::Qr(code.clone()));
                }
                Kind::Qr(code) => lines.extend(broken(code, columns)),
                Kind::Picture => lines.push(Line::Logo),
                Kind::Ruler => lines.push(plain("----+----1".repeat(5)[..columns].to_owned())),
                Kind::Space if strip.height >= 16 => lines.push(plain(String::new())),
                Kind::Space => {}
            }
        }
    }
    lines
}

fn text(strip: &Strip, align: Align) -> Line {
    let mut end = 0;
    let spans = strip.runs().map(|run| {
        let gap = run.x.saturating_sub(end) / COLUMN;
        end = run.x + run.width;
        Span {
            gap: if align == Align::Left {
                gap as usize
            } else {
                0
            },
            text: run.text.clone(),
            double: run.px > 24,
            bold: run.bold,
        }
    });
    Line::Text {
        align,
        spans: spans.collect(),
    }
}

fn plain(text: String) -> Line {
    Line::Text {
        align: Align::Left,
        spans: vec![Span {
            gap: 0,
            text,
            double: false,
            bold: false,
        }],
    }
}

fn dashes(rule: Rule, columns: usize) -> Line {
    plain(match rule {
        Rule::Solid => "-".repeat(columns),
        Rule::Dashed => "- ".repeat(columns / 2),
    })
}

fn broken(code: &str, columns: usize) -> Vec<Line> {
    let text = crate::text::wrap(&escaped(&crate::clean(code)), columns as u32, |c| {
        if c.is_ascii() { 1 } else { 2 }
    });
    text.into_iter().map(plain).collect()
}

/// Whether a text can be a cloud's QR code: within its length, and nothing that needs escaping.
fn codable(text: &str) -> bool {
    text.chars().count() <= MAX_QR && !text.contains(['<', '>', '&'])
}

/// Text that cannot be a tag.
pub(crate) fn escaped(text: &str) -> String {
    let escape = |c| match c {
        '<' => '＜',
        '>' => '＞',
        '&' => '＆',
        c => c,
    };
    text.chars().map(escape).collect()
}

/// Letters of a label, where they stand.
struct Placed {
    x: u32,
    y: u32,
    what: What,
}

enum What {
    Text { text: String, times: u32 },
    Qr(String),
}

/// Labels of a document, what stands where on each.
fn labels(document: &Document) -> Vec<Vec<Placed>> {
    let margin = document.paper.margin();
    let columns = (document.paper.content_width() / COLUMN) as usize;
    let label = |strips: &Vec<Strip>| {
        let mut placed = Vec::new();
        let mut top = margin;
        for strip in strips {
            let put = |x: u32, y: u32, what| Placed {
                x: x + margin,
                y: y + top,
                what,
            };
            match &strip.kind {
                Kind::Qr(code) if codable(code) => {
                    let x = document.paper.content_width().saturating_sub(128) / 2;
                    placed.push(put(x, 0, What::Qr(code.clone())));
                }
                Kind::Rule(_) => {
                    let text = "-".repeat(columns);
                    placed.push(put(0, 0, What::Text { text, times: 1 }));
                }
                _ => {
                    let text = |run: &crate::Run| What::Text {
                        text: run.text.clone(),
                        times: run.px / 24,
                    };
                    placed.extend(strip.runs().map(|run| put(run.x, run.y, text(run))));
                }
            }
            top += strip.height;
        }
        placed
    };
    pages(document, Letters::Cloud).iter().map(label).collect()
}

/// Pieces joined into as few texts as a limit of bytes allows, broken between pieces only; `going`
/// ends each but the last, `gone` begins each but the first.
fn parts(pieces: Vec<String>, limit: usize, going: &str, gone: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    for piece in pieces {
        if !part.is_empty() && part.len() + piece.len() + going.len() > limit {
            part.push_str(going);
            parts.push(std::mem::replace(&mut part, gone.to_owned()));
        }
        part.push_str(&piece);
    }
    parts.push(part);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_keep_the_limit_and_every_piece() {
        let pieces: Vec<String> = (0..40).map(|n| format!("[{n}]")).collect();
        let parts = parts(pieces.clone(), 30, "~", "^");
        assert!(
            parts.len() > 4 && parts.iter().all(|part| part.len() <= 30),
            "{parts:?}"
        );
        let joined = parts.concat().replace(['~', '^'], "");
        assert_eq!(joined, pieces.concat());
    }

    #[test]
    fn a_code_that_would_need_escaping_is_text() {
        assert!(codable("https://yizhimai.tw/o/A2B3C?t=1"));
        assert!(!codable("https://yizhimai.tw/?a=1&b=2") && !codable("<CUT>"));
        assert!(!codable(&"x".repeat(257)));
    }
}
