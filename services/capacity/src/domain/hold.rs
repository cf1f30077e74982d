//! A hold, and what settling it does to the counters.

use std::collections::{BTreeMap, HashMap};

use chassis::{
    business_day::BusinessDay,
    id::{BranchId, HoldKey, OrderId, SkuId},
};
use chrono::{DateTime, Utc};

use super::{
    fate::{Effect, HoldState},
    limit::book::CounterKey,
    stock::{Bucket, BucketChange, BucketKey, MovementKind},
};

/// Units taken from one bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The unit.
    pub sku_id: SkuId,
    /// Day of the bucket.
    pub bucket_day: BusinessDay,
    /// How many.
    pub quantity: i64,
}

/// What is kept for one order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// The order.
    pub order_id: OrderId,
    /// Branch.
    pub branch_id: BranchId,
    /// Key of the attempt; `None` once released.
    pub hold_key: Option<HoldKey>,
    /// State.
    pub state: HoldState,
    /// Counted nowhere.
    pub test: bool,
    /// Version of the order last applied.
    pub order_version: i64,
    /// Slot it counts in.
    pub slot_starts_at: DateTime<Utc>,
    /// Promised time.
    pub promised_at: DateTime<Utc>,
    /// Business day of the slot.
    pub business_day: BusinessDay,
    /// When it lapses unless the order exists.
    pub expires_at: DateTime<Utc>,
    /// What was taken from the stock.
    pub parts: Vec<Part>,
    /// What was taken of the limits.
    pub taken: Vec<Taken>,
}

/// What an order took of a counter of limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The counter.
    pub key: CounterKey,
    /// How much.
    pub amount: i64,
}

/// A movement of the journal that belongs to an order or a new day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderMovement {
    /// The order; `None` for a new day.
    pub order_id: Option<OrderId>,
    /// The unit.
    pub sku_id: SkuId,
    /// Day of the bucket.
    pub bucket_day: BusinessDay,
    /// Kind.
    pub kind: MovementKind,
    /// Change of the units on hand or held.
    pub quantity: i64,
    /// The bucket after it.
    pub after: Bucket,
}

/// What settled orders do to a counter of limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CounterChange {
    /// Change of what is held.
    pub held: i64,
    /// Change of what is committed.
    pub committed: i64,
}

/// What settling the holds of one branch does, gathered so that it can be written at once.
#[derive(Clone, Debug, Default)]
pub struct Settlement {
    /// Buckets as they are after it.
    pub buckets: HashMap<BucketKey, Bucket>,
    /// Changes of buckets.
    pub bucket_changes: BTreeMap<BucketKey, BucketChange>,
    /// Changes of the counters of limits.
    pub counter_changes: BTreeMap<CounterKey, CounterChange>,
    /// Journal, in order.
    pub movements: Vec<OrderMovement>,
}

impl Settlement {
    /// Begins with the buckets as they are.
    #[must_use]
    pub fn of(buckets: HashMap<BucketKey, Bucket>) -> Self {
        Self {
            buckets,
            ..Self::default()
        }
    }

    /// Gathers what `effect` does with what `hold` took; a test order took nothing.
    pub fn apply(&mut self, hold: &Hold, effect: Effect) {
        let (kind, sign, change, counter) = match effect {
            Effect::Nothing | Effect::Remember | Effect::Gone => return,
            Effect::Commit => (
                MovementKind::Committed,
                -1,
                BucketChange {
                    balance: -1,
                    held: -1,
                },
                CounterChange {
                    held: -1,
                    committed: 1,
                },
            ),
            Effect::Release => (
                MovementKind::Released,
                -1,
                BucketChange {
                    balance: 0,
                    held: -1,
                },
                CounterChange {
                    held: -1,
                    committed: 0,
                },
            ),
            Effect::Return => (
                MovementKind::Returned,
                1,
                BucketChange {
                    balance: 1,
                    held: 0,
                },
                CounterChange {
                    held: 0,
                    committed: -1,
                },
            ),
        };
        if hold.test {
            return;
        }
        for &Part {
            sku_id,
            bucket_day,
            quantity,
        } in &hold.parts
        {
            let key = (sku_id, bucket_day);
            let (balance, held) = (change.balance * quantity, change.held * quantity);
            let bucket = self.buckets.entry(key).or_default();
            *bucket = bucket.after_order(balance, held);
            self.movements.push(OrderMovement {
                order_id: Some(hold.order_id),
                sku_id,
                bucket_day,
                kind,
                quantity: sign * quantity,
                after: *bucket,
            });
            let total = self.bucket_changes.entry(key).or_default();
            total.balance += balance;
            total.held += held;
        }
        for taken in &hold.taken {
            let total = self.counter_changes.entry(taken.key).or_default();
            total.held += counter.held * taken.amount;
            total.committed += counter.committed * taken.amount;
        }
    }
}
