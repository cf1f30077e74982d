//! A brand of many branches, each with printers behind print agents that this tool plays.

use anyhow::Context as _;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use reqwest::Method;
use serde_json::json;

use super::{
    load::Request,
    orders::order_request,
    print_line::{Paired, pair},
};
use crate::{
    demo::{chain, client::text},
    endpoints::Endpoints,
    home::Home,
    keys::Keys,
    printers::{Printer, Printers, Rule},
    services,
    shop::Shop,
};

/// Branches that are made at the same time.
const AT_ONCE: usize = 8;
/// Every placed order is printed at once.
const RULE: Rule<'_> = ("customer_slip", Some("placed"), "order");

/// The brand.
pub struct PrintChain {
    /// Its first branch, and the owner.
    pub shop: Shop,
    /// Ids and storefronts of its branches.
    branches: Vec<(String, String)>,
}

impl PrintChain {
    /// Opens so many branches without printers.
    pub async fn open(home: &Home, endpoints: &Endpoints, branches: usize) -> anyhow::Result<Self> {
        let shop = Shop::open(home, endpoints, None).await?;
        let more = stream::iter(1..branches).map(|number| branch(&shop, number));
        let more = more.buffer_unordered(AT_ONCE);
        let more: Vec<(String, String)> = more.try_collect().await?;
        if !more.is_empty() {
            let ids: Vec<&str> = more.iter().map(|(id, _)| id.as_str()).collect();
            let path = format!("/brands/{}/publish", shop.brand_id);
            let publish = json!({"branch_ids": ids});
            shop.owner.call(Method::POST, &path, publish).await?;
        }
        let first = (shop.branch_id.clone(), shop.url.clone());
        Ok(Self {
            branches: [first].into_iter().chain(more).collect(),
            shop,
        })
    }

    /// Orders at each branch in turn.
    pub async fn orders(&mut self, host: &str) -> anyhow::Result<Request> {
        let own = self.shop.url.clone();
        let mut requests = Vec::with_capacity(self.branches.len());
        for (_, url) in &self.branches {
            self.shop.url.clone_from(url);
            requests.push(order_request(&self.shop, host).await?);
        }
        self.shop.url = own;
        Ok(std::sync::Arc::new(move |number| {
            let count = requests.len() as u64;
            let at = usize::try_from(number % count).unwrap_or(0);
            requests[at](number / count)
        }))
    }

    /// Gives each branch so many agents with a printer each, paired; the first printer of a branch prints every order.
    /// The agents of that printer come first.
    pub async fn add_agents(
        &self,
        home: &Home,
        endpoints: &Endpoints,
        each: usize,
    ) -> anyhow::Result<Vec<Paired>> {
        let keys = Keys::of(home)?;
        let server = services::print_agents_url(home)?;
        let all = stream::iter(self.branches.iter().enumerate()).map(|(place, (branch, _))| {
            let (keys, server) = (&keys, &server);
            async move {
                let owner = &self.shop.owner;
                let printers = Printers::of(owner, endpoints, keys, branch).await?;
                let mut agents = Vec::with_capacity(each);
                for number in 0..each {
                    let made = printers.add_agent(&format!("後場 {number}")).await?;
                    let serial = format!("B{place}-{number}-{}", self.shop.organisation);
                    let address = format!("10.0.0.{number}:9100");
                    let printer = Printer {
                        sandbox: "",
                        kind: "escpos",
                        width: 576,
                        serial: &serial.to_uppercase(),
                        name: "出單機",
                        channel: "agent",
                        paper: "mm80",
                        poll_secs: 0,
                    };
                    let device = printers.add_behind(&made, &address, &printer).await?;
                    if number == 0 {
                        let name = ("櫃檯", "櫃檯");
                        printers.add_point(&device, name, &[RULE]).await?;
                    }
                    agents.push(pair(server, &made.code, &address).await?);
                }
                anyhow::Ok(agents)
            }
        });
        let all: Vec<Vec<Paired>> = all.buffer_unordered(AT_ONCE).try_collect().await?;
        let mut rows: Vec<_> = all.into_iter().map(Vec::into_iter).collect();
        let mut agents = Vec::new();
        for _ in 0..each {
            for row in &mut rows {
                agents.push(row.next().context("an agent is missing")?);
            }
        }
        Ok(agents)
    }
}

/// Another branch: its id and its storefront.
async fn branch(shop: &Shop, number: usize) -> anyhow::Result<(String, String)> {
    let slug = format!("branch-{number}");
    let branch = json!({
        "brand_id": shop.brand_id, "code": format!("P{number}"), "slug": slug,
        "name": format!("{number} 號店"), "phone": "02-2521-0002", "address": "臺北市",
        "time_zone": "Asia/Taipei", "cutoff_minutes": 240, "state": "live",
    });
    let made = shop.owner.call(Method::POST, "/branches", branch).await?;
    let id = text(&made, "/branch/branch_id")?.to_owned();
    chain::set_hours(&shop.owner, &id, (0, 1440), None).await?;
    Ok((id, shop.url.replace("/main", &format!("/{slug}"))))
}
