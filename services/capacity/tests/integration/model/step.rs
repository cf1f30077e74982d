//! What may happen to a branch.

use proptest::prelude::*;

use crate::{
    model::machine::LAST_ORDERS,
    model::reference::{Limits, Units},
};

/// A step. As it is drawn, `n` picks from the orders or pauses there are and `slot` from those offered;
/// once the reference has resolved it, they are the order, the pause and the slot themselves.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    Hold {
        units: Units,
        slot: i64,
    },
    /// The same request once more.
    Repeat(usize),
    /// Ordering has written the order and published nothing.
    Write {
        n: usize,
        paid: bool,
    },
    /// Ordering has written the order; its event is on the way.
    Place(usize),
    /// Ordering has cancelled the order; its event is on the way.
    Cancel {
        n: usize,
        back: bool,
    },
    Release(usize),
    Reschedule {
        n: usize,
        slot: i64,
    },
    Count {
        unit: usize,
        units: i64,
    },
    Receive {
        unit: usize,
        units: i64,
    },
    Pause {
        unit: usize,
        waits: bool,
    },
    Resume(usize),
    Limit(Limits),
    /// All events on the way arrive.
    Deliver,
    /// The clock goes on by so many seconds.
    Wait(i64),
    /// From now on the slots of the next day are wanted.
    NextDay,
    /// A storefront queries where a cart fits, a second later.
    Ask(Units),
}

pub fn step() -> impl Strategy<Value = Step> {
    let (n, unit, slot) = (0..LAST_ORDERS, 0_usize..2, 0_i64..4);
    prop_oneof![
        20 => ([0_i64..4, 0_i64..4], slot.clone())
            .prop_map(|(units, slot)| Step::Hold { units, slot }),
        2 => n.clone().prop_map(Step::Repeat),
        4 => (n.clone(), any::<bool>()).prop_map(|(n, paid)| Step::Write { n, paid }),
        8 => n.clone().prop_map(Step::Place),
        6 => (n.clone(), prop::bool::weighted(0.8)).prop_map(|(n, back)| Step::Cancel { n, back }),
        4 => n.clone().prop_map(Step::Release),
        8 => (n.clone(), slot).prop_map(|(n, slot)| Step::Reschedule { n, slot }),
        2 => (unit.clone(), 0_i64..16).prop_map(|(unit, units)| Step::Count { unit, units }),
        4 => (unit.clone(), 1_i64..6).prop_map(|(unit, units)| Step::Receive { unit, units }),
        2 => (unit, any::<bool>())
            .prop_map(|(unit, waits)| Step::Pause { unit, waits: waits && unit == 0 }),
        6 => n.prop_map(Step::Resume),
        4 => (limit(), limit()).prop_map(|(slot, pair)| Step::Limit(Limits { slot, pair })),
        6 => Just(Step::Deliver),
        4 => wait().prop_map(Step::Wait),
        1 => Just(Step::NextDay),
        3 => (1_i64..25).prop_map(|cart| Step::Ask([cart / 5, cart % 5])),
    ]
}

/// Now and then none at all, closed, or too little for many a cart.
fn limit() -> impl Strategy<Value = Option<i64>> {
    prop_oneof![
        2 => Just(None),
        1 => Just(Some(0)),
        2 => (1_i64..4).prop_map(Some),
        5 => (4_i64..20).prop_map(Some),
    ]
}

/// Every third time past the life of a hold.
fn wait() -> impl Strategy<Value = i64> {
    prop_oneof![2 => 1_i64..31, 1 => Just(121)]
}
