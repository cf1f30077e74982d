//! Refund. TapPay has no key for a repeat, so a repeat reads the record first.

use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::Value;

use super::{capture::subject, codes::WAIT_FOR_CAPTURE, record, request::send};
use crate::{
    AttemptReference, CallError, Context, RefundReport, RefundRequest, Report, State,
    codes::Class,
    refunds::{Earlier, check_twd, differs, earlier, pending, succeeded},
};

#[derive(Debug, Deserialize)]
struct Refunded {
    #[serde(default)]
    refund_id: Option<String>,
}

pub(super) async fn refund(
    context: Context<'_>,
    attempt: &AttemptReference,
    refund: &RefundRequest,
) -> Result<RefundReport, CallError> {
    check_twd(refund)?;
    let known = attempt.theirs.clone().filter(|_| !refund.repeated);
    let report = match known {
        Some(theirs) => Report {
            theirs: Some(theirs),
            ..Report::of(State::Captured)
        },
        None => record::query(context, attempt).await?,
    };
    if refund.repeated {
        match found(refund, &report) {
            Earlier::Happened => return Ok(succeeded(None)),
            Earlier::Differs => return Ok(differs()),
            Earlier::Absent => {}
        }
    }
    let mut arguments = subject(&report)?;
    arguments.insert("amount".to_owned(), Value::from(refund.amount.amount()));
    let refusal = match send::<Refunded>(context, "refund", arguments, &[0]).await? {
        Ok(refunded) => return Ok(succeeded(refunded.refund_id)),
        Err(refusal) => refusal,
    };
    if refusal.status == WAIT_FOR_CAPTURE {
        return Ok(pending(context.now + TimeDelta::days(1)));
    }
    // Any other status is a failure by TapPay's own words. One that we do not know, and one about an
    // argument (an amount above what is left), is believed when the record agrees.
    if refusal.is_unlisted() || refusal.class() == Class::Rejected {
        return match found(refund, &record::query(context, attempt).await?) {
            Earlier::Happened => Ok(succeeded(None)),
            Earlier::Absent => {
                Err(Class::RefundRefused.error(&refusal.status.to_string(), refusal.text()))
            }
            Earlier::Differs => Ok(differs()),
        };
    }
    Err(refusal.error())
}

fn found(refund: &RefundRequest, report: &Report) -> Earlier {
    earlier(
        refund,
        report.refunded.map_or(0, |refunded| refunded.amount()),
    )
}
