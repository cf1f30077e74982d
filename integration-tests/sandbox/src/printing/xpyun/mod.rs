//! Xpyun 芯烨云: JSON, one call a method, units that are off take nothing.

mod calls;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use axum::{Router, routing::post};
use serde_json::{Value, json};

use super::{
    cloud::{self, PRINT},
    tray::Tray,
};
use crate::{
    act::{Act, Outcome, Refused},
    incoming::Incoming,
    sandbox::Sandbox,
    system::{Description, System},
};

pub const NAME: &str = "xpyun";
const BASE: &str = "/api/openapi/xprinter/";
const METHODS: [&str; 9] = [
    "addPrinters",
    "delPrinters",
    "print",
    "printLabel",
    "queryOrderState",
    "queryPrinterStatus",
    "queryPrintersStatus",
    "queryOrderStatis",
    "delPrinterQueue",
];

pub struct Xpyun(pub Arc<Tray>);

#[async_trait]
impl System for Xpyun {
    fn name(&self) -> &'static str {
        NAME
    }

    fn merchants(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("dev@sandbox.test", json!({ "key": "sandbox-xpyun-key" })),
            (
                "other@sandbox.test",
                json!({ "key": "sandbox-xpyun-key-2" }),
            ),
        ]
    }

    fn routes(&self) -> Router<Arc<Sandbox>> {
        Router::new().route(&format!("{BASE}{{method}}"), post(calls::call))
    }

    fn control(&self) -> Router<Arc<Sandbox>> {
        cloud::control(NAME)
    }

    fn describe(&self, _sandbox: &Sandbox, incoming: &Incoming) -> Option<Description> {
        let body: Value = serde_json::from_slice(&incoming.body).unwrap_or_default();
        let method = incoming.path.strip_prefix(BASE).unwrap_or_default();
        let method = METHODS.into_iter().find(|known| *known == method);
        let names = [
            &body["sn"],
            &body["orderId"],
            &body["snlist"][0],
            &body["items"][0]["sn"],
        ];
        let named = names.into_iter().find_map(Value::as_str);
        Description::new(method.unwrap_or("unknown"), named.unwrap_or_default())
    }

    /// - `refuse` {code, message}: the call is refused so.
    /// - `never_prints`: the job is taken and never comes out.
    /// - `unsaid`: the job comes out, and the vendor says for ever that it has not.
    fn faults(&self) -> &'static [&'static str] {
        &["refuse", "never_prints", "unsaid"]
    }

    async fn act(&self, _sandbox: &Arc<Sandbox>, act: Act) -> Result<Outcome, Refused> {
        Err(Refused::new(format!("no action {:?}", act.action)))
    }

    async fn timer(&self, sandbox: &Arc<Sandbox>, kind: &str, key: &str) {
        if kind == PRINT {
            cloud::print(sandbox, &self.0, NAME, key);
        }
    }
}
