//! `QUOTE_CHANGED` carries the fresh quote: one more `Any`, a `PricedQuote`, in the status details.

use std::fmt::Display;

use chassis::error::Problem;
use chrono::{DateTime, SecondsFormat, Utc};
use prost::Message as _;
use proto::ordering::v1::OrderingReason;
use tonic::Status;
use tonic_types::pb::Status as RichStatus;

use super::convert::quote_to_wire;
use crate::{app::quote::ShownQuote, domain::agreed::Difference};

/// Type of the detail that holds the fresh quote.
pub const QUOTE_URL: &str = "type.googleapis.com/yizhimai.ordering.v1.PricedQuote";

const REASON: OrderingReason = OrderingReason::QuoteChanged;

/// The refusal with each difference at its field and the fresh quote beside it.
///
/// The params of a field are `name`, `was` and `now`, amounts in minor units and times in RFC 3339;
/// what was not there before has no `was`, what is no longer there no `now`.
pub(super) fn status(fresh: &ShownQuote, differences: &[Difference]) -> Status {
    let problem = Problem::new(REASON)
        .message("the price or the time is another than the customer saw")
        .param("total", fresh.quote.total.amount());
    let problem = differences.iter().fold(problem, at_field);
    attach(Status::from(problem), fresh)
}

fn at_field(problem: Problem, difference: &Difference) -> Problem {
    match difference {
        Difference::Line {
            line,
            name,
            was,
            now,
        } => {
            let params = params(Some(name), Some(*was), Some(*now));
            problem.field_with(format!("lines[{line}]"), REASON, params)
        }
        Difference::Fee {
            kind,
            name,
            was,
            now,
        } => {
            let params = params(name.as_ref(), *was, *now);
            problem.field_with(format!("fees[{kind}]"), REASON, params)
        }
        Difference::Promise { was, now } => {
            let params = params(None, was.map(rfc3339), now.map(rfc3339));
            problem.field_with("promised_at", REASON, params)
        }
    }
}

fn params(
    name: Option<&String>,
    was: Option<impl Display>,
    now: Option<impl Display>,
) -> impl Iterator<Item = (&'static str, String)> {
    let named = name.map(|name| ("name", name.clone()));
    let was = was.map(|was| ("was", was.to_string()));
    let now = now.map(|now| ("now", now.to_string()));
    named.into_iter().chain(was).chain(now)
}

fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
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
