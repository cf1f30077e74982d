//! The calls and their checks.

use axum::{Json, extract::Path};
use serde_json::{Value, json};

use super::NAME;
use crate::{
    incoming::Call,
    printing::cloud::{self, Limits, Order, Progress, Unit},
    state::Transaction,
};

const LIMITS: Limits = Limits {
    most_bytes: 12_288,
    has_pages: true,
};
const LONGEST_KEY: usize = 50;
const KEYS: &str = "xpyun.key";

/// Why a call is refused; `rule` where the platform has broken one.
struct Refusal {
    code: i64,
    text: String,
    rule: Option<&'static str>,
}

impl Refusal {
    fn new(code: i64, text: &str) -> Self {
        Self {
            code,
            text: text.to_owned(),
            rule: None,
        }
    }

    fn ours(code: i64, rule: &'static str, text: &str) -> Self {
        Self {
            rule: Some(rule),
            ..Self::new(code, text)
        }
    }
}

type Answer = Result<Value, Refusal>;

pub async fn call(Path(method): Path<String>, call: Call) -> Json<Value> {
    let body: Value = serde_json::from_slice(&call.incoming.body).unwrap_or_default();
    if matches!(method.as_str(), "print" | "printLabel") {
        let content = body["content"].as_str().unwrap_or_default();
        let copies = body["copies"].as_u64().unwrap_or(1);
        let copies = u32::try_from(copies).unwrap_or(u32::MAX);
        cloud::inspect(&call, content, copies, method == "printLabel", &LIMITS);
    }
    let answer = call.sandbox.state.change(|tx| {
        let user = signed(tx, &call, &body)?;
        if let Some((code, text)) = cloud::refusal(&call, tx) {
            return Err(Refusal::new(code, &text));
        }
        match method.as_str() {
            "addPrinters" => add(tx, &user, &body),
            "delPrinters" => remove(tx, &user, &body),
            "print" | "printLabel" => print(tx, &call, &user, &body),
            "queryOrderState" => order_state(tx, &user, &body),
            "queryPrinterStatus" => own(tx, &user, &body["sn"]).map(|(_, unit)| state(&unit)),
            "queryPrintersStatus" => states(tx, &user, &body),
            "queryOrderStatis" => counts(tx, &user, &body),
            "delPrinterQueue" => {
                let (serial, _) = own(tx, &user, &body["sn"])?;
                cloud::clear(tx, NAME, &serial);
                Ok(json!(true))
            }
            _ => Err(Refusal::ours(-1, "path and method", "no such method")),
        }
    });
    Json(match answer {
        Ok(data) => json!({ "code": 0, "msg": "ok", "data": data }),
        Err(refusal) => {
            if let Some(rule) = refusal.rule {
                call.violation(rule, format!("{} {}", refusal.code, refusal.text));
            }
            json!({ "code": refusal.code, "msg": refusal.text, "data": null })
        }
    })
}

/// The user who has signed.
fn signed(tx: &Transaction<'_>, call: &Call, body: &Value) -> Result<String, Refusal> {
    if call.incoming.content_type() != "application/json" {
        return Err(Refusal::ours(-1, "content type", "not application/json"));
    }
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let (user, time) = (text("user"), text("timestamp"));
    if user.is_empty() || !cloud::is_time(&time) {
        return Err(Refusal::ours(-2, "fields", "user or timestamp"));
    }
    match cloud::has_signed(tx, NAME, &user, &time, &text("sign")) {
        None => Err(Refusal::ours(-4, "user", "unknown user")),
        Some(false) => Err(Refusal::ours(-3, "sign", "sign does not fit")),
        Some(true) => Ok(user),
    }
}

/// A unit that the account has added.
fn own(tx: &Transaction<'_>, user: &str, serial: &Value) -> Result<(String, Unit), Refusal> {
    let serial = serial.as_str().unwrap_or_default();
    let unit =
        cloud::unit(tx, NAME, serial).ok_or_else(|| Refusal::new(1002, "PRINTER_NOT_REGISTER"))?;
    match unit.account.as_deref() {
        Some(owner) if owner == user => Ok((serial.to_owned(), unit)),
        Some(_) => Err(Refusal::new(1001, "SN_USER_NOT_MATCH")),
        None => Err(Refusal::new(1002, "PRINTER_NOT_REGISTER")),
    }
}

fn state(unit: &Unit) -> Value {
    json!(match (unit.online, unit.paper_out) {
        (false, _) => 0,
        (true, false) => 1,
        (true, true) => 2,
    })
}

fn states(tx: &Transaction<'_>, user: &str, body: &Value) -> Answer {
    let serials = body["snlist"].as_array().cloned().unwrap_or_default();
    let states = serials
        .iter()
        .map(|serial| own(tx, user, serial).map(|(_, unit)| state(&unit)));
    Ok(Value::Array(states.collect::<Result<_, _>>()?))
}

fn add(tx: &mut Transaction<'_>, user: &str, body: &Value) -> Answer {
    let items = body["items"].as_array().cloned().unwrap_or_default();
    if items.is_empty() {
        return Err(Refusal::ours(-2, "fields", "items"));
    }
    let each = items.iter().map(|item| {
        let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
        let (serial, name) = (text("sn"), text("name"));
        let code = match cloud::unit(tx, NAME, &serial) {
            _ if serial.is_empty() || name.is_empty() => Some(1009),
            None => Some(1010),
            Some(unit) if unit.account.is_some() => Some(1011),
            Some(unit) => {
                let unit = Unit {
                    account: Some(user.to_owned()),
                    name,
                    ..unit
                };
                cloud::put_unit(tx, NAME, &serial, &unit);
                None
            }
        };
        (serial, code)
    });
    let each: Vec<_> = each.collect();
    Ok(batch(&each))
}

fn remove(tx: &mut Transaction<'_>, user: &str, body: &Value) -> Answer {
    let serials = body["snlist"].as_array().cloned().unwrap_or_default();
    let mut each = Vec::new();
    for serial in &serials {
        let code = match own(tx, user, serial) {
            Ok((serial, unit)) => {
                let unit = Unit {
                    account: None,
                    ..unit
                };
                cloud::put_unit(tx, NAME, &serial, &unit);
                None
            }
            Err(refusal) => Some(refusal.code),
        };
        each.push((serial.as_str().unwrap_or_default().to_owned(), code));
    }
    Ok(batch(&each))
}

fn batch(each: &[(String, Option<i64>)]) -> Value {
    let of = |failed: bool| -> Vec<&String> {
        let chosen = each.iter().filter(|(_, code)| code.is_some() == failed);
        chosen.map(|(serial, _)| serial).collect()
    };
    let messages = each
        .iter()
        .filter_map(|(serial, code)| code.map(|code| format!("{serial}:{code}")));
    json!({
        "success": of(false),
        "fail": of(true),
        "failMsg": messages.collect::<Vec<_>>(),
    })
}

fn print(tx: &mut Transaction<'_>, call: &Call, user: &str, body: &Value) -> Answer {
    let (serial, unit) = own(tx, user, &body["sn"])?;
    let content = body["content"].as_str().unwrap_or_default();
    let key = body["idempotent"].as_str().unwrap_or_default();
    if content.is_empty() {
        return Err(Refusal::ours(-2, "fields", "content"));
    }
    if content.len() > LIMITS.most_bytes {
        return Err(Refusal::new(1007, "PRINT_CONTENT_MORE_THAN_12K_BYTES"));
    }
    if key.len() > LONGEST_KEY {
        return Err(Refusal::ours(1014, "fields", "ORDER_IDEMPOTENT_LIMITLEN"));
    }
    let place = format!("{user}/{key}");
    if !key.is_empty() && tx.get::<String>(KEYS, &place).is_some() {
        return Err(Refusal::new(1013, "ORDER_IDEMPOTENT"));
    }
    if body["mode"].as_i64().unwrap_or(0) == 0 && !unit.online {
        return Err(Refusal::new(1003, "PRINTER_OFFLINE"));
    }
    let now = call.sandbox.clock.now();
    let number = tx.next_number("xpyun.order");
    let seconds = body["expiresIn"].as_i64();
    let order = Order {
        id: format!("OM{}{number:04}", now.format("%y%m%d%H%M%S")),
        at: now,
        account: user.to_owned(),
        serial,
        content: content.to_owned(),
        copies: u32::try_from(body["copies"].as_u64().unwrap_or(1)).unwrap_or(u32::MAX),
        expires: seconds.map(|seconds| now + chrono::TimeDelta::seconds(seconds)),
        state: Progress::Waiting,
    };
    let id = cloud::take(tx, NAME, call, order);
    if !key.is_empty() {
        tx.put(KEYS, &place, &id);
    }
    Ok(json!(id))
}

fn order_state(tx: &Transaction<'_>, user: &str, body: &Value) -> Answer {
    let id = body["orderId"].as_str().unwrap_or_default();
    let order = cloud::order(tx, NAME, id).filter(|order| order.account == user);
    let order = order.ok_or_else(|| Refusal::new(1005, "ORDER_NOT_FOUND"))?;
    Ok(json!(order.state == Progress::Printed))
}

fn counts(tx: &Transaction<'_>, user: &str, body: &Value) -> Answer {
    let (serial, _) = own(tx, user, &body["sn"])?;
    let day = body["date"].as_str().unwrap_or_default();
    if chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").is_err() {
        return Err(Refusal::ours(1006, "fields", "ORDER_DATE_INVALID"));
    }
    let (printed, waiting) = cloud::counts(tx, NAME, &serial, day);
    Ok(json!({ "printed": printed, "waiting": waiting }))
}
