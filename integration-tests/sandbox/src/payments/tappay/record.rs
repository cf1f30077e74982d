//! Records of payments, and the history of one.

use axum::Json;
use serde_json::{Value, json};

use super::{
    NAME,
    pay::facts,
    trade::{BANK_IDS, Progress, Refusal, Trade, answer, by_reference, of_record},
};
use crate::{incoming::Call, money, state::Transaction};

const MOST_PER_PAGE: u64 = 200;
/// Status of the last page, which is a success too.
const END: i64 = 2;

pub async fn query(call: Call) -> Json<Value> {
    let now = call.sandbox.clock.now();
    answer(&call, |tx, body| {
        let per_page = body["records_per_page"].as_u64().unwrap_or(50);
        if !(1..=MOST_PER_PAGE).contains(&per_page) {
            return Err(Refusal::ours(502, "fields", "records_per_page"));
        }
        let mut found = candidates(tx, &body["filters"]);
        found.retain(|trade| trade.details.visible_from <= now && matches(trade, &body["filters"]));
        let descending = body["order_by"]["is_descending"] == true;
        let by_amount = body["order_by"]["attribute"] == "amount";
        found.sort_by_key(|trade| {
            let time = trade.created.timestamp_millis();
            if by_amount { trade.amount } else { time }
        });
        if descending {
            found.reverse();
        }
        let total = found.len();
        let size = usize::try_from(per_page).unwrap_or(usize::MAX);
        let page = usize::try_from(body["page"].as_u64().unwrap_or(0)).unwrap_or(usize::MAX);
        let skip = page.saturating_mul(size);
        let records: Vec<Value> = found.iter().skip(skip).take(size).map(record).collect();
        let more = skip.saturating_add(records.len()) < total;
        Ok(json!({
            "status": if more { 0 } else { END },
            "records_per_page": per_page,
            "page": page,
            "total_page_count": total.div_ceil(size),
            "number_of_transactions": total,
            "trade_records": records,
        }))
    })
}

/// All payments, or the one that is named.
fn candidates(tx: &Transaction<'_>, filters: &Value) -> Vec<Trade> {
    let Some(bank_id) = filters["bank_transaction_id"].as_str() else {
        return money::all(tx, NAME);
    };
    let reference: Option<String> = tx.get(BANK_IDS, bank_id);
    let trade = reference.and_then(|reference| by_reference(tx, &reference));
    trade.into_iter().collect()
}

fn matches(trade: &Trade, filters: &Value) -> bool {
    let text = |name: &str, value: &str| filters[name].as_str().is_none_or(|want| want == value);
    let millis = trade.created.timestamp_millis();
    let between = |range: &Value, low: &str, high: &str, value: i64| {
        range[low].as_i64().is_none_or(|low| low <= value)
            && range[high].as_i64().is_none_or(|high| value <= high)
    };
    let merchants = filters["merchant_id"].as_array();
    text("rec_trade_id", &trade.transaction)
        && text("order_number", &trade.details.order_number)
        && text("bank_transaction_id", &trade.details.bank_transaction_id)
        && text("currency", &trade.currency)
        && filters["record_status"]
            .as_i64()
            .is_none_or(|want| want == status(trade))
        && merchants.is_none_or(|wanted| wanted.iter().any(|want| *want == *trade.merchant))
        && between(&filters["time"], "start_time", "end_time", millis)
        && between(
            &filters["amount"],
            "lower_limit",
            "upper_limit",
            trade.amount,
        )
}

fn status(trade: &Trade) -> i64 {
    let captured = trade.charge.as_ref().is_some_and(|charge| charge.captured);
    match trade.details.progress {
        Progress::Failed => -1,
        Progress::Pending => 4,
        Progress::Cancelled => 5,
        Progress::Paid if trade.left() == 0 => 3,
        Progress::Paid if trade.refunded() > 0 => 2,
        Progress::Paid => i64::from(captured),
    }
}

fn record(trade: &Trade) -> Value {
    let mut record = facts(trade);
    let captured = trade.charge.as_ref().is_some_and(|charge| charge.captured);
    let cap = trade
        .details
        .history
        .iter()
        .rev()
        .find(|(action, ..)| action == "capture");
    record["time"] = json!(trade.created.timestamp_millis());
    record["merchant_id"] = json!(trade.merchant);
    record["amount"] = json!(trade.amount - trade.refunded());
    record["original_amount"] = json!(trade.amount);
    record["refund_amount"] = json!(trade.refunded());
    record["record_status"] = json!(status(trade));
    record["is_captured"] = json!(captured);
    record["cap_millis"] = json!(
        cap.filter(|_| captured)
            .map(|(.., at)| at.timestamp_millis())
    );
    record["details"] = json!(trade.details.details);
    record
}

pub async fn history(call: Call) -> Json<Value> {
    answer(&call, |tx, body| {
        let trade = of_record(tx, body)?;
        let rows = trade.details.history.iter().map(|(action, amount, at)| {
            json!({
                "amount": amount, "action": action, "millis": at.timestamp_millis(),
                "success": true,
            })
        });
        Ok(json!({ "trade_history": rows.collect::<Vec<_>>() }))
    })
}
