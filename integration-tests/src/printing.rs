//! A shop that prints, and the print agents in it.

use std::{collections::BTreeMap, path::PathBuf, process::Stdio, time::Duration};

use anyhow::Context as _;
use devtool::{
    build,
    keys::Keys,
    printers::{MadeAgent, Printer, Printers, Rule},
    services,
};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::process::{Child, Command};

use crate::{Platform, Shop, Slip, Tray};

/// How often the printers of these tests poll.
const POLL_SECS: u64 = 1;
/// By then jobs are as they should be, on a machine that does other things too.
const LIMIT: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(100);

/// A shop of its own with printers.
pub struct PrintShop {
    /// Where everything is.
    pub platform: Platform,
    /// The shop.
    pub shop: Shop,
    /// Its paper.
    pub tray: Tray,
    keys: Keys,
}

/// A printer of the shop.
#[derive(Clone, Debug)]
pub struct ShopPrinter {
    /// Its name in the sandbox.
    pub name: String,
    /// The device.
    pub device_id: String,
    /// The print point on it.
    pub point_id: String,
}

impl PrintShop {
    /// Opens one without printers.
    pub async fn open() -> anyhow::Result<Self> {
        let platform = Platform::find()?;
        let shop = platform.shop(9_999).await?;
        Ok(Self {
            tray: Tray::of(&platform)?,
            keys: Keys::of(&platform.home)?,
            platform,
            shop,
        })
    }

    async fn printers(&self) -> anyhow::Result<Printers<'_>> {
        let Self {
            platform,
            shop,
            keys,
            ..
        } = self;
        Printers::of(&shop.owner, &platform.endpoints, keys, &shop.branch_id).await
    }

    /// A name that no other printer has, in the sandbox and as a serial.
    fn name(&self, what: &str) -> String {
        format!("{what}-{}", self.shop.organisation)
    }

    /// A Star printer of 80 mm.
    pub async fn star(&self, what: &str, rules: &[Rule<'_>]) -> anyhow::Result<ShopPrinter> {
        self.polling(what, ("star", "star_cloudprnt"), (576, "mm80"), rules)
            .await
    }

    /// An Epson printer of 58 mm.
    pub async fn epson(&self, what: &str, rules: &[Rule<'_>]) -> anyhow::Result<ShopPrinter> {
        self.polling(what, ("epson", "epson_sdp"), (384, "mm58"), rules)
            .await
    }

    async fn polling(
        &self,
        what: &str,
        (kind, channel): (&str, &str),
        (width, paper): (u32, &str),
        rules: &[Rule<'_>],
    ) -> anyhow::Result<ShopPrinter> {
        let name = self.name(what);
        let printers = self.printers().await?;
        let device_id = printers
            .add(&Printer {
                sandbox: &name,
                kind,
                width,
                serial: &name.to_uppercase(),
                name: what,
                channel,
                paper,
                poll_secs: POLL_SECS,
            })
            .await?;
        let point_id = printers.add_point(&device_id, (what, what), rules).await?;
        Ok(ShopPrinter {
            name,
            device_id,
            point_id,
        })
    }

    /// A printer of 80 mm on a port, and an agent that drives it.
    pub async fn behind_agent(
        &self,
        what: &str,
        rules: &[Rule<'_>],
    ) -> anyhow::Result<(ShopPrinter, Agent)> {
        let name = self.name(what);
        let printers = self.printers().await?;
        let played = json!({"kind": "escpos", "width": 576});
        let played = printers.play(&name, &played).await?;
        let port = played["listens_on"]
            .as_u64()
            .context("it listens nowhere")?;
        // The same port when the sandbox makes it anew.
        let kept = json!({"kind": "escpos", "width": 576, "port": port});
        self.tray.change(&name, &kept).await?;
        let address = format!("127.0.0.1:{port}");
        let made = printers.add_agent(what).await?;
        let printer = Printer {
            sandbox: &name,
            kind: "escpos",
            width: 576,
            serial: &name.to_uppercase(),
            name: what,
            channel: "agent",
            paper: "mm80",
            poll_secs: POLL_SECS,
        };
        let device_id = printers.add_behind(&made, &address, &printer).await?;
        let point_id = printers.add_point(&device_id, (what, what), rules).await?;
        // It looks for its devices when its line begins.
        let mut agent = Agent::install(&self.platform, &made, &address)?;
        agent.start()?;
        let printer = ShopPrinter {
            name,
            device_id,
            point_id,
        };
        Ok((printer, agent))
    }

    /// 列印後自動收單.
    pub async fn accepts_after_printing(&self) -> anyhow::Result<()> {
        let path = format!("/branches/{}/print-settings", self.shop.branch_id);
        let owner = &self.shop.owner;
        let found = owner.call(Method::GET, &path, Value::Null).await?;
        let mut settings = found["settings"].clone();
        settings["accepts_after_printing"] = true.into();
        let change = json!({"settings": settings});
        owner.call(Method::PUT, &path, change).await?;
        Ok(())
    }

    /// The print jobs of an order, the earliest first.
    pub async fn jobs(&self, order_id: &str) -> anyhow::Result<Vec<Value>> {
        let path = format!("/orders/{order_id}/print-jobs");
        let found = self
            .shop
            .owner
            .call(Method::GET, &path, Value::Null)
            .await?;
        Ok(found["jobs"].as_array().cloned().unwrap_or_default())
    }

    /// Waits until the jobs of an order are as they should be.
    pub async fn until_jobs(
        &self,
        order_id: &str,
        are_so: impl Fn(&[Value]) -> bool,
    ) -> anyhow::Result<Vec<Value>> {
        let mut jobs = Vec::new();
        let waiting = async {
            loop {
                jobs = self.jobs(order_id).await?;
                if are_so(&jobs) {
                    return anyhow::Ok(());
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        let waited = tokio::time::timeout(LIMIT, waiting).await;
        waited.with_context(|| format!("they are {jobs:#?}"))??;
        Ok(jobs)
    }

    /// Waits until so many slips of an order are printed.
    pub async fn until_printed(&self, order_id: &str, slips: usize) -> anyhow::Result<Vec<Value>> {
        self.until_jobs(order_id, |jobs| {
            jobs.len() == slips && jobs.iter().all(|job| job["state"] == "printed")
        })
        .await
    }

    /// Slips of a printer that show a text.
    pub async fn that_show(&self, printer: &ShopPrinter, text: &str) -> anyhow::Result<Vec<Slip>> {
        let mut slips = self.tray.slips(&printer.name, 0).await?;
        slips.retain(|slip| slip.shows(text));
        Ok(slips)
    }

    /// Takes its printers away, which would poll for ever.
    pub async fn close(&self, printers: &[&ShopPrinter]) -> anyhow::Result<()> {
        for printer in printers {
            self.tray.remove(&printer.name).await?;
        }
        Ok(())
    }
}

/// A print agent in a process of its own.
pub struct Agent {
    program: PathBuf,
    settings: BTreeMap<String, String>,
    child: Option<Child>,
}

impl Agent {
    /// One that drives a printer of 80 mm at an address, with an empty spool.
    fn install(platform: &Platform, made: &MadeAgent, address: &str) -> anyhow::Result<Self> {
        let spool = std::env::temp_dir().join(format!("print-agent-{}", made.agent_id));
        let settings = [
            ("SERVER", services::print_agents_url(&platform.home)?),
            ("CODE", made.code.clone()),
            ("SPOOL", spool.to_string_lossy().into_owned()),
            ("PRINTERS", format!("counter=tcp:{address}")),
        ];
        let settings = settings.map(|(name, value)| (format!("PRINT_AGENT_{name}"), value));
        Ok(Self {
            program: build::binary(&platform.home, "print-agent", false),
            settings: settings.into(),
            child: None,
        })
    }

    /// Starts it.
    pub fn start(&mut self) -> anyhow::Result<()> {
        let program = &self.program;
        let child = Command::new(program)
            // Variables say everything.
            .arg("/dev/null")
            .envs(&self.settings)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn();
        self.child = Some(child.with_context(|| format!("start {}", program.display()))?);
        Ok(())
    }

    /// Kills it with -9.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill().await?;
        }
        Ok(())
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        // Its process dies with the handle; what it kept is of use to nobody.
        self.child = None;
        if let Some(spool) = self.settings.get("PRINT_AGENT_SPOOL") {
            let _ = std::fs::remove_dir_all(spool);
        }
    }
}
