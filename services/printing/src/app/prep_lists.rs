//! 備料表: what the open orders of a business day need, as the branch's kitchen prepares it.

use std::collections::BTreeMap;

use chassis::{
    authn::Identity,
    db::TenantTx,
    error::{CommonReason, Problem},
    id::{OrderId, OrganisationId, PrintPointId},
    time,
};
use chrono::{DateTime, NaiveDate, Utc};
use print_render::{Document as Drawn, PrepStation, SlipOrder};
use proto::ordering::v1::OrderSnapshot;

use super::{
    Dependencies, new_jobs, order_facts, print_points, scope,
    slips::{self, PrepPayload},
};
use crate::{
    domain::{
        day_part::DayPart, document::Document, heads::Heads, job::Job, print_point::PrintPoint,
    },
    store::{self, branches::Branch},
};

/// Orders of one day that are added up.
const MOST_ORDERS: i64 = 5_000;

/// What is added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Business day.
    pub day: NaiveDate,
    /// Part of it; `None` for all.
    pub part: Option<DayPart>,
}

/// The list as it would be printed now, and how many orders it adds up; `None` where there are none.
pub async fn preview(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    point: PrintPointId,
    span: Span,
) -> Result<Option<(Drawn, usize)>, Problem> {
    let mut tx = deps.db.tenant(org).await?;
    let (point, branch) = place(&mut tx, identity, point).await?;
    let orders = orders(&mut tx, &branch, span).await?;
    if orders.is_empty() {
        return Ok(None);
    }
    let job = job(deps, &mut tx, &point, &branch, span, &orders).await?;
    let device = store::devices::find(&mut tx, job.device).await?;
    let device = device.ok_or_else(|| Problem::not_found("device"))?;
    let facts = slips::load(deps, &mut tx, &job, &device).await?;
    tx.commit().await?;
    let facts = facts.ok_or_else(|| Problem::not_found("branch"))?;
    let drawn = tokio::task::spawn_blocking(move || facts.draw(&Heads::default(), 1))
        .await
        .map_err(Problem::internal)?;
    let drawn = drawn.map_err(Problem::internal)?;
    Ok(Some((drawn, orders.len())))
}

/// Prints the list, in the transaction of its idempotency key.
pub async fn print(
    deps: &Dependencies,
    tx: &mut TenantTx,
    identity: &Identity,
    point: PrintPointId,
    span: Span,
) -> Result<Job, Problem> {
    let (point, branch) = place(tx, identity, point).await?;
    let orders = orders(tx, &branch, span).await?;
    if orders.is_empty() {
        return Err(Problem::new(CommonReason::EmptyTarget)
            .message("no open order of the day")
            .field("business_day", CommonReason::EmptyTarget));
    }
    let job = job(deps, tx, &point, &branch, span, &orders).await?;
    let inserted = new_jobs::insert(deps, tx, vec![job]).await?;
    let inserted = inserted.into_iter().next();
    inserted.ok_or_else(|| Problem::internal(anyhow::anyhow!("a new job was there before")))
}

async fn place(
    tx: &mut TenantTx,
    identity: &Identity,
    point: PrintPointId,
) -> Result<(PrintPoint, Branch), Problem> {
    let point = print_points::get(tx, identity, point).await?;
    let branch = scope::branch(tx, identity, point.branch).await?;
    Ok((point, branch))
}

async fn job(
    deps: &Dependencies,
    tx: &mut TenantTx,
    point: &PrintPoint,
    branch: &Branch,
    span: Span,
    orders: &[SlipOrder],
) -> Result<Job, Problem> {
    let now = deps.clock.now();
    let part = span.part.map(DayPart::words).unwrap_or_default();
    let totals = PrepStation::totals(orders);
    let payload = PrepPayload::of(span.day, part, now, orders.len(), totals);
    let settings = store::branches::settings(tx, point.branch).await?;
    Ok(Job {
        point: Some(point.id),
        payload: Some(serde_json::to_value(payload).map_err(Problem::internal)?),
        copies: point.copies,
        ..new_jobs::blank(
            deps,
            branch.brand,
            point.branch,
            point.device,
            Document::PrepList,
            now + settings.keep(),
        )
    })
}

/// The open orders of a span, the earliest first, so that the same orders make the same list.
async fn orders(
    tx: &mut TenantTx,
    branch: &Branch,
    Span { day, part }: Span,
) -> Result<Vec<SlipOrder>, Problem> {
    let open = store::orders::list_open(tx, branch.id, day, MOST_ORDERS).await?;
    let wanted: Vec<(OrderId, i32)> = open.iter().map(|of| (of.id, of.revision)).collect();
    let mut snapshots = BTreeMap::new();
    for (id, _, bytes) in store::orders::list_snapshots(tx, &wanted).await? {
        snapshots.insert(id, order_facts::decode(&bytes)?);
    }
    let zone = branch.time_zone.parse();
    let zone: chrono_tz::Tz = zone.unwrap_or(chrono_tz::Asia::Taipei);
    let counts = |snapshot: &&OrderSnapshot| {
        let within = |part: DayPart| due(snapshot).is_some_and(|at| part.holds(day, zone, at));
        part.is_none_or(within)
    };
    let counted = snapshots.values().filter(counts);
    Ok(counted.map(slips::order_of).collect())
}

/// When an order is to be there: as wanted, else as promised.
fn due(snapshot: &OrderSnapshot) -> Option<DateTime<Utc>> {
    let wanted = snapshot.wanted_at.or(snapshot.promised_at);
    time::from_wire(&wanted.or(snapshot.placed_at)?)
}
