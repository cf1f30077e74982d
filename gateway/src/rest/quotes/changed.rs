//! The quote that ordering encloses when the one the customer saw no longer holds.

use prost::{Message as _, Name as _};
use proto::ordering::v1::{OrderingReason, PricedQuote};

use crate::{problem::Rejection, rest::transcoded};

/// The rejection of an order, with the fresh quote where that is the reason.
pub fn rejection(status: tonic::Status) -> Rejection {
    let quote = fresh_quote(&status).and_then(|quote| transcoded::json(&quote).ok()?.value().ok());
    let rejection = Rejection::from(status);
    match quote {
        Some(quote) if rejection.is(OrderingReason::QuoteChanged) => {
            rejection.enclosing("quote", quote)
        }
        _ => rejection,
    }
}

fn fresh_quote(status: &tonic::Status) -> Option<PricedQuote> {
    let details = tonic_types::pb::Status::decode(status.details()).ok()?;
    let name = PricedQuote::full_name();
    let any = details
        .details
        .iter()
        .find(|any| any.type_url.rsplit('/').next() == Some(&name))?;
    PricedQuote::decode(any.value.as_slice()).ok()
}
