//! The steps that a test order shows, from its history.

use chassis::{sales::Method, text_enum};
use chrono::{DateTime, Utc};

use super::{
    online_payment::PaymentProgress,
    order::Order,
    order_history::{EventKind, OrderEvent},
    order_state::OrderState,
};

text_enum! {
    /// A step that a test order can show.
    pub enum TestStep: proto::ordering::v1::TestStep {
        /// 下單.
        Placed = "placed",
        /// 接單.
        Accepted = "accepted",
        /// 製作.
        Preparing = "preparing",
        /// 可取餐.
        Ready = "ready",
        /// 配送.
        Delivering = "delivering",
        /// 收款.
        Paid = "paid",
        /// 完成.
        Completed = "completed",
    }
}

text_enum! {
    /// Outcome of a step.
    pub enum Outcome: proto::ordering::v1::TestStepOutcome {
        /// Not reached yet.
        Waiting = "waiting",
        /// Reached.
        Reached = "reached",
        /// The order went past it or ended without it.
        Missed = "missed",
    }
}

/// A line of the checklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckedStep {
    /// The step.
    pub step: TestStep,
    /// Its outcome.
    pub outcome: Outcome,
    /// When it was reached first and not undone.
    pub reached_at: Option<DateTime<Utc>>,
}

type Times = [Option<DateTime<Utc>>; TestStep::ALL.len()];

/// The checklist of a test order, in the order of its way; empty for any other order. `history` is all of
/// its entries.
#[must_use]
pub fn checklist(order: &Order, history: &[OrderEvent]) -> Vec<CheckedStep> {
    if !order.terms.test {
        return Vec::new();
    }
    let mut times = times(history);
    let online = order.online.as_ref();
    if online.is_some_and(|online| online.progress == PaymentProgress::Done) {
        let paid = &mut times[TestStep::Paid as usize];
        *paid = paid.or(order.progress.placed_at);
    }
    let is_open = order.progress.state.is_open();
    let farthest = TestStep::ALL
        .into_iter()
        .filter(|step| *step != TestStep::Paid && times[*step as usize].is_some())
        .max();
    TestStep::ALL
        .into_iter()
        .filter(|step| match step {
            TestStep::Delivering => order.method == Method::Delivery,
            TestStep::Paid => order.total.amount() > 0,
            _ => true,
        })
        .map(|step| {
            let reached_at = times[step as usize];
            let is_passed = farthest.is_some_and(|farthest| step < farthest);
            let outcome = match reached_at {
                Some(_) => Outcome::Reached,
                None if is_open && !is_passed => Outcome::Waiting,
                None => Outcome::Missed,
            };
            CheckedStep {
                step,
                outcome,
                reached_at,
            }
        })
        .collect()
}

/// When each step was reached, without what was undone.
fn times(history: &[OrderEvent]) -> Times {
    let mut versions: Vec<Times> = Vec::with_capacity(history.len());
    for entry in history {
        let before = match entry.kind {
            EventKind::Undone => usize::try_from(entry.base_version - 1)
                .ok()
                .and_then(|place| versions.get(place)),
            EventKind::Transitioned | EventKind::Rescheduled { .. } => versions.last(),
        };
        let mut times = before.copied().unwrap_or_default();
        if entry.kind == EventKind::Transitioned {
            let paid = (entry.received > 0).then_some(TestStep::Paid);
            for step in step_of(entry.to).into_iter().chain(paid) {
                times[step as usize].get_or_insert(entry.at);
            }
        }
        versions.push(times);
    }
    versions.pop().unwrap_or_default()
}

const fn step_of(state: OrderState) -> Option<TestStep> {
    match state {
        OrderState::Placed => Some(TestStep::Placed),
        OrderState::Accepted => Some(TestStep::Accepted),
        OrderState::Preparing => Some(TestStep::Preparing),
        OrderState::Ready => Some(TestStep::Ready),
        OrderState::Delivering => Some(TestStep::Delivering),
        OrderState::Completed => Some(TestStep::Completed),
        OrderState::PendingPayment
        | OrderState::Cancelled
        | OrderState::Rejected
        | OrderState::Expired
        | OrderState::NoShow => None,
    }
}
