//! Slips: what drawing one takes, how long it takes from an order to the printer, and what agents cost that only wait.

use std::{collections::HashMap, hint::black_box, time::Duration};

use anyhow::{Context as _, ensure};
use chrono::{DateTime, Utc};
use print_render::{
    Content, Document, Marks, Paper, SlipLine, SlipOption, SlipOrder, SlipRequest, Template, epos,
    escpos, layout, picture, slip,
};
use uuid::Uuid;

use super::{
    load::{self, Measured, count},
    print_chain::PrintChain,
    print_line::{Lines, Paired},
    report::Figure,
    usage,
};
use crate::{doctor, endpoints::Endpoints, home::Home, infra::wait_until};

const AIM_RENDER_MS: f64 = 15.0;
const AIM_P99_MS: f64 = 1_000.0;
const AIM_IDLE_MIB: f64 = 150.0;
/// Lines of the receipts that are drawn.
const LINES: [usize; 2] = [6, 60];
/// How often each is drawn.
const DRAWN: u32 = 200;
/// Customers of the shops whose orders are followed to the printer.
const CUSTOMERS: usize = 2;
/// Longest wait for lines, printers and slips.
const LIMIT: Duration = Duration::from_secs(120);

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Branches, each with one printer that prints its orders.
    pub branches: usize,
    /// Agents of each branch.
    pub agents: usize,
    /// How long orders are followed.
    pub time: Duration,
}

/// The size that is promised: 200 printers, 2,000 agents.
pub const FULL: Size = Size {
    branches: 200,
    agents: 10,
    time: Duration::from_secs(20),
};

/// A small one, to try the benchmark itself.
pub const REHEARSAL: Size = Size {
    branches: 4,
    agents: 2,
    time: Duration::from_secs(3),
};

/// Measures and answers the figures.
pub async fn bench(home: &Home, endpoints: &Endpoints, size: Size) -> anyhow::Result<Vec<Figure>> {
    let mut figures = render()?;
    let mut chain = PrintChain::open(home, endpoints, size.branches).await?;
    let agents = chain.add_agents(home, endpoints, size.agents).await?;
    figures.extend(idle(home, endpoints, &chain, &agents).await?);
    let printing = &agents[..size.branches];
    figures.extend(latency(endpoints, &mut chain, printing, size).await?);
    doctor::doctor(home).await.context("after the slips")?;
    Ok(figures)
}

/// What printing takes in memory for lines on which nothing happens.
async fn idle(
    home: &Home,
    endpoints: &Endpoints,
    chain: &PrintChain,
    agents: &[Paired],
) -> anyhow::Result<Vec<Figure>> {
    let resident = || -> anyhow::Result<f64> {
        let all = usage::resident_mib(home)?;
        all.get("printing")
            .copied()
            .context("printing is not there")
    };
    let before = resident()?;
    let mut lines = Lines::open(agents).await?;
    all_online(endpoints, chain, agents.len()).await?;
    let after = resident()?;
    lines.check()?;
    let number = count(agents.len() as u64);
    let name = |what: &str| format!("printing with {number} idle agents, {what}");
    Ok(vec![
        Figure::plain("printing without agents, resident", before, "MiB"),
        Figure::plain(name("resident"), after, "MiB"),
        Figure::plain(name("added"), after - before, "MiB").at_most(AIM_IDLE_MIB),
        Figure::plain(name("each"), (after - before) * 1024.0 / number, "KiB"),
    ])
}

/// Waits until so many printers of the chain are online.
pub(super) async fn all_online(
    endpoints: &Endpoints,
    chain: &PrintChain,
    printers: usize,
) -> anyhow::Result<()> {
    let mut database = doctor::connect(endpoints, "printing").await?;
    let printers = i64::try_from(printers)?;
    wait_until("all printers to be online", LIMIT, async || {
        let online = "SELECT count(*) FROM device_states WHERE org_id = $1 AND state = 'online'";
        let online =
            sqlx::query_scalar::<_, i64>(online).bind(chain.shop.organisation_id.as_uuid());
        online.fetch_one(&mut database).await.unwrap_or(0) >= printers
    })
    .await
}

/// Waits until no slip of the chain's orders is open.
pub(super) async fn all_printed(endpoints: &Endpoints, chain: &PrintChain) -> anyhow::Result<()> {
    let mut database = doctor::connect(endpoints, "printing").await?;
    wait_until("all slips to be printed", LIMIT, async || {
        let open = sqlx::query_scalar::<_, i64>(
            "SELECT count(*) FROM print_jobs
             WHERE org_id = $1 AND order_id IS NOT NULL AND state IN ('queued', 'sent')",
        )
        .bind(chain.shop.organisation_id.as_uuid());
        open.fetch_one(&mut database).await.unwrap_or(1) == 0
    })
    .await
}

/// From the time of an order's event to the last byte of its slip at the agent.
async fn latency(
    endpoints: &Endpoints,
    chain: &mut PrintChain,
    agents: &[Paired],
    size: Size,
) -> anyhow::Result<Vec<Figure>> {
    let gateway = endpoints.gateway_host();
    let orders = chain.orders(&gateway).await?;
    let mut lines = Lines::open(agents).await?;
    all_online(endpoints, chain, agents.len()).await?;
    let first = load::run(&gateway, CUSTOMERS, size.time / 4, orders.clone()).await?;
    let warm_up = usize::try_from(first.answers)?;
    slips(endpoints, chain, warm_up).await?;
    while lines.arrived.try_recv().is_ok() {}

    let measured = load::run(&gateway, CUSTOMERS, size.time, orders).await?;
    let refused = measured.refused;
    ensure!(refused == 0, "{refused} orders were refused");
    let due = slips(
        endpoints,
        chain,
        warm_up + usize::try_from(measured.answers)?,
    )
    .await?;
    lines.check()?;
    let mut times = Vec::new();
    while let Ok(arrived) = lines.arrived.try_recv() {
        let id: Uuid = arrived.job_id.parse()?;
        // What is no order's slip is none of this.
        if let Some(at) = due.get(&id) {
            let took = (arrived.at - *at).to_std();
            times.push(took.unwrap_or_default());
        }
    }
    let slips = times.len() as u64;
    ensure!(
        slips == measured.answers,
        "of {} orders {slips} slips arrived",
        measured.answers
    );
    let took = Measured::of(times, 0, size.time)?;
    let name = |what: &str| format!("order to printer, {} connected, {what}", agents.len());
    Ok(vec![
        Figure::plain(name("slips"), took.per_second, "slips/s"),
        Figure::plain(name("p50"), took.p50_ms, "ms"),
        Figure::plain(name("p99"), took.p99_ms, "ms").at_most(AIM_P99_MS),
    ])
}

/// The slips of the chain's orders, once there are at least so many and none is open: when each was due.
async fn slips(
    endpoints: &Endpoints,
    chain: &PrintChain,
    least: usize,
) -> anyhow::Result<HashMap<Uuid, DateTime<Utc>>> {
    let org = chain.shop.organisation_id.as_uuid();
    super::orders::consumed(endpoints).await?;
    let mut database = doctor::connect(endpoints, "printing").await?;
    let least = i64::try_from(least)?;
    wait_until("all orders to reach printing", LIMIT, async || {
        let made = "SELECT count(*) FROM print_jobs WHERE org_id = $1 AND order_id IS NOT NULL";
        let made = sqlx::query_scalar::<_, i64>(made).bind(org);
        made.fetch_one(&mut database).await.unwrap_or(-1) >= least
    })
    .await?;
    all_printed(endpoints, chain).await?;
    let due = sqlx::query_as::<_, (Uuid, DateTime<Utc>)>(
        "SELECT job_id, due_at FROM print_jobs WHERE org_id = $1 AND order_id IS NOT NULL",
    );
    let due = due.bind(org).fetch_all(&mut database).await?;
    Ok(due.into_iter().collect())
}

/// From an order to the bytes of each kind of printer, on one core.
fn render() -> anyhow::Result<Vec<Figure>> {
    type Print = fn(&Document) -> anyhow::Result<usize>;
    let prints: [(&str, Print); 3] = [
        ("ESC/POS", |document| {
            let pages = layout(document);
            Ok(escpos::encode(&pages, &escpos::Settings::default()).len())
        }),
        ("PNG", |document| {
            Ok(picture::png(&picture::stacked(&layout(document), 1)).len())
        }),
        ("ePOS", |document| {
            let xml = epos::encode(&layout(document), &epos::Settings::default());
            Ok(xml.ok().context("no printer takes the slip")?.len())
        }),
    ];
    let template = Template::standard(print_render::DocumentKind::CustomerSlip, Paper::Mm80);
    let marks = Marks::default();
    let mut figures = Vec::new();
    for lines in LINES {
        let order = order(lines);
        let request = SlipRequest {
            paper: Paper::Mm80,
            template: &template,
            marks: &marks,
            content: Content::CustomerSlip { order: &order },
        };
        for (name, print) in prints {
            let begin = on_processor()?;
            for _ in 0..DRAWN {
                black_box(print(&slip(black_box(&request)))?);
            }
            let each = (on_processor()? - begin) / DRAWN;
            let metric = format!("receipt of {lines} lines, 80 mm {name}");
            let millis = each.as_secs_f64() * 1e3;
            figures.push(Figure::plain(metric, millis, "ms").at_most(AIM_RENDER_MS));
        }
    }
    Ok(figures)
}

/// Time this thread has had on a processor, so that others on the machine do not count.
fn on_processor() -> anyhow::Result<Duration> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanos = stat.split(' ').next().context("no time")?;
    Ok(Duration::from_nanos(nanos.parse()?))
}

fn order(lines: usize) -> SlipOrder {
    let names = ["珍珠奶茶", "四季春青茶", "黃金蕎麥拿鐵", "芋頭鮮奶"];
    let option = |name: &str| SlipOption {
        name: name.into(),
        quantity: 1,
        amount: 0,
    };
    let line = |at: usize| SlipLine {
        id: at.to_string(),
        product: names[at % names.len()].into(),
        variant: "大".into(),
        quantity: 1,
        list: 65,
        options: vec![option("微糖"), option("去冰"), option("珍珠")],
        ..SlipLine::default()
    };
    let total = 65 * i64::try_from(lines).unwrap_or_default();
    SlipOrder {
        brand: "一指茶".into(),
        branch: "大安店".into(),
        order_number: "A2B3C".into(),
        pickup_number: "045".into(),
        lines: (0..lines).map(line).collect(),
        list_total: total,
        total,
        remark: "請幫我分兩袋裝，謝謝".into(),
        url: "https://yizhimai.tw/o/A2B3C4D5E6F7".into(),
        ..SlipOrder::default()
    }
}
