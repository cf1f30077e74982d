//! What the customer does on LINE Pay's page.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::Response,
};
use chrono::TimeDelta;
use http::{HeaderMap, StatusCode};
use serde_json::Value;
use url::Url;

use super::{
    NAME,
    trade::{self, Details, Progress, Trade, lapsed},
};
use crate::{
    act::{Act, Outcome, Refused},
    delivery::{self, Draft},
    money,
    pages::{self, CLOSE, Checkout, DECLINE, PAY},
    sandbox::Sandbox,
    state::Transaction,
};

pub async fn page(
    State(sandbox): State<Arc<Sandbox>>,
    Path(transaction): Path<String>,
    headers: HeaderMap,
) -> Response {
    if pages::framed(&headers) {
        return pages::message(StatusCode::FORBIDDEN, "不可在框架中開啟");
    }
    let find = |tx: &mut Transaction<'_>| money::by_transaction::<Details>(tx, NAME, &transaction);
    let Some(trade) = sandbox.state.change(find) else {
        return pages::message(StatusCode::NOT_FOUND, "查無交易");
    };
    let product = &trade.details.request["packages"][0]["products"][0]["name"];
    let shop = &trade.details.request["packages"][0]["name"];
    Checkout {
        provider: "LINE Pay",
        shop: shop.as_str().unwrap_or("LINE Pay 測試商店"),
        reference: &trade.reference,
        amount: trade.amount,
        items: product.as_str().unwrap_or_default(),
        methods: Vec::new(),
        buttons: &[PAY, DECLINE, CLOSE],
    }
    .page()
}

/// - `pay`: the customer authenticates and is sent to `confirmUrl`; `transaction` puts another id
///   into that return.
/// - `decline`: the authentication fails. `close`: the customer cancels.
pub fn act(sandbox: &Sandbox, act: &Act) -> Result<Outcome, Refused> {
    let now = sandbox.clock.now();
    sandbox.state.change(|tx| {
        let mut trade = trade::by_reference(tx, &act.reference)
            .ok_or_else(|| Refused::new(format!("no trade {:?}", act.reference)))?;
        if lapsed(&trade, now) {
            return Err(Refused::new("付款時間已過"));
        }
        let next = match act.action.as_str() {
            "pay" => Progress::Authenticated,
            "decline" => Progress::Failed,
            "close" => Progress::Cancelled,
            other => return Err(Refused::new(format!("no action {other:?}"))),
        };
        if trade.details.progress != Progress::Reserved && trade.details.progress != next {
            return Err(Refused::new("交易狀態不可變更"));
        }
        trade.details.progress = next;
        trade.save(tx);
        let urls = &trade.details.request["redirectUrls"];
        let cancel = urls["cancelUrl"].as_str().unwrap_or_default();
        Ok(match (next, urls["confirmUrlType"].as_str()) {
            (Progress::Authenticated, Some("SERVER")) => {
                delivery::schedule(tx, now, server_confirm(&trade), TimeDelta::zero());
                Outcome::note("付款完成")
            }
            (Progress::Authenticated, Some("NONE")) => Outcome::note("付款完成"),
            (Progress::Authenticated, _) => {
                let transaction = act.text("transaction").unwrap_or(&trade.transaction);
                Outcome::get(confirm_url(&trade, transaction))
            }
            _ => Outcome::get(with_ids(cancel, &trade.transaction, &trade.reference)),
        })
    })
}

/// The call of `confirmUrl` by LINE Pay's server.
pub fn server_confirm(trade: &Trade) -> Draft {
    Draft {
        system: NAME.to_owned(),
        kind: "confirm_url".to_owned(),
        merchant: trade.merchant.clone(),
        reference: trade.reference.clone(),
        url: confirm_url(trade, &trade.transaction),
        payload: Value::Null,
    }
}

fn confirm_url(trade: &Trade, transaction: &str) -> String {
    let url = trade.details.request["redirectUrls"]["confirmUrl"].as_str();
    with_ids(url.unwrap_or_default(), transaction, &trade.reference)
}

fn with_ids(url: &str, transaction: &str, reference: &str) -> String {
    let Ok(mut parsed) = Url::parse(url) else {
        return url.to_owned();
    };
    parsed
        .query_pairs_mut()
        .append_pair("transactionId", transaction)
        .append_pair("orderId", reference);
    parsed.into()
}
