//! Answers to devices, and why a request is refused.

/// An HTTP answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its content type; none without content.
    pub content_type: Option<&'static str>,
    /// Its content.
    pub body: Vec<u8>,
}

impl Answer {
    /// An answer without content.
    #[must_use]
    pub const fn empty(status: u16) -> Self {
        Self {
            status,
            content_type: None,
            body: Vec::new(),
        }
    }
}

/// Why a request cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// More bytes than any device sends.
    #[error("the request is too large")]
    TooLarge,
    /// Not in the protocol's form.
    #[error("the request is not in the protocol's form")]
    Form,
    /// XML with a document type: it could expand to anything.
    #[error("a document type is not read")]
    DocumentType,
}

impl Malformed {
    /// The status that tells the device so.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::TooLarge => 413,
            Self::Form | Self::DocumentType => 400,
        }
    }
}
