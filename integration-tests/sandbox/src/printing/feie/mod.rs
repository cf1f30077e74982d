//! Feie 飛鵝: one address, forms; it takes jobs for units that are off and keeps them until their end.

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

pub const NAME: &str = "feie";
const PATH: &str = "/Api/Open/";
const CALLS: [&str; 8] = [
    "Open_printerAddlist",
    "Open_printerDelList",
    "Open_printMsg",
    "Open_printLabelMsg",
    "Open_queryOrderState",
    "Open_queryOrderInfoByDate",
    "Open_queryPrinterStatus",
    "Open_delPrinterSqs",
];

pub struct Feie(pub Arc<Tray>);

#[async_trait]
impl System for Feie {
    fn name(&self) -> &'static str {
        NAME
    }

    fn merchants(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("dev@sandbox.test", json!({ "key": "sandboxFeieUkey1" })),
            ("other@sandbox.test", json!({ "key": "sandboxFeieUkey2" })),
        ]
    }

    fn routes(&self) -> Router<Arc<Sandbox>> {
        Router::new().route(PATH, post(calls::call))
    }

    fn control(&self) -> Router<Arc<Sandbox>> {
        cloud::control(NAME)
    }

    fn describe(&self, _sandbox: &Sandbox, incoming: &Incoming) -> Option<Description> {
        let form = incoming.form();
        let name = form.text("apiname");
        let name = CALLS.into_iter().find(|known| *known == name);
        let first = form.text("printerContent").split('#').next();
        let names = [
            form.text("sn"),
            form.text("orderid"),
            form.text("snlist"),
            first.unwrap_or_default(),
        ];
        let named = names.into_iter().find(|name| !name.is_empty());
        Description::new(name.unwrap_or("unknown"), named.unwrap_or_default().trim())
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
