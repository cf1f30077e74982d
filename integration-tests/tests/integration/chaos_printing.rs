//! Printing and the print agents die while orders come in, and printers have every fault of printers: each job comes to
//! an end that can be seen, and no slip comes out twice without saying so.

use std::{collections::BTreeMap, env, time::Duration};

use anyhow::{Context as _, ensure};
use devtool::{demo::client::text, doctor, infra::wait_until};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use integration_tests::{Agent, Customer, PrintShop, ShopPrinter, Slip};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::watch;
use uuid::Uuid;

use crate::chaos::kill;

/// How many orders are printed, where `CHAOS_PRINTS` does not say it.
const ORDERS: usize = 60;
const AT_ONCE: usize = 4;
/// Every so manyth order is cancelled again.
const CANCELLED: usize = 5;
/// How often printing and the agents die.
const DEATHS: usize = 4;
const PAUSE: Duration = Duration::from_millis(250);
/// Somebody looks after the printers this often: fills in paper, closes covers, switches on.
const LOOKED_AFTER: Duration = Duration::from_secs(3);
/// And touches those on ports every so many times.
const TOUCHED: u64 = 6;
/// Longest for one customer.
const PATIENCE: Duration = Duration::from_secs(90);
/// By then all that was under way has ended: printers print one slip a second, and each fault holds one up for two
/// minutes at most.
const SETTLED_WITHIN: Duration = Duration::from_secs(600);
const FOR_EACH: Duration = Duration::from_secs(3);

const SLIP: (&str, Option<&str>, &str) = ("customer_slip", Some("placed"), "order");
/// Printers that poll have these, one after the other; the line is cut for longer than it takes to be offline.
const FAULTS_OF_POLLING: [(&str, u64); 7] = [
    ("paper_out", 0),
    ("late_confirm", 8),
    ("double_get", 0),
    ("never_confirms", 0),
    ("confirms_twice", 0),
    ("cover_open", 0),
    ("silent", 75),
];
/// And those behind agents these.
const FAULTS_ON_PORTS: [(&str, u64); 4] = [
    ("paper_out", 0),
    ("never_confirms", 0),
    ("stalls", 0),
    ("dies", 0),
];

const OPEN: &str =
    "SELECT count(*) FROM print_jobs WHERE org_id = $1 AND state IN ('queued', 'sent')";
/// Orders that have reached printing.
const KNOWN: &str = "SELECT count(DISTINCT order_id) FROM print_jobs WHERE org_id = $1";
/// Slips of cancelled orders that may be on paper, and that no slip takes back yet.
const NOT_TAKEN_BACK: &str = "
    SELECT count(*)
    FROM print_jobs AS job
    WHERE org_id = $1 AND order_id = ANY($2) AND document = 'customer_slip'
        AND state IN ('printed', 'unconfirmed')
        AND NOT EXISTS (
            SELECT 1 FROM print_jobs AS answer
            WHERE answer.org_id = job.org_id AND answer.order_id = job.order_id
                AND answer.point_id = job.point_id AND answer.document = 'cancel_slip'
        )";
const JOBS: &str = "
    SELECT point_id, order_id, document, state, count(*)
    FROM print_jobs
    WHERE org_id = $1 AND order_id IS NOT NULL
    GROUP BY 1, 2, 3, 4";

/// An order, and whether its customer took it back.
struct Placed {
    id: Uuid,
    token: String,
    is_cancelled: bool,
}

/// Jobs of a print point and an order: their document, how they ended, and how many.
type Jobs = (Option<Uuid>, Uuid, String, String, i64);

/// What is to be known of a slip that came out.
struct Read {
    printer: String,
    /// End of the address in its code; empty where it has none.
    token: String,
    is_cancel_slip: bool,
    /// It says that it is not the first: 補印, which 可能重複 and 延遲 begin with.
    is_marked: bool,
}

impl Read {
    fn of(slip: &Slip) -> Self {
        let code = slip.codes().pop().unwrap_or_default();
        let token = code.rsplit('/').next().unwrap_or_default();
        Self {
            printer: slip.printer.clone(),
            token: token.to_owned(),
            is_cancel_slip: token.is_empty() && slip.is_titled("取消單"),
            is_marked: slip.is_marked("補印"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killing_what_prints_prints_nothing_twice_in_secret() -> anyhow::Result<()> {
    let number: usize = match env::var("CHAOS_PRINTS") {
        Ok(number) => number.parse().context("CHAOS_PRINTS")?,
        Err(_) => ORDERS,
    };
    let shop = PrintShop::open().await?;
    let star = shop.star("star", &[SLIP]).await?;
    let epson = shop.epson("epson", &[SLIP]).await?;
    let (bar, bar_agent) = shop.behind_agent("bar", &[SLIP]).await?;
    let (door, door_agent) = shop.behind_agent("door", &[SLIP]).await?;
    let polling = [&star, &epson];
    let on_ports = [&bar, &door];
    let all = [&star, &epson, &bar, &door];

    let (done, watched) = watch::channel(0);
    let (over, until) = watch::channel(false);
    let work = async {
        let orders = stream::iter(0..number).map(|index| {
            let (shop, done) = (&shop, &done);
            async move {
                let placed = tokio::time::timeout(PATIENCE, place(shop, index)).await;
                done.send_modify(|count| *count += 1);
                placed.context("no end in time")?
            }
        });
        let orders: Vec<Placed> = orders.buffer_unordered(AT_ONCE).try_collect().await?;
        settled(&shop, &orders).await?;
        over.send_replace(true);
        anyhow::Ok(orders)
    };
    let deaths = deaths(&shop, [bar_agent, door_agent], number, watched.clone());
    let faults = faults(&shop, &polling, &on_ports, number, watched);
    let collecting = collected(&shop, &all, until.clone());
    let caring = looked_after(&shop, &all, until);
    let (orders, agents, (), papers, ()) =
        tokio::try_join!(work, deaths, faults, collecting, caring)?;

    judge(&shop, &all, &orders, &papers).await?;
    drop(agents);
    shop.close(&all).await?;
    doctor::doctor(&shop.platform.home).await
}

async fn place(shop: &PrintShop, index: usize) -> anyhow::Result<Placed> {
    let customer = Customer::of(&shop.shop)?;
    let cart = Customer::cart(&[(&shop.shop.items[0], 1), (&shop.shop.items[1], 2)]);
    let placed = customer.place_until_answered(&cart, |_| {}).await?;
    let token = text(&placed, "/access_token")?.to_owned();
    let is_cancelled = index % CANCELLED == CANCELLED - 1;
    if is_cancelled {
        let path = format!("/orders/{token}/cancel");
        let body = json!({});
        let cancelled = customer
            .call(Method::POST, &path, None, Some(&body))
            .await?;
        ensure!(
            cancelled.status == 200,
            "it is not cancelled: {cancelled:?}"
        );
    }
    Ok(Placed {
        id: text(&placed, "/order/order_id")?.parse()?,
        token,
        is_cancelled,
    })
}

/// Kills printing, and every second time one agent or the other, as orders are answered.
async fn deaths(
    shop: &PrintShop,
    mut agents: [Agent; 2],
    number: usize,
    mut watched: watch::Receiver<usize>,
) -> anyhow::Result<[Agent; 2]> {
    for death in 0..DEATHS {
        let at_death = number * (death + 1) / (DEATHS + 1);
        watched.wait_for(|count| *count >= at_death).await?;
        // It may still be starting after its last death.
        wait_until("printing runs", SETTLED_WITHIN, async || {
            kill(&shop.platform, "printing").is_ok()
        })
        .await?;
        let agent = &mut agents[death % 2];
        agent.kill().await?;
        agent.start()?;
    }
    Ok(agents)
}

/// Arms one fault of each kind of printer after the other.
async fn faults(
    shop: &PrintShop,
    polling: &[&ShopPrinter],
    on_ports: &[&ShopPrinter],
    number: usize,
    mut watched: watch::Receiver<usize>,
) -> anyhow::Result<()> {
    let steps = FAULTS_OF_POLLING.len();
    for step in 0..steps {
        let at_step = number * step / steps;
        watched.wait_for(|count| *count >= at_step).await?;
        for (place, printer) in polling.iter().enumerate() {
            let (fault, seconds) = FAULTS_OF_POLLING[(step + place * 2) % steps];
            // An Epson printer fetches by asking for work: it cannot fetch twice.
            if fault != "double_get" || printer.name.starts_with("star") {
                arm(shop, printer, fault, seconds).await?;
            }
        }
        if let Some((fault, seconds)) = FAULTS_ON_PORTS.get(step / 2).filter(|_| step % 2 == 0) {
            let printer = on_ports[step / 2 % on_ports.len()];
            arm(shop, printer, fault, *seconds).await?;
        }
    }
    Ok(())
}

async fn arm(
    shop: &PrintShop,
    printer: &ShopPrinter,
    fault: &str,
    seconds: u64,
) -> anyhow::Result<()> {
    let value = if seconds > 0 {
        json!({"seconds": seconds})
    } else {
        json!({})
    };
    shop.tray.arm(&printer.name, fault, value).await
}

/// What staff does for printers, until all is over. One that stalled reads on once it is touched.
async fn looked_after(
    shop: &PrintShop,
    printers: &[&ShopPrinter],
    mut until: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let well = json!({"paper": "ok", "cover_open": false, "power": true});
    for look in 1_u64.. {
        let over = tokio::time::timeout(LOOKED_AFTER, until.wait_for(|over| *over)).await;
        if let Ok(over) = over {
            over?;
            break;
        }
        let devices = shop.tray.devices().await?;
        for printer in printers {
            let device = &devices[&printer.name];
            let is_well =
                device["paper"] == "ok" && device["cover_open"] == false && device["power"] == true;
            let is_touched = device["kind"] == "escpos" && look % TOUCHED == 0;
            if !is_well || is_touched {
                shop.tray.change(&printer.name, &well).await?;
            }
        }
    }
    Ok(())
}

/// Reads what comes out, until all is over.
async fn collected(
    shop: &PrintShop,
    printers: &[&ShopPrinter],
    until: watch::Receiver<bool>,
) -> anyhow::Result<Vec<Read>> {
    let mut after = BTreeMap::new();
    let mut read = Vec::new();
    loop {
        let is_last = *until.borrow();
        for printer in printers {
            let after: &mut u64 = after.entry(printer.name.clone()).or_default();
            let slips = shop.tray.slips(&printer.name, *after).await?;
            *after = slips.last().map_or(*after, |slip| slip.number);
            let reading = tokio::task::spawn_blocking(move || {
                let whole = slips.iter().filter(|slip| !slip.partial);
                whole.map(Read::of).collect::<Vec<_>>()
            });
            read.extend(reading.await?);
        }
        if is_last {
            return Ok(read);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Waits until every order has reached printing and no job is open.
async fn settled(shop: &PrintShop, orders: &[Placed]) -> anyhow::Result<()> {
    let org = shop.shop.organisation_id.as_uuid();
    let mut database = doctor::connect(&shop.platform.endpoints, "printing").await?;
    let (cancelled, kept): (Vec<&Placed>, Vec<&Placed>) =
        orders.iter().partition(|order| order.is_cancelled);
    let kept = i64::try_from(kept.len())?;
    let cancelled: Vec<Uuid> = cancelled.iter().map(|order| order.id).collect();
    let mut seen = (0_i64, 0_i64, 0_i64);
    let limit = SETTLED_WITHIN + FOR_EACH * u32::try_from(orders.len())?;
    let waiting = async {
        loop {
            let known = sqlx::query_scalar(KNOWN).bind(org);
            seen.0 = known.fetch_one(&mut database).await?;
            let open = sqlx::query_scalar(OPEN).bind(org);
            seen.1 = open.fetch_one(&mut database).await?;
            let not_taken_back = sqlx::query_scalar(NOT_TAKEN_BACK).bind(org);
            let not_taken_back = not_taken_back.bind(&cancelled);
            seen.2 = not_taken_back.fetch_one(&mut database).await?;
            if seen.0 >= kept && seen.1 == 0 && seen.2 == 0 {
                return anyhow::Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    let waited = tokio::time::timeout(limit, waiting).await;
    waited.with_context(|| format!("orders known, jobs open, not taken back: {seen:?}"))?
}

/// How the jobs of a document ended, at one print point and of one order.
fn ends_of<'a>(jobs: &'a [Jobs], (point, order): (Uuid, Uuid), document: &str) -> Vec<&'a str> {
    let own = jobs.iter().filter(|(of_point, of_order, of_document, ..)| {
        *of_point == Some(point) && *of_order == order && of_document == document
    });
    own.flat_map(|(.., end, count)| (0..*count).map(move |_| end.as_str()))
        .collect()
}

/// Every job has an end, and paper says the same as the books.
async fn judge(
    shop: &PrintShop,
    printers: &[&ShopPrinter],
    orders: &[Placed],
    papers: &[Read],
) -> anyhow::Result<()> {
    let mut database = doctor::connect(&shop.platform.endpoints, "printing").await?;
    let jobs: Vec<Jobs> = sqlx::query_as(JOBS)
        .bind(shop.shop.organisation_id.as_uuid())
        .fetch_all(&mut database)
        .await?;
    let mut ends: BTreeMap<&str, i64> = BTreeMap::new();
    for (_, _, _, state, count) in &jobs {
        *ends.entry(state).or_default() += count;
    }
    eprintln!("jobs by their ends: {ends:?}; slips: {}", papers.len());
    let allowed = ["printed", "expired", "cancelled", "unconfirmed"];
    let others: Vec<_> = ends.keys().filter(|end| !allowed.contains(end)).collect();
    ensure!(others.is_empty(), "jobs ended {others:?}: {ends:?}");

    for printer in printers {
        let point: Uuid = printer.point_id.parse()?;
        let of = |order: &Placed, document| ends_of(&jobs, (point, order.id), document);
        let own_papers = || papers.iter().filter(|read| read.printer == printer.name);
        let mut cancel_jobs = 0;
        for order in orders {
            let name = format!("order {} on {}", order.id, printer.name);
            let slips = of(order, "customer_slip");
            let wanted = if order.is_cancelled { 0..=1 } else { 1..=1 };
            ensure!(wanted.contains(&slips.len()), "{name} has jobs {slips:?}");
            let on_paper = || own_papers().filter(|read| read.token == order.token);
            let unmarked = on_paper().filter(|read| !read.is_marked).count();
            ensure!(unmarked <= 1, "{name} came out {unmarked} times unmarked");
            let is_printed = slips.contains(&"printed");
            ensure!(
                !is_printed || on_paper().count() > 0,
                "{name} is printed, and there is no paper"
            );
            let untouched = slips
                .iter()
                .all(|end| ["cancelled", "expired"].contains(end));
            ensure!(
                !untouched || on_paper().count() == 0,
                "{name} came out although it is {slips:?}"
            );
            let cancels = of(order, "cancel_slip").len();
            ensure!(
                cancels <= usize::from(order.is_cancelled),
                "{name} was taken back {cancels} times"
            );
            cancel_jobs += cancels;
        }
        let unmarked = own_papers()
            .filter(|read| read.is_cancel_slip && !read.is_marked)
            .count();
        ensure!(
            unmarked <= cancel_jobs,
            "{} took {unmarked} orders back, of {cancel_jobs}",
            printer.name
        );
    }
    let found: Vec<Value> = shop.jobs(&orders[0].id.to_string()).await?;
    ensure!(!found.is_empty(), "staff sees no job of the first order");
    Ok(())
}
