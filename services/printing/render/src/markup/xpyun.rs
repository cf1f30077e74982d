//! Mark-up of Xpyun (芯烨云).

use super::{Line, Span, What, labels, lines, parts};
use crate::{Align, Document};

/// Most bytes of a `content`.
pub const MAX_XPYUN_BYTES: usize = 12_288;

/// The `content` of a slip for `print`, or of its labels for `printLabel`.
///
/// Usually one; more where one would be longer than the cloud takes: then the slip is printed when
/// all of them are.
pub fn xpyun(document: &Document) -> Vec<String> {
    if document.paper.is_label() {
        let labels = labels(document);
        let pages = labels.into_iter().map(|placed| {
            let mut page = String::from("<PAGE><SIZE>40,25</SIZE>");
            for one in placed {
                let (x, y) = (one.x, one.y);
                page.push_str(&match one.what {
                    What::Text { text, times } => format!(
                        r#"<TEXT x="{x}" y="{y}" w="{times}" h="{times}" r="0">{text}</TEXT>"#
                    ),
                    What::Qr(text) => format!(r#"<QR x="{x}" y="{y}" w="128">{text}</QR>"#),
                });
            }
            page.push_str("</PAGE>");
            page
        });
        return parts(pages.collect(), MAX_XPYUN_BYTES, "", "");
    }
    let pieces = lines(document).iter().map(line).collect();
    let (going, gone) = ("<C>（未完）<BR></C>", "<C>（續）<BR></C>");
    parts(pieces, MAX_XPYUN_BYTES, going, gone)
}

fn line(line: &Line) -> String {
    match line {
        Line::Text { align, spans } => {
            let spans: String = spans.iter().map(span).collect();
            match align {
                Align::Left => format!("<L>{spans}<BR></L>"),
                Align::Center => format!("<C>{spans}<BR></C>"),
                Align::Right => format!("<R>{spans}<BR></R>"),
            }
        }
        Line::Qr(text) => format!("<C><QR>{text}</QR><BR></C>"),
        // What the shop uploaded in the cloud's console.
        Line::Logo => "<C><IMG><BR></C>".into(),
        Line::Cut => "<BR><C>- - - - - - - -<BR></C><BR>".into(),
    }
}

fn span(span: &Span) -> String {
    let gap = " ".repeat(span.gap);
    let mut text = span.text.clone();
    if span.double {
        text = format!("<B>{text}</B>");
    }
    if span.bold {
        text = format!("<BOLD>{text}</BOLD>");
    }
    format!("{gap}{text}")
}
