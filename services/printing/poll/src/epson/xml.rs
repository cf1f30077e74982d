//! Walking through XML from devices. Firmware closes tags wrongly, so that only openings, attributes and
//! texts are looked at; nothing is expanded but the five predefined entities and characters by number.

use quick_xml::{
    Reader, XmlVersion,
    escape::resolve_predefined_entity,
    events::{BytesStart, Event},
};

use crate::Malformed;

/// More openings, texts and endings than any result has.
const MOST_EVENTS: usize = 20_000;
/// Longest text that is kept.
const MOST_TEXT: usize = 4096;

/// Something on the way.
#[derive(Debug)]
pub(super) enum Node {
    /// An element begins.
    Open(Element),
    /// All text up to here since the last opening or ending, trimmed.
    Text(String),
    /// An element ends.
    Close,
}

/// An element with its attributes, without namespaces.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) name: String,
    attributes: Vec<(String, String)>,
}

impl Element {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let mut found = self.attributes.iter().filter(|(known, _)| known == name);
        found.next().map(|(_, value)| value.as_str())
    }

    fn read(start: &BytesStart<'_>) -> Self {
        let mut attributes = start.attributes();
        Self {
            name: start.local_name().as_ref().to_owned(),
            attributes: attributes
                .with_checks(false)
                .flatten()
                .filter_map(|attribute| {
                    let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
                    let name = attribute.key.local_name().as_ref().to_owned();
                    Some((name, value.into_owned()))
                })
                .collect(),
        }
    }
}

/// Visits everything in `xml` in order. What follows a place that cannot be read at all is left out.
pub(super) fn walk(xml: &str, mut visit: impl FnMut(Node)) -> Result<(), Malformed> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().enable_all_checks(false);
    reader.config_mut().allow_unmatched_ends = true;
    reader.config_mut().allow_dangling_amp = true;
    let mut text = String::new();
    for _ in 0..MOST_EVENTS {
        let event = match reader.read_event() {
            Ok(Event::DocType(_)) => return Err(Malformed::DocumentType),
            Ok(Event::Eof) | Err(_) => break,
            Ok(event) => event,
        };
        let more = match &event {
            Event::Text(part) => part.xml10_content().into_owned(),
            Event::CData(part) => part.xml10_content().into_owned(),
            Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                Ok(Some(character)) => character.to_string(),
                _ => resolve_predefined_entity(&reference.xml10_content())
                    .unwrap_or_default()
                    .to_owned(),
            },
            _ => String::new(),
        };
        if text.len() + more.len() <= MOST_TEXT {
            text.push_str(&more);
        }
        if !matches!(event, Event::Start(_) | Event::Empty(_) | Event::End(_)) {
            continue;
        }
        let before = std::mem::take(&mut text);
        if !before.trim().is_empty() {
            visit(Node::Text(before.trim().to_owned()));
        }
        match event {
            Event::Start(start) => visit(Node::Open(Element::read(&start))),
            Event::Empty(start) => {
                visit(Node::Open(Element::read(&start)));
                visit(Node::Close);
            }
            _ => visit(Node::Close),
        }
    }
    Ok(())
}
