//! Stores what became of a job, tells others, and draws the consequences for its order.

use chassis::{
    db::TenantTx,
    error::Problem,
    id::{OrderId, PrintJobId},
    outbox,
};

use super::{Dependencies, order_end};
use crate::{
    domain::job::{Job, Reason, State},
    events, store,
};

/// Locks the order of a job, then the job, so that nobody waits for the other one of both. `None` where there is no
/// such job.
pub async fn lock(tx: &mut TenantTx, id: PrintJobId) -> Result<Option<Job>, Problem> {
    let Some(found) = store::print_jobs::find(tx, id).await? else {
        return Ok(None);
    };
    if let Some(order) = found.order {
        store::orders::lock(tx, &[order]).await?;
    }
    Ok(store::print_jobs::lock(tx, id).await?)
}

/// Stores a job that is locked and was in the state `from`, and announces what others want to know. What may be on
/// paper of an order that was cancelled or revised is followed by a slip that says so.
pub async fn store(
    deps: &Dependencies,
    tx: &mut TenantTx,
    job: &Job,
    from: State,
) -> Result<(), Problem> {
    store::print_jobs::update(tx, job).await?;
    let now = deps.clock.now();
    if job.state != from {
        let mut announced = Vec::new();
        announced.extend(events::job_changed(job, now));
        if job.state == State::Printed {
            announced.extend(note_printed(deps, tx, job).await?);
        }
        outbox::publish(tx, &*deps.clock, &announced).await?;
        if let Some(order) = job.order {
            follow_order(deps, tx, job, order).await?;
        }
    }
    Ok(())
}

/// What the end of a job asks for where its order was cancelled or revised meanwhile.
async fn follow_order(
    deps: &Dependencies,
    tx: &mut TenantTx,
    job: &Job,
    order: OrderId,
) -> Result<(), Problem> {
    if job.is_open() || !job.document.shows_order() {
        return Ok(());
    }
    let Some(order) = store::orders::find(tx, order).await? else {
        return Ok(());
    };
    let is_replaced = job.state == State::Cancelled && job.reason == Some(Reason::OrderRevised);
    if order.state.is_void() {
        return match job.may_be_on_paper() {
            true => order_end::cancel_slips(deps, tx, &order).await,
            false => Ok(()),
        };
    }
    if is_replaced {
        order_end::replace(deps, tx, &order, job).await?;
    }
    if job.revision < order.revision && job.may_be_on_paper() {
        order_end::revision_slips(deps, tx, &order).await?;
    }
    Ok(())
}

/// The first slip of an order accepts it, where its branch wants that.
async fn note_printed(
    deps: &Dependencies,
    tx: &mut TenantTx,
    job: &Job,
) -> Result<Option<outbox::Event>, Problem> {
    let (true, Some(order)) = (job.accepts, job.order) else {
        return Ok(None);
    };
    let now = deps.clock.now();
    if !store::orders::note_printed(tx, order, now).await? {
        return Ok(None);
    }
    let settings = store::branches::settings(tx, job.branch).await?;
    let announced = settings.accepts_after_printing;
    Ok(announced.then(|| events::order_printed(job, order, now)))
}
