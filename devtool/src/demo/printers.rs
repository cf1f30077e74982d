//! What the open branch prints on: virtual printers of the sandbox, registered, paired and given rules as
//! a manager does it. Their slips come out on the page of the system `printers`.

use std::time::Duration;

use anyhow::{Context as _, bail};
use chassis::secret::Secret;
use printing::domain::pairing;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::client::{Staff, checked, text};
use crate::{endpoints::Endpoints, infra::wait_until, keys::Keys};

/// The sandbox's system that plays printers.
pub const SYSTEM: &str = "printers";
const LIMIT: Duration = Duration::from_secs(30);
/// What printers poll at: often enough to look at, seldom enough to leave alone.
const POLL_SECS: u64 = 5;

/// A printer of the branch.
struct PrinterPlan {
    /// Its name in the sandbox.
    sandbox: &'static str,
    /// How the sandbox plays it.
    kind: &'static str,
    /// Dots of its head.
    width: u32,
    serial: &'static str,
    name: &'static str,
    channel: &'static str,
    paper: &'static str,
    points: &'static [PointPlan],
}

/// A print point on it.
struct PointPlan {
    name: &'static str,
    place: &'static str,
    /// Documents with their triggers and how many slips of an order; those with a moment of their own have
    /// no trigger.
    rules: &'static [(&'static str, Option<&'static str>, &'static str)],
}

const PRINTERS: [PrinterPlan; 3] = [
    PrinterPlan {
        sandbox: "counter",
        kind: "star",
        width: 576,
        serial: "SMC80-0000101",
        name: "櫃檯出單機",
        channel: "star_cloudprnt",
        paper: "mm80",
        points: &[PointPlan {
            name: "櫃檯顧客單",
            place: "櫃檯",
            rules: &[
                ("customer_slip", Some("accepted"), "order"),
                ("customer_slip", Some("manual"), "order"),
            ],
        }],
    },
    PrinterPlan {
        sandbox: "kitchen",
        kind: "epson",
        width: 384,
        serial: "TMM30-0000102",
        name: "內場出單機",
        channel: "epson_sdp",
        paper: "mm58",
        points: &[PointPlan {
            name: "內場製作單",
            place: "廚房01",
            rules: &[
                ("kitchen_slip", Some("accepted"), "station"),
                ("cancel_slip", None, "order"),
                ("revision_slip", None, "order"),
            ],
        }],
    },
    PrinterPlan {
        sandbox: "labels",
        kind: "star",
        width: 320,
        serial: "SML20-0000103",
        name: "標籤機",
        channel: "star_cloudprnt",
        paper: "label_40x25",
        points: &[PointPlan {
            name: "杯身標籤",
            place: "飲料櫃",
            rules: &[("label", Some("accepted"), "item")],
        }],
    },
];

/// Sets up the printers of a branch.
pub async fn set_up(
    staff: &Staff,
    endpoints: &Endpoints,
    keys: &Keys,
    branch_id: &str,
) -> anyhow::Result<()> {
    let control = endpoints.sandbox.get(sandbox::CONTROL);
    let paper = Paper {
        control: control.context("the sandbox is not running")?,
        http: Client::new(),
    };
    wait_for_branch(staff, branch_id).await?;
    for plan in &PRINTERS {
        let name = plan.name;
        let device = add(staff, &paper, keys, branch_id, plan)
            .await
            .with_context(|| format!("the printer {name}"))?;
        for point in plan.points {
            add_point(staff, branch_id, &device, point).await?;
        }
    }
    Ok(())
}

/// Printing learns of a new branch by an event, so that the first try may come too early.
async fn wait_for_branch(staff: &Staff, branch_id: &str) -> anyhow::Result<()> {
    let path = format!("/branches/{branch_id}/print-devices");
    wait_until("the branch in printing", LIMIT, async || {
        staff.call(Method::GET, &path, Value::Null).await.is_ok()
    })
    .await
}

/// Registers a printer, sets it to its address, waits for its slip and types the code on it.
async fn add(
    staff: &Staff,
    paper: &Paper<'_>,
    keys: &Keys,
    branch_id: &str,
    plan: &PrinterPlan,
) -> anyhow::Result<String> {
    let path = format!("/branches/{branch_id}/print-devices");
    let wanted = json!({
        "serial": plan.serial, "name": plan.name, "channel": plan.channel, "paper": plan.paper,
        "settings": {"cutter": plan.paper != "label_40x25"},
    });
    let made = staff.call(Method::POST, &path, wanted).await?;
    let device = text(&made, "/device/device_id")?.to_owned();
    paper.make(plan, text(&made, "/address")?).await?;
    paper.wait_for_slip(plan.sandbox).await?;
    let path = format!("/print-devices/{device}/pair");
    let code = json!({"code": code_of(keys, &device)?});
    staff.call(Method::POST, &path, code).await?;
    Ok(device)
}

/// The code on the first slip of a printer, which is a picture: this home's key says it too.
fn code_of(keys: &Keys, device: &str) -> anyhow::Result<String> {
    let key = Secret::new(keys.printing_master()?);
    let device = device.parse().context("the id of a printer")?;
    Ok(pairing::code(&key, device, 1))
}

async fn add_point(
    staff: &Staff,
    branch_id: &str,
    device: &str,
    plan: &PointPlan,
) -> anyhow::Result<()> {
    let path = format!("/branches/{branch_id}/print-points");
    let wanted = json!({"print_point": {
        "device_id": device, "name": plan.name, "place": plan.place, "copies": 1, "enabled": true,
        "scenes": ["delivery", "pickup", "on_site"], "templates": [],
    }});
    let made = staff.call(Method::POST, &path, wanted).await?;
    let point = text(&made, "/print_point/print_point_id")?;
    for (document, trigger, per) in plan.rules {
        let path = format!("/print-points/{point}/rules");
        let wanted = json!({"rule": {
            "document": document, "trigger": trigger, "per": per, "enabled": true,
            "methods": [], "channels": [],
            "filter": {"product_ids": [], "category_ids": [], "print_tags": [], "stations": []},
        }});
        staff.call(Method::POST, &path, wanted).await?;
    }
    Ok(())
}

/// The sandbox's printers.
struct Paper<'a> {
    /// The sandbox's control port.
    control: &'a str,
    http: Client,
}

impl Paper<'_> {
    /// Makes a printer that polls its address.
    async fn make(&self, plan: &PrinterPlan, address: &str) -> anyhow::Result<()> {
        if address.is_empty() {
            bail!("it has no address");
        }
        let url = format!("{}/{SYSTEM}/devices/{}", self.control, plan.sandbox);
        let device = json!({
            "kind": plan.kind, "url": address, "id": plan.serial, "width": plan.width,
            "interval_seconds": POLL_SECS,
        });
        checked(
            "the sandbox",
            self.http.put(url).json(&device).send().await?,
        )
        .await?;
        Ok(())
    }

    async fn wait_for_slip(&self, printer: &str) -> anyhow::Result<()> {
        let url = format!("{}/{SYSTEM}/slips?printer={printer}", self.control);
        wait_until("the slip with its pairing code", LIMIT, async || {
            let Ok(answer) = self.http.get(&url).send().await else {
                return false;
            };
            let slips = checked("the sandbox", answer).await.unwrap_or_default();
            slips.as_array().is_some_and(|slips| !slips.is_empty())
        })
        .await
    }
}
