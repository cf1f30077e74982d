//! The trait that every provider's adapter implements.

use async_trait::async_trait;
use chassis::money::Money;
use chrono::{DateTime, Utc};
use url::Url;

use crate::{
    Acknowledgement, Attempt, AttemptReference, CallError, Callback, Capabilities, Credentials,
    Endpoints, Field, Http, Notice, RefundReport, Rejection, Report, Verdict,
};

/// What a call needs beside its subject.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Makes the calls.
    pub http: &'a Http,
    /// Where the provider is.
    pub endpoints: &'a Endpoints,
    /// The account's keys.
    pub credentials: &'a Credentials,
    /// The present instant.
    pub now: DateTime<Utc>,
}

/// What the customer's browser does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// Posts these fields at top level.
    Form {
        /// Where to.
        url: Url,
        /// Names and values, in the order in which they are signed.
        fields: Vec<(String, String)>,
    },
    /// Goes there.
    Redirect {
        /// The page for a browser.
        url: Url,
        /// The link that opens the provider's app.
        app: Option<Url>,
    },
    /// Shows the provider's own fields in our page; what they make of the card starts the payment.
    Fields {
        /// The provider's script.
        script: Url,
        /// Public settings for the script.
        settings: serde_json::Value,
    },
    /// Nothing: the report says how it stands.
    Nothing,
}

/// An attempt that the provider knows, or will know by the browser's next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// What the browser does.
    pub next: NextStep,
    /// What is known so far.
    pub report: Report,
}

/// Speaks one provider's protocol. Every call says what the provider says; deciding what follows is
/// the caller's.
#[async_trait]
pub trait Adapter: Send + Sync {
    /// What it can do.
    fn capabilities(&self) -> &'static Capabilities;

    /// The fields of its credentials.
    fn fields(&self) -> &'static [Field];

    /// Starts an attempt. One that came to [`CallError::Unknown`] is queried, never started again.
    async fn start(&self, context: Context<'_>, attempt: &Attempt) -> Result<Started, CallError>;

    /// Asks how an attempt stands.
    async fn query(
        &self,
        context: Context<'_>,
        attempt: &AttemptReference,
        amount: Money,
    ) -> Result<Report, CallError>;

    /// Lets the money move after the customer agreed ([`crate::State::AwaitsConfirmation`]).
    async fn confirm(
        &self,
        _context: Context<'_>,
        _attempt: &AttemptReference,
        _amount: Money,
    ) -> Result<Report, CallError> {
        Err(CallError::Unsupported)
    }

    /// Takes `amount` of what is authorised.
    async fn capture(
        &self,
        _context: Context<'_>,
        _attempt: &AttemptReference,
        _amount: Money,
    ) -> Result<Report, CallError> {
        Err(CallError::Unsupported)
    }

    /// Gives an authorisation back, or ends an attempt that nobody paid, where that can be done.
    async fn void(
        &self,
        _context: Context<'_>,
        _attempt: &AttemptReference,
        _amount: Money,
    ) -> Result<Report, CallError> {
        Err(CallError::Unsupported)
    }

    /// Refunds `amount` of a captured attempt. `before` is what was captured and what earlier refunds
    /// gave back, so that an unanswered repeat finds whether it happened already.
    async fn refund(
        &self,
        context: Context<'_>,
        attempt: &AttemptReference,
        refund: &RefundRequest,
    ) -> Result<RefundReport, CallError>;

    /// Verifies a message and reads it. `keys` are the account's present credentials and those
    /// replaced within the last seven days.
    fn parse_callback(
        &self,
        keys: &[Credentials],
        callback: &Callback,
        now: DateTime<Utc>,
    ) -> Result<Notice, Rejection>;

    /// The response that the provider expects for a verdict.
    fn acknowledge(&self, verdict: Verdict, asked: Option<&Notice>) -> Acknowledgement;
}

/// A refund to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundRequest {
    /// Names this refund at the provider and in every repeat, at most 20 of `[A-Za-z0-9]`.
    pub reference: String,
    /// How much.
    pub amount: Money,
    /// What was captured.
    pub captured: Money,
    /// What earlier refunds gave back, by our own account.
    pub refunded_before: Money,
    /// An earlier call of this same refund has left us: ask before calling again.
    pub repeated: bool,
    /// The method the customer paid with, in the provider's word.
    pub method: String,
}
