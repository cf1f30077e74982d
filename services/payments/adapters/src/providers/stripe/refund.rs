//! Refund, under a key made of our reference. Stripe keeps keys for a day only, so a repeat looks at
//! the charge first.

use serde::Deserialize;

use super::{intent::REFERENCE_FIELD, money::to_units, request::post, transition::read};
use crate::{
    AttemptReference, CallError, Context, RefundReport, RefundRequest, RefundState,
    calls::theirs,
    codes::{invalid, unreadable},
    refunds::{Earlier, differs, earlier, needs_person, succeeded},
};

pub(super) async fn refund(
    context: Context<'_>,
    attempt: &AttemptReference,
    refund: &RefundRequest,
) -> Result<RefundReport, CallError> {
    let units = to_units(refund.amount).ok_or_else(|| invalid("the amount is not above zero"))?;
    let form = [
        ("payment_intent", theirs(attempt)?.to_owned()),
        ("amount", units.to_string()),
        (REFERENCE_FIELD, attempt.ours.clone()),
        ("metadata[refund_id]", refund.reference.clone()),
    ];
    if refund.repeated
        && let Some(refunded) = read(context, attempt).await?.refunded()
    {
        match earlier(refund, refunded) {
            Earlier::Happened => return Ok(succeeded(None)),
            Earlier::Differs => return Ok(differs()),
            Earlier::Absent => {}
        }
    }
    let key = format!("{}-refund-{}", attempt.ours, refund.reference);
    let made: Made = post(context, "/v1/refunds", &form, &key)
        .await
        .map_err(refused)?;
    made.report()
}

/// An amount above what is left is the refund's end, not a fault of the request.
fn refused(error: CallError) -> CallError {
    match error {
        CallError::Rejected { code, text } if code == "amount_too_large" => {
            CallError::RefundRefused { code, text }
        }
        error => error,
    }
}

#[derive(Debug, Deserialize)]
struct Made {
    id: String,
    status: String,
    #[serde(default)]
    failure_reason: Option<String>,
}

impl Made {
    fn report(self) -> Result<RefundReport, CallError> {
        match self.status.as_str() {
            "succeeded" => Ok(succeeded(Some(self.id))),
            "pending" => Ok(RefundReport {
                state: RefundState::Pending,
                ..succeeded(Some(self.id))
            }),
            "failed" | "canceled" | "requires_action" => Ok(RefundReport {
                theirs: Some(self.id),
                ..needs_person(self.failure_reason.as_deref().unwrap_or(&self.status))
            }),
            _ => Err(unreadable("the refund's status cannot be read")),
        }
    }
}
