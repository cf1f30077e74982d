//! Publishes `printing.job.*.v1`, `printing.order.printed.v1` and `printing.device.changed.v1`; consumes brands and
//! branches of catalog and every event of orders.

use async_trait::async_trait;
use chassis::{
    db::TenantTx,
    error::Problem,
    id::OrderId,
    inbox::{Consumer, Handler, Received},
    outbox::Event,
    time,
};
use chrono::{DateTime, Utc};
use proto::{
    catalog::v1::{BranchChanged, BrandChanged},
    printing::v1::{DeviceChanged, OrderPrinted, PrintJobChanged},
};

use crate::{
    app::{
        Dependencies,
        order_events::{self, OrderEvent},
    },
    domain::{
        device::{Device, State as DeviceState, Status},
        job::{Job, Reason, State},
    },
    store::{
        self,
        branches::{Branch, Brand},
    },
};

/// The readers of events.
pub fn consumers(deps: &Dependencies) -> Vec<Consumer> {
    vec![
        Consumer::new("printing.brands", &["catalog.brand.changed.v1"], Brands)
            .filled_from("catalog", "catalog.brand"),
        Consumer::new(
            "printing.branches",
            &["catalog.branch.changed.v1"],
            Branches,
        )
        .filled_from("catalog", "catalog.branch"),
        Consumer::new(
            "printing.orders",
            &["ordering.order.*.v1", "ordering.schedule.changed.v1"],
            Orders { deps: deps.clone() },
        )
        .filled_from("ordering", "ordering.order"),
    ]
}

struct Brands;

#[async_trait]
impl Handler for Brands {
    async fn handle(&self, tx: &mut TenantTx, events: &[Received]) -> Result<(), Problem> {
        let mut brands = events
            .iter()
            .map(read_brand)
            .collect::<anyhow::Result<Vec<Brand>>>()?;
        // Rows are locked in the order of their ids, as everywhere.
        brands.sort_by_key(|brand| (brand.id, brand.version));
        for brand in &brands {
            store::branches::upsert_brand(tx, brand).await?;
        }
        Ok(())
    }
}

fn read_brand(event: &Received) -> anyhow::Result<Brand> {
    let brand = event.decode::<BrandChanged>()?.brand.unwrap_or_default();
    Ok(Brand {
        id: brand.brand_id.parse()?,
        name: brand.name,
        slug: brand.slug,
        version: event.version,
    })
}

struct Branches;

#[async_trait]
impl Handler for Branches {
    async fn handle(&self, tx: &mut TenantTx, events: &[Received]) -> Result<(), Problem> {
        let mut branches = events
            .iter()
            .map(read_branch)
            .collect::<anyhow::Result<Vec<Branch>>>()?;
        branches.sort_by_key(|branch| (branch.id, branch.version));
        for branch in &branches {
            store::branches::upsert(tx, branch).await?;
        }
        Ok(())
    }
}

fn read_branch(event: &Received) -> anyhow::Result<Branch> {
    let branch = event.decode::<BranchChanged>()?.branch.unwrap_or_default();
    Ok(Branch {
        id: branch.branch_id.parse()?,
        brand: branch.brand_id.parse()?,
        name: branch.name,
        slug: branch.slug,
        time_zone: branch.time_zone,
        version: event.version,
    })
}

struct Orders {
    deps: Dependencies,
}

#[async_trait]
impl Handler for Orders {
    async fn handle(&self, tx: &mut TenantTx, events: &[Received]) -> Result<(), Problem> {
        let events = events
            .iter()
            .map(OrderEvent::read)
            .collect::<anyhow::Result<Vec<OrderEvent>>>()?;
        order_events::apply(&self.deps, tx, events).await
    }
}

/// Announces that a job waits, or how it ended; none while it is sent.
#[must_use]
pub fn job_changed(job: &Job, now: DateTime<Utc>) -> Option<Event> {
    let key = match job.state {
        State::Queued => "printing.job.queued.v1",
        State::Sent => return None,
        State::Printed => "printing.job.printed.v1",
        State::Failed => "printing.job.failed.v1",
        State::Expired => "printing.job.expired.v1",
        State::Cancelled => "printing.job.cancelled.v1",
        State::Unconfirmed => "printing.job.unconfirmed.v1",
    };
    Some(of_job(key, job, now))
}

/// Tells whoever serves its device that a job shall be given back.
#[must_use]
pub fn job_withdrawing(job: &Job, now: DateTime<Utc>) -> Event {
    of_job("printing.job.withdrawing.v1", job, now)
}

fn of_job(key: &'static str, job: &Job, now: DateTime<Utc>) -> Event {
    let text = |id: Option<String>| id.unwrap_or_default();
    let body = PrintJobChanged {
        job_id: job.id.to_string(),
        brand_id: job.brand.to_string(),
        branch_id: job.branch.to_string(),
        device_id: job.device.to_string(),
        print_point_id: text(job.point.map(|id| id.to_string())),
        order_id: text(job.order.map(|id| id.to_string())),
        document: job.document.to_wire(),
        state: job.state.to_wire(),
        reason: job.reason.map(Reason::to_wire).unwrap_or_default(),
        reprint: job.reprint.into(),
        version: job.version,
        at: Some(time::to_wire(now)),
    };
    Event::new(key, job.id.as_uuid(), job.version, &body)
}

/// Announces that the first slip of an order was confirmed.
#[must_use]
pub fn order_printed(job: &Job, order: OrderId, now: DateTime<Utc>) -> Event {
    let body = OrderPrinted {
        order_id: order.to_string(),
        brand_id: job.brand.to_string(),
        branch_id: job.branch.to_string(),
        job_id: job.id.to_string(),
        at: Some(time::to_wire(now)),
    };
    Event::new("printing.order.printed.v1", order.as_uuid(), 1, &body)
}

/// Announces how a device is.
#[must_use]
pub fn device_changed(
    device: &Device,
    status: &Status,
    from: DeviceState,
    now: DateTime<Utc>,
) -> Event {
    let body = DeviceChanged {
        device_id: device.id.to_string(),
        brand_id: device.brand.to_string(),
        branch_id: device.branch.to_string(),
        name: device.name.clone(),
        state: status.state.to_wire(),
        from: from.to_wire(),
        paper_low: status.paper_low,
        archived: device.archived,
        at: Some(time::to_wire(now)),
    };
    // Both versions only grow.
    let version = device.version + status.version;
    Event::new(
        "printing.device.changed.v1",
        device.id.as_uuid(),
        version,
        &body,
    )
}
