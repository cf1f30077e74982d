//! The query of a fetch and of a confirmation.

use url::form_urlencoded;

use crate::{JobToken, Mac};

/// Longest query that is read.
const MAX_QUERY_BYTES: usize = 4 << 10;

/// The try that a request names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// None: older firmware knows no tokens.
    Nothing,
    /// This one.
    Try(JobToken),
    /// Something that is none of ours.
    Unknown,
}

impl Named {
    pub(super) fn read(text: Option<&str>) -> Self {
        match text {
            None | Some("") => Self::Nothing,
            Some(text) => text.parse().map_or(Self::Unknown, Self::Try),
        }
    }
}

/// A query as it was read; what is not in the protocol is left out, and of a name that comes twice the
/// first counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The id that a server gave the printer.
    pub unique_id: Option<String>,
    /// The printer's hardware address.
    pub mac: Option<Mac>,
    /// The media type that is asked for.
    pub media_type: Option<String>,
    /// The try it is about.
    pub token: Named,
    /// How it went, as it was sent.
    pub code: Option<String>,
    /// The printer's firmware, at most 64 characters.
    pub firmware: Option<String>,
    /// How often the same confirmation was sent before.
    pub retry: u32,
    /// A GET that stands for a DELETE.
    pub is_confirmation: bool,
}

impl Query {
    /// Reads a query; one that is too long names nothing.
    #[must_use]
    pub fn read(query: &str) -> Self {
        let query = if query.len() > MAX_QUERY_BYTES {
            ""
        } else {
            query
        };
        let first = |name: &str| {
            form_urlencoded::parse(query.as_bytes())
                .find(|(field, _)| field == name)
                .map(|(_, value)| value.into_owned())
        };
        let short = |text: &String| (1..=64).contains(&text.len());
        Self {
            unique_id: first("uid").filter(short),
            mac: first("mac").as_deref().and_then(Mac::parse),
            media_type: first("type").filter(|text| !text.is_empty()),
            token: Named::read(first("token").as_deref()),
            code: first("code"),
            firmware: first("firmware").filter(short),
            retry: first("retry")
                .and_then(|retry| retry.parse().ok())
                .unwrap_or(0),
            is_confirmation: first("delete").is_some(),
        }
    }
}
