//! A hold, and what settling it does to the counters.

pub mod batch;
pub mod state;

use std::collections::{BTreeMap, HashMap};

use chassis::{
    business_day::BusinessDay,
    id::{BranchId, HoldKey, OrderId, SkuId},
};
use chrono::{DateTime, Utc};

use self::state::{Effect, HoldState};
use super::{
    limits::counter::{CounterChange, CounterKey, Taken},
    stock::{Bucket, BucketChange, BucketKey, MovementKind, Part, StockItem, ledger::Ledger},
};

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

/// What settling the holds of one branch does, gathered so that it can be written at once.
#[derive(Clone, Debug, Default)]
pub struct Settlement {
    /// Settings of the units, as far as what is given back may have to follow into the running stock.
    pub items: HashMap<SkuId, StockItem>,
    /// What it does to the stock.
    pub ledger: Ledger,
    /// Changes of the counters of limits.
    pub counter_changes: BTreeMap<CounterKey, CounterChange>,
}

impl Settlement {
    /// Begins with the items and buckets as they are.
    #[must_use]
    pub fn of(items: HashMap<SkuId, StockItem>, buckets: HashMap<BucketKey, Bucket>) -> Self {
        Self {
            items,
            ledger: Ledger::of(buckets),
            ..Self::default()
        }
    }

    /// Gathers what `effect` does with what `hold` took; a test order took nothing.
    pub fn apply(&mut self, hold: &Hold, effect: Effect) {
        let (kind, change, counter) = match effect {
            Effect::Nothing | Effect::Remember | Effect::Gone => return,
            Effect::Commit => (
                MovementKind::Committed,
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
            let change = BucketChange {
                balance: change.balance * quantity,
                held: change.held * quantity,
            };
            self.ledger.write(key, change, kind, Some(hold.order_id));
            if let (Effect::Release | Effect::Return, Some(item)) =
                (effect, self.items.get(&sku_id))
            {
                self.ledger.follow(item, bucket_day, quantity);
            }
        }
        for taken in &hold.taken {
            let total = self.counter_changes.entry(taken.key).or_default();
            total.held += counter.held * taken.amount;
            total.committed += counter.committed * taken.amount;
        }
    }
}
