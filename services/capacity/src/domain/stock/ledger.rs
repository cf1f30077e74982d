//! What a transaction does to the buckets of a branch, and the journal of it.

use std::collections::{BTreeMap, HashMap};

use chassis::{
    business_day::BusinessDay,
    id::{OrderId, SkuId},
};

use super::{Bucket, BucketChange, BucketKey, MovementKind, StockItem, running_day};

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

/// Buckets as they become, and what is to be written so that they do.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Buckets as they are after it.
    pub buckets: HashMap<BucketKey, Bucket>,
    /// Buckets to be made, with their initial counters.
    pub made: Vec<(SkuId, BusinessDay, Bucket)>,
    /// Changes of buckets.
    pub changes: BTreeMap<BucketKey, BucketChange>,
    /// Journal, in order.
    pub movements: Vec<OrderMovement>,
}

impl Ledger {
    /// Begins with the buckets as they are.
    #[must_use]
    pub fn of(buckets: HashMap<BucketKey, Bucket>) -> Self {
        Self {
            buckets,
            ..Self::default()
        }
    }

    /// The bucket of a day, created where it does not exist yet.
    pub fn open(&mut self, item: &StockItem, bucket_day: BusinessDay) -> Bucket {
        let key = (item.sku_id, bucket_day);
        if let Some(bucket) = self.buckets.get(&key) {
            return *bucket;
        }
        let initial = item.initial(bucket_day);
        self.make(key, initial);
        self.movements.push(OrderMovement {
            order_id: None,
            sku_id: item.sku_id,
            bucket_day,
            kind: MovementKind::DailyReset,
            quantity: initial.on_hand,
            after: initial,
        });
        initial
    }

    /// Changes a bucket that is there and writes it down.
    pub fn write(
        &mut self,
        key: BucketKey,
        change: BucketChange,
        kind: MovementKind,
        order_id: Option<OrderId>,
    ) {
        let BucketChange { balance, held } = change;
        let bucket = self.buckets.entry(key).or_default();
        *bucket = bucket.after_order(balance, held);
        self.movements.push(OrderMovement {
            order_id,
            sku_id: key.0,
            bucket_day: key.1,
            kind,
            quantity: if balance == 0 { held } else { balance },
            after: *bucket,
        });
        let total = self.changes.entry(key).or_default();
        total.balance += balance;
        total.held += held;
    }

    /// Receives what is expected for the days that have begun by `today`. What is held or owed stays in
    /// the bucket of its day and is settled there.
    pub fn receive(&mut self, item: &StockItem, today: BusinessDay) {
        for day in item.days_to_receive(today) {
            let there = self.buckets.contains_key(&(item.sku_id, day));
            if there || item.amount_on(day) > 0 {
                let units = self.open(item, day).available();
                self.arrive(item.sku_id, day, units);
            }
        }
    }

    /// Lets units that a day's bucket got back follow into the running stock, where its receipts are.
    pub fn follow(&mut self, item: &StockItem, day: BusinessDay, units: i64) {
        if item.has_received(day) {
            self.arrive(item.sku_id, day, units);
        }
    }

    /// Both sides or neither, and never more than is free.
    fn arrive(&mut self, sku_id: SkuId, day: BusinessDay, units: i64) {
        let (from, to) = ((sku_id, day), (sku_id, running_day()));
        let free = self.buckets.get(&from).map_or(0, Bucket::available);
        let units = units.min(free);
        if units <= 0 {
            return;
        }
        if !self.buckets.contains_key(&to) {
            self.make(to, Bucket::default());
        }
        for (key, balance) in [(from, -units), (to, units)] {
            let change = BucketChange { balance, held: 0 };
            self.write(key, change, MovementKind::Arrived, None);
        }
    }

    fn make(&mut self, key: BucketKey, bucket: Bucket) {
        self.made.push((key.0, key.1, bucket));
        self.buckets.insert(key, bucket);
    }
}

#[cfg(test)]
mod tests;
