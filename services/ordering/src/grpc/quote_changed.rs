//! `QUOTE_CHANGED` carries the fresh quote: one more `Any`, a `PricedQuote`, in the status details.

use chassis::error::Problem;
use prost::Message as _;
use tonic::Status;
use tonic_types::pb::Status as RichStatus;

use super::convert::quote_to_wire;
use crate::{app::quote::ShownQuote, domain::quote::PriceChange};

/// Type of the detail that holds the fresh quote.
pub const QUOTE_URL: &str = "type.googleapis.com/yizhimai.ordering.v1.PricedQuote";

/// The refusal with each changed line at its field and the fresh quote beside it.
pub(super) fn status(fresh: &ShownQuote, changes: &[PriceChange]) -> Status {
    let mut problem = Problem::new("QUOTE_CHANGED")
        .message("the price is another than the customer saw")
        .param("total", fresh.quote.total.amount());
    for change in changes {
        let params = [
            ("name", change.product_name.clone()),
            ("was", change.was.amount().to_string()),
            ("now", change.now.amount().to_string()),
        ];
        problem = problem.field_with(format!("lines[{}]", change.line), "QUOTE_CHANGED", params);
    }
    attach(Status::from(problem), fresh)
}

fn attach(status: Status, fresh: &ShownQuote) -> Status {
    let Ok(mut details) = RichStatus::decode(status.details()) else {
        return status;
    };
    details.details.push(prost_types::Any {
        type_url: QUOTE_URL.to_owned(),
        value: quote_to_wire(fresh).encode_to_vec(),
    });
    let (code, message) = (status.code(), status.message().to_owned());
    Status::with_details(code, message, details.encode_to_vec().into())
}
