//! What the customer does on the bank's or wallet's page.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::Response,
};
use chrono::TimeDelta;
use http::{HeaderMap, StatusCode};
use url::Url;

use super::{
    NAME, notify, pay,
    trade::{self, Details, Progress, Trade},
};
use crate::{
    act::{Act, Outcome, Refused},
    delivery, money,
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
    Checkout {
        provider: "TapPay 3D 驗證",
        shop: "TapPay 測試商店",
        reference: &trade.reference,
        amount: trade.amount,
        items: &trade.details.details,
        methods: Vec::new(),
        buttons: &[PAY, DECLINE, CLOSE],
    }
    .page()
}

/// - `pay`: the customer passes the page; `decline`: the bank declines; `close`: the customer leaves.
pub fn act(sandbox: &Sandbox, act: &Act) -> Result<Outcome, Refused> {
    let now = sandbox.clock.now();
    sandbox.state.change(|tx| {
        let mut trade: Trade = trade::by_reference(tx, &act.reference)
            .ok_or_else(|| Refused::new(format!("no payment {:?}", act.reference)))?;
        if trade.details.progress != Progress::Pending {
            return Err(Refused::new("交易已完成"));
        }
        match act.action.as_str() {
            "pay" => pay::take(tx, &mut trade, now),
            "decline" => {
                trade.details.progress = Progress::Failed;
                trade.details.bank_result = ("05".to_owned(), "Do not honor".to_owned());
            }
            "close" => {
                trade.details.progress = Progress::Cancelled;
                trade.save(tx);
                return Ok(back(&trade));
            }
            other => return Err(Refused::new(format!("no action {other:?}"))),
        }
        trade.save(tx);
        delivery::schedule(tx, now, notify::notice(&trade), TimeDelta::zero());
        Ok(back(&trade))
    })
}

fn back(trade: &Trade) -> Outcome {
    let details = &trade.details;
    let Ok(mut url) = Url::parse(&details.frontend_redirect_url) else {
        return Outcome::note("付款結果已送出");
    };
    let paid = details.progress == Progress::Paid;
    url.query_pairs_mut()
        .append_pair("rec_trade_id", &trade.transaction)
        .append_pair("order_number", &details.order_number)
        .append_pair("bank_transaction_id", &details.bank_transaction_id)
        .append_pair("status", if paid { "0" } else { "10003" });
    Outcome::get(url)
}
