//! What should be true, as simply as it can be said: everything is summed up anew from the orders.

use std::collections::BTreeMap;

/// Orders a slot takes by the hours.
pub const ORDERS_A_SLOT: i64 = 6;
/// Units the bucket for all time begins with.
pub const RUNNING: i64 = 20;
/// Units a day's own bucket begins with.
pub const DAILY: i64 = 12;
/// Seconds a hold lives before its order exists.
const TIME_TO_LIVE: i64 = 120;
/// After so many seconds ordering is asked again about an order that waits for its payment.
const ASK_AGAIN: i64 = 60;
pub const QUARTERS_A_DAY: i64 = 96;

/// A unit is counted in one bucket for all time (the first) or in one a day (the second).
pub type Units = [i64; 2];

/// What becomes of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Held,
    Placed,
    /// Cancelled after it was made: nothing comes back.
    UsedUp,
    /// Released, lapsed or cancelled: everything came back.
    Over,
}

/// The state of an order at ordering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    Never,
    Unpaid,
    Paid,
}

/// An order; its slot is the quarter of an hour after 18:00 of the first day.
#[derive(Clone, Debug)]
pub struct Order {
    pub state: State,
    pub units: Units,
    pub slot: i64,
    pub expires_at: i64,
    pub written: Written,
}

/// Units a slot takes and units any two slots in a row take.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    pub slot: Option<i64>,
    pub pair: Option<i64>,
}

/// What a counter counts, and from which slot on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counter {
    OrdersOfSlot(i64),
    UnitsOfSlot(i64),
    UnitsOfPair(i64),
}

/// A bucket: the one for all time, or that of a day.
pub type Bucket = Option<i64>;

/// One branch.
#[derive(Clone, Debug)]
pub struct Reference {
    pub orders: Vec<Order>,
    pub limits: Limits,
    /// By its number: the unit paused, and whether the pause waits for a delivery.
    pub pauses: BTreeMap<usize, (usize, bool)>,
    now: i64,
    balances: BTreeMap<Bucket, i64>,
}

pub const fn day_of(slot: i64) -> i64 {
    slot / QUARTERS_A_DAY
}

pub const fn bucket_of(unit: usize, slot: i64) -> Bucket {
    if unit == 0 { None } else { Some(day_of(slot)) }
}

impl Reference {
    pub fn new() -> Self {
        Self {
            orders: Vec::new(),
            limits: Limits::default(),
            pauses: BTreeMap::new(),
            now: 0,
            balances: BTreeMap::from([(None, RUNNING)]),
        }
    }

    /// What is not sold; below 0 when more was sold than a count found.
    pub fn balance(&mut self, bucket: Bucket) -> &mut i64 {
        self.balances.entry(bucket).or_insert(DAILY)
    }

    /// On hand and held of every bucket that was ever touched.
    pub fn buckets(&self) -> BTreeMap<Bucket, (i64, i64)> {
        let shown =
            |(bucket, balance): (&Bucket, &i64)| (*bucket, ((*balance).max(0), self.held(*bucket)));
        self.balances.iter().map(shown).collect()
    }

    fn held(&self, bucket: Bucket) -> i64 {
        let held = self.orders.iter().filter(|it| it.state == State::Held);
        held.map(|order| of_bucket(order, bucket)).sum()
    }

    pub fn available(&self, bucket: Bucket) -> i64 {
        let balance = self.balances.get(&bucket).copied().unwrap_or(DAILY);
        (balance - self.held(bucket)).max(0)
    }

    /// Held and committed of every counter that is not 0.
    pub fn counters(&self) -> BTreeMap<Counter, (i64, i64)> {
        let mut counters = BTreeMap::<Counter, (i64, i64)>::new();
        for order in self.orders.iter().filter(|it| it.state != State::Over) {
            let mut count = |counter, amount| {
                let (held, committed) = counters.entry(counter).or_default();
                *(if order.state == State::Held {
                    held
                } else {
                    committed
                }) += amount;
            };
            let units: i64 = order.units.iter().sum();
            count(Counter::OrdersOfSlot(order.slot), 1);
            if units > 0 && self.limits.slot.is_some() {
                count(Counter::UnitsOfSlot(order.slot), units);
            }
            if units > 0 && self.limits.pair.is_some() {
                count(Counter::UnitsOfPair(order.slot - 1), units);
                count(Counter::UnitsOfPair(order.slot), units);
            }
        }
        counters
    }

    pub fn limit_of(&self, counter: Counter) -> i64 {
        match counter {
            Counter::OrdersOfSlot(_) => Some(ORDERS_A_SLOT),
            Counter::UnitsOfSlot(_) => self.limits.slot,
            Counter::UnitsOfPair(_) => self.limits.pair,
        }
        .unwrap_or(i64::MAX)
    }

    /// A slot has no capacity for so many units; `moving` is not counted in its present slot.
    fn is_full(&self, units: i64, slot: i64, moving: Option<usize>) -> bool {
        let counted = |from: i64, to: i64| {
            let orders = self.orders.iter().enumerate();
            orders.filter(move |(n, order)| {
                Some(*n) != moving && order.state != State::Over && (from..to).contains(&order.slot)
            })
        };
        let units_in = |from, to| counted(from, to).map(|(_, it)| it.units.iter().sum::<i64>());
        let passes = |limit: Option<i64>, from, to| {
            limit.is_some_and(|limit| units_in(from, to).sum::<i64>() + units > limit)
        };
        counted(slot, slot + 1).count() as i64 >= ORDERS_A_SLOT
            || units > 0
                && (passes(self.limits.slot, slot, slot + 1)
                    || passes(self.limits.pair, slot - 1, slot + 1)
                    || passes(self.limits.pair, slot, slot + 2))
    }

    fn lacks(&self, units: Units, slot: i64) -> bool {
        let short =
            |unit: usize| units[unit] > 0 && units[unit] > self.available(bucket_of(unit, slot));
        short(0) || short(1)
    }

    fn is_paused(&self, units: Units) -> bool {
        self.pauses.values().any(|(unit, _)| units[*unit] > 0)
    }

    /// A cart fits in a slot, pauses of what is in it aside.
    pub fn offers(&self, units: Units, slot: i64) -> bool {
        !self.lacks(units, slot) && !self.is_full(units.iter().sum(), slot, None)
    }

    /// Why an order cannot be held.
    pub fn hold_refusal(&self, units: Units, slot: i64) -> Option<&'static str> {
        let total: i64 = units.iter().sum();
        let limits = [self.limits.slot, self.limits.pair].into_iter().flatten();
        if self.lacks(units, slot) {
            Some("OUT_OF_STOCK")
        } else if self.is_paused(units) {
            Some("PAUSED")
        } else if !self.is_full(total, slot, None) {
            None
        } else if total > 0 && limits.clone().any(|limit| limit == 0) {
            Some("NO_SLOT")
        } else if limits.clone().any(|limit| total > limit) {
            Some("ORDER_TOO_LARGE")
        } else {
            Some("SLOT_FULL")
        }
    }

    /// Why an order cannot be moved to a slot.
    pub fn reschedule_rejection(&self, n: usize, slot: i64) -> Option<&'static str> {
        let order = &self.orders[n];
        let there = bucket_of(1, slot);
        if order.state == State::Over {
            Some("HOLD_GONE")
        } else if order.slot == slot {
            None
        } else if self.is_paused(order.units) {
            Some("PAUSED")
        } else if self.is_full(order.units.iter().sum(), slot, Some(n)) {
            Some("SLOT_FULL")
        } else if there != bucket_of(1, order.slot) && order.units[1] > self.available(there) {
            Some("OUT_OF_STOCK")
        } else {
            None
        }
    }

    pub fn hold(&mut self, units: Units, slot: i64) {
        for (unit, wanted) in units.into_iter().enumerate() {
            if wanted > 0 {
                self.balance(bucket_of(unit, slot));
            }
        }
        self.orders.push(Order {
            state: State::Held,
            units,
            slot,
            expires_at: self.now + TIME_TO_LIVE,
            written: Written::Never,
        });
    }

    /// The same request once more: what is held is held anew.
    pub fn repeat(&mut self, n: usize) {
        let order = &mut self.orders[n];
        order.expires_at = order.expires_at.max(self.now + TIME_TO_LIVE);
    }

    pub fn reschedule(&mut self, n: usize, slot: i64) {
        let Order {
            state,
            units,
            slot: before,
            ..
        } = self.orders[n];
        if units[1] > 0 {
            let sold = if state == State::Held { 0 } else { units[1] };
            *self.balance(bucket_of(1, before)) += sold;
            *self.balance(bucket_of(1, slot)) -= sold;
        }
        self.orders[n].slot = slot;
    }

    /// An order goes on to another state; what does not follow from its present one changes nothing.
    pub fn settle(&mut self, n: usize, to: State) {
        let Order {
            state, units, slot, ..
        } = self.orders[n];
        let sign = match (state, to) {
            (State::Held, State::Placed) => -1,
            (State::Placed, State::Over) => 1,
            (State::Held, State::Over) | (State::Placed, State::UsedUp) => 0,
            _ => return,
        };
        self.orders[n].state = to;
        for (unit, taken) in units.into_iter().enumerate() {
            if taken > 0 {
                *self.balance(bucket_of(unit, slot)) += sign * taken;
            }
        }
    }

    /// The clock goes on: holds that lapse are given back unless ordering knows their orders.
    pub fn tick(&mut self, seconds: i64) {
        self.now += seconds;
        for n in 0..self.orders.len() {
            let order = &mut self.orders[n];
            if order.state != State::Held || order.expires_at > self.now {
                continue;
            }
            match order.written {
                Written::Never => self.settle(n, State::Over),
                Written::Unpaid => order.expires_at = self.now + ASK_AGAIN,
                Written::Paid => self.settle(n, State::Placed),
            }
        }
    }

    /// Ends the pauses that waited for the first unit, of which so many could be had before: it came
    /// back above 0, or staff brought some.
    pub fn restock(&mut self, before: i64, brought: bool) {
        let now = self.available(None);
        if now > 0 && (before <= 0 || brought && now > before) {
            self.pauses.retain(|_, (_, waits)| !*waits);
        }
    }
}

fn of_bucket(order: &Order, bucket: Bucket) -> i64 {
    let units = order.units.into_iter().enumerate();
    let of_it = units.filter(|(unit, _)| bucket_of(*unit, order.slot) == bucket);
    of_it.map(|(_, units)| units).sum()
}
