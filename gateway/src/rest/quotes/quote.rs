use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use proto::ordering::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Fee, PricedLine};
use crate::{
    problem::Rejection,
    rest::convert::{amount, present, required_time, time},
};

/// A priced cart; amounts are in the minor unit of `currency`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Quote {
    /// Hash to send back when ordering.
    pub hash: String,
    /// When it was made.
    pub quoted_at: DateTime<Utc>,
    /// Until when it may be shown.
    pub valid_until: DateTime<Utc>,
    /// Number of the menu version it was priced from.
    pub menu_number: i64,
    /// ISO 4217 currency of all amounts.
    pub currency: String,
    /// Lines, in the cart's order.
    pub lines: Vec<PricedLine>,
    /// Sum of list prices.
    pub list_total: i64,
    /// Fees.
    pub fees: Vec<Fee>,
    /// What is to be paid, tax contained.
    pub total: i64,
    /// Time promised if ordered now; null when there is none.
    pub promised_at: Option<DateTime<Utc>>,
    /// What would refuse the order at present, such as `OUT_OF_STOCK` or `CLOSED`.
    pub warnings: Vec<QuoteWarning>,
}

/// Something that would refuse the order if it were placed now.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct QuoteWarning {
    /// Field of the cart, such as `lines[1]`.
    pub field: String,
    /// Stable reason.
    pub reason: String,
    /// Data for the sentence.
    pub params: BTreeMap<String, String>,
}

impl TryFrom<pb::PricedQuote> for Quote {
    type Error = Rejection;

    fn try_from(quote: pb::PricedQuote) -> Result<Self, Rejection> {
        let total = present(quote.total, "the total")?;
        Ok(Self {
            quoted_at: required_time(quote.quoted_at, "quoted_at")?,
            valid_until: required_time(quote.valid_until, "valid_until")?,
            hash: quote.hash,
            menu_number: quote.menu_number,
            currency: total.currency,
            lines: quote.lines.into_iter().map(PricedLine::from).collect(),
            list_total: amount(quote.list_total),
            fees: quote.fees.into_iter().map(Fee::from).collect(),
            total: total.amount,
            promised_at: time(quote.promised_at),
            warnings: quote.warnings.into_iter().map(QuoteWarning::from).collect(),
        })
    }
}

impl From<pb::QuoteWarning> for QuoteWarning {
    fn from(warning: pb::QuoteWarning) -> Self {
        Self {
            field: warning.field,
            reason: warning.reason,
            params: warning.params.into_iter().collect(),
        }
    }
}
