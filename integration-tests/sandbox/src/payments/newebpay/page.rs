//! `MPG/mpg_gateway`: the form that the customer's browser posts, answered with the payment page.

use axum::response::Response;
use chrono::TimeDelta;
use http::StatusCode;
use serde_json::Value;

use super::{
    NAME,
    trade::{self, Details, Problem, Store, TIME_WINDOW, Trade},
};
use crate::{
    clock::taipei,
    fields::Fields,
    incoming::{Call, Incoming},
    pages::{self, CLOSE, Checkout, DECLINE, SUBMIT},
    payments::rules::{Field, callable_url, check_fields, plain_reference, within},
    state::Transaction,
};

const OUTER: &[Field] = &[
    Field("MerchantID", 15, true),
    Field("TradeInfo", 20_000, true),
    Field("TradeSha", 64, true),
    Field("Version", 5, true),
    Field("EncryptType", 1, false),
];
const INNER: &[Field] = &[
    Field("MerchantID", 15, true),
    Field("RespondType", 6, true),
    Field("TimeStamp", 50, true),
    Field("Version", 5, true),
    Field("MerchantOrderNo", 30, true),
    Field("Amt", 10, true),
    Field("ItemDesc", 50, true),
    Field("LangType", 5, false),
    Field("ReturnURL", 200, false),
    Field("NotifyURL", 200, false),
    Field("CustomerURL", 200, false),
    Field("ClientBackURL", 200, false),
    Field("Email", 50, false),
    Field("OrderComment", 300, false),
];
/// Name in `TradeInfo`, label, least and greatest amount.
const METHODS: &[(&str, &str, i64, i64)] = &[
    ("CREDIT", "信用卡", 1, i64::MAX),
    ("APPLEPAY", "Apple Pay", 1, i64::MAX),
    ("ANDROIDPAY", "Google Pay", 1, i64::MAX),
    ("SAMSUNGPAY", "Samsung Pay", 1, i64::MAX),
    ("UNIONPAY", "銀聯卡", 1, i64::MAX),
    ("LINEPAY", "LINE Pay", 1, i64::MAX),
    ("ESUNWALLET", "玉山 Wallet", 1, i64::MAX),
    ("TAIWANPAY", "台灣 Pay", 1, 49_999),
    ("TWQR", "TWQR", 1, i64::MAX),
    ("EZPWECHAT", "微信支付", 1, i64::MAX),
    ("EZPALIPAY", "支付寶", 1, i64::MAX),
    ("BITOPAY", "BitoPay", 100, 49_999),
    ("WEBATM", "網路 ATM", 1, 49_999),
    ("VACC", "ATM 轉帳", 1, 49_999),
    ("CVS", "超商代碼", 30, 20_000),
    ("BARCODE", "超商條碼", 20, 40_000),
];

/// The methods that the page offers, with their labels.
pub fn offered(order: &Fields) -> Vec<(&'static str, &'static str)> {
    let amount = order.number("Amt").unwrap_or(0);
    let any = METHODS.iter().any(|(name, ..)| order.text(name) == "1");
    METHODS
        .iter()
        .filter(|(name, _, least, most)| {
            let asked = order.text(name) == "1" || (!any && *name == "CREDIT");
            asked && (*least..=*most).contains(&amount)
        })
        .map(|(name, label, ..)| (*name, *label))
        .collect()
}

pub async fn open(call: Call) -> Response {
    let opened = if sent_by_browser(&call.incoming) {
        call.sandbox.state.change(|tx| create(&call, tx))
    } else {
        Err(Problem::new("browser form post", "MPG02005", "來源錯誤"))
    };
    match opened {
        Ok((trade, store)) => Checkout {
            provider: "藍新金流 NewebPay",
            shop: &store.shop,
            reference: &trade.reference,
            amount: trade.amount,
            items: trade.details.order.text("ItemDesc"),
            methods: offered(&trade.details.order),
            buttons: &[SUBMIT, DECLINE, CLOSE],
        }
        .page(),
        Err(problem) => {
            let (code, message) = problem.report(&call);
            pages::message(StatusCode::OK, &format!("{code} {message}"))
        }
    }
}

/// A browser's form post names its origin or that it navigates; a server's call does neither.
fn sent_by_browser(incoming: &Incoming) -> bool {
    let navigates = incoming.header("sec-fetch-mode") == "navigate";
    incoming.content_type() == "application/x-www-form-urlencoded"
        && !pages::framed(&incoming.headers)
        && (navigates || !incoming.header("origin").is_empty())
}

fn create(call: &Call, tx: &mut Transaction<'_>) -> Result<(Trade, Store), Problem> {
    let form = call.incoming.form();
    if let Some(wrong) = check_fields(&form, OUTER).into_iter().next() {
        return Err(Problem::new("fields", "MPG01023", &wrong));
    }
    let merchant = form.text("MerchantID");
    let store = Store::find(tx, merchant);
    let store = store.ok_or(Problem::new("merchant", "MPG03004", "查無商店"))?;
    let (keys, hex) = (store.keys(), form.text("TradeInfo"));
    if form.text("TradeSha") != keys.sha(hex) {
        return Err(Problem::new("TradeSha", "MPG01024", "TradeSha 錯誤"));
    }
    if hex != hex.to_lowercase() {
        return Err(Problem::new(
            "TradeInfo",
            "MPG01023",
            "hex is not lower case",
        ));
    }
    let text = keys.decrypt(hex);
    let text = text.ok_or(Problem::new("TradeInfo", "MPG03009", "TradeInfo 解密失敗"))?;
    let order = Fields::parse(text.as_bytes());
    check(call, &form, &order)?;
    if let Some(refusal) = trade::armed_refusal(call, tx) {
        return Err(refusal.into());
    }
    let reference = order.text("MerchantOrderNo").to_owned();
    if trade::find(tx, merchant, &reference).is_some() {
        return Err(Problem::new(
            "unique reference",
            "MPG03008",
            "商店訂單編號重覆",
        ));
    }
    if call.fault_in(tx, "duplicate_reference").is_some() {
        return Err(trade::refusal("MPG03008", "商店訂單編號重覆").into());
    }
    let now = call.sandbox.clock.now();
    let number = tx.next_number("newebpay.trade_no");
    let trade = Trade {
        system: NAME.to_owned(),
        merchant: merchant.to_owned(),
        reference,
        transaction: format!("{}{number:07}", taipei(now).format("%y%m%d%H%M")),
        amount: order.number("Amt").unwrap_or_default(),
        currency: "TWD".to_owned(),
        created: now,
        charge: None,
        refunds: Vec::new(),
        details: Details {
            order,
            payment_type: None,
            issued: None,
            close_status: 0,
            close_amount: 0,
            back_status: 0,
            cancelled: false,
            failed: None,
        },
    };
    trade.save(tx);
    Ok((trade, store))
}

fn check(call: &Call, form: &Fields, order: &Fields) -> Result<(), Problem> {
    let field = |code: &str, detail: &str| Err(Problem::new("fields", code, detail));
    if let Some(wrong) = check_fields(order, INNER).into_iter().next() {
        return field("MPG01002", &wrong);
    }
    if order.text("MerchantID") != form.text("MerchantID") {
        return field("MPG01002", "MerchantID 不一致");
    }
    if order.text("Version") != "2.3" || form.text("Version") != "2.3" {
        return Err(Problem::new("version", "MPG02010", "請使用 2.3 版"));
    }
    if !plain_reference(order.text("MerchantOrderNo"), 30, "_") {
        return field("MPG01012", "MerchantOrderNo 格式錯誤");
    }
    if order.number("Amt").is_none_or(|amount| amount < 1) {
        return Err(Problem::new("amount", "MPG01015", "Amt 格式錯誤"));
    }
    if order.text("ItemDesc").contains(['\n', '\r', '"', '\'']) {
        return field("MPG01018", "ItemDesc 含有換行或引號");
    }
    if !within(
        call.sandbox.clock.now(),
        order.number("TimeStamp"),
        TIME_WINDOW,
    ) {
        return Err(Problem::new("timestamp", "MPG02004", "頁面已過期"));
    }
    for name in ["ReturnURL", "NotifyURL", "CustomerURL", "ClientBackURL"] {
        if !order.text(name).is_empty() && !callable_url(order.text(name)) {
            return field("MPG01014", name);
        }
    }
    let notify = order.text("NotifyURL");
    if !notify.is_empty() && notify == order.text("ReturnURL") {
        return field("MPG01014", "NotifyURL equals ReturnURL");
    }
    if let Some(detail) = order.get("OrderDetail")
        && sum(detail) != order.number("Amt")
    {
        return field("MPG01029", "OrderDetail 加總錯誤");
    }
    if offered(order).is_empty() {
        return Err(trade::refusal("MPG02002", "查無可用的支付方式").into());
    }
    Ok(())
}

fn sum(order_detail: &str) -> Option<i64> {
    let rows: Vec<Value> = serde_json::from_str(order_detail).ok()?;
    rows.iter().map(|row| row["ItemAmt"].as_i64()).sum()
}

/// Until when the page may be used.
pub fn expires(trade: &Trade) -> Option<crate::clock::Instant> {
    let seconds = trade
        .details
        .order
        .number("TradeLimit")
        .filter(|limit| *limit > 0)?;
    Some(trade.created + TimeDelta::seconds(seconds.clamp(60, 900)))
}
