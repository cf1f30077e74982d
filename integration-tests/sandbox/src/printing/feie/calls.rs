//! The calls and their checks.

use axum::Json;
use chrono::{NaiveDate, TimeDelta};
use serde_json::{Value, json};

use super::NAME;
use crate::{
    clock::{Instant, taipei},
    fields::Fields,
    incoming::Call,
    printing::cloud::{self, Limits, Order, Progress, Unit},
    state::Transaction,
};

const LIMITS: Limits = Limits {
    most_bytes: 5_000,
    has_pages: false,
};
const MOST_TIMES: i64 = 10;
const PARAMETERS: i64 = 1001;
const ACCOUNT: i64 = -2;

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

pub async fn call(call: Call) -> Json<Value> {
    let form = call.incoming.form();
    let name = form.text("apiname");
    if matches!(name, "Open_printMsg" | "Open_printLabelMsg") {
        let copies = u32::try_from(form.number("times").unwrap_or(1)).unwrap_or(u32::MAX);
        let is_label = name == "Open_printLabelMsg";
        cloud::inspect(&call, form.text("content"), copies, is_label, &LIMITS);
    }
    let answer = call.sandbox.state.change(|tx| {
        let user = signed(tx, &call, &form)?;
        if let Some((code, text)) = cloud::refusal(&call, tx) {
            return Err(Refusal::new(code, &text));
        }
        match name {
            "Open_printerAddlist" => add(tx, &user, &form),
            "Open_printerDelList" => remove(tx, &user, &form),
            "Open_printMsg" | "Open_printLabelMsg" => print(tx, &call, &user, &form),
            "Open_queryOrderState" => {
                let order = cloud::order(tx, NAME, form.text("orderid"));
                let order = order.filter(|order| order.account == user);
                let order = order.ok_or_else(|| Refusal::new(1005, "未找到订单信息"))?;
                Ok(json!(order.state == Progress::Printed))
            }
            "Open_queryOrderInfoByDate" => counts(tx, &user, &form),
            "Open_queryPrinterStatus" => {
                let (_, unit) = own(tx, &user, form.text("sn"))?;
                Ok(json!(match (unit.online, unit.paper_out) {
                    (false, _) => "离线",
                    (true, false) => "在线，工作状态正常",
                    (true, true) => "在线，工作状态不正常",
                }))
            }
            "Open_delPrinterSqs" => {
                let (serial, _) = own(tx, &user, form.text("sn"))?;
                cloud::clear(tx, NAME, &serial);
                Ok(json!(true))
            }
            _ => Err(Refusal::ours(PARAMETERS, "apiname", "no such call")),
        }
    });
    let (code, text, data) = match answer {
        Ok(data) => (0, "ok".to_owned(), data),
        Err(refusal) => {
            if let Some(rule) = refusal.rule {
                call.violation(rule, format!("{} {}", refusal.code, refusal.text));
            }
            (refusal.code, refusal.text, Value::Null)
        }
    };
    Json(json!({ "msg": text, "ret": code, "data": data, "serverExecutedTime": 3 }))
}

/// The user who has signed.
fn signed(tx: &Transaction<'_>, call: &Call, form: &Fields) -> Result<String, Refusal> {
    if call.incoming.content_type() != "application/x-www-form-urlencoded" {
        return Err(Refusal::ours(PARAMETERS, "content type", "not a form"));
    }
    if let Some(name) = form.repeated() {
        return Err(Refusal::ours(PARAMETERS, "fields", name));
    }
    let (user, time) = (form.text("user"), form.text("stime"));
    if !cloud::is_time(time) {
        return Err(Refusal::ours(
            PARAMETERS,
            "fields",
            "参数错误 : 时间格式不正确。",
        ));
    }
    match cloud::has_signed(tx, NAME, user, time, form.text("sig")) {
        None => Err(Refusal::ours(ACCOUNT, "user", "参数错误 : 该帐号未注册.")),
        Some(false) => Err(Refusal::ours(ACCOUNT, "sig", "sig does not fit")),
        Some(true) => Ok(user.to_owned()),
    }
}

/// A unit that the account has added.
fn own(tx: &Transaction<'_>, user: &str, serial: &str) -> Result<(String, Unit), Refusal> {
    let unit = cloud::unit(tx, NAME, serial);
    let unit = unit.filter(|unit| unit.account.as_deref() == Some(user));
    let unit = unit.ok_or_else(|| Refusal::new(PARAMETERS, "打印机编号和用户不匹配"))?;
    Ok((serial.to_owned(), unit))
}

fn add(tx: &mut Transaction<'_>, user: &str, form: &Fields) -> Answer {
    let (mut added, mut failed) = (Vec::new(), Vec::new());
    for line in form.text("printerContent").lines() {
        let mut parts = line.split('#').map(str::trim);
        let [serial, key, name] = [(); 3].map(|()| parts.next().unwrap_or_default());
        let why = match cloud::unit(tx, NAME, serial) {
            None => Some("无效打印机编号"),
            Some(unit) if unit.key != key => Some("识别码不正确"),
            Some(unit) if unit.account.is_some() => Some("已被添加过"),
            Some(unit) => {
                let unit = Unit {
                    account: Some(user.to_owned()),
                    name: name.to_owned(),
                    ..unit
                };
                cloud::put_unit(tx, NAME, serial, &unit);
                None
            }
        };
        match why {
            None => added.push(line.to_owned()),
            Some(why) => failed.push(format!("{line} （错误：{why}）")),
        }
    }
    Ok(json!({ "ok": added, "no": failed }))
}

fn remove(tx: &mut Transaction<'_>, user: &str, form: &Fields) -> Answer {
    let (mut removed, mut failed) = (Vec::new(), Vec::new());
    for serial in form.text("snlist").split('-') {
        match own(tx, user, serial) {
            Ok((serial, unit)) => {
                let unit = Unit {
                    account: None,
                    ..unit
                };
                cloud::put_unit(tx, NAME, &serial, &unit);
                removed.push(format!("{serial}成功"));
            }
            Err(refusal) => failed.push(format!("{serial} （错误：{}）", refusal.text)),
        }
    }
    Ok(json!({ "ok": removed, "no": failed }))
}

fn print(tx: &mut Transaction<'_>, call: &Call, user: &str, form: &Fields) -> Answer {
    let (serial, _) = own(tx, user, form.text("sn"))?;
    let content = form.text("content");
    if content.is_empty() || content.len() > LIMITS.most_bytes {
        return Err(Refusal::ours(PARAMETERS, "fields", "content"));
    }
    let times = form.number("times").unwrap_or(1);
    if !(1..=MOST_TIMES).contains(&times) {
        return Err(Refusal::ours(PARAMETERS, "fields", "times"));
    }
    let now = call.sandbox.clock.now();
    let expires = match form.get("expired") {
        None => None,
        Some(_) => {
            let seconds = form.number("expired").unwrap_or(0);
            let end = Instant::from_timestamp(seconds, 0).unwrap_or(now);
            if end <= now || end > now + TimeDelta::days(1) {
                return Err(Refusal::ours(PARAMETERS, "fields", "expired"));
            }
            Some(end)
        }
    };
    let number = tx.next_number("feie.order");
    let order = Order {
        id: format!("{serial}_{}_{number}", taipei(now).format("%Y%m%d%H%M%S")),
        at: now,
        account: user.to_owned(),
        serial,
        content: content.to_owned(),
        copies: u32::try_from(times).unwrap_or(1),
        expires,
        state: Progress::Waiting,
    };
    Ok(json!(cloud::take(tx, NAME, call, order)))
}

fn counts(tx: &Transaction<'_>, user: &str, form: &Fields) -> Answer {
    let (serial, _) = own(tx, user, form.text("sn"))?;
    let day = form.text("date");
    if NaiveDate::parse_from_str(day, "%Y-%m-%d").is_err() {
        return Err(Refusal::ours(PARAMETERS, "fields", "date"));
    }
    let (printed, waiting) = cloud::counts(tx, NAME, &serial, day);
    Ok(json!({ "print": printed, "waiting": waiting }))
}
