//! The customer: the card fields on the shop's page, and the bank's page.

use std::sync::Arc;

use axum::{
    Form, Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE},
};
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::{
    NAME,
    confirm::{self, Card},
    trade::{self, Account, Details, Status, Trade},
    view,
};
use crate::{
    act::{Act, Outcome, Refused},
    money,
    pages::{self, CLOSE, Checkout, DECLINE, PAY},
    sandbox::{Sandbox, merchants},
    state::Transaction,
};

const SCRIPT: &str = include_str!("stripe.js");

/// The script that stands in for Stripe.js; it sends the card to the host it came from.
pub async fn script() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT)
}

#[derive(Deserialize)]
pub struct Confirmation {
    key: String,
    client_secret: String,
    number: String,
    return_url: String,
}

/// Confirms an intent for the script; only the card's last four digits are kept.
pub async fn confirm(
    State(sandbox): State<Arc<Sandbox>>,
    Form(form): Form<Confirmation>,
) -> Response {
    let now = sandbox.clock.now();
    let base = sandbox.public_url(NAME);
    let answer = sandbox.state.change(|tx| {
        let refused = |message: &str| {
            json!({ "error": { "type": "invalid_request_error", "message": message } })
        };
        let id = form.client_secret.split("_secret_").next().unwrap_or_default();
        let trade = money::by_transaction::<Details>(tx, NAME, id);
        let trade = trade.filter(|trade| trade.details.client_secret == form.client_secret);
        let Some(mut trade) = trade else {
            return refused("No such payment_intent");
        };
        let account: Option<Account> = tx.get(&merchants(NAME), &trade.merchant);
        if account.is_none_or(|account| account.publishable_key != form.key) {
            return refused("Invalid API Key provided");
        }
        if trade.details.status != Status::RequiresPaymentMethod {
            return refused("This PaymentIntent cannot be confirmed");
        }
        let digits: String = form.number.chars().filter(char::is_ascii_digit).collect();
        if !(13..=19).contains(&digits.len()) {
            return refused("Your card number is incomplete");
        }
        trade.details.last_four = digits[digits.len() - 4..].to_owned();
        trade.details.return_url = form.return_url.clone();
        let card = Card::by_last_four(&trade.details.last_four);
        confirm::apply(tx, &mut trade, card, now);
        match &trade.details.last_error {
            Some(error) => json!({ "error": error }),
            None => json!({ "paymentIntent": view::intent(&trade, &base, false) }),
        }
    });
    let mut response = Json(answer).into_response();
    let any = HeaderValue::from_static("*");
    response
        .headers_mut()
        .insert(ACCESS_CONTROL_ALLOW_ORIGIN, any);
    response
}

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
        provider: "Stripe 3D 驗證",
        shop: "Stripe 測試商店",
        reference: &trade.reference,
        amount: trade.amount / 100,
        items: "",
        methods: Vec::new(),
        buttons: &[PAY, DECLINE, CLOSE],
    }
    .page()
}

/// - `pay`: enters a good card, or passes the bank's page. `challenge`: enters a card that wants it.
/// - `decline` with `code` and `decline_code`; `close`: leaves the page.
pub fn act(sandbox: &Sandbox, act: &Act) -> Result<Outcome, Refused> {
    let now = sandbox.clock.now();
    sandbox.state.change(|tx| {
        let mut trade = trade::by_reference(tx, &act.reference)
            .ok_or_else(|| Refused::new(format!("no intent of {:?}", act.reference)))?;
        let open = matches!(
            trade.details.status,
            Status::RequiresPaymentMethod | Status::RequiresAction
        );
        if !open {
            return Err(Refused::new("交易已完成"));
        }
        let card = match act.action.as_str() {
            "pay" => Card::Good,
            "challenge" => Card::Challenge,
            "decline" => Card::Declined {
                code: act.text("code").unwrap_or("card_declined").to_owned(),
                decline_code: act
                    .text("decline_code")
                    .unwrap_or("generic_decline")
                    .to_owned(),
            },
            "close" => return Ok(back(&trade)),
            other => return Err(Refused::new(format!("no action {other:?}"))),
        };
        if trade.details.last_four.is_empty() {
            trade.details.last_four = "4242".to_owned();
        }
        confirm::apply(tx, &mut trade, card, now);
        Ok(back(&trade))
    })
}

fn back(trade: &Trade) -> Outcome {
    let Ok(mut url) = Url::parse(&trade.details.return_url) else {
        return Outcome::note("付款結果已送出");
    };
    let paid = trade.paid();
    url.query_pairs_mut()
        .append_pair("payment_intent", &trade.transaction)
        .append_pair("payment_intent_client_secret", &trade.details.client_secret)
        .append_pair("redirect_status", if paid { "succeeded" } else { "failed" });
    Outcome::get(url)
}
