//! What the customer does on ECPay's page.

use chrono::{NaiveTime, TimeDelta, Utc};

use super::{
    NAME, callbacks,
    card::{self, CLOSE},
    trade::{self, Card, CardState, Issued, Merchant, Trade},
};
use crate::{
    act::{Act, Outcome, Refused},
    clock::{Instant, next_taipei, taipei},
    delivery,
    fields::Fields,
    money::Charge,
    sandbox::Sandbox,
    scheduler::Timer,
    state::Transaction,
};

/// Kind of the timer after which a payment at a shop's counter is posted.
pub const POSTED: &str = "posted";

/// - `pay` with `method`; for ATM, CVS and BARCODE this first issues the number, and the next `pay`
///   pays with it. `late` pays after the term is over.
/// - `submit`: the page's button; a card goes to the bank's page first. `challenge`: goes there.
/// - `decline` with `code` and `message`; `close`: the page is closed.
pub fn act(sandbox: &Sandbox, act: &Act) -> Result<Outcome, Refused> {
    sandbox.state.change(|tx| {
        let mut trade = trade::by_reference(tx, &act.reference)
            .ok_or_else(|| Refused::new(format!("no trade {:?}", act.reference)))?;
        match act.action.as_str() {
            "pay" => pay(sandbox, tx, &mut trade, act),
            "submit" if act.method.as_deref() != Some("Credit") => {
                pay(sandbox, tx, &mut trade, act)
            }
            "submit" | "challenge" => Ok(Outcome::challenge(&trade.reference, "Credit")),
            "decline" => Ok(decline(sandbox, tx, &mut trade, act)),
            "close" => {
                let back = trade.details.order.text("ClientBackURL");
                Ok(match back {
                    "" => Outcome::note("付款頁已關閉"),
                    url => Outcome::get(url),
                })
            }
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
    if trade.paid() {
        return Err(Refused::new("此訂單已付款"));
    }
    let now = sandbox.clock.now();
    if let Some(issued) = &trade.details.issued {
        if now > issued.until && act.text("late").is_none() {
            return Err(Refused::new("繳費期限已過"));
        }
        let barcode = trade.details.payment_type.as_deref() == Some("BARCODE_BARCODE");
        if barcode {
            Timer {
                due: now + TimeDelta::days(2),
                system: NAME.to_owned(),
                kind: POSTED.to_owned(),
                key: trade.reference.clone(),
            }
            .set(tx);
            return Ok(Outcome::note("已繳費，約兩天後入帳"));
        }
        capture(sandbox, tx, trade);
        return Ok(Outcome::note("已繳費"));
    }
    let chosen = trade.details.order.text("ChoosePayment").to_owned();
    let method = act.method.clone().filter(|method| !method.is_empty());
    let method = method.unwrap_or_else(|| match chosen.as_str() {
        "ALL" => "Credit".to_owned(),
        _ => chosen.clone(),
    });
    if chosen != "ALL" && chosen != method {
        return Err(Refused::new(format!("{method} is not offered")));
    }
    if ["ATM", "CVS", "BARCODE"].contains(&method.as_str()) {
        return Ok(issue(sandbox, tx, trade, &method));
    }
    trade.details.payment_type = Some(payment_type(&method).to_owned());
    capture(sandbox, tx, trade);
    Ok(to_shop(tx, trade))
}

/// Takes the money, notifies the shop and plans the closing of a card payment.
fn capture(sandbox: &Sandbox, tx: &mut Transaction<'_>, trade: &mut Trade) {
    let now = sandbox.clock.now();
    let kind = trade.details.payment_type.clone().unwrap_or_default();
    let card = kind.starts_with("Credit_") || kind == "ApplePay";
    if card {
        trade.charge = Some(Charge::authorised(trade.amount, now));
        let gwsr = 10_000_000 + tx.next_number(card::NUMBERS);
        tx.put(card::NUMBERS, &gwsr.to_string(), &trade.reference);
        trade.details.card = Some(Card {
            gwsr,
            state: CardState::Authorised,
            closing: trade.amount,
        });
        let manual = Merchant::find(tx, &trade.merchant).is_some_and(|m| m.manual_close);
        if !manual {
            let due = next_taipei(now, card::CLOSING_HOUR, card::CLOSING_MINUTE);
            Timer {
                due,
                system: NAME.to_owned(),
                kind: CLOSE.to_owned(),
                key: trade.reference.clone(),
            }
            .set(tx);
        }
    } else {
        trade.charge = Some(Charge::captured(trade.amount, now));
    }
    trade.details.failed = None;
    trade.save(tx);
    let draft = callbacks::paid(trade);
    delivery::schedule(tx, now, draft, TimeDelta::zero());
}

/// Posts what was paid at a counter two days ago.
pub fn posted(sandbox: &Sandbox, reference: &str) {
    sandbox.state.change(|tx| {
        let trade = trade::by_reference(tx, reference).filter(|trade| !trade.paid());
        if let Some(mut trade) = trade {
            capture(sandbox, tx, &mut trade);
        }
    });
}

fn decline(sandbox: &Sandbox, tx: &mut Transaction<'_>, trade: &mut Trade, act: &Act) -> Outcome {
    let code = act.text("code").unwrap_or("10200058").to_owned();
    let message = act.text("message").unwrap_or("授權失敗").to_owned();
    trade
        .details
        .payment_type
        .get_or_insert_with(|| "Credit_CreditCard".to_owned());
    trade.details.failed = Some((code, message));
    trade.save(tx);
    let draft = callbacks::failed(trade);
    delivery::schedule(tx, sandbox.clock.now(), draft, TimeDelta::zero());
    to_shop(tx, trade)
}

/// The browser's way back: with the signed result, by a plain link, or none.
fn to_shop(tx: &mut Transaction<'_>, trade: &Trade) -> Outcome {
    let order = &trade.details.order;
    match (order.text("OrderResultURL"), order.text("ClientBackURL")) {
        ("", "") => Outcome::note("付款結果已送出"),
        ("", url) => Outcome::get(url),
        (url, _) => Outcome::post(url, callbacks::browser_copy(tx, trade)),
    }
}

fn issue(sandbox: &Sandbox, tx: &mut Transaction<'_>, trade: &mut Trade, method: &str) -> Outcome {
    let now = sandbox.clock.now();
    let number = tx.next_number("ecpay.issued");
    let order = &trade.details.order;
    let (payment_type, until, fields, shown) = match method {
        "ATM" => {
            let days = order.number("ExpireDate").unwrap_or(3);
            let until = end_of_day(now + TimeDelta::days(days));
            let account = format!("9103522{number:09}");
            let fields = Fields::from([("BankCode", "812"), ("vAccount", account.as_str())]);
            let date = taipei(until).format("%Y/%m/%d").to_string();
            let shown = format!("銀行代碼 812，帳號 {account}");
            ("ATM_TAISHIN", until, fields.with("ExpireDate", date), shown)
        }
        "CVS" => {
            let minutes = order.number("StoreExpireDate").unwrap_or(10_080);
            let until = now + TimeDelta::minutes(minutes);
            let code = format!("LLL{number:011}");
            let fields = Fields::from([("PaymentNo", code.as_str())]);
            let fields = fields.with("ExpireDate", trade::local(until));
            ("CVS_CVS", until, fields, format!("繳費代碼 {code}"))
        }
        _ => {
            let days = order.number("StoreExpireDate").unwrap_or(7);
            let until = end_of_day(now + TimeDelta::days(days));
            let fields = Fields::from([("Barcode1", "150118M3Z")])
                .with("Barcode2", format!("00000000{number:08}"))
                .with("Barcode3", format!("0115{number:011}"))
                .with("ExpireDate", trade::local(until));
            (
                "BARCODE_BARCODE",
                until,
                fields,
                "請持條碼至超商繳費".to_owned(),
            )
        }
    };
    trade.details.payment_type = Some(payment_type.to_owned());
    trade.details.issued = Some(Issued { fields, until });
    trade.save(tx);
    let draft = callbacks::issued(trade);
    delivery::schedule(tx, now, draft, TimeDelta::zero());
    Outcome::payable(shown, &trade.reference)
}

fn end_of_day(instant: Instant) -> Instant {
    let local = taipei(instant);
    let last = NaiveTime::from_hms_opt(23, 59, 59).expect("a time of day");
    let end = local
        .date_naive()
        .and_time(last)
        .and_local_timezone(*local.offset());
    end.single()
        .expect("a fixed offset has no gaps")
        .with_timezone(&Utc)
}

fn payment_type(method: &str) -> &'static str {
    match method {
        "ApplePay" => "ApplePay",
        "TWQR" => "TWQR_OPAY",
        "DigitalPayment" => "DigitalPayment_Jkopay",
        "WebATM" => "WebATM_TAISHIN",
        "BNPL" => "BNPL_URICH",
        "WeiXin" => "WeiXin_WEIXIN",
        _ => "Credit_CreditCard",
    }
}
