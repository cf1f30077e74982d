//! Random holds, news of orders, moves, counts, pauses, limits and lapses against a reference that a
//! reader can check by eye.
//!
//! Branches do not touch each other, so many are driven at once. What takes effect later, news of
//! orders and holds that lapse, does so between rounds. The steps of a branch follow from the seed
//! and its number: `CAPACITY_MODEL_SEED` plays them again.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod branch;
#[path = "../common/mod.rs"]
mod common;
mod reference;
mod step;
mod stored;

use std::collections::BTreeMap;

use branch::{Branch, Doors};
use chrono::TimeDelta;
use common::Shop;
use futures::future::join_all;
use sqlx::PgConnection;
use stored::Stored;
use testkit::eventually;

const BRANCHES: u64 = 16;
const ROUNDS: i64 = 40;
const STEPS_A_ROUND: usize = 16;
const SEED: u64 = 20_260_902;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_service_agrees_with_the_reference_for_ten_thousand_steps() {
    let seed = std::env::var("CAPACITY_MODEL_SEED");
    let seed = seed.map_or(SEED, |seed| seed.parse().expect("the seed is a number"));
    let mut shop = Shop::open().await;
    let mut branches = Vec::new();
    for number in 0..BRANCHES {
        let mut of_branch = shop.clone();
        of_branch.branch = shop.branch_of(shop.brand).await;
        branches.push(Branch::open(of_branch, seed, number).await);
    }
    let mut db = shop.db.superuser().await;
    for round in 0..ROUNDS {
        let doors = Doors::of(&shop);
        let walks = branches.iter_mut();
        join_all(walks.map(|branch| branch.walk(&doors, round, STEPS_A_ROUND))).await;
        deliver(&shop, &mut db, &mut branches).await;
        // Every third time past the life of a hold.
        let seconds = if round % 3 == 2 { 121 } else { 1 + round % 30 };
        tick(&shop, &mut db, &mut branches, seconds).await;
        let stored = Stored::read(&mut db).await;
        for branch in &branches {
            branch.check(&stored);
        }
        if round % 4 == 3 {
            join_all(branches.iter_mut().map(|branch| branch.ask(&doors, round))).await;
        }
    }

    let steps: usize = branches.iter().map(|branch| branch.steps).sum();
    assert!(steps >= 10_000, "{steps}");
    let mut answers = BTreeMap::<_, usize>::new();
    for (answer, times) in branches.iter().flat_map(|branch| &branch.answers) {
        *answers.entry(*answer).or_default() += times;
    }
    for answer in [
        "OK",
        "HOLD_GONE",
        "NO_SLOT",
        "ORDER_TOO_LARGE",
        "OUT_OF_STOCK",
        "PAUSED",
        "SLOT_FULL",
    ] {
        let times = answers.get(answer).copied().unwrap_or_default();
        assert!(times >= 50, "the steps must meet {answer}: {answers:?}");
    }
}

/// Publishes the news of all branches, and goes on when it has taken effect.
async fn deliver(shop: &Shop, db: &mut PgConnection, branches: &mut [Branch]) {
    let news = branches.iter().flat_map(|branch| &branch.news);
    let (ids, versions): (Vec<_>, Vec<_>) = news
        .map(|news| (news.order_id.as_uuid(), news.version))
        .unzip();
    let events: Vec<_> = branches
        .iter()
        .flat_map(|branch| &branch.news)
        .map(|news| news.event.clone())
        .collect();
    shop.publish(&events).await;
    let db = tokio::sync::Mutex::new(db);
    eventually(async || {
        let waiting: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM UNNEST($1::uuid[], $2::bigint[]) AS told (order_id, version)
             JOIN holds USING (order_id) WHERE order_version < told.version",
        )
        .bind(&ids)
        .bind(&versions)
        .fetch_one(&mut **db.lock().await)
        .await
        .unwrap();
        waiting == 0
    })
    .await;
    for branch in branches {
        branch.hear();
    }
}

/// Moves the clock, and goes on when the holds that lapse by it are settled.
async fn tick(shop: &Shop, db: &mut PgConnection, branches: &mut [Branch], seconds: i64) {
    shop.clock.advance(TimeDelta::seconds(seconds));
    let mut lapsed = false;
    for branch in branches {
        lapsed |= branch.tick(seconds);
    }
    if !lapsed {
        return;
    }
    let db = tokio::sync::Mutex::new(db);
    eventually(async || {
        let due: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM holds WHERE state = 'held' AND expires_at <= $1",
        )
        .bind(shop.now())
        .fetch_one(&mut **db.lock().await)
        .await
        .unwrap();
        due == 0
    })
    .await;
}
