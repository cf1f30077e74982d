//! A flash sale through the gateway while replicas of capacity die; then holds beside their floor.
//!
//! One branch: most buyers want one product, at any of its many slots, and a part wants places in
//! one slot. Every order locks the same branch. Who gets no answer asks again under the same key, as
//! the storefront does.

use std::{
    collections::{BTreeMap, HashSet},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use futures::{StreamExt as _, stream};
use rand::{RngExt as _, seq::SliceRandom as _};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::{
    holds,
    load::{Measured, count},
    report::Figure,
};
use crate::{
    demo::client::checked,
    doctor,
    endpoints::Endpoints,
    home::Home,
    infra::wait_until,
    process,
    shop::{ANY_TIME, Item, Shop},
    supervise::PROCESSES,
};

/// In which order the replicas are killed: each twice.
const VICTIMS: [&str; 4] = ["capacity", "capacity2", "capacity", "capacity2"];
/// So far ahead that no slot of theirs begins meanwhile.
const SLOTS_SKIPPED: usize = 12;
/// Longest wait of a buyer for an answer, over all tries.
const PATIENCE: Duration = Duration::from_secs(120);
const TRY_LIMIT: Duration = Duration::from_secs(20);
/// Least wait before another try, in milliseconds; at most twice as much.
const PAUSE_MILLIS: u64 = 100;
const RESTART_LIMIT: Duration = Duration::from_secs(60);

/// How much is wanted and how much there is.
#[derive(Clone, Copy, Debug)]
pub struct Sale {
    /// Buyers in all.
    pub buyers: usize,
    /// How many of them want places in the slot.
    pub slot_buyers: usize,
    /// Units of the product.
    pub units: i64,
    /// Places in a slot.
    pub places: i32,
    /// Buyers who wait for an answer at the same time.
    pub at_once: usize,
    /// How long holds are measured.
    pub hold_time: Duration,
}

/// The sale that is promised to end well.
pub const FULL: Sale = Sale {
    buyers: 10_000,
    slot_buyers: 1_000,
    units: 500,
    places: 20,
    at_once: 256,
    hold_time: Duration::from_secs(10),
};

/// A small one, to try the benchmark itself.
pub const REHEARSAL: Sale = Sale {
    buyers: 600,
    slot_buyers: 100,
    units: 60,
    places: 5,
    at_once: 32,
    hold_time: Duration::from_secs(3),
};

/// Measures and answers the figures.
pub async fn bench(home: &Home, endpoints: &Endpoints, sale: Sale) -> anyhow::Result<Vec<Figure>> {
    let mut figures = sell(home, endpoints, sale).await?;
    figures.extend(holds::bench(home, endpoints, sale.hold_time).await?);
    doctor::doctor(home).await.context("after the holds")?;
    Ok(figures)
}

async fn sell(home: &Home, endpoints: &Endpoints, sale: Sale) -> anyhow::Result<Vec<Figure>> {
    let shop = Shop::open(home, endpoints, Some(sale.places)).await?;
    let [wanted, plenty, ..] = shop.items.as_slice() else {
        anyhow::bail!("the shop sells too little");
    };
    shop.stock(wanted, sale.units).await?;
    let http = Client::builder().timeout(TRY_LIMIT).build()?;
    let slots = slots(&http, &shop).await?;
    let (slot, others) = slots.split_first().context("the shop has no slots")?;
    let purchases = purchases(sale, wanted, plenty, slot, others);

    let (sold, killer) = {
        let (sold, watched) = watch::channel(0);
        (sold, kill_in_turn(home, endpoints, watched, sale.units))
    };
    let begin = Instant::now();
    let buying = async {
        let retries = AtomicU64::new(0);
        let outcomes: Vec<_> = stream::iter(purchases)
            .map(async |purchase| {
                let buyer = Buyer::new(&http, &shop, &retries);
                let (outcome, time) = buyer.buy(&purchase).await?;
                if let (Purchase::Product(_), Outcome::Placed(_)) = (&purchase, &outcome) {
                    sold.send_modify(|sold| *sold += 1);
                }
                anyhow::Ok((outcome, time))
            })
            .buffer_unordered(sale.at_once)
            .collect()
            .await;
        let elapsed = begin.elapsed();
        // The killer need not wait for sales that never come.
        drop(sold);
        (outcomes, elapsed, retries.into_inner())
    };
    let ((outcomes, elapsed, retries), kills) = tokio::join!(buying, killer);
    let kills = kills.context("killing the replicas")?;

    let (mut placed, mut refused, mut times) = (Vec::new(), BTreeMap::new(), Vec::new());
    for outcome in outcomes {
        let (outcome, time) = outcome?;
        times.push(time);
        match outcome {
            Outcome::Placed(order) => placed.push(order),
            Outcome::Refused(reason) => *refused.entry(reason).or_insert(0_u64) += 1,
        }
    }
    let books = Books::read(endpoints, &shop, wanted, slot).await?;
    books.check(sale, &placed)?;
    doctor::doctor(home).await.context("after the sale")?;

    let answered = Measured::of(times, 0, elapsed)?;
    let mut figures = vec![
        Figure::plain("buyers", count(answered.answers), ""),
        Figure::plain("units sold", count(books.sold.unsigned_abs()), "")
            .exactly(count(sale.units.unsigned_abs())),
        Figure::plain(
            "orders in the slot",
            count(books.in_slot.unsigned_abs()),
            "",
        )
        .exactly(f64::from(sale.places)),
        Figure::plain("holds left over", count(books.held.unsigned_abs()), "").exactly(0.0),
    ];
    for (reason, times) in refused {
        figures.push(Figure::plain(
            format!("refused: {reason}"),
            count(times),
            "",
        ));
    }
    figures.push(Figure::plain("tries beyond the first", count(retries), ""));
    figures.push(
        Figure::plain("replicas killed", count(kills), "").exactly(count(VICTIMS.len() as u64)),
    );
    figures.push(Figure::plain("elapsed", elapsed.as_secs_f64(), "s"));
    figures.push(Figure::plain(
        "orders answered",
        answered.per_second,
        "orders/s",
    ));
    let orders_per_second = count(placed.len() as u64) / elapsed.as_secs_f64();
    figures.push(Figure::plain(
        "orders placed",
        orders_per_second,
        "orders/s",
    ));
    figures.push(Figure::plain(
        "order p50, with its tries",
        answered.p50_ms,
        "ms",
    ));
    figures.push(Figure::plain(
        "order p99, with its tries",
        answered.p99_ms,
        "ms",
    ));
    Ok(figures)
}

/// What a buyer wants.
#[derive(Clone, Debug)]
enum Purchase {
    /// The product, with a slot in which it suits them.
    Product(Value),
    /// A place in the slot, with something of which there is plenty.
    Slot(Value),
}

impl Purchase {
    fn cart(&self) -> &Value {
        match self {
            Self::Product(cart) | Self::Slot(cart) => cart,
        }
    }
}

/// The buyers in the order in which they come: those of the slot among the others.
fn purchases(
    sale: Sale,
    wanted: &Item,
    plenty: &Item,
    slot: &Value,
    others: &[Value],
) -> Vec<Purchase> {
    let mut random = rand::rng();
    let mut purchases: Vec<Purchase> = (0..sale.buyers)
        .map(|buyer| {
            if buyer < sale.slot_buyers {
                return Purchase::Slot(cart(plenty, slot));
            }
            let other = random.random_range(0..others.len());
            Purchase::Product(cart(wanted, &others[other]))
        })
        .collect();
    purchases.shuffle(&mut random);
    purchases
}

fn cart(item: &Item, slot: &Value) -> Value {
    json!({
        "method": "pickup", "wanted_at": slot,
        "lines": [{"product_id": item.product_id, "variant_id": item.variant_id, "quantity": 1,
                   "options": [], "note": ""}],
    })
}

/// Starts of the slots that can be had, the first ones left out.
async fn slots(http: &Client, shop: &Shop) -> anyhow::Result<Vec<Value>> {
    let answer = http
        .get(format!("{}/availability", shop.url))
        .send()
        .await?;
    let availability = checked("availability", answer).await?;
    let slots = availability["slots"].as_array().context("no slots")?;
    Ok(slots
        .iter()
        .filter(|slot| slot["state"] == "open")
        .skip(SLOTS_SKIPPED)
        .map(|slot| slot["starts_at"].clone())
        .collect())
}

/// What became of a buyer.
#[derive(Debug)]
enum Outcome {
    /// Has an order.
    Placed(String),
    /// Was refused with a reason.
    Refused(String),
}

/// A guest with a device, a phone and a key of their own.
struct Buyer<'a> {
    http: &'a Client,
    shop: &'a Shop,
    retries: &'a AtomicU64,
    device: String,
    phone: String,
    key: String,
}

impl<'a> Buyer<'a> {
    fn new(http: &'a Client, shop: &'a Shop, retries: &'a AtomicU64) -> Self {
        Self {
            http,
            shop,
            retries,
            device: format!("yzm_device={:032x}", rand::random::<u128>()),
            phone: format!("09{:08}", rand::random::<u32>() % 100_000_000),
            key: format!("{:032x}", rand::random::<u128>()),
        }
    }

    /// Asks for a quote and orders; answers how long the order took with all its tries.
    async fn buy(&self, purchase: &Purchase) -> anyhow::Result<(Outcome, Duration)> {
        let begin = Instant::now();
        let (status, quote) = self.until_answered("/quotes", purchase.cart()).await?;
        if status != 200 {
            return Ok((refused(&quote), begin.elapsed()));
        }
        let mut order = purchase.cart().clone();
        order["quote_hash"] = quote["hash"].clone();
        order["quoted_at"] = quote["quoted_at"].clone();
        order["promised_at"] = ANY_TIME.into();
        order["contact"] = json!({"name": "王小姐", "phone": self.phone});
        order["remark"] = "".into();
        order["utensils"] = false.into();
        let begin = Instant::now();
        let (status, answer) = self.until_answered("/orders", &order).await?;
        if status >= 300 {
            return Ok((refused(&answer), begin.elapsed()));
        }
        let id = answer["order"]["order_id"]
            .as_str()
            .context("an order without id")?;
        Ok((Outcome::Placed(id.to_owned()), begin.elapsed()))
    }

    /// Sends the same request under the same key until there is an answer.
    async fn until_answered(&self, path: &str, body: &Value) -> anyhow::Result<(u16, Value)> {
        let tries = async {
            loop {
                let request = self
                    .http
                    .post(format!("{}{path}", self.shop.url))
                    .header("cookie", &self.device)
                    .header("idempotency-key", &self.key)
                    .json(body);
                if let Ok((status, answer)) = send(request).await
                    && status < 500
                    && status != 429
                {
                    return (status, answer);
                }
                self.retries.fetch_add(1, Ordering::Relaxed);
                let pause = rand::rng().random_range(PAUSE_MILLIS..=2 * PAUSE_MILLIS);
                tokio::time::sleep(Duration::from_millis(pause)).await;
            }
        };
        tokio::time::timeout(PATIENCE, tries)
            .await
            .with_context(|| format!("a buyer got no answer from {path}"))
    }
}

async fn send(request: RequestBuilder) -> anyhow::Result<(u16, Value)> {
    let answer = request.send().await?;
    let status = answer.status().as_u16();
    Ok((status, answer.json().await?))
}

fn refused(problem: &Value) -> Outcome {
    Outcome::Refused(problem["reason"].as_str().unwrap_or("unknown").to_owned())
}

/// Kills one replica after the other with -9, each when another fifth of the units is sold and it
/// is well again, and answers how many it killed.
async fn kill_in_turn(
    home: &Home,
    endpoints: &Endpoints,
    mut sold: watch::Receiver<i64>,
    units: i64,
) -> anyhow::Result<u64> {
    let http = Client::new();
    let mut killed = HashSet::new();
    let parts = i64::try_from(VICTIMS.len())? + 1;
    for (part, victim) in (1..).zip(VICTIMS) {
        // When everybody has been answered there is nothing left to wait for.
        let _ = sold.wait_for(|sold| *sold >= units * part / parts).await;
        let ready = format!("{}/ready", endpoints.ops[victim]);
        let mut pid = 0;
        wait_until(victim, RESTART_LIMIT, async || {
            let pids = home.read::<BTreeMap<String, u32>>(PROCESSES).ok().flatten();
            pid = pids.and_then(|pids| pids.get(victim).copied()).unwrap_or(0);
            let answer = http.get(&ready).send().await;
            pid != 0
                && !killed.contains(&pid)
                && answer.is_ok_and(|answer| answer.status().is_success())
        })
        .await?;
        process::kill(pid)?;
        killed.insert(pid);
        eprintln!(
            "dev: {victim} was killed when {} units were sold",
            *sold.borrow()
        );
    }
    Ok(killed.len() as u64)
}

/// What the services' books say after the sale.
#[derive(Debug)]
struct Books {
    /// Units in orders that exist.
    sold: i64,
    /// Orders that exist.
    orders: i64,
    /// Of them, those in the slot.
    in_slot: i64,
    /// Units that stock movements say were committed.
    committed: i64,
    /// Units still held.
    held: i64,
    /// Units still on hand.
    on_hand: i64,
    /// What capacity counts in the slot.
    slot_committed: i64,
}

impl Books {
    /// Reads them as soon as nothing is held any more.
    async fn read(
        endpoints: &Endpoints,
        shop: &Shop,
        wanted: &Item,
        slot: &Value,
    ) -> anyhow::Result<Self> {
        holds::until_none_is_held(endpoints).await?;
        let slot = slot.as_str().context("a slot without start")?;
        let mut ordering = doctor::connect(endpoints, "ordering").await?;
        let (orders, sold, in_slot) = sqlx::query_as(ORDERS)
            .bind(&shop.branch_id)
            .bind(&wanted.variant_id)
            .bind(slot)
            .fetch_one(&mut ordering)
            .await?;
        let mut capacity = doctor::connect(endpoints, "capacity").await?;
        let (committed, held, on_hand) = sqlx::query_as(STOCK)
            .bind(&shop.branch_id)
            .bind(&wanted.variant_id)
            .fetch_one(&mut capacity)
            .await?;
        let slot_committed = sqlx::query_scalar(SLOT)
            .bind(&shop.branch_id)
            .bind(slot)
            .fetch_one(&mut capacity)
            .await?;
        Ok(Self {
            sold,
            orders,
            in_slot,
            committed,
            held,
            on_hand,
            slot_committed,
        })
    }

    /// Refuses when anything was sold twice, lost or left over.
    fn check(&self, sale: Sale, placed: &[String]) -> anyhow::Result<()> {
        let places = i64::from(sale.places);
        let distinct = placed.iter().collect::<HashSet<_>>().len();
        ensure!(
            self.sold == sale.units && self.in_slot == places,
            "{} units and {} places were to be sold: {self:?}",
            sale.units,
            sale.places
        );
        ensure!(
            distinct == placed.len() && i64::try_from(distinct)? == self.orders,
            "{} orders were answered, {distinct} different ones: {self:?}",
            placed.len()
        );
        ensure!(
            self.committed + self.held == self.sold && self.on_hand == 0 && self.held == 0,
            "stock and orders differ: {self:?}"
        );
        ensure!(
            self.slot_committed == places,
            "the slot's counter and its orders differ: {self:?}"
        );
        Ok(())
    }
}

const ORDERS: &str = "
    SELECT count(DISTINCT orders.order_id),
           coalesce(sum(lines.quantity) FILTER (WHERE lines.variant_id = $2::uuid), 0)::bigint,
           count(DISTINCT orders.order_id) FILTER (WHERE orders.promised_at = $3::timestamptz)
    FROM orders
    JOIN order_lines AS lines USING (org_id, order_id)
    WHERE orders.branch_id = $1::uuid AND orders.state NOT IN ('cancelled', 'rejected', 'expired')";

const STOCK: &str = "
    SELECT (SELECT coalesce(-sum(quantity), 0)::bigint FROM stock_movements
            WHERE branch_id = $1::uuid AND sku_id = $2::uuid AND kind = 'committed'),
           (SELECT coalesce(sum(held), 0)::bigint FROM stock_buckets
            WHERE branch_id = $1::uuid AND sku_id = $2::uuid),
           (SELECT coalesce(sum(on_hand), 0)::bigint FROM stock_buckets
            WHERE branch_id = $1::uuid AND sku_id = $2::uuid)";

const SLOT: &str = "
    SELECT count(*) FROM holds
    WHERE branch_id = $1::uuid AND slot_starts_at = $2::timestamptz AND state = 'committed'";
