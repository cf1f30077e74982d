//! What a provider can do, as data: screens offer only what is possible.

use chrono::TimeDelta;

/// What a provider can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Ways to pay it offers, by its own words; the empty list means one.
    pub methods: &'static [&'static str],
    /// Money can be reserved first and taken later.
    pub separate_capture: bool,
    /// A reserved amount can be given back before it is taken.
    pub void: bool,
    /// Part of a payment can be refunded, several times.
    pub partial_refund: bool,
    /// How long after payment it refunds.
    pub refund_window: Option<TimeDelta>,
    /// Its callbacks are signed; else they are hints and are followed by a query.
    pub signed_callback: bool,
    /// The customer enters the card into the provider's fields in our page.
    pub fields_in_page: bool,
    /// Ages of an attempt at which it is asked about (the last repeats until expiry).
    pub poll_ages: &'static [TimeDelta],
    /// Shortest time between two calls of one account.
    pub call_spacing: TimeDelta,
    /// Methods whose money does not go back by the interface.
    pub manual_refund: ManualRefund,
}

/// Which payments a person refunds by bank transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManualRefund {
    /// None.
    Never,
    /// Those by these methods.
    Methods(&'static [&'static str]),
}
