//! The demo branch while somebody watches: a customer comes every minute or two, and the orders are
//! worked off as they fall due.

use std::time::Duration;

use chassis::clock::{Clock as _, SystemClock};
use chrono::{DateTime, Utc};
use rand::RngExt as _;
use reqwest::{Client, Method};
use serde_json::Value;

use super::{
    client::{Staff, text},
    orders,
};
use crate::endpoints::{Demo, Endpoints};

/// Seconds between two customers.
const PAUSE_SECS: std::ops::Range<u64> = 60..150;

/// Goes on until it is dropped. What cannot be done now is left for the next time.
pub async fn live(endpoints: &Endpoints) {
    let Some(demo) = &endpoints.demo else {
        return std::future::pending().await;
    };
    let mut staff = None;
    for customer in 0_usize.. {
        let pause = rand::rng().random_range(PAUSE_SECS);
        tokio::time::sleep(Duration::from_secs(pause)).await;
        if let Err(error) = one_turn(endpoints, demo, &mut staff, customer).await {
            eprintln!("dev: the demo branch waits: {error:#}");
            // The session may have ended.
            staff = None;
        }
    }
}

async fn one_turn(
    endpoints: &Endpoints,
    demo: &Demo,
    session: &mut Option<Staff>,
    customer: usize,
) -> anyhow::Result<()> {
    let staff = match session {
        Some(staff) => staff,
        None => session.insert(
            Staff::sign_in(
                &endpoints.gateway,
                &demo.organisation,
                &demo.account,
                &demo.password,
            )
            .await?,
        ),
    };
    let (brand, branch) = &demo.open;
    let shop = format!("{}/api/shop/{brand}/{branch}", endpoints.gateway);
    let menu = orders::menu(&Client::new(), &shop).await?;
    work_off(staff, text(&menu, "/branch/branch_id")?).await?;
    orders::place_new(&shop, &menu, Value::Null, customer).await?;
    Ok(())
}

/// Takes every open order one step on that is due.
async fn work_off(staff: &Staff, branch_id: &str) -> anyhow::Result<()> {
    let path = format!("/branches/{branch_id}/orders");
    let open = staff.call(Method::GET, &path, Value::Null).await?;
    for order in open["orders"].as_array().into_iter().flatten() {
        let promised: Option<DateTime<Utc>> =
            order["promised_at"].as_str().and_then(|at| at.parse().ok());
        let Some(promised) = promised else { continue };
        let minutes_left = (promised - SystemClock.now()).num_minutes();
        let state = text(order, "/state")?;
        if let Some(step) = step_due(state, minutes_left) {
            orders::advance(staff, order.clone(), &[step]).await?;
        }
    }
    Ok(())
}

/// The step that an order in a state is due for, so many minutes before it is promised.
fn step_due(state: &str, minutes_left: i64) -> Option<&'static str> {
    match state {
        "placed" => Some("accepted"),
        "accepted" if minutes_left <= 15 => Some("preparing"),
        "preparing" if minutes_left <= 5 => Some("ready"),
        "ready" if minutes_left <= 0 => Some("completed"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_made_when_it_falls_due() {
        for (state, minutes_left, step) in [
            ("placed", 600, Some("accepted")),
            ("accepted", 16, None),
            ("accepted", 15, Some("preparing")),
            ("preparing", 6, None),
            ("preparing", 5, Some("ready")),
            ("ready", 1, None),
            ("ready", -3, Some("completed")),
            ("completed", -3, None),
        ] {
            assert_eq!(
                step_due(state, minutes_left),
                step,
                "{state} {minutes_left}"
            );
        }
    }
}
