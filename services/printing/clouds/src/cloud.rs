//! The trait that every vendor's client implements.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use url::Url;

use crate::{Account, CallError, Counts, Http, Job, NewPrinter, OrderState, PrinterState};

/// What a call needs beside its subject.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Makes the calls.
    pub http: &'a Http,
    /// Where the vendor is; [`crate::Vendor::home`] unless configuration says otherwise.
    pub base: &'a Url,
    /// Whose printers.
    pub account: &'a Account,
    /// The present instant.
    pub now: DateTime<Utc>,
}

/// What a vendor's cloud does and takes, as data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Largest content of a job.
    pub max_content_bytes: usize,
    /// Adding a printer needs the key that is printed under it.
    pub needs_key: bool,
    /// It takes jobs for a printer that is off and prints them when it comes back, so that the printer
    /// is asked about first and a job is given its end. Otherwise such a job is
    /// [`CallError::Offline`].
    pub queues_while_offline: bool,
    /// It remembers [`Job::key`] and takes no job twice.
    pub remembers_keys: bool,
    /// Latest end that a job can be given.
    pub longest_expiry: TimeDelta,
    /// How long a printer is silent before it counts as off there.
    pub silence: TimeDelta,
}

/// Speaks one vendor's protocol. Every call says what the vendor says.
#[async_trait]
pub trait PushCloud: Send + Sync {
    /// What it does and takes.
    fn capabilities(&self) -> &'static Capabilities;

    /// Whether `text` has the form of a serial of this vendor.
    fn is_serial(&self, text: &str) -> bool;

    /// Makes a printer one of the account's, which it must be before anything is printed. One that is
    /// so already is as good.
    async fn add_printer(
        &self,
        context: Context<'_>,
        printer: &NewPrinter<'_>,
    ) -> Result<(), CallError>;

    /// Takes a printer out of the account; one that is not in it is as good.
    async fn remove_printer(&self, context: Context<'_>, serial: &str) -> Result<(), CallError>;

    /// Gives a job and returns the vendor's number of it: it is taken, not printed. One that came to
    /// [`CallError::may_print`] is never given again without a person's will.
    async fn print(&self, context: Context<'_>, job: &Job<'_>) -> Result<String, CallError>;

    /// Asks whether a job was printed.
    async fn order_state(&self, context: Context<'_>, order: &str)
    -> Result<OrderState, CallError>;

    /// Asks how a printer is.
    async fn printer_state(
        &self,
        context: Context<'_>,
        serial: &str,
    ) -> Result<PrinterState, CallError>;

    /// How many jobs of a day a printer has printed and still has to print: the one trace of a job
    /// whose number was lost.
    async fn counts(
        &self,
        context: Context<'_>,
        serial: &str,
        day: NaiveDate,
    ) -> Result<Counts, CallError>;

    /// Forgets **every** job that waits for a printer, whoever gave it.
    async fn clear_queue(&self, context: Context<'_>, serial: &str) -> Result<(), CallError>;
}
