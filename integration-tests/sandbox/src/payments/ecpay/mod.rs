//! ECPay 綠界, AIO 全方位金流.

mod callbacks;
mod card;
mod check_code;
mod control;
mod create;
mod customer;
mod query;
mod trade;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use axum::{Router, routing::post};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::{
    act::{Act, Outcome, Refused},
    delivery::{Acknowledgement, Answer, Delivery, Draft, Message},
    fault::Fault,
    fields::Fields,
    incoming::Incoming,
    pages,
    sandbox::Sandbox,
    system::{Description, System},
};

pub const NAME: &str = "ecpay";

/// A form as ECPay posts it, signed with a merchant's keys.
#[must_use]
pub fn signed_form(hash_key: &str, hash_iv: &str, fields: &[(&str, &str)]) -> String {
    let keys = check_code::Keys {
        key: hash_key.to_owned(),
        iv: hash_iv.to_owned(),
    };
    let mut form = Fields::default();
    for (name, value) in fields {
        form.set(name, *value);
    }
    keys.sign(&mut form);
    form.encode()
}

pub struct Ecpay;

#[async_trait]
impl System for Ecpay {
    fn name(&self) -> &'static str {
        NAME
    }

    fn merchants(&self) -> Vec<(&'static str, Value)> {
        let merchant = |hash_key, hash_iv, shop| {
            json!({
                "hash_key": hash_key, "hash_iv": hash_iv, "shop": shop,
                "credit_check_code": "59997889", "manual_close": false,
            })
        };
        vec![
            (
                "3002607",
                merchant("pwFHCqoQZGmho4w6", "EkRm7iFT261dpevs", "綠界測試商店"),
            ),
            (
                "2000132",
                merchant("5294y06JbISpM5x9", "v77hoKGq4kWxNNIS", "綠界測試商店二"),
            ),
        ]
    }

    fn routes(&self) -> Router<Arc<Sandbox>> {
        Router::new()
            .route("/Cashier/AioCheckOut/V5", post(create::create))
            .route("/Cashier/QueryTradeInfo/V5", post(query::trade))
            .route("/Cashier/QueryPaymentInfo", post(query::issued))
            .route("/CreditDetail/DoAction", post(card::act))
            .route("/CreditDetail/QueryTrade/V2", post(card::query))
            .merge(pages::routes(NAME))
    }

    fn control(&self) -> Router<Arc<Sandbox>> {
        control::routes()
    }

    fn describe(&self, _sandbox: &Sandbox, incoming: &Incoming) -> Option<Description> {
        let call = match incoming.path.as_str() {
            "/Cashier/AioCheckOut/V5" => "create",
            "/Cashier/QueryTradeInfo/V5" => "query",
            "/Cashier/QueryPaymentInfo" => "query_issued",
            "/CreditDetail/DoAction" => match incoming.form().text("Action") {
                "C" => "capture",
                "R" => "refund",
                "E" => "undo_capture",
                "N" => "abandon",
                _ => "do_action",
            },
            "/CreditDetail/QueryTrade/V2" => {
                let gwsr = incoming.form().text("CreditRefundId").to_owned();
                return Description::new("query_card", gwsr);
            }
            path if path.starts_with("/sandbox/") => return None,
            _ => "unknown",
        };
        Description::new(call, incoming.form().text("MerchantTradeNo"))
    }

    /// - `refuse` {code, message}: the call is refused so.
    /// - `duplicate_reference` {paid}: a fresh reference is called repeated; with `paid` its query
    ///   then says that it is paid.
    /// - `rate_limit`: HTTP 403 now and for 30 minutes.
    /// - `still_unpaid`: the query says 0 although it is paid.
    /// - `wrong_check_code`: the answer is signed wrongly.
    /// - `balance_short`: the merchant's balance does not cover the refund.
    fn faults(&self) -> &'static [&'static str] {
        &[
            "refuse",
            "duplicate_reference",
            "rate_limit",
            "still_unpaid",
            "wrong_check_code",
            "balance_short",
        ]
    }

    /// `md5` signs by MD5, `shuffle` sends the fields in another order.
    fn callback_faults(&self) -> &'static [&'static str] {
        &["md5", "shuffle"]
    }

    async fn act(&self, sandbox: &Arc<Sandbox>, act: Act) -> Result<Outcome, Refused> {
        customer::act(sandbox, &act)
    }

    fn draft(&self, sandbox: &Sandbox, reference: &str, kind: &str) -> Result<Draft, Refused> {
        callbacks::draft(sandbox, reference, kind)
    }

    fn message(&self, sandbox: &Sandbox, delivery: &Delivery, faults: &[Fault]) -> Message {
        callbacks::message(sandbox, delivery, faults)
    }

    fn acknowledgement(&self, _delivery: &Delivery, answer: &Answer) -> Acknowledgement {
        callbacks::acknowledgement(answer)
    }

    fn redelivery(&self, delivery: &Delivery) -> Option<TimeDelta> {
        callbacks::redelivery(delivery.attempts.len())
    }

    async fn timer(&self, sandbox: &Arc<Sandbox>, kind: &str, key: &str) {
        match kind {
            card::CLOSE => card::close(sandbox, key),
            customer::POSTED => customer::posted(sandbox, key),
            _ => {}
        }
    }
}
