//! NewebPay, refund of wallets (電子錢包退款).

use serde_json::{Value, json};

use super::{
    crypto::Keys,
    query,
    refund::{self, Received},
    trade::Trade,
};
use crate::{AttemptReference, CallError, Context, RefundRequest, wire::json_text};

/// What a wallet's refund came to.
pub(super) enum Outcome {
    /// Done.
    Refunded {
        /// NewebPay's number.
        theirs: Option<String>,
    },
    /// Refused in a way that another state may explain.
    Refused(String),
}

/// Gives back by wallet. It cannot be undone, and has no key that makes a repeat harmless: the state
/// was asked before.
pub(super) async fn refund(
    context: Context<'_>,
    attempt: &AttemptReference,
    trade: &Trade,
    refund: &RefundRequest,
) -> Result<Outcome, CallError> {
    let keys = Keys::of(context.credentials);
    let amount = refund.amount.amount().to_string();
    let request = json!({
        "MerchantOrderNo": attempt.ours,
        "Amount": amount,
        "TimeStamp": context.now.timestamp().to_string(),
        "PaymentType": trade.method,
    });
    let data = keys
        .encrypt(&request.to_string())
        .ok_or_else(CallError::unsendable)?;
    let sha = keys.sha(&data);
    let fields = [
        ("UID_", context.credentials.get("MerchantID")),
        ("Version_", "1.1"),
        ("EncryptData_", &data),
        ("RespondType_", "JSON"),
        ("HashData_", &sha),
    ];
    let answer = query::post(context, "/API/EWallet/refund", &fields).await?;
    let (code, text) = query::status(&answer)?;
    if code != "1000" {
        return match refund::received(&code, &text)? {
            Received::Refused(text) => Ok(Outcome::Refused(text)),
            // "Asked before": the query shows how that one ended.
            Received::UnderWay | Received::Done => {
                Err(CallError::Unknown(format!("{code}: under way")))
            }
        };
    }
    let result = open(keys, &answer)
        .ok_or_else(|| CallError::Unknown("the wallet's answer cannot be read".to_owned()))?;
    let named = |name: &str| json_text(&result[name]).unwrap_or_default();
    if named("MerchantOrderNo") != attempt.ours || named("RefundAmount") != amount {
        return Err(CallError::Unknown(
            "the wallet's answer names another refund".to_owned(),
        ));
    }
    Ok(Outcome::Refunded {
        theirs: json_text(&result["TradeNo"]),
    })
}

fn open(keys: Keys<'_>, answer: &Value) -> Option<Value> {
    let field = |name: &str| {
        answer[name]
            .as_str()
            .or_else(|| answer["Result"][name].as_str())
    };
    let (data, sha) = (field("EncryptData")?, field("HashData")?);
    if !keys.verify(data, sha) {
        return None;
    }
    serde_json::from_str(&keys.decrypt(data)?).ok()
}
