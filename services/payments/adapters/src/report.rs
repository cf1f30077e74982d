//! What a provider says of an attempt or a refund.

use std::collections::BTreeMap;

use chassis::money::Money;
use chrono::{DateTime, Utc};

/// Where an attempt stands at its provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The provider does not know it.
    Absent,
    /// Known there, not paid; it may still be.
    Pending,
    /// A number to pay with was issued (ATM, convenience store).
    NumberIssued,
    /// The customer agreed; the money moves when [`crate::Adapter::confirm`] is called.
    AwaitsConfirmation,
    /// Reserved on the card, not taken.
    Authorized,
    /// Taken.
    Captured,
    /// Refused by the provider or the bank; nothing was taken.
    Failed,
    /// Its time is over; nothing was taken.
    Expired,
    /// An authorisation that was given back.
    Voided,
}

/// An attempt as its provider reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Where it stands.
    pub state: State,
    /// Taken or reserved in all, before refunds; what the provider says, never what we asked for.
    pub amount: Option<Money>,
    /// Given back in all.
    pub refunded: Option<Money>,
    /// The provider's number of the transaction.
    pub theirs: Option<String>,
    /// How the customer paid, in the provider's word; a refund names it again.
    pub method: Option<String>,
    /// What later calls need, kept with the attempt.
    pub extra: BTreeMap<String, String>,
    /// Its code when it failed, as it was sent.
    pub code: Option<String>,
    /// What the customer pays with, or pays to, under `last_four`, `bank_code`, `account`,
    /// `payment_code`, `barcode_1` to `barcode_3` and `expires` (local time as the provider writes it).
    /// Never a whole card number.
    pub instrument: BTreeMap<String, String>,
    /// When money moved, as the provider says.
    pub paid_at: Option<DateTime<Utc>>,
}

impl Report {
    /// A report of `state` that says nothing else.
    #[must_use]
    pub const fn of(state: State) -> Self {
        Self {
            state,
            amount: None,
            refunded: None,
            theirs: None,
            method: None,
            extra: BTreeMap::new(),
            code: None,
            instrument: BTreeMap::new(),
            paid_at: None,
        }
    }
}

/// How far a refund is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundState {
    /// Accepted, not yet through: the provider's nightly batch or the bank decides.
    Pending,
    /// The money is on its way to the customer.
    Succeeded,
    /// Not possible by this provider's interface now; a person has to act.
    NeedsPerson,
}

/// A refund as the provider reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundReport {
    /// How far it is.
    pub state: RefundState,
    /// The provider's number of the refund, where it gives one.
    pub theirs: Option<String>,
    /// Its code and text when a person has to act.
    pub text: Option<String>,
    /// Not before this instant can it go on (ECPay's closing time); `None` when at once.
    pub retry_at: Option<DateTime<Utc>>,
}
