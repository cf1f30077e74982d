//! Asks clouds what became of what they were given.

use chassis::error::Problem;
use print_clouds::{CallError, OrderState};

use super::{Failure, served::Served};
use crate::{
    app::dispatch,
    domain::cloud::{self, SETTLED_AFTER},
    store::{self, cloud_orders::CloudOrder},
};

/// Questions of one turn.
const MOST_ASKED: i64 = 10;

/// Asks about everything that is due.
pub(super) async fn ask(served: &Served<'_>) -> Result<(), Failure> {
    let (deps, key) = (served.deps, served.key);
    let mut tx = deps.db.tenant(key.org).await?;
    let now = deps.clock.now();
    let due = store::cloud_orders::list_to_ask(&mut tx, key.device, now, MOST_ASKED).await?;
    tx.commit().await?;
    for order in due {
        let call = served.call()?;
        let said = call.cloud.order_state(call.context(), &order.reference);
        match said.await {
            Ok(OrderState::Printed) => printed(served, &order).await?,
            Ok(OrderState::Waiting) => waits(served, &order).await?,
            Ok(OrderState::Absent) => {
                stop(served, &order).await?;
                dispatch::no_answer(deps, key, order.job, order.attempt).await?;
            }
            Err(error @ (CallError::Unreachable(_) | CallError::Configuration { .. })) => {
                return Err(Failure::Cloud(error));
            }
            Err(error) => {
                tracing::warn!(job.id = %order.job, %error, "a cloud does not say what became of a job");
                later(served, &order).await?;
            }
        }
    }
    Ok(())
}

/// A job is printed when all its parts are. It is told before it is asked about no more: a turn that ends between both
/// tells it again.
async fn printed(served: &Served<'_>, order: &CloudOrder) -> Result<(), Problem> {
    let mut tx = served.deps.db.tenant(served.key.org).await?;
    let all = store::cloud_orders::note_printed(&mut tx, order).await?;
    if !all {
        store::cloud_orders::postpone(&mut tx, order, None).await?;
    }
    tx.commit().await?;
    if all {
        dispatch::printed(served.deps, served.key, order.job, Some(order.attempt)).await?;
        stop(served, order).await?;
    }
    Ok(())
}

/// What the cloud was to print until an instant that is over will not come out.
async fn waits(served: &Served<'_>, order: &CloudOrder) -> Result<(), Problem> {
    let now = served.deps.clock.now();
    if order.ends_at.is_none_or(|end| now < end + SETTLED_AFTER) {
        return later(served, order).await;
    }
    stop(served, order).await?;
    let mut tx = served.deps.db.tenant(served.key.org).await?;
    let states = store::device_states::list(&mut tx, &[served.key.device]).await?;
    tx.commit().await?;
    if let Some((_, status)) = states.first() {
        let reason = cloud::reason(status.state);
        dispatch::failed(served.deps, served.key, order.job, order.attempt, reason).await?;
    }
    Ok(())
}

async fn later(served: &Served<'_>, order: &CloudOrder) -> Result<(), Problem> {
    let next = cloud::next_ask(order.given_at, served.deps.clock.now());
    let mut tx = served.deps.db.tenant(served.key.org).await?;
    store::cloud_orders::postpone(&mut tx, order, next).await?;
    Ok(tx.commit().await?)
}

/// Asks about no part of a try any more.
async fn stop(served: &Served<'_>, order: &CloudOrder) -> Result<(), Problem> {
    let mut tx = served.deps.db.tenant(served.key.org).await?;
    store::cloud_orders::ask_about(&mut tx, order.job, order.attempt, None).await?;
    Ok(tx.commit().await?)
}
