//! What is given to a vendor.

use chrono::{DateTime, Utc};

use crate::{CallError, Capabilities, Context};

/// Most copies of a job.
const MOST_COPIES: u8 = 5;
/// Longest key of a job.
const LONGEST_KEY: usize = 50;

/// A printer to add.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewPrinter<'a> {
    /// Its serial.
    pub serial: &'a str,
    /// The key printed under it, where the vendor asks for one.
    pub key: Option<&'a str>,
    /// What it is called in the vendor's console.
    pub name: &'a str,
}

/// A slip in the vendor's mark-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content<'a> {
    /// For paper that runs on.
    Slip(&'a str),
    /// For labels, each in a page of its own.
    Labels(&'a str),
}

impl<'a> Content<'a> {
    /// The mark-up.
    #[must_use]
    pub const fn text(self) -> &'a str {
        match self {
            Self::Slip(text) | Self::Labels(text) => text,
        }
    }
}

/// What the printer says when it prints, where it can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// Nothing.
    Silent,
    /// A new order.
    NewOrder,
    /// An order was cancelled.
    Cancelled,
}

/// A job to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job<'a> {
    /// Names this try at the vendor, at most 50 of `[A-Za-z0-9_.-]`; a vendor that remembers keys takes
    /// no second job with it.
    pub key: &'a str,
    /// The printer's serial.
    pub serial: &'a str,
    /// What is printed. Copies are not in it: the vendor multiplies.
    pub content: Content<'a>,
    /// How often, 1 to 5.
    pub copies: u8,
    /// What the printer says.
    pub voice: Voice,
    /// After this instant it must not be printed any more.
    pub expires_at: DateTime<Utc>,
}

impl Job<'_> {
    /// Refuses what the vendor would refuse or, worse, take differently.
    pub(crate) fn check(
        &self,
        context: Context<'_>,
        capabilities: &Capabilities,
    ) -> Result<(), CallError> {
        let is_key = (1..=LONGEST_KEY).contains(&self.key.len())
            && self
                .key
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
        let text = self.content.text();
        if !is_key {
            Err(CallError::invalid("the key is not one"))
        } else if text.trim().is_empty() {
            Err(CallError::invalid("there is nothing to print"))
        } else if text.len() > capabilities.max_content_bytes {
            Err(CallError::TooLarge {
                bytes: text.len(),
                most: capabilities.max_content_bytes,
            })
        } else if !(1..=MOST_COPIES).contains(&self.copies) {
            Err(CallError::invalid("the number of copies is not 1 to 5"))
        } else if self.expires_at <= context.now {
            Err(CallError::invalid("its time is over"))
        } else {
            Ok(())
        }
    }
}
