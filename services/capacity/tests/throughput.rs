//! Holds a second on one hot unit, through gRPC; run by hand:
//! `cargo test --release -p capacity --test throughput -- --ignored --nocapture`.

mod common;

use std::time::{Duration, Instant};

use common::{Shop, hold};
use futures::{StreamExt as _, stream};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures the machine"]
async fn holds_a_second_on_one_hot_unit() {
    const ORDERS: usize = 10_000;
    let shop = Shop::open().await;
    shop.set_hours(|hours| hours.max_orders_per_slot = Some(9_999))
        .await
        .expect("valid hours");
    let sku = shop.running(900_000).await;
    for waiting in [1, 32, 256] {
        let orders = if waiting == 1 { ORDERS / 20 } else { ORDERS };
        let client = shop.ordering_of(0);
        let begun = Instant::now();
        let mut took: Vec<Duration> = stream::iter(0..orders)
            .map(|_| {
                let (client, body) = (client.clone(), shop.order(&[(sku, 1)]));
                async move {
                    let asked = Instant::now();
                    hold(client, body).await.expect("there is enough");
                    asked.elapsed()
                }
            })
            .buffer_unordered(waiting)
            .collect()
            .await;
        let elapsed = begun.elapsed();
        took.sort_unstable();
        println!(
            "{waiting} waiting: {:.0} holds/s, p50 {:?}, p99 {:?}",
            orders as f64 / elapsed.as_secs_f64(),
            took[orders / 2],
            took[orders * 99 / 100],
        );
    }
}
