//! Mark-up of Feie (飛鵝).

use super::{Line, Span, What, labels, lines, parts};
use crate::{Align, Document};

/// Most bytes of a `content`; the sheet of its interface names no other.
pub const MAX_FEIE_BYTES: usize = 5_000;

/// The `content` of a slip for `Open_printMsg`, or of each label for `Open_printLabelMsg`.
///
/// Of a slip usually one; more where one would be longer than the cloud takes, and one a label:
/// then it is printed when all of them are.
pub fn feie(document: &Document) -> Vec<String> {
    if document.paper.is_label() {
        return labels(document)
            .into_iter()
            .map(|placed| {
                let mut label = String::from("<DIRECTION>1</DIRECTION>");
                for one in placed {
                    let (x, y) = (one.x, one.y);
                    label.push_str(&match one.what {
                        What::Text { text, times } => format!(
                            r#"<TEXT x="{x}" y="{y}" font="12" w="{times}" h="{times}" r="0">{text}</TEXT>"#
                        ),
                        What::Qr(text) => {
                            format!(r#"<QR x="{x}" y="{y}" e="M" w="4">{text}</QR>"#)
                        }
                    });
                }
                label
            })
            .collect();
    }
    let pieces = lines(document).iter().map(line).collect();
    let (going, gone) = ("<C>（未完）</C><BR>", "<C>（續）</C><BR>");
    parts(pieces, MAX_FEIE_BYTES, going, gone)
}

fn line(line: &Line) -> String {
    match line {
        Line::Text {
            align: Align::Center,
            spans,
        } if spans.iter().all(|span| span.double) => {
            let text: String = spans.iter().map(|span| span.text.as_str()).collect();
            format!("<CB>{text}</CB><BR>")
        }
        Line::Text { align, spans } => {
            let spans: String = spans.iter().map(span).collect();
            match align {
                Align::Left => format!("{spans}<BR>"),
                Align::Center => format!("<C>{spans}</C><BR>"),
                Align::Right => format!("<RIGHT>{spans}</RIGHT><BR>"),
            }
        }
        Line::Qr(text) => format!("<QR>{text}</QR><BR>"),
        // What was stored in the printer.
        Line::Logo => "<LOGO><BR>".into(),
        Line::Cut => "<CUT>".into(),
    }
}

/// Double letters stand out by themselves: nesting bold in them is not described.
fn span(span: &Span) -> String {
    let gap = " ".repeat(span.gap);
    match (span.double, span.bold) {
        (true, _) => format!("{gap}<B>{}</B>", span.text),
        (false, true) => format!("{gap}<BOLD>{}</BOLD>", span.text),
        (false, false) => format!("{gap}{}", span.text),
    }
}
