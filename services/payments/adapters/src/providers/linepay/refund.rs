//! Refund: LINE Pay has no key for a repeat, so a repeat reads the refund list first.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{details::details, request};
use crate::{
    AttemptReference, CallError, Context, RefundReport, RefundRequest,
    calls::theirs,
    codes::invalid,
    json::Exact,
    refunds::{Earlier, check_twd, differs, earlier, succeeded},
};

const TIMEOUT: Duration = Duration::from_secs(20);

pub(super) async fn refund(
    context: Context<'_>,
    attempt: &AttemptReference,
    refund: &RefundRequest,
) -> Result<RefundReport, CallError> {
    check_twd(refund)?;
    let path = format!("/payments/{}/refund", theirs(attempt)?);
    let body = serde_json::to_vec(&Body {
        refund_amount: refund.amount.amount(),
    })
    .map_err(|_| invalid("the request cannot be written"))?;
    if refund.repeated {
        let refunded = details(context, attempt).await?.refunded;
        match earlier(refund, refunded.map_or(0, |refunded| refunded.amount())) {
            Earlier::Happened => return Ok(succeeded(None)),
            Earlier::Differs => return Ok(differs()),
            Earlier::Absent => {}
        }
    }
    let reply = request::post(context, &path, body, TIMEOUT).await?;
    reply.accepted()?;
    // The money is on its way even when the number of the refund cannot be read.
    let info: Option<Info> = reply.info().ok();
    Ok(succeeded(info.map(|info| info.refund_transaction_id.0)))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    refund_amount: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Info {
    refund_transaction_id: Exact,
}
