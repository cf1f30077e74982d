//! The demo branch while somebody watches: a customer comes every minute or two, and the orders are
//! worked off as they fall due.

use std::{ops::Range, time::Duration};

use chassis::clock::{Clock as _, SystemClock};
use chrono::{DateTime, TimeDelta, Utc};
use rand::RngExt as _;
use reqwest::{Client, Method};
use serde_json::Value;
use tokio::time::Instant;

use super::{
    client::{Staff, text},
    orders,
};
use crate::endpoints::{Demo, Endpoints};

/// Seconds between two customers.
const CUSTOMER_SECS: Range<u64> = 60..150;
/// Between two looks at the orders at least, so that each step can be seen.
const SHORTEST_WAIT: Duration = Duration::from_secs(10);

/// Goes on until it is dropped. What cannot be done now is left for the next time.
pub async fn live(endpoints: &Endpoints) {
    let Some(demo) = &endpoints.demo else {
        return std::future::pending().await;
    };
    let mut branch = Branch {
        endpoints,
        demo,
        session: None,
        customers: 0,
    };
    let mut next_customer = customer_after(Instant::now());
    let mut next_step = next_customer;
    loop {
        tokio::time::sleep_until(next_customer.min(next_step)).await;
        let now = Instant::now();
        let comes = now >= next_customer;
        if comes {
            next_customer = customer_after(now);
        }
        next_step = match branch.turn(comes).await {
            Ok(wait) => wait.map_or(next_customer, |wait| now + wait.max(SHORTEST_WAIT)),
            Err(error) => {
                eprintln!("dev: the demo branch waits: {error:#}");
                // The session may have ended.
                branch.session = None;
                next_customer
            }
        };
    }
}

fn customer_after(now: Instant) -> Instant {
    now + Duration::from_secs(rand::rng().random_range(CUSTOMER_SECS))
}

struct Branch<'a> {
    endpoints: &'a Endpoints,
    demo: &'a Demo,
    session: Option<Staff>,
    customers: usize,
}

impl Branch<'_> {
    /// Takes the steps that are due, and the order of a customer who comes; how long it is until the
    /// next step of one that was there.
    async fn turn(&mut self, customer_comes: bool) -> anyhow::Result<Option<Duration>> {
        let gateway = &self.endpoints.gateway;
        let demo = self.demo;
        let staff = match &self.session {
            Some(staff) => staff,
            None => self.session.insert(
                Staff::sign_in(gateway, &demo.organisation, &demo.account, &demo.password).await?,
            ),
        };
        let (brand, branch) = &demo.open;
        let shop = format!("{gateway}/api/shop/{brand}/{branch}");
        let menu = orders::menu(&Client::new(), &shop).await?;
        let next = work_off(staff, text(&menu, "/branch/branch_id")?).await?;
        if !customer_comes {
            return Ok(next);
        }
        orders::place_new(&shop, &menu, Value::Null, self.customers).await?;
        self.customers += 1;
        // The new order is accepted as soon as it was seen.
        Ok(Some(SHORTEST_WAIT))
    }
}

/// Takes every open order one step on that is due; how long it is until the next one is.
async fn work_off(staff: &Staff, branch_id: &str) -> anyhow::Result<Option<Duration>> {
    let path = format!("/branches/{branch_id}/orders");
    let open = staff.call(Method::GET, &path, Value::Null).await?;
    let mut next: Option<DateTime<Utc>> = None;
    for order in open["orders"].as_array().into_iter().flatten() {
        let promised: Option<DateTime<Utc>> =
            order["promised_at"].as_str().and_then(|at| at.parse().ok());
        let Some(promised) = promised else { continue };
        let Some((step, due)) = next_step(text(order, "/state")?, promised) else {
            continue;
        };
        let mut waits_for = Some(due);
        if due <= SystemClock.now() {
            orders::advance(staff, order.clone(), &[step]).await?;
            waits_for = next_step(step, promised).map(|(_, due)| due);
        }
        next = [next, waits_for].into_iter().flatten().min();
    }
    Ok(next.map(|due| (due - SystemClock.now()).to_std().unwrap_or_default()))
}

/// The step after a state, and when it is due for an order that was promised by then.
fn next_step(state: &str, promised: DateTime<Utc>) -> Option<(&'static str, DateTime<Utc>)> {
    let before = |minutes| promised - TimeDelta::minutes(minutes);
    match state {
        "placed" => Some(("accepted", DateTime::UNIX_EPOCH)),
        "accepted" => Some(("preparing", before(15))),
        "preparing" => Some(("ready", before(5))),
        "ready" => Some(("completed", promised)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_made_when_it_falls_due() {
        let promised = "2026-09-01T04:00:00Z".parse().unwrap();
        let step = |state| {
            let (step, due) = next_step(state, promised)?;
            Some((step, (promised - due).num_minutes()))
        };
        assert_eq!(next_step("placed", promised).unwrap().0, "accepted");
        assert!(next_step("placed", promised).unwrap().1 < promised);
        assert_eq!(step("accepted"), Some(("preparing", 15)));
        assert_eq!(step("preparing"), Some(("ready", 5)));
        assert_eq!(step("ready"), Some(("completed", 0)));
        assert_eq!(step("completed"), None);
    }
}
