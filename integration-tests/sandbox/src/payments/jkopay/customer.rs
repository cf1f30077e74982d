//! What the customer does in the JKOPAY app.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::Response,
};
use chrono::TimeDelta;
use http::{HeaderMap, StatusCode};

use super::{
    NAME, result,
    trade::{self, Details, Store, Trade},
};
use crate::{
    act::{Act, Outcome, Refused},
    delivery::{self, Progress},
    money::{self, Charge},
    pages::{self, CLOSE, Checkout, DECLINE, PAY},
    sandbox::{Sandbox, merchants},
    state::Transaction,
};

const CONFIRM_TRIES: usize = 3;

pub async fn page(
    State(sandbox): State<Arc<Sandbox>>,
    Path(transaction): Path<String>,
    headers: HeaderMap,
) -> Response {
    if pages::framed(&headers) {
        return pages::message(StatusCode::FORBIDDEN, "不可在框架中開啟");
    }
    let found = sandbox.state.change(|tx| {
        let trade = money::by_transaction::<Details>(tx, NAME, &transaction)?;
        let store: Store = tx.get(&merchants(NAME), &trade.merchant)?;
        Some((trade, store))
    });
    let Some((trade, store)) = found else {
        return pages::message(StatusCode::NOT_FOUND, "查無交易");
    };
    if sandbox.clock.now() > trade.details.link_until {
        return pages::message(StatusCode::GONE, "付款連結已過期");
    }
    Checkout {
        provider: "街口支付",
        shop: &store.shop,
        reference: &trade.reference,
        amount: trade.amount,
        items: "",
        methods: Vec::new(),
        buttons: &[PAY, DECLINE, CLOSE],
    }
    .page()
}

/// - `pay`: the shop is asked at `confirm_url`, then the money is taken; `coins` of it in 街口幣.
///   `late` pays after the link has ended.
/// - `decline`: the payment fails. `close`: the customer leaves.
pub async fn act(sandbox: &Arc<Sandbox>, act: &Act) -> Result<Outcome, Refused> {
    let find = |tx: &mut Transaction<'_>| trade::by_reference(tx, &act.reference);
    let trade = sandbox.state.change(find);
    let trade = trade.ok_or_else(|| Refused::new(format!("no payment {:?}", act.reference)))?;
    match act.action.as_str() {
        "pay" => pay(sandbox, trade, act).await,
        "decline" => {
            finish(sandbox, &act.reference, |trade| trade.details.failed = true)?;
            Ok(back(&trade))
        }
        "close" => Ok(back(&trade)),
        other => Err(Refused::new(format!("no action {other:?}"))),
    }
}

async fn pay(sandbox: &Arc<Sandbox>, trade: Trade, act: &Act) -> Result<Outcome, Refused> {
    let now = sandbox.clock.now();
    if now > trade.details.link_until && act.text("late").is_none() {
        return Err(Refused::new("付款連結已過期"));
    }
    let coins = act
        .more
        .get("coins")
        .and_then(serde_json::Value::as_i64)
        .unwrap_or(0);
    let most = trade.amount - trade.details.entry["unredeem"].as_i64().unwrap_or(0);
    if !(0..=most).contains(&coins) {
        return Err(Refused::new("街口幣折抵超過上限"));
    }
    if !shop_agrees(sandbox, &trade).await {
        return Ok(Outcome::note("商店無法接受此筆付款"));
    }
    finish(sandbox, &act.reference, |trade| {
        trade.details.coins = coins;
        trade.charge = Some(Charge::captured(trade.amount, now));
    })?;
    Ok(back(&trade))
}

/// Asks at `confirm_url`, at most three times; without such an address the shop agrees.
async fn shop_agrees(sandbox: &Arc<Sandbox>, trade: &Trade) -> bool {
    let Some(draft) = result::draft_of(trade, result::CONFIRM) else {
        return true;
    };
    let now = sandbox.clock.now();
    let id = sandbox
        .state
        .change(|tx| delivery::insert(tx, now, draft, Progress::Held));
    for _ in 0..CONFIRM_TRIES {
        let attempts = delivery::send(sandbox, &id, &[], 1, false).await;
        let answer = attempts.first().map(|attempt| &attempt.answer);
        if let Some(answer) = answer.filter(|answer| answer.status == Some(200)) {
            return result::valid(answer) == Some(true);
        }
    }
    false
}

/// Changes an unpaid payment and plans the message with its result.
fn finish(
    sandbox: &Sandbox,
    reference: &str,
    change: impl FnOnce(&mut Trade),
) -> Result<(), Refused> {
    sandbox.state.change(|tx| {
        let trade = trade::by_reference(tx, reference).filter(|trade| !trade.paid());
        let mut trade = trade.ok_or_else(|| Refused::new("此訂單已付款"))?;
        change(&mut trade);
        trade.save(tx);
        if let Some(draft) = result::draft_of(&trade, result::RESULT) {
            delivery::schedule(tx, sandbox.clock.now(), draft, TimeDelta::zero());
        }
        Ok(())
    })
}

fn back(trade: &Trade) -> Outcome {
    match trade.details.entry["result_display_url"].as_str() {
        Some(url) => Outcome::get(url),
        None => Outcome::note("付款完成"),
    }
}
