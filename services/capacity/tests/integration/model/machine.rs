//! The reference as a state machine: what the steps come to.

use std::mem;

use proptest::prelude::*;
use proptest_state_machine::ReferenceStateMachine;

use crate::{
    model::reference::{QUARTERS_A_DAY, Reference, State, Written, bucket_of},
    model::step::{Step, step},
};

/// Moves, repetitions and cancellations are of so many last orders.
pub const LAST_ORDERS: usize = 15;
/// What is expected of a release when nothing is held.
const NOT_HELD: &str = "NOT_HELD";
/// An answer to a storefront is younger than this: a query so much later gets the present state.
pub const SECONDS_KEPT: i64 = 1;
/// So many days are wanted in turn; the day after the last is still offered.
const DAYS: i64 = 6;

/// Events of an order that have not arrived yet.
#[derive(Clone, Copy, Debug)]
struct OrderEvent {
    n: usize,
    to: State,
}

/// Why nothing comes of a step.
pub type Rejection = Option<&'static str>;

/// What a step came to.
#[derive(Clone, Copy, Debug)]
pub struct Done {
    /// The step with the order, the pause and the slot that it picked.
    pub step: Step,
    pub refusal: Rejection,
}

/// One branch and what is under way to it.
#[derive(Clone, Debug)]
pub struct Machine {
    pub reference: Reference,
    /// What the last step came to; nothing when there was nothing that it could pick.
    pub done: Option<Done>,
    events: Vec<OrderEvent>,
    /// The day whose slots are wanted.
    day: i64,
    pauses_made: usize,
}

impl ReferenceStateMachine for Machine {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self {
            reference: Reference::new(),
            done: None,
            events: Vec::new(),
            day: 0,
            pauses_made: 0,
        })
        .boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Step> {
        step().boxed()
    }

    fn apply(mut state: Self, step: &Step) -> Self {
        let resolved = state.resolve(*step);
        state.done = resolved.map(|step| Done {
            step,
            refusal: state.refusal(step),
        });
        if let Some(Done {
            step,
            refusal: None,
        }) = state.done
        {
            state.act(step);
        }
        state
    }
}

impl Machine {
    /// The step with what it picks; indices go round, so that every sequence of steps is possible.
    fn resolve(&self, step: Step) -> Option<Step> {
        let held = |state| state == State::Held;
        let not_used_up = |state| state != State::UsedUp;
        Some(match step {
            Step::Hold { units, slot } => Step::Hold {
                units,
                slot: self.offered(slot),
            },
            Step::Repeat(n) => Step::Repeat(self.pick(n, |_| true)?),
            Step::Write { n, paid } => {
                let n = self.pick(n, held)?;
                let written = self.reference.orders[n].written;
                (written != Written::Paid).then_some(Step::Write { n, paid })?
            }
            Step::Place(n) => Step::Place(self.pick(n, held)?),
            Step::Cancel { n, back } => {
                let n = self.pick(n, |state| state == State::Placed)?;
                let published = self.events.iter().any(|event| event.n == n);
                (!published).then_some(Step::Cancel { n, back })?
            }
            Step::Release(n) => Step::Release(self.pick(n, not_used_up)?),
            Step::Reschedule { n, slot } => Step::Reschedule {
                n: self.pick(n, not_used_up)?,
                slot: self.offered(slot),
            },
            Step::Resume(n) => {
                let lasting: Vec<_> = self.reference.pauses.keys().copied().collect();
                Step::Resume(*lasting.get(n.checked_rem(lasting.len())?)?)
            }
            whole => whole,
        })
    }

    /// One of the last orders in such a state.
    fn pick(&self, n: usize, wanted: impl Fn(State) -> bool) -> Option<usize> {
        let orders = self.reference.orders.iter().enumerate().rev();
        let found: Vec<_> = orders
            .filter(|(_, order)| wanted(order.state))
            .map(|(n, _)| n)
            .take(LAST_ORDERS)
            .collect();
        found.get(n.checked_rem(found.len())?).copied()
    }

    /// One of the slots offered: three in a row on one day, and one on the next.
    pub fn offered(&self, slot: i64) -> i64 {
        let day = self.day * QUARTERS_A_DAY;
        if slot < 3 {
            day + slot
        } else {
            day + QUARTERS_A_DAY
        }
    }

    fn refusal(&self, step: Step) -> Rejection {
        match step {
            Step::Hold { units, slot } => self.reference.hold_refusal(units, slot),
            Step::Repeat(n) => {
                (self.reference.orders[n].state == State::Over).then_some("HOLD_GONE")
            }
            Step::Release(n) => (self.reference.orders[n].state != State::Held).then_some(NOT_HELD),
            Step::Reschedule { n, slot } => self.reference.reschedule_rejection(n, slot),
            _ => None,
        }
    }

    fn act(&mut self, step: Step) {
        let before = self.reference.available(None);
        let mut brought = false;
        match step {
            Step::Hold { units, slot } => self.reference.hold(units, slot),
            Step::Repeat(n) => self.reference.repeat(n),
            Step::Write { n, paid } => {
                self.reference.orders[n].written =
                    if paid { Written::Paid } else { Written::Unpaid };
            }
            Step::Place(n) => {
                self.reference.orders[n].written = Written::Paid;
                self.publish(n, State::Placed);
            }
            Step::Cancel { n, back } => {
                self.publish(n, if back { State::Over } else { State::UsedUp });
            }
            Step::Release(n) => self.reference.settle(n, State::Over),
            Step::Reschedule { n, slot } => self.reference.reschedule(n, slot),
            Step::Count { unit, units } => {
                *self.reference.balance(bucket_of(unit, 0)) = units;
                brought = unit == 0;
            }
            Step::Receive { unit, units } => {
                *self.reference.balance(bucket_of(unit, 0)) += units;
                brought = unit == 0;
            }
            Step::Pause { unit, waits } => {
                self.reference
                    .pauses
                    .insert(self.pauses_made, (unit, waits));
                self.pauses_made += 1;
            }
            Step::Resume(n) => {
                self.reference.pauses.remove(&n);
            }
            Step::Limit(limits) => self.reference.limits = limits,
            Step::Deliver => {
                for OrderEvent { n, to } in mem::take(&mut self.events) {
                    self.reference.settle(n, to);
                }
            }
            Step::Wait(seconds) => self.reference.tick(seconds),
            Step::NextDay => self.day = (self.day + 1) % DAYS,
            Step::Ask(_) => self.reference.tick(SECONDS_KEPT),
        }
        self.reference.restock(before, brought);
    }

    fn publish(&mut self, n: usize, to: State) {
        self.events.push(OrderEvent { n, to });
    }
}
