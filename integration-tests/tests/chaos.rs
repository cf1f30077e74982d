//! Processes die in the middle of 200 orders; nothing is lost, doubled or half made.

use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};

use anyhow::Context as _;
use devtool::{doctor, supervise::PROCESSES};
use futures::{StreamExt as _, stream};
use integration_tests::{Customer, Platform, Shop, new_key};
use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};

/// Orders of one run; the victim dies when this many were answered.
const ORDERS: usize = 200;
const ANSWERED_AT_DEATH: usize = 60;
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

/// What a storefront does: the same order under the same key until there is an answer.
async fn place_until_answered(
    shop: &Shop,
    item: &integration_tests::Item,
) -> anyhow::Result<String> {
    let customer = Customer::of(shop)?;
    let cart = Customer::cart(&[(item, 1)]);
    let key = new_key();
    tokio::time::timeout(Duration::from_secs(90), async {
        let quote = loop {
            match customer.quote(&cart).await {
                Ok(quote) if quote.status == 200 => break quote.body,
                _ => tokio::time::sleep(PAUSE).await,
            }
        };
        let order = customer.order(&cart, &quote);
        loop {
            match customer.place(&key, &order).await {
                Ok(placed) if [200, 201].contains(&placed.status) => {
                    let id = placed.body["order"]["order_id"].as_str();
                    return id.map(str::to_owned).context("an order without id");
                }
                Ok(refused) if (400..500).contains(&refused.status) => {
                    anyhow::bail!("an order was refused: {refused:?}")
                }
                _ => tokio::time::sleep(PAUSE).await,
            }
        }
    })
    .await
    .context("no answer within 90 s")?
}

fn kill(platform: &Platform, victim: &str) -> anyhow::Result<()> {
    let processes: BTreeMap<String, i32> = platform
        .home
        .read(PROCESSES)?
        .context("the supervisor wrote no process ids")?;
    let pid = processes.get(victim).context("there is no such process")?;
    killpg(Pid::from_raw(*pid), Signal::SIGKILL)?;
    Ok(())
}
