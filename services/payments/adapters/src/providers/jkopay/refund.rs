//! Refund, under a number of ours that stays the same in every repeat.

use serde::{Deserialize, Serialize};

use super::{inquiry, request};
use crate::{
    AttemptReference, CallError, Context, RefundReport, RefundRequest,
    json::Exact,
    refunds::{Earlier, check_twd, differs, earlier, succeeded},
};

pub(super) async fn refund(
    context: Context<'_>,
    attempt: &AttemptReference,
    refund: &RefundRequest,
) -> Result<RefundReport, CallError> {
    check_twd(refund)?;
    let body = Body {
        platform_order_id: &attempt.ours,
        refund_order_id: &refund.reference,
        refund_amount: refund.amount.amount(),
    };
    if refund.repeated {
        let refunded = inquiry::query(context, attempt).await?.refunded;
        match earlier(refund, refunded.map_or(0, |refunded| refunded.amount())) {
            Earlier::Happened => return Ok(succeeded(None)),
            Earlier::Differs => return Ok(differs()),
            Earlier::Absent => {}
        }
    }
    let done: Refunded = request::post(context, "/platform/refund", &body).await?;
    Ok(succeeded(done.trade_no.map(|number| number.0)))
}

#[derive(Debug, Serialize)]
struct Body<'a> {
    platform_order_id: &'a str,
    refund_order_id: &'a str,
    refund_amount: i64,
}

#[derive(Debug, Deserialize)]
struct Refunded {
    #[serde(default, rename = "refund_tradeNo")]
    trade_no: Option<Exact>,
}
