//! `inquiry`: the state of up to twenty payments.

use axum::Json;
use serde_json::{Value, json};

use super::{
    NAME, result,
    trade::{Details, Refusal, Trade, answer, local},
};
use crate::{incoming::Call, money, sandbox::merchants};

const MOST_IDS: usize = 20;
const PARAMETER: &str = "platform_order_ids=";

pub async fn inquiry(call: Call) -> Json<Value> {
    answer(&call, |tx, store| {
        let ids = call.incoming.query.strip_prefix(PARAMETER);
        let ids = ids.filter(|ids| !ids.is_empty() && !ids.contains(['%', '&']));
        let ids: Vec<&str> = ids
            .ok_or_else(|| Refusal::ours("200", "query", "ids joined by plain commas"))?
            .split(',')
            .collect();
        if ids.len() > MOST_IDS {
            return Err(Refusal::ours("200", "query", "more than 20 ids"));
        }
        let own = |trade: &Trade| {
            let owner = tx.get::<super::trade::Store>(&merchants(NAME), &trade.merchant);
            owner.is_some_and(|owner| owner.api_key == store.api_key)
        };
        let transactions: Vec<Value> = ids
            .iter()
            .map(|id| {
                let found = money::by_reference::<Details>(tx, NAME, id).filter(own);
                found.map_or_else(
                    || json!({ "platform_order_id": id, "status": "102" }),
                    |trade| info(&trade),
                )
            })
            .collect();
        Ok(json!({ "transactions": transactions }))
    })
}

fn info(trade: &Trade) -> Value {
    let mut info = result::transaction(trade);
    let status = match (trade.paid(), trade.details.failed) {
        (true, _) => "0",
        (false, true) => "100",
        (false, false) => "101",
    };
    info["status"] = json!(status);
    if !trade.refunds.is_empty() {
        let refunds = trade.refunds.iter().zip(&trade.details.refund_ids);
        info["refund_history"] = refunds
            .map(|(refund, (_, coins))| {
                json!({
                    "result": "000",
                    "message": "",
                    "refund_tradeNo": refund.id,
                    "time": local(refund.at),
                    "debit_amount": (refund.amount - coins).to_string(),
                    "redeem_amount": coins.to_string(),
                    "redeem_detail": result::redeem_detail(*coins),
                })
            })
            .collect();
    }
    info
}
