//! A PaymentIntent, as calls and events carry it.

use std::collections::BTreeMap;

use chassis::money::Money;
use chrono::DateTime;
use serde::Deserialize;

use super::money::from_units;
use crate::{Report, State};

/// A PaymentIntent.
#[derive(Debug, Deserialize)]
pub(super) struct Intent {
    pub(super) id: String,
    pub(super) status: String,
    currency: String,
    amount: i64,
    #[serde(default)]
    amount_received: i64,
    #[serde(default)]
    amount_capturable: i64,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) client_secret: Option<String>,
    #[serde(default)]
    next_action: Option<NextAction>,
    #[serde(default)]
    last_payment_error: Option<PaymentError>,
    #[serde(default)]
    latest_charge: Option<ChargeOrId>,
}

#[derive(Debug, Deserialize)]
struct NextAction {
    #[serde(default)]
    redirect_to_url: Option<RedirectToUrl>,
}

#[derive(Debug, Deserialize)]
struct RedirectToUrl {
    #[serde(default)]
    url: Option<String>,
}

#[derive(Debug, Deserialize)]
struct PaymentError {
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    decline_code: Option<String>,
}

/// The charge is a number, or the whole when it was asked for.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum ChargeOrId {
    Id(String),
    Charge(Box<Charge>),
}

/// A charge.
#[derive(Debug, Deserialize)]
pub(super) struct Charge {
    pub(super) id: String,
    #[serde(default)]
    pub(super) payment_intent: Option<String>,
    #[serde(default)]
    currency: Option<String>,
    #[serde(default)]
    pub(super) amount_captured: i64,
    pub(super) amount_refunded: i64,
    #[serde(default)]
    pub(super) metadata: BTreeMap<String, String>,
    #[serde(default)]
    created: Option<i64>,
    #[serde(default)]
    payment_method_details: Option<MethodDetails>,
}

#[derive(Debug, Deserialize)]
struct MethodDetails {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    card: Option<Card>,
}

#[derive(Debug, Deserialize)]
struct Card {
    #[serde(default)]
    last4: Option<String>,
}

/// In the metadata of what we make: our reference.
pub(super) const REFERENCE: &str = "order_id";

/// The form field that puts it there.
pub(super) const REFERENCE_FIELD: &str = "metadata[order_id]";

/// Why an intent gives no report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    Status,
    Amount,
}

impl Intent {
    /// Our reference that it was made for.
    pub(super) fn reference(&self) -> Option<&str> {
        self.metadata.get(REFERENCE).map(String::as_str)
    }

    /// The page that the bank wants the customer to visit.
    pub(super) fn redirect(&self) -> Option<&str> {
        self.next_action
            .as_ref()?
            .redirect_to_url
            .as_ref()?
            .url
            .as_deref()
    }

    /// How it stands. A declined card leaves it payable by another one, so it is pending.
    pub(super) fn report(&self) -> Result<Report, Unreadable> {
        let (state, units) = match self.status.as_str() {
            "requires_payment_method"
            | "requires_confirmation"
            | "requires_action"
            | "processing" => (State::Pending, None),
            "requires_capture" => (State::Authorized, Some(self.amount_capturable)),
            "succeeded" => (State::Captured, Some(self.amount_received)),
            "canceled" => (self.ended(), None),
            _ => return Err(Unreadable::Status),
        };
        let money = |units| from_units(units, &self.currency).ok_or(Unreadable::Amount);
        // The whole is checked as well: a request in the wrong unit must not pass by what came in.
        money(self.amount)?;
        let amount = units.map(money).transpose()?;
        if amount.is_some_and(|amount| amount.amount() == 0) {
            return Err(Unreadable::Amount);
        }
        let mut report = Report {
            amount,
            theirs: Some(self.id.clone()),
            code: self
                .last_payment_error
                .as_ref()
                .and_then(PaymentError::code),
            ..Report::of(state)
        };
        if let Some(charge) = &self.latest_charge {
            let id = charge.id().to_owned();
            report.extra.insert("charge".to_owned(), id);
        }
        if let Some(ChargeOrId::Charge(charge)) = &self.latest_charge {
            if state == State::Captured {
                report.refunded = Some(money(charge.amount_refunded)?);
                report.paid_at = charge
                    .created
                    .and_then(|at| DateTime::from_timestamp(at, 0));
            }
            if let Some(details) = &charge.payment_method_details {
                report.method.clone_from(&details.kind);
                report.instrument = details.instrument();
            }
        }
        Ok(report)
    }

    /// A canceled intent had been authorised when a charge of it went through.
    fn ended(&self) -> State {
        if self.latest_charge.is_some() && self.last_payment_error.is_none() {
            State::Voided
        } else {
            State::Expired
        }
    }

    /// What earlier refunds gave back, in our minor units, when the charge came with it.
    pub(super) fn refunded(&self) -> Option<i64> {
        match &self.latest_charge {
            Some(ChargeOrId::Charge(charge)) => {
                Some(charge.money(charge.amount_refunded)?.amount())
            }
            _ => None,
        }
    }
}

impl PaymentError {
    fn code(&self) -> Option<String> {
        self.decline_code.clone().or_else(|| self.code.clone())
    }
}

impl ChargeOrId {
    fn id(&self) -> &str {
        match self {
            Self::Id(id) => id,
            Self::Charge(charge) => &charge.id,
        }
    }
}

impl Charge {
    /// An amount of it; `None` when it is not whole or the currency is missing.
    pub(super) fn money(&self, units: i64) -> Option<Money> {
        from_units(units, self.currency.as_deref()?)
    }
}

impl MethodDetails {
    fn instrument(&self) -> BTreeMap<String, String> {
        let last_four = self.card.as_ref().and_then(|card| card.last4.clone());
        last_four
            .map(|digits| ("last_four".to_owned(), digits))
            .into_iter()
            .collect()
    }
}
