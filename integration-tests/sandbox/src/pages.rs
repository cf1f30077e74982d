//! Pages for people: plain HTML in Traditional Chinese, for a phone first.

use std::sync::Arc;

use axum::{
    Form, Router,
    extract::State,
    response::{Html, IntoResponse, Redirect, Response},
    routing::post,
};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{CONTENT_SECURITY_POLICY, X_FRAME_OPTIONS},
};
use serde_json::{Map, Value};

use crate::{
    act::{Act, Browser, Outcome},
    sandbox::Sandbox,
};

const STYLE: &str = "
body{margin:0;font:18px/1.5 system-ui,sans-serif;color:#1c1917;background:#f5f5f4}
.band{background:#b45309;color:#fff;text-align:center;padding:8px;font-weight:700}
main{max-width:26rem;margin:0 auto;padding:16px}
h1{font-size:22px;margin:8px 0}
dl{display:grid;grid-template-columns:auto 1fr;gap:4px 16px;background:#fff;padding:16px;border-radius:12px}
dt{color:#57534e}dd{margin:0;text-align:right;overflow-wrap:anywhere}
.amount{font-size:28px;font-weight:700}
button,.button{display:block;width:100%;box-sizing:border-box;min-height:56px;margin:12px 0;border:0;
 border-radius:12px;font:inherit;font-weight:700;background:#166534;color:#fff;text-align:center;
 line-height:56px;text-decoration:none}
button.no{background:#991b1b}button.plain{background:#e7e5e4;color:#1c1917}
select{width:100%;min-height:48px;font:inherit}";

/// A button of a payment page and the action it stands for.
pub struct Button {
    pub action: &'static str,
    pub label: &'static str,
    pub class: &'static str,
}

pub const PAY: Button = Button {
    action: "pay",
    label: "付款",
    class: "",
};
/// The card form's button; the bank's page comes before the payment.
pub const SUBMIT: Button = Button {
    action: "submit",
    label: "付款",
    class: "",
};
pub const DECLINE: Button = Button {
    action: "decline",
    label: "拒絕",
    class: "no",
};
pub const CLOSE: Button = Button {
    action: "close",
    label: "關閉",
    class: "plain",
};

/// What a payment page shows.
pub struct Checkout<'a> {
    pub provider: &'a str,
    pub shop: &'a str,
    pub reference: &'a str,
    pub amount: i64,
    pub items: &'a str,
    /// Value and label of each method; none leaves the choice out.
    pub methods: Vec<(&'a str, &'a str)>,
    pub buttons: &'a [Button],
}

impl Checkout<'_> {
    pub fn page(&self) -> Response {
        let mut body = format!(
            "<h1>{}</h1><dl><dt>商店</dt><dd>{}</dd><dt>訂單編號</dt><dd>{}</dd>",
            escape(self.provider),
            escape(self.shop),
            escape(self.reference)
        );
        if !self.items.is_empty() {
            body += &format!("<dt>內容</dt><dd>{}</dd>", escape(self.items));
        }
        body += &format!(
            "<dt>金額</dt><dd class=\"amount\">NT$ {}</dd></dl>",
            self.amount
        );
        body += "<form method=\"post\" action=\"/sandbox/act\">";
        body += &hidden("reference", self.reference);
        if !self.methods.is_empty() {
            body += "<p><label>付款方式 <select name=\"method\">";
            for (value, label) in &self.methods {
                let (value, label) = (escape(value), escape(label));
                body += &format!("<option value=\"{value}\">{label}</option>");
            }
            body += "</select></label></p>";
        }
        for Button {
            action,
            label,
            class,
        } in self.buttons
        {
            body += &format!(
                "<button class=\"{class}\" name=\"action\" value=\"{action}\">{label}</button>"
            );
        }
        body += "</form>";
        page(StatusCode::OK, &body)
    }
}

/// Whether a browser asks for a page inside a frame.
pub fn framed(headers: &HeaderMap) -> bool {
    let destination = headers.get("sec-fetch-dest");
    destination.is_some_and(|value| ["iframe", "frame", "embed"].iter().any(|d| value == d))
}

/// A page that says one thing.
pub fn message(status: StatusCode, text: &str) -> Response {
    page(status, &format!("<h1>{}</h1>", escape(text)))
}

pub fn page(status: StatusCode, body: &str) -> Response {
    titled(status, "模擬付款", "模擬付款，不會扣款", body)
}

/// As [`page`], with another title and line above.
pub fn titled(status: StatusCode, title: &str, band: &str, body: &str) -> Response {
    let html = format!(
        "<!DOCTYPE html><html lang=\"zh-Hant-TW\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}</title><style>{STYLE}</style></head><body>\
         <div class=\"band\">{band}</div><main>{body}</main></body></html>"
    );
    let mut response = (status, Html(html)).into_response();
    let headers = response.headers_mut();
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("frame-ancestors 'none'"),
    );
    response
}

pub fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}

pub fn hidden(name: &str, value: &str) -> String {
    let (name, value) = (escape(name), escape(value));
    format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">")
}

impl IntoResponse for Outcome {
    fn into_response(self) -> Response {
        match self.browser {
            Some(Browser {
                method: "GET", url, ..
            }) => Redirect::to(&url).into_response(),
            Some(browser) => post_from_browser(&browser),
            None => match (self.challenge, self.payable) {
                (Some((reference, method)), _) => challenge(&reference, &method),
                (None, Some(reference)) => pay_later(&self.note, &reference),
                (None, None) => message(StatusCode::OK, &self.note),
            },
        }
    }
}

/// The page with a number, and a button for what the customer does at the counter.
fn pay_later(note: &str, reference: &str) -> Response {
    let body = format!(
        "<h1>{}</h1><form method=\"post\" action=\"/sandbox/act\">{}\
         <button name=\"action\" value=\"pay\">模擬繳費</button></form>",
        escape(note),
        hidden("reference", reference)
    );
    page(StatusCode::OK, &body)
}

/// The bank's page between the card and the payment.
fn challenge(reference: &str, method: &str) -> Response {
    let body = format!(
        "<h1>銀行 3D 驗證</h1><p>驗證碼 1234</p>\
         <form method=\"post\" action=\"/sandbox/act\">{}{}\
         <button name=\"action\" value=\"pay\">確認付款</button>\
         <button class=\"no\" name=\"action\" value=\"decline\">拒絕</button></form>",
        hidden("reference", reference),
        hidden("method", method)
    );
    page(StatusCode::OK, &body)
}

/// A page whose form the browser sends by itself.
fn post_from_browser(browser: &Browser) -> Response {
    let fields: String = browser
        .fields
        .iter()
        .map(|(name, value)| hidden(name, value))
        .collect();
    let url = escape(&browser.url);
    let body = format!(
        "<form id=\"next\" method=\"post\" action=\"{url}\">{fields}<button>返回商店</button></form>\
         <script>document.getElementById('next').submit()</script>"
    );
    page(StatusCode::OK, &body)
}

/// Where the buttons of `system`'s pages go.
pub fn routes(system: &'static str) -> Router<Arc<Sandbox>> {
    let act = async move |State(sandbox): State<Arc<Sandbox>>,
                          Form(form): Form<Map<String, Value>>| {
        let Ok(act) = serde_json::from_value::<Act>(Value::Object(form)) else {
            return message(StatusCode::BAD_REQUEST, "資料不完整");
        };
        let Some(system) = sandbox.system(system) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        match system.act(&sandbox, act).await {
            Ok(outcome) => outcome.into_response(),
            Err(refused) => message(StatusCode::CONFLICT, &refused.0),
        }
    };
    Router::new().route("/sandbox/act", post(act))
}
