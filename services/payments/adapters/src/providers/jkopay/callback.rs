//! What JKOPAY sends: the question before it charges, and the result. Neither is signed.

use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;

use crate::{
    Acknowledgement, Callback, Notice, Question, Rejection, Verdict,
    calls::{self, is_token, our_reference},
    json::{Exact, from_bytes},
    wire::MAX_CALLBACK_BYTES,
};

#[derive(Debug, Deserialize)]
struct Message {
    #[serde(default)]
    platform_order_id: Option<Exact>,
    #[serde(default)]
    transaction: Option<Transaction>,
}

#[derive(Debug, Deserialize)]
struct Transaction {
    platform_order_id: Exact,
    status: Exact,
    #[serde(default, rename = "tradeNo")]
    trade_no: Option<Exact>,
}

pub(super) fn parse(callback: &Callback) -> Result<Notice, Rejection> {
    if callback.body.len() > MAX_CALLBACK_BYTES {
        return Err(Rejection::Malformed);
    }
    let message: Message = from_bytes(&callback.body).ok_or(Rejection::Malformed)?;
    let (order, event, asks_for) = match message {
        Message {
            transaction: Some(transaction),
            ..
        } => {
            let trade = transaction
                .trade_no
                .map_or_else(String::new, |number| number.0);
            let status = transaction.status.0;
            if !is_token(&status, 10) || !(trade.is_empty() || is_token(&trade, 64)) {
                return Err(Rejection::Malformed);
            }
            let event = format!("result/{trade}/{status}");
            (transaction.platform_order_id, event, None)
        }
        Message {
            platform_order_id: Some(order),
            transaction: None,
        } => (order, "confirm".to_owned(), Some(Question::MayCharge)),
        _ => return Err(Rejection::Malformed),
    };
    Ok(Notice {
        reference: our_reference(&order.0).ok_or(Rejection::Malformed)?,
        event,
        merchant: None,
        theirs: None,
        report: None,
        simulated: false,
        asks_for,
    })
}

pub(super) fn acknowledge(verdict: Verdict, asked: Option<&Notice>) -> Acknowledgement {
    if asked.is_some_and(|notice| notice.asks_for.is_some()) {
        let body: &'static [u8] = match verdict {
            Verdict::Accepted => br#"{"valid":true}"#,
            _ => br#"{"valid":false}"#,
        };
        return Acknowledgement {
            status: StatusCode::OK,
            content_type: "application/json",
            body: Bytes::from_static(body),
        };
    }
    calls::acknowledge(verdict)
}
