//! The record of what arrived, how it was answered, and what was wrong with it.

use bytes::Bytes;
use http::HeaderMap;
use serde::{Deserialize, Serialize};

use crate::{clock::Instant, state::Transaction};

pub const REQUESTS: &str = "request";
pub const VIOLATIONS: &str = "violation";
/// Older requests are dropped from the record.
const MOST_REQUESTS: usize = 20_000;
const BODY_CHARS: usize = 65_536;
/// Headers whose values are keys: only their ends are recorded.
const SECRET_HEADERS: &[&str] = &["authorization", "x-api-key", "api-key"];

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Request {
    pub id: String,
    pub at: Instant,
    pub system: String,
    pub call: String,
    pub reference: String,
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
    pub fault: Option<String>,
    pub status: Option<u16>,
    pub answer: Option<String>,
    pub violations: Vec<String>,
}

/// A rule of the protocol that the platform has broken.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Violation {
    pub at: Instant,
    pub system: String,
    pub reference: String,
    /// The request, or the delivery whose answer was wrong.
    pub subject: String,
    pub rule: String,
    pub detail: String,
}

pub fn insert(tx: &mut Transaction<'_>, request: &Request) {
    if tx.count(REQUESTS) >= MOST_REQUESTS
        && let Some(oldest) = tx.first_key(REQUESTS)
    {
        tx.delete(REQUESTS, &oldest);
    }
    tx.put(REQUESTS, &request.id, request);
}

pub fn update(tx: &mut Transaction<'_>, id: &str, change: impl FnOnce(&mut Request)) {
    if let Some(mut request) = tx.get::<Request>(REQUESTS, id) {
        change(&mut request);
        tx.put(REQUESTS, id, &request);
    }
}

pub fn violation(tx: &mut Transaction<'_>, violation: &Violation) {
    let key = format!("{:08}", tx.next_number(VIOLATIONS));
    tx.put(VIOLATIONS, &key, violation);
}

/// `body` as text of bounded length.
pub fn text(body: &Bytes) -> String {
    String::from_utf8_lossy(body)
        .chars()
        .take(BODY_CHARS)
        .collect()
}

pub fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let all = headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        let shown = if SECRET_HEADERS.contains(&name.as_str()) {
            let end = value.chars().count().saturating_sub(4);
            format!("…{}", value.chars().skip(end).collect::<String>())
        } else {
            value.into_owned()
        };
        (name.to_string(), shown)
    });
    all.collect()
}
