//! Printers of a branch, as a manager sets them up: registered, paired by the code on their first slip, with print
//! points and rules. What they print comes out in the sandbox.

use std::time::Duration;

use anyhow::{Context as _, bail};
use chassis::secret::Secret;
use printing::domain::pairing;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::{
    demo::client::{Staff, checked, text},
    endpoints::Endpoints,
    infra::wait_until,
    keys::Keys,
};

/// The sandbox's system that plays printers.
pub const SYSTEM: &str = "printers";
const LIMIT: Duration = Duration::from_secs(30);

/// A printer of a branch.
#[derive(Clone, Copy, Debug)]
pub struct Printer<'a> {
    /// Its name in the sandbox.
    pub sandbox: &'a str,
    /// How the sandbox plays it.
    pub kind: &'a str,
    /// Dots of its head.
    pub width: u32,
    /// 裝置序號.
    pub serial: &'a str,
    /// 裝置名稱.
    pub name: &'a str,
    /// How it is reached.
    pub channel: &'a str,
    /// Paper in it.
    pub paper: &'a str,
    /// Seconds between two polls, where it polls.
    pub poll_secs: u64,
}

/// A rule of a print point: the document, its trigger, and how many slips of an order. Documents with a moment
/// of their own have no trigger.
pub type Rule<'a> = (&'a str, Option<&'a str>, &'a str);

/// A print agent that staff made.
#[derive(Clone, Debug)]
pub struct MadeAgent {
    /// The agent.
    pub agent_id: String,
    /// Its pairing code.
    pub code: String,
}

/// The printers of one branch.
pub struct Printers<'a> {
    staff: &'a Staff,
    branch_id: &'a str,
    key: Secret<[u8; 32]>,
    /// The sandbox's control port.
    control: &'a str,
    http: Client,
}

impl<'a> Printers<'a> {
    /// Those of a branch that printing knows; it learns of a new one by an event, and this waits for it.
    pub async fn of(
        staff: &'a Staff,
        endpoints: &'a Endpoints,
        keys: &Keys,
        branch_id: &'a str,
    ) -> anyhow::Result<Self> {
        let control = endpoints.sandbox.get(sandbox::CONTROL);
        let path = format!("/branches/{branch_id}/print-devices");
        wait_until("the branch in printing", LIMIT, async || {
            staff.call(Method::GET, &path, Value::Null).await.is_ok()
        })
        .await?;
        Ok(Self {
            staff,
            branch_id,
            key: Secret::new(keys.printing_master()?),
            control: control.context("the sandbox is not running")?,
            http: Client::new(),
        })
    }

    /// Registers a printer that polls, sets it to its address, waits for its slip and types the code on it;
    /// returns the device.
    pub async fn add(&self, printer: &Printer<'_>) -> anyhow::Result<String> {
        let made = self.register(printer, json!({})).await?;
        let device = text(&made, "/device/device_id")?.to_owned();
        let address = text(&made, "/address")?;
        if address.is_empty() {
            bail!("it has no address");
        }
        let poll = json!({
            "kind": printer.kind, "url": address, "id": printer.serial, "width": printer.width,
            "interval_seconds": printer.poll_secs,
        });
        self.play(printer.sandbox, &poll).await?;
        self.wait_for_slip(printer.sandbox).await?;
        self.pair(&device).await?;
        Ok(device)
    }

    /// Registers a printer that its vendor's cloud drives, waits for its slip and types the code on it; returns the
    /// device. The account at the cloud is entered.
    pub async fn add_by_cloud(&self, serial: &str, device: Value) -> anyhow::Result<String> {
        let path = format!("/branches/{}/print-devices", self.branch_id);
        let made = self.staff.call(Method::POST, &path, device).await?;
        let device = text(&made, "/device/device_id")?.to_owned();
        self.wait_for_slip(serial).await?;
        self.pair(&device).await?;
        Ok(device)
    }

    /// Makes a unit that a vendor has sold, with the key printed under it.
    pub async fn make_unit(&self, vendor: &str, serial: &str, unit: &Value) -> anyhow::Result<()> {
        let url = format!("{}/{vendor}/units/{serial}", self.control);
        let made = self.http.put(url).json(unit).send().await?;
        checked("the sandbox", made).await?;
        Ok(())
    }

    /// Makes a print agent.
    pub async fn add_agent(&self, name: &str) -> anyhow::Result<MadeAgent> {
        let path = format!("/branches/{}/print-agents", self.branch_id);
        let made = self
            .staff
            .call(Method::POST, &path, json!({"name": name}))
            .await?;
        Ok(MadeAgent {
            agent_id: text(&made, "/agent/agent_id")?.to_owned(),
            code: text(&made, "/code")?.to_owned(),
        })
    }

    /// Registers a printer that an agent finds at an address, and pairs it; returns the device.
    pub async fn add_behind(
        &self,
        agent: &MadeAgent,
        address: &str,
        printer: &Printer<'_>,
    ) -> anyhow::Result<String> {
        let behind = json!({"agent_id": agent.agent_id, "agent_address": address});
        let made = self.register(printer, behind).await?;
        let device = text(&made, "/device/device_id")?.to_owned();
        self.pair(&device).await?;
        Ok(device)
    }

    /// Makes a print point with rules on a device; returns it.
    pub async fn add_point(
        &self,
        device: &str,
        (name, place): (&str, &str),
        rules: &[Rule<'_>],
    ) -> anyhow::Result<String> {
        let path = format!("/branches/{}/print-points", self.branch_id);
        let wanted = json!({"print_point": {
            "device_id": device, "name": name, "place": place, "copies": 1, "enabled": true,
            "scenes": ["delivery", "pickup", "on_site"], "templates": [],
        }});
        let made = self.staff.call(Method::POST, &path, wanted).await?;
        let point = text(&made, "/print_point/print_point_id")?.to_owned();
        for (document, trigger, per) in rules {
            let path = format!("/print-points/{point}/rules");
            let wanted = json!({"rule": {
                "document": document, "trigger": trigger, "per": per, "enabled": true,
                "methods": [], "channels": [],
                "filter": {"product_ids": [], "category_ids": [], "print_tags": [], "stations": []},
            }});
            self.staff.call(Method::POST, &path, wanted).await?;
        }
        Ok(point)
    }

    /// Makes a printer of the sandbox, or makes it anew; returns how it is then.
    pub async fn play(&self, name: &str, printer: &Value) -> anyhow::Result<Value> {
        let url = format!("{}/{SYSTEM}/devices/{name}", self.control);
        let made = self.http.put(url).json(printer).send().await?;
        checked("the sandbox", made).await
    }

    async fn register(&self, printer: &Printer<'_>, also: Value) -> anyhow::Result<Value> {
        let path = format!("/branches/{}/print-devices", self.branch_id);
        let mut wanted = json!({
            "serial": printer.serial, "name": printer.name, "channel": printer.channel,
            "paper": printer.paper, "settings": {"cutter": printer.paper != "label_40x25"},
        });
        if let (Some(into), Value::Object(from)) = (wanted.as_object_mut(), also) {
            into.extend(from);
        }
        self.staff.call(Method::POST, &path, wanted).await
    }

    /// Types the code on the first slip of a printer, which is a picture: this home's key says it too.
    async fn pair(&self, device: &str) -> anyhow::Result<()> {
        let id = device.parse().context("the id of a printer")?;
        let path = format!("/print-devices/{device}/pair");
        let code = json!({"code": pairing::code(&self.key, id, 1)});
        self.staff.call(Method::POST, &path, code).await?;
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
