//! Printers of the open branch that their vendors' clouds drive: the sandbox plays the clouds with the account
//! that the organisation enters. Their slips come out on the same page as the others'.

use anyhow::Context as _;
use reqwest::Method;
use serde_json::json;

use super::{client::Staff, printers::PointPlan};
use crate::printers::Printers;

/// The user of the sandbox's accounts at every cloud.
const USER: &str = "dev@sandbox.test";

/// A printer, and the account at its vendor's cloud.
struct CloudPlan {
    /// The vendor, as channel and as system of the sandbox.
    vendor: &'static str,
    /// Key of the account.
    account_key: &'static str,
    serial: &'static str,
    /// The key printed under the printer; empty where its vendor prints none.
    unit_key: &'static str,
    name: &'static str,
    point: PointPlan,
}

const PRINTERS: [CloudPlan; 2] = [
    CloudPlan {
        vendor: "xpyun",
        account_key: "sandbox-xpyun-key",
        serial: "36NVNY3QNGC344B",
        unit_key: "",
        name: "取餐區雲端出單機",
        point: PointPlan {
            name: "取餐通知單",
            place: "取餐區",
            rules: &[("customer_slip", Some("ready"), "order")],
        },
    },
    CloudPlan {
        vendor: "feie",
        account_key: "sandboxFeieUkey1",
        serial: "316500010",
        unit_key: "abcdefgh",
        name: "辦公室雲端出單機",
        point: PointPlan {
            name: "結帳存根",
            place: "辦公室",
            rules: &[("customer_slip", Some("completed"), "order")],
        },
    },
];

/// Sets up the accounts and a printer of each cloud.
pub(super) async fn set_up(staff: &Staff, printers: &Printers<'_>) -> anyhow::Result<()> {
    for plan in &PRINTERS {
        let name = plan.name;
        let device = add(staff, printers, plan)
            .await
            .with_context(|| format!("the printer {name}"))?;
        let PointPlan { name, place, rules } = plan.point;
        printers.add_point(&device, (name, place), rules).await?;
    }
    Ok(())
}

async fn add(staff: &Staff, printers: &Printers<'_>, plan: &CloudPlan) -> anyhow::Result<String> {
    let unit = json!({"key": plan.unit_key, "width": 384});
    printers.make_unit(plan.vendor, plan.serial, &unit).await?;
    let account = json!({"channel": plan.vendor, "user": USER, "key": plan.account_key});
    staff
        .call(Method::PUT, "/print-cloud-accounts", account)
        .await?;
    let mut wanted = json!({
        "serial": plan.serial, "name": plan.name, "channel": plan.vendor, "paper": "mm58",
        "settings": {"cutter": true},
    });
    if !plan.unit_key.is_empty() {
        wanted["vendor_key"] = json!(plan.unit_key);
    }
    printers.add_by_cloud(plan.serial, wanted).await
}
