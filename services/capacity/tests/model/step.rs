//! What may happen to a branch.

use proptest::prelude::*;

use crate::reference::{Limits, Units};

/// One of the slots offered at the time: three in a row on one day, and one on the next.
pub type Offered = usize;

/// A step; `n` picks from the orders or pauses there are.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    Hold {
        units: Units,
        slot: Offered,
    },
    /// The same request once more.
    Repeat(usize),
    /// Ordering has written the order and tells nobody.
    Write {
        n: usize,
        paid: bool,
    },
    /// Ordering has written the order and tells of it.
    Place(usize),
    Cancel {
        n: usize,
        back: bool,
    },
    Release(usize),
    Move {
        n: usize,
        slot: Offered,
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
}

pub fn step() -> impl Strategy<Value = Step> {
    let (n, unit, slot) = (any::<usize>(), 0_usize..2, 0_usize..4);
    prop_oneof![
        10 => ([0_i64..4, 0_i64..4], slot.clone())
            .prop_map(|(units, slot)| Step::Hold { units, slot }),
        1 => n.prop_map(Step::Repeat),
        2 => (n, any::<bool>()).prop_map(|(n, paid)| Step::Write { n, paid }),
        4 => n.prop_map(Step::Place),
        3 => (n, prop::bool::weighted(0.8)).prop_map(|(n, back)| Step::Cancel { n, back }),
        2 => n.prop_map(Step::Release),
        4 => (n, slot).prop_map(|(n, slot)| Step::Move { n, slot }),
        1 => (unit.clone(), 0_i64..16).prop_map(|(unit, units)| Step::Count { unit, units }),
        2 => (unit.clone(), 1_i64..6).prop_map(|(unit, units)| Step::Receive { unit, units }),
        1 => (unit, any::<bool>())
            .prop_map(|(unit, waits)| Step::Pause { unit, waits: waits && unit == 0 }),
        3 => n.prop_map(Step::Resume),
        2 => (limit(), limit()).prop_map(|(slot, pair)| Step::Limit(Limits { slot, pair })),
    ]
}

/// Now and then none at all, and now and then closed.
fn limit() -> impl Strategy<Value = Option<i64>> {
    prop_oneof![
        2 => Just(None),
        1 => prop_oneof![Just(Some(0)), Just(Some(2))],
        5 => (4_i64..20).prop_map(Some),
    ]
}
