//! Processes die in the middle of 200 orders; nothing is lost, doubled or half made.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    time::Duration,
};

use anyhow::Context as _;
use devtool::{doctor, supervise::PROCESSES};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use integration_tests::{Customer, Item, Platform, Shop};
use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use reqwest::Method;
use serde_json::{Value, json};

/// Orders of one run; the victim dies when this many were answered.
const ORDERS: usize = 200;
const ANSWERED_AT_DEATH: usize = 60;
/// Orders that staff reschedules.
const RESCHEDULED: usize = 40;
/// By then a process is back, and what it left behind is done.
const SETTLED_WITHIN: Duration = Duration::from_secs(90);
/// What a customer waits before trying again.
const PAUSE: Duration = Duration::from_millis(100);

#[tokio::test]
async fn killing_ordering_loses_and_doubles_nothing() -> anyhow::Result<()> {
    survives("ordering").await
}

#[tokio::test]
async fn killing_capacity_loses_and_doubles_nothing() -> anyhow::Result<()> {
    survives("capacity").await
}

#[tokio::test]
async fn killing_rabbitmq_loses_and_doubles_nothing() -> anyhow::Result<()> {
    survives("rabbitmq").await
}

#[tokio::test]
async fn killing_ordering_leaves_no_order_between_two_times() -> anyhow::Result<()> {
    reschedules_survive("ordering").await
}

#[tokio::test]
async fn killing_capacity_leaves_no_order_between_two_times() -> anyhow::Result<()> {
    reschedules_survive("capacity").await
}

#[tokio::test]
async fn killing_ordering_forgets_no_decision() -> anyhow::Result<()> {
    decisions_survive("ordering").await
}

#[tokio::test]
async fn killing_capacity_forgets_no_decision() -> anyhow::Result<()> {
    decisions_survive("capacity").await
}

#[tokio::test]
async fn killing_rabbitmq_forgets_no_decision() -> anyhow::Result<()> {
    decisions_survive("rabbitmq").await
}

async fn survives(victim: &str) -> anyhow::Result<()> {
    let platform = Platform::find()?;
    let shop = platform.shop(9_999).await?;
    let tea = &shop.items[0];
    shop.stock(tea, 10_000).await?;

    let (answered, mut watched) = tokio::sync::watch::channel(0);
    let orders = stream::iter(0..ORDERS)
        .map(|_| async {
            let number = place_until_answered(&shop, tea).await?;
            answered.send_modify(|count| *count += 1);
            anyhow::Ok(number)
        })
        .buffer_unordered(16)
        .collect::<Vec<_>>();
    let death = async {
        watched
            .wait_for(|count| *count >= ANSWERED_AT_DEATH)
            .await?;
        kill(&platform, victim)
    };
    let (numbers, death) = tokio::join!(orders, death);
    death?;
    let numbers = numbers
        .into_iter()
        .collect::<anyhow::Result<HashSet<String>>>()?;
    assert_eq!(
        numbers.len(),
        ORDERS,
        "every customer has an order of their own"
    );

    let mut database = doctor::connect(&platform.endpoints, "ordering").await?;
    let made: i64 = sqlx::query_scalar("SELECT count(*) FROM orders WHERE branch_id = $1::uuid")
        .bind(&shop.branch_id)
        .fetch_one(&mut database)
        .await?;
    assert_eq!(
        usize::try_from(made)?,
        ORDERS,
        "no order beside those that were answered"
    );
    doctor::doctor(&platform.home).await?;
    assert_eq!(shop.available(tea).await?, 10_000 - i64::try_from(ORDERS)?);
    Ok(())
}

/// Staff reschedules every order while the victim dies: who asks until there is an answer
/// has rescheduled the order, and who gave up has an order that is wholly at one time or wholly at the other.
async fn reschedules_survive(victim: &str) -> anyhow::Result<()> {
    let platform = Platform::find()?;
    let shop = platform.shop(9_999).await?;
    let orders = stream::iter(0..RESCHEDULED)
        .map(|_| place_until_answered(&shop, &shop.items[0]))
        .buffered(8)
        .try_collect::<Vec<_>>()
        .await?;
    let path = format!("/orders/{}/slots", orders[0]);
    let found = shop.owner.call(Method::GET, &path, Value::Null).await?;
    let slots = found["slots"].as_array().context("no slots")?;
    let wanted_at = slots.last().context("no slot")?["starts_at"].clone();

    let (answered, mut watched) = tokio::sync::watch::channel(0);
    let reschedules = stream::iter(orders.iter().enumerate())
        .map(|(place, order)| {
            let (shop, wanted_at, answered) = (&shop, &wanted_at, &answered);
            async move {
                let patient = place % 2 == 0;
                while reschedule_once(shop, order, wanted_at).await.is_err() && patient {
                    tokio::time::sleep(PAUSE).await;
                }
                answered.send_modify(|count| *count += 1);
            }
        })
        .buffer_unordered(8)
        .collect::<Vec<()>>();
    let death = async {
        watched.wait_for(|count| *count >= RESCHEDULED / 4).await?;
        kill(&platform, victim)
    };
    let both = async { tokio::join!(reschedules, death) };
    let (_, death) = tokio::time::timeout(SETTLED_WITHIN, both).await?;
    death?;

    let mut database = doctor::connect(&platform.endpoints, "ordering").await?;
    tokio::time::timeout(SETTLED_WITHIN, async {
        let under_way = "SELECT count(*) FROM reschedules";
        while sqlx::query_scalar::<_, i64>(under_way)
            .fetch_one(&mut database)
            .await?
            > 0
        {
            tokio::time::sleep(PAUSE).await;
        }
        anyhow::Ok(())
    })
    .await
    .context("interrupted reschedulings are not continued")??;
    for order in orders.iter().step_by(2) {
        let path = format!("/orders/{order}");
        let order = shop.owner.call(Method::GET, &path, Value::Null).await?;
        assert_eq!(order["order"]["wanted_at"], wanted_at);
    }
    doctor::doctor(&platform.home).await
}

/// The branch closes for the days to come, and the victim dies as soon as that is saved: each booked order is
/// cancelled or rescheduled all the same, once.
async fn decisions_survive(victim: &str) -> anyhow::Result<()> {
    let platform = Platform::find()?;
    let shop = platform.shop(9_999).await?;
    let orders = stream::iter(0..RESCHEDULED)
        .map(|_| place_until_answered(&shop, &shop.items[0]))
        .buffered(8)
        .try_collect::<Vec<_>>()
        .await?;
    let path = format!("/orders/{}/slots", orders[0]);
    let found = shop.owner.call(Method::GET, &path, Value::Null).await?;
    let slots = found["slots"].as_array().context("no slots")?;
    let days = slots
        .iter()
        .filter_map(|slot| slot["business_day"].as_str());
    let days: BTreeSet<&str> = days.collect();
    // All but the last of the days that can be ordered for.
    let (first, last_closed) = (days.first(), days.iter().nth_back(1));
    let decisions: Vec<_> = orders
        .iter()
        .enumerate()
        .map(|(place, order)| {
            let decision = if place % 2 == 0 {
                "reschedule_next"
            } else {
                "cancel"
            };
            json!({"order_id": order, "decision": decision})
        })
        .collect();
    let closing = json!({
        "special_day": {"name": "颱風假", "from_date": first, "to_date": last_closed},
        "decisions": {"orders": decisions, "reschedule_reason": "颱風假"},
    });
    let path = format!("/branches/{}/special-days", shop.branch_id);
    let saved = shop.owner.call(Method::POST, &path, closing).await?;
    let batch = saved["started"]["batch_id"].as_str();
    let batch = batch.context("nothing was started")?;
    kill(&platform, victim)?;

    let path = format!("/order-decisions/{batch}");
    let ended = tokio::time::timeout(SETTLED_WITHIN, async {
        loop {
            match shop.owner.call(Method::GET, &path, Value::Null).await {
                Ok(found) if found["batch"]["waiting"] == 0 => break found,
                _ => tokio::time::sleep(PAUSE).await,
            }
        }
    });
    let ended = ended.await.context("decisions are not carried out")?;
    assert_eq!(ended["batch"]["failed"], 0, "{ended}");
    for (place, order) in orders.iter().enumerate() {
        let path = format!("/orders/{order}");
        let seen = shop.owner.call(Method::GET, &path, Value::Null).await?;
        let entries = seen["events"].as_array().map(Vec::len);
        assert_eq!(entries, Some(2), "carried out once: {seen}");
        let cancelled = seen["order"]["state"] == "cancelled";
        let rescheduled = !seen["order"]["wanted_at"].is_null();
        assert_eq!((rescheduled, cancelled), (place % 2 == 0, place % 2 == 1));
    }
    doctor::doctor(&platform.home).await
}

async fn reschedule_once(shop: &Shop, order: &str, wanted_at: &Value) -> anyhow::Result<()> {
    let request = json!({"version": 1, "wanted_at": wanted_at, "reason": "冰櫃故障"});
    let path = format!("/orders/{order}/reschedule");
    shop.owner.call(Method::POST, &path, request).await?;
    Ok(())
}

/// Places an order of one item, whatever dies meanwhile; returns its id.
async fn place_until_answered(shop: &Shop, item: &Item) -> anyhow::Result<String> {
    let cart = Customer::cart(&[(item, 1)]);
    let customer = Customer::of(shop)?;
    let placed = customer.place_until_answered(&cart, |_| {}).await?;
    let id = placed["order"]["order_id"].as_str();
    id.map(str::to_owned).context("an order without id")
}

/// Kills a process of the platform, which the supervisor starts again.
pub fn kill(platform: &Platform, victim: &str) -> anyhow::Result<()> {
    let processes: BTreeMap<String, i32> = platform
        .home
        .read(PROCESSES)?
        .context("the supervisor wrote no process ids")?;
    let pid = processes.get(victim).context("there is no such process")?;
    killpg(Pid::from_raw(*pid), Signal::SIGKILL)?;
    Ok(())
}
