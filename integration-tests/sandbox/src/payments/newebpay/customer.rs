//! What the customer does on NewebPay's page.

use chrono::TimeDelta;
use serde_json::json;

use super::{
    callbacks, card, page,
    trade::{self, Issued, Store, Trade},
};
use crate::{
    act::{Act, Outcome, Refused},
    clock::{Instant, taipei},
    delivery,
    money::Charge,
    sandbox::Sandbox,
    state::Transaction,
};

const OFFLINE: &[&str] = &["VACC", "CVS", "BARCODE"];
const DEFAULT_DAYS: i64 = 7;

/// - `pay` with `method`; for VACC, CVS and BARCODE this first issues the number, and the next `pay`
///   pays with it. `late` pays after the term is over.
/// - `submit`: the page's button; a card goes to the bank's page first. `challenge`: goes there.
/// - `decline` with `code` and `message`; `close`: the page is closed.
pub fn act(sandbox: &Sandbox, act: &Act) -> Result<Outcome, Refused> {
    sandbox.state.change(|tx| {
        let mut trade = trade::by_reference(tx, &act.reference)
            .ok_or_else(|| Refused::new(format!("no trade {:?}", act.reference)))?;
        match act.action.as_str() {
            "pay" => pay(sandbox, tx, &mut trade, act),
            "submit" if act.method.as_deref() != Some("CREDIT") => {
                pay(sandbox, tx, &mut trade, act)
            }
            "submit" | "challenge" => Ok(Outcome::challenge(&trade.reference, "CREDIT")),
            "decline" => Ok(decline(sandbox, tx, &mut trade, act)),
            "close" => Ok(match trade.details.order.text("ClientBackURL") {
                "" => Outcome::note("付款頁已關閉"),
                url => Outcome::get(url),
            }),
            other => Err(Refused::new(format!("no action {other:?}"))),
        }
    })
}

fn pay(
    sandbox: &Sandbox,
    tx: &mut Transaction<'_>,
    trade: &mut Trade,
    act: &Act,
) -> Result<Outcome, Refused> {
    let now = sandbox.clock.now();
    let late = act.text("late").is_some();
    if trade.paid() {
        return Err(Refused::new("此訂單已付款"));
    }
    if let Some(issued) = &trade.details.issued {
        if now > issued.until && !late {
            return Err(Refused::new("繳費期限已過"));
        }
        capture(sandbox, tx, trade);
        return Ok(Outcome::note("已繳費"));
    }
    if page::expires(trade).is_some_and(|until| now > until) && !late {
        return Err(Refused::new("交易時間已過"));
    }
    let offered = page::offered(&trade.details.order);
    let method = act.method.as_deref().filter(|method| !method.is_empty());
    let method = method
        .or(offered.first().map(|(name, _)| *name))
        .unwrap_or("CREDIT");
    if offered.iter().all(|(name, _)| *name != method) {
        return Err(Refused::new(format!("{method} is not offered")));
    }
    if OFFLINE.contains(&method) {
        return Ok(issue(tx, trade, method, now));
    }
    trade.details.payment_type = Some(method.to_owned());
    capture(sandbox, tx, trade);
    Ok(to_shop(tx, trade))
}

fn capture(sandbox: &Sandbox, tx: &mut Transaction<'_>, trade: &mut Trade) {
    let now = sandbox.clock.now();
    trade.details.failed = None;
    if card::is_card(trade) {
        trade.charge = Some(Charge::authorised(trade.amount, now));
        trade.details.close_amount = trade.amount;
        let manual = Store::find(tx, &trade.merchant).is_some_and(|store| store.manual_close);
        if !manual {
            trade.details.close_status = 1;
            card::arm(tx, card::SEND, trade, now);
        }
    } else {
        trade.charge = Some(Charge::captured(trade.amount, now));
        trade.details.close_status = 3;
    }
    trade.save(tx);
    notify(tx, trade, now);
}

fn decline(sandbox: &Sandbox, tx: &mut Transaction<'_>, trade: &mut Trade, act: &Act) -> Outcome {
    let code = act.text("code").unwrap_or("MPG03009").to_owned();
    let message = act
        .text("message")
        .unwrap_or("授權失敗 & 請換卡 (05)")
        .to_owned();
    trade
        .details
        .payment_type
        .get_or_insert_with(|| "CREDIT".to_owned());
    trade.details.failed = Some((code, message));
    trade.save(tx);
    notify(tx, trade, sandbox.clock.now());
    to_shop(tx, trade)
}

fn notify(tx: &mut Transaction<'_>, trade: &Trade, now: Instant) {
    if !trade.details.order.text("NotifyURL").is_empty() {
        delivery::schedule(tx, now, callbacks::notice(trade), TimeDelta::zero());
    }
}

fn to_shop(tx: &mut Transaction<'_>, trade: &Trade) -> Outcome {
    let kind = trade.details.payment_type.as_deref().unwrap_or_default();
    // The manual: these wallets stay in their app.
    let stays = ["ESUNWALLET", "TAIWANPAY"].contains(&kind);
    match trade.details.order.text("ReturnURL") {
        url if !url.is_empty() && !stays => Outcome::post(
            url,
            callbacks::browser_copy(tx, trade, callbacks::result(trade)),
        ),
        _ => Outcome::note("付款結果已送出"),
    }
}

fn issue(tx: &mut Transaction<'_>, trade: &mut Trade, method: &str, now: Instant) -> Outcome {
    let number = tx.next_number("newebpay.issued");
    let until = expiry(trade, now);
    let (date, time) = (
        taipei(until).format("%Y-%m-%d"),
        taipei(until).format("%H:%M:%S"),
    );
    let (mut result, shown) = match method {
        "VACC" => {
            let code = format!("9103522{number:09}");
            let shown = format!("銀行代碼 017，帳號 {code}");
            (json!({ "BankCode": "017", "CodeNo": code }), shown)
        }
        "CVS" => {
            let code = format!("CVC{number:011}");
            (json!({ "CodeNo": code }), format!("繳費代碼 {code}"))
        }
        _ => (
            json!({
                "Barcode_1": "150118C01", "Barcode_2": format!("{number:016}"),
                "Barcode_3": format!("0115{number:011}"),
            }),
            "請持條碼至超商繳費".to_owned(),
        ),
    };
    result["ExpireDate"] = json!(date.to_string());
    result["ExpireTime"] = json!(time.to_string());
    trade.details.payment_type = Some(method.to_owned());
    trade.details.issued = Some(Issued { result, until });
    trade.save(tx);
    match trade.details.order.text("CustomerURL") {
        "" => Outcome::payable(shown, &trade.reference),
        url => Outcome::post(
            url,
            callbacks::browser_copy(tx, trade, callbacks::issued(trade)),
        ),
    }
}

/// The end of `ExpireDate`, or of the seventh day.
fn expiry(trade: &Trade, now: Instant) -> Instant {
    let asked = trade.details.order.text("ExpireDate");
    let day = chrono::NaiveDate::parse_from_str(asked, "%Y%m%d");
    let day = day.unwrap_or_else(|_| taipei(now + TimeDelta::days(DEFAULT_DAYS)).date_naive());
    let end = day.and_hms_opt(23, 59, 59).expect("a time of day");
    let end = end.and_local_timezone(*taipei(now).offset()).single();
    end.expect("a fixed offset has no gaps").to_utc()
}
