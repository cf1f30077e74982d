//! What a provider sends on its own, and what it gets back.

use bytes::Bytes;

use crate::Report;

/// A message from outside, as it arrived. At most 64 KiB; verified before it is parsed.
#[derive(Clone, Debug)]
pub struct Callback {
    /// Its headers, names in lower case; only those that a provider signs or needs.
    pub headers: Vec<(String, String)>,
    /// Its query, as sent.
    pub query: String,
    /// Its body, as sent.
    pub body: Bytes,
}

impl Callback {
    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }
}

/// What a verified message says, or what an unsigned one hints at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Our reference that it names; the provider's own number where the provider does not repeat ours
    /// (Stripe's disputes), and empty in a message about no attempt.
    pub reference: String,
    /// Distinguishes it from other messages about the same attempt; the same in every redelivery,
    /// though the bytes may differ.
    pub event: String,
    /// The merchant that it names, to be compared with the account's.
    pub merchant: Option<String>,
    /// The provider's number that it names beside our reference, where the message is not signed.
    pub theirs: Option<String>,
    /// What it says; `None` when the message is not signed and the provider must be asked.
    pub report: Option<Report>,
    /// A simulated payment: never booked as paid by a live account.
    pub simulated: bool,
    /// What the provider asks before it goes on; the verdict is the answer.
    pub asks_for: Option<Question>,
}

/// What a provider asks in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Whether it may charge now (JKOPAY's `confirm_url`): [`Verdict::Accepted`] when the attempt is
    /// still open, [`Verdict::Refused`] otherwise. A repeated question is judged anew.
    MayCharge,
}

/// Why a message is not believed. Nothing changes, and an alarm counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The signature is missing or wrong.
    #[error("the signature is wrong")]
    Signature,
    /// Its time lies outside the window.
    #[error("the time lies outside the window")]
    Stale,
    /// It cannot be read: encoding, form, JSON, a field missing.
    #[error("the message cannot be read")]
    Malformed,
    /// An amount that is not written as the provider writes amounts.
    #[error("the amount is not canonical")]
    Amount,
}

/// What was made of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Taken, also when it was known already or nothing could follow from it.
    Accepted,
    /// Not believed.
    Rejected(Rejection),
    /// Verified, but it names another merchant, reference or amount: stored and alarmed. A
    /// redelivery cannot cure it.
    Mismatch,
    /// The provider asks whether it may charge, and it may not.
    Refused,
    /// Not stored: it has to come again.
    NotStored,
}

/// The exact response to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledgement {
    /// HTTP status.
    pub status: http::StatusCode,
    /// Content type.
    pub content_type: &'static str,
    /// Body, byte by byte.
    pub body: Bytes,
}
