//! `AioCheckOut/V5`: the form that the customer's browser posts, answered with the payment page.

use axum::response::Response;
use http::StatusCode;

use super::{
    NAME,
    trade::{self, Details, Merchant, Trade},
};
use crate::{
    clock::taipei,
    fields::Fields,
    incoming::Call,
    money::Charge,
    pages::{self, CLOSE, Checkout, DECLINE, SUBMIT},
    payments::rules::{Field, callable_url, check_fields, is_local_time, plain_reference},
    state::Transaction,
};

const FIELDS: &[Field] = &[
    Field("MerchantID", 10, true),
    Field("MerchantTradeNo", 20, true),
    Field("MerchantTradeDate", 20, true),
    Field("PaymentType", 20, true),
    Field("TotalAmount", 10, true),
    Field("TradeDesc", 200, true),
    Field("ItemName", 400, true),
    Field("ReturnURL", 200, true),
    Field("ChoosePayment", 20, true),
    Field("EncryptType", 1, true),
    Field("CheckMacValue", 64, true),
    Field("StoreID", 10, false),
    Field("ClientBackURL", 200, false),
    Field("OrderResultURL", 200, false),
    Field("PaymentInfoURL", 200, false),
    Field("ItemURL", 200, false),
    Field("Remark", 100, false),
    Field("ChooseSubPayment", 20, false),
    Field("PlatformID", 10, false),
    Field("Language", 3, false),
    Field("NeedExtraPaidInfo", 1, false),
    Field("IgnorePayment", 100, false),
    Field("CustomField1", 50, false),
    Field("CustomField2", 50, false),
    Field("CustomField3", 50, false),
    Field("CustomField4", 50, false),
    Field("Desc_1", 20, false),
    Field("Desc_2", 20, false),
    Field("Desc_3", 20, false),
    Field("Desc_4", 20, false),
];
const METHODS: &[(&str, &str)] = &[
    ("Credit", "信用卡"),
    ("ATM", "ATM 轉帳"),
    ("CVS", "超商代碼"),
    ("BARCODE", "超商條碼"),
    ("WebATM", "網路 ATM"),
    ("ApplePay", "Apple Pay"),
    ("TWQR", "TWQR"),
    ("BNPL", "無卡分期"),
    ("WeiXin", "微信支付"),
    ("DigitalPayment", "街口支付"),
];
const LONGEST_ITEM_NAME_BYTES: usize = 400;
const SMALLEST_BNPL: i64 = 3_000;
/// Some of the words at which the firewall stops a form.
const FIREWALL_WORDS: &[&str] = &["curl", "wget", "bash", "python", "perl", "chmod", "nmap"];

/// Why the page is an error page: code, words, and the broken rule where it is the shop's fault.
struct Problem {
    code: String,
    message: String,
    violation: Option<(&'static str, String)>,
}

impl Problem {
    fn ours(code: &str, rule: &'static str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self {
            code: code.to_owned(),
            message: detail.clone(),
            violation: Some((rule, detail)),
        }
    }
}

pub async fn create(call: Call) -> Response {
    if pages::framed(&call.incoming.headers) {
        call.violation("top-level page", "the payment page was opened in a frame");
        return pages::message(StatusCode::FORBIDDEN, "不可在框架中開啟");
    }
    if call.incoming.content_type() != "application/x-www-form-urlencoded" {
        call.violation("content type", call.incoming.content_type());
    }
    let order = cut_item_name(call.incoming.form());
    let created = call.sandbox.state.change(|tx| open(&call, tx, order));
    match created {
        Ok((trade, shop)) => page(&trade, &shop),
        Err(problem) => {
            if let Some((rule, detail)) = problem.violation {
                call.violation(rule, detail);
            }
            let text = format!("({}) {}", problem.code, problem.message);
            pages::message(StatusCode::OK, &text)
        }
    }
}

/// The gateway cuts a long name before it checks the code, so that the code no longer fits.
fn cut_item_name(mut order: Fields) -> Fields {
    let name = order.text("ItemName");
    if name.len() > LONGEST_ITEM_NAME_BYTES {
        let end = name.floor_char_boundary(LONGEST_ITEM_NAME_BYTES);
        let cut = name[..end].to_owned();
        order.set("ItemName", cut);
    }
    order
}

fn open(call: &Call, tx: &mut Transaction<'_>, order: Fields) -> Result<(Trade, String), Problem> {
    let merchant = Merchant::find(tx, order.text("MerchantID"))
        .ok_or_else(|| Problem::ours("10200094", "merchant", "unknown MerchantID"))?;
    if !merchant.keys().verifies(&order) {
        return Err(Problem::ours(
            "10200073",
            "CheckMacValue",
            "CheckMacValue Error",
        ));
    }
    check(&order)?;
    if let Some(fault) = call.fault_in(tx, "refuse") {
        return Err(Problem {
            code: fault.text("code").unwrap_or("10200141").to_owned(),
            message: fault.text("message").unwrap_or("refused").to_owned(),
            violation: None,
        });
    }
    let reference = order.text("MerchantTradeNo").to_owned();
    if trade::find(tx, order.text("MerchantID"), &reference).is_some() {
        return Err(Problem::ours(
            "10300028",
            "unique reference",
            "MerchantTradeNo repeated",
        ));
    }
    let duplicate = call.fault_in(tx, "duplicate_reference");
    let paid = duplicate
        .as_ref()
        .map(|fault| fault.value.get("paid") == Some(&true.into()));
    if paid != Some(false) {
        let mut trade = new_trade(call, tx, order);
        if paid == Some(true) {
            trade.details.payment_type = Some("Credit_CreditCard".to_owned());
            trade.charge = Some(Charge::captured(trade.amount, call.sandbox.clock.now()));
        }
        trade.save(tx);
        if paid.is_none() {
            return Ok((trade, merchant.shop));
        }
    }
    Err(Problem {
        code: "10300028".to_owned(),
        message: "訂單編號重複".to_owned(),
        violation: None,
    })
}

fn check(order: &Fields) -> Result<(), Problem> {
    let field = |detail: String| Problem::ours("10200052", "fields", detail);
    if let Some(wrong) = check_fields(order, FIELDS).into_iter().next() {
        return Err(field(wrong));
    }
    let checks = [
        (
            plain_reference(order.text("MerchantTradeNo"), 20, ""),
            "MerchantTradeNo",
        ),
        (order.text("PaymentType") == "aio", "PaymentType"),
        (order.text("EncryptType") == "1", "EncryptType"),
        (
            is_local_time(order.text("MerchantTradeDate"), "%Y/%m/%d %H:%M:%S"),
            "MerchantTradeDate",
        ),
        (callable_url(order.text("ReturnURL")), "ReturnURL"),
        (
            order.get("OrderResultURL") != order.get("ReturnURL"),
            "OrderResultURL equals ReturnURL",
        ),
    ];
    if let Some((_, name)) = checks.into_iter().find(|(right, _)| !right) {
        return Err(field(format!("{name} is wrong")));
    }
    let amount = order.number("TotalAmount").filter(|amount| *amount >= 1);
    let Some(amount) = amount else {
        return Err(Problem::ours(
            "10200050",
            "amount",
            order.text("TotalAmount"),
        ));
    };
    let chosen = order.text("ChoosePayment");
    if chosen != "ALL" && METHODS.iter().all(|(method, _)| *method != chosen) {
        return Err(field(format!("ChoosePayment {chosen:?}")));
    }
    if chosen == "BNPL" && amount < SMALLEST_BNPL {
        return Err(Problem::ours(
            "10200105",
            "amount",
            "below the least of BNPL",
        ));
    }
    if ["ATM", "CVS", "BARCODE"].contains(&chosen) && order.text("PaymentInfoURL").is_empty() {
        return Err(field("PaymentInfoURL is missing".to_owned()));
    }
    let text = format!("{} {}", order.text("ItemName"), order.text("TradeDesc"));
    let text = text.to_lowercase();
    if let Some(word) = FIREWALL_WORDS.iter().find(|word| text.contains(**word)) {
        return Err(Problem::ours("10400011", "firewall", *word));
    }
    Ok(())
}

fn new_trade(call: &Call, tx: &mut Transaction<'_>, order: Fields) -> Trade {
    let now = call.sandbox.clock.now();
    let number = tx.next_number("ecpay.trade_no");
    let day = taipei(now).format("%y%m%d%H%M");
    Trade {
        system: NAME.to_owned(),
        merchant: order.text("MerchantID").to_owned(),
        reference: order.text("MerchantTradeNo").to_owned(),
        transaction: format!("{day}{number:06}"),
        amount: order.number("TotalAmount").unwrap_or_default(),
        currency: "TWD".to_owned(),
        created: now,
        charge: None,
        refunds: Vec::new(),
        details: Details {
            order,
            payment_type: None,
            issued: None,
            card: None,
            failed: None,
        },
    }
}

fn page(trade: &Trade, shop: &str) -> Response {
    let order = &trade.details.order;
    let chosen = order.text("ChoosePayment");
    let ignored: Vec<&str> = order.text("IgnorePayment").split('#').collect();
    let offered = |method: &str| {
        if chosen == "ALL" {
            !ignored.contains(&method) && (method != "BNPL" || trade.amount >= SMALLEST_BNPL)
        } else {
            chosen == method
        }
    };
    let methods = METHODS.iter().filter(|(method, _)| offered(method));
    Checkout {
        provider: "綠界科技 ECPay",
        shop,
        reference: &trade.reference,
        amount: trade.amount,
        items: order.text("ItemName"),
        methods: methods.copied().collect(),
        buttons: &[SUBMIT, DECLINE, CLOSE],
    }
    .page()
}
