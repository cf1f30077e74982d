//! Decides a batch of holds in memory: in order of arrival, each order gets all it wants or nothing.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use chassis::{
    business_day::BusinessDay,
    error::{FieldProblem, Problem, Refusal},
    id::{HoldKey, OrderId, SkuId},
};
use chrono::{DateTime, Utc};

use super::{
    calendar::{Calendar, SlotProblem, SlotTime},
    channel::Channel,
    hold::{OrderMovement, Part},
    line::Line,
    method::Method,
    notice::Notice,
    pause::{Paused, Pauses, Sale},
    recipe::{OverLimit, Recipes, Shared},
    stock::{Bucket, MovementKind, StockItem},
};

/// What one order wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The order.
    pub order_id: OrderId,
    /// Key of the attempt.
    pub hold_key: HoldKey,
    /// Units of each stock-keeping unit, each named once.
    pub skus: BTreeMap<SkuId, i64>,
    /// Wanted slot start; `None` for ASAP.
    pub wanted_at: Option<DateTime<Utc>>,
    /// Checked against everything, counted nowhere.
    pub test: bool,
    /// Lines, as pauses and limits judge them.
    pub lines: Vec<Line>,
    /// Where it comes from.
    pub channel: Channel,
    /// How it reaches the customer.
    pub method: Method,
}

/// What one order got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// What it wanted.
    pub wanted: Wanted,
    /// Slot it counts in.
    pub slot: SlotTime,
    /// Promised time.
    pub promised_at: DateTime<Utc>,
    /// What it takes from the stock.
    pub parts: Vec<Part>,
}

/// Units an order lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MissingUnits {
    /// The unit.
    pub sku_id: SkuId,
    /// How many were wanted.
    pub wanted: i64,
    /// How many are left.
    pub left: i64,
}

/// Everything an order cannot have; it got nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("the order cannot have all it wants: {} units are short, slot: {slot:?}", missing.len())]
pub struct Refused {
    /// Units that are short.
    pub missing: Vec<MissingUnits>,
    /// Units of which one order may not have as many.
    pub over_limit: Vec<OverLimit>,
    /// Short units that the order wants only as a part of others.
    pub shared: BTreeMap<SkuId, Shared>,
    /// What of it is paused.
    pub paused: Vec<Paused>,
    /// The next slot that can be had, where the branch or the method is paused.
    pub after_pause: Option<DateTime<Utc>>,
    /// Why the time cannot be had, with the next slot that can.
    pub slot: Option<(SlotProblem, Option<DateTime<Utc>>)>,
}

impl Refusal for Refused {
    fn to_problem(&self) -> Problem {
        let reason = match (&*self.missing, &*self.over_limit, &*self.paused, self.slot) {
            ([_, ..], ..) => "OUT_OF_STOCK",
            ([], [_, ..], ..) => "ORDER_TOO_LARGE",
            ([], [], [_, ..], _) => "PAUSED",
            ([], [], [], slot) => slot.map_or("OUT_OF_STOCK", |(problem, _)| problem.reason()),
        };
        let mut problem = Problem::new(reason).message(self.to_string());
        for missing in &self.missing {
            let counts = [
                ("wanted", missing.wanted.to_string()),
                ("left", missing.left.to_string()),
            ];
            problem = Shared::told(
                &self.shared,
                missing.sku_id,
                "OUT_OF_STOCK",
                &counts,
                problem,
            );
        }
        for over in &self.over_limit {
            let counts = [
                ("wanted", over.wanted.to_string()),
                ("max", over.max.to_string()),
            ];
            problem = Shared::told(
                &self.shared,
                over.sku_id,
                "ORDER_TOO_LARGE",
                &counts,
                problem,
            );
        }
        for paused in &self.paused {
            problem = paused.tell(self.after_pause, problem);
        }
        if let Some((slot, next)) = self.slot {
            let next = next.map(|at| {
                (
                    "next_slot",
                    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
                )
            });
            problem = problem.field_with("wanted_at", slot.reason(), next);
        }
        if let [FieldProblem { params, .. }] = problem.fields.as_slice() {
            problem.params = params.clone();
        }
        problem
    }
}

/// How full a slot is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fullness {
    /// 可訂.
    Open,
    /// 將滿: at 80 % or more.
    Filling,
    /// 已滿.
    Full,
}

/// Orders counted in each slot, and the limit.
#[derive(Clone, Debug, Default)]
pub struct SlotBook {
    /// Orders by the start of the slot they were booked in, on whatever grid was then in force.
    pub booked: BTreeMap<DateTime<Utc>, i64>,
    /// Most orders a slot takes; `None` for no limit.
    pub limit: Option<i64>,
}

impl SlotBook {
    /// How full the slot of `calendar` is that begins at `starts_at`.
    #[must_use]
    pub fn fullness(&self, calendar: &Calendar<'_>, starts_at: DateTime<Utc>) -> Fullness {
        let Some(limit) = self.limit else {
            return Fullness::Open;
        };
        let booked: i64 = self
            .booked
            .range(starts_at..calendar.slot_end(starts_at))
            .map(|(_, orders)| orders)
            .sum();
        if booked >= limit {
            Fullness::Full
        } else if booked * 100 >= limit * 80 {
            Fullness::Filling
        } else {
            Fullness::Open
        }
    }

    /// The earliest slot that can be ordered for.
    #[must_use]
    pub fn earliest(&self, calendar: &Calendar<'_>, from: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut slots = calendar
            .slots()
            .filter(|slot| !slot.past && slot.starts_at >= from);
        slots
            .find(|slot| self.fullness(calendar, slot.starts_at) != Fullness::Full)
            .map(|slot| slot.starts_at)
    }

    /// The ASAP promise: the earliest time within the present opening whose slot has room.
    pub fn promise(
        &self,
        calendar: &Calendar<'_>,
    ) -> Result<(SlotTime, DateTime<Utc>), SlotProblem> {
        let (earliest, opening) = calendar.asap().ok_or(SlotProblem::Closed)?;
        let starts_at = calendar.slot_holding(earliest);
        if self.fullness(calendar, starts_at) != Fullness::Full {
            let slot = SlotTime {
                starts_at,
                business_day: calendar.business_day(starts_at),
                past: false,
            };
            return Ok((slot, earliest));
        }
        calendar
            .open_slots_of(opening, earliest)
            .find(|slot| self.fullness(calendar, slot.starts_at) != Fullness::Full)
            .map(|slot| (slot, slot.starts_at))
            .ok_or(SlotProblem::Full)
    }
}

/// What a branch has left while a batch is decided; it changes with every order that is granted.
#[derive(Debug)]
pub struct Planner<'schedule> {
    /// When it sells.
    pub calendar: Calendar<'schedule>,
    /// Real orders are taken; test orders need only `takes_test_orders`.
    pub takes_orders: bool,
    /// Test orders are taken.
    pub takes_test_orders: bool,
    /// What the units the batch wants are made of.
    pub recipes: Recipes,
    /// Settings of the units the batch needs.
    pub items: HashMap<SkuId, StockItem>,
    /// Their buckets that exist.
    pub buckets: HashMap<(SkuId, BusinessDay), Bucket>,
    /// Orders per slot.
    pub slots: SlotBook,
    /// What is paused.
    pub pauses: Arc<Pauses>,
}

/// What a batch did.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Orders that got all they wanted.
    pub granted: Vec<Granted>,
    /// Buckets to be made, with what they have untouched.
    pub new_buckets: Vec<(SkuId, BusinessDay, Bucket)>,
    /// Journal, in order.
    pub movements: Vec<OrderMovement>,
    /// Orders added to each slot.
    pub slot_orders: BTreeMap<DateTime<Utc>, i64>,
    /// What the storefronts should hear of.
    pub notice: Notice,
}

impl Planner<'_> {
    /// Decides one order; what it gets is taken from the planner and written to `outcome`.
    pub fn decide(&mut self, wanted: Wanted, outcome: &mut Outcome) -> Result<(), Box<Refused>> {
        let slot = self.slot_for(&wanted);
        let day = match (&slot, wanted.wanted_at) {
            (Ok((slot, _)), _) => slot.business_day,
            (Err(_), Some(at)) => self.calendar.business_day(at),
            (Err(_), None) => self.calendar.today(),
        };
        let (parts, mut lack) = self.parts_for(&wanted, day);
        let paused = self.paused(&wanted);
        if !paused.is_empty() {
            let lack = lack.get_or_insert_default();
            lack.paused = paused;
            lack.after_pause = self.next_slot(&wanted);
        }
        match slot {
            Ok((slot, promised_at)) if lack.is_none() => {
                let granted = Granted {
                    wanted,
                    slot,
                    promised_at,
                    parts,
                };
                if !granted.wanted.test {
                    self.take(&granted, outcome);
                }
                outcome.granted.push(granted);
                Ok(())
            }
            Ok(_) => Err(Box::new(lack.unwrap_or_default())),
            Err(problem) => {
                let next = self.next_slot(&wanted);
                let problem = if next.is_none() && problem == SlotProblem::Full {
                    SlotProblem::NoSlot
                } else {
                    problem
                };
                Err(Box::new(Refused {
                    slot: Some((problem, next)),
                    ..lack.unwrap_or_default()
                }))
            }
        }
    }

    /// The slot to propose instead: the next one with room, else an earlier one.
    fn next_slot(&self, wanted: &Wanted) -> Option<DateTime<Utc>> {
        if !self.takes(wanted) {
            return None;
        }
        let now = self.calendar.now();
        let calendar = self.calendar_of(wanted.method);
        let from = wanted.wanted_at.unwrap_or(now);
        let earliest = |from| {
            let open = self.pauses.open_from(wanted.channel, wanted.method, from)?;
            self.slots.earliest(&calendar, open)
        };
        earliest(from).or_else(|| earliest(now))
    }

    /// What of the order is paused at the time it is wanted; what is wanted at once, now.
    fn paused(&self, wanted: &Wanted) -> Vec<Paused> {
        let sale = Sale {
            channel: wanted.channel,
            method: wanted.method,
            lines: &wanted.lines,
        };
        let at = wanted.wanted_at.unwrap_or(self.calendar.now());
        self.pauses.met_by(&sale, at)
    }

    const fn takes(&self, wanted: &Wanted) -> bool {
        if wanted.test {
            self.takes_test_orders
        } else {
            self.takes_orders
        }
    }

    /// When it sells by a method; most orders are of the method that it was made for.
    fn calendar_of(&self, method: Method) -> Cow<'_, Calendar<'_>> {
        if self.calendar.method() == method {
            Cow::Borrowed(&self.calendar)
        } else {
            Cow::Owned(self.calendar.of_method(method))
        }
    }

    fn slot_for(&self, wanted: &Wanted) -> Result<(SlotTime, DateTime<Utc>), SlotProblem> {
        if !self.takes(wanted) {
            return Err(SlotProblem::Closed);
        }
        let calendar = self.calendar_of(wanted.method);
        let Some(at) = wanted.wanted_at else {
            return self.slots.promise(&calendar);
        };
        let slot = calendar.wanted(at)?;
        match self.slots.fullness(&calendar, slot.starts_at) {
            Fullness::Full => Err(SlotProblem::Full),
            Fullness::Open | Fullness::Filling => Ok((slot, slot.starts_at)),
        }
    }

    fn parts_for(&self, wanted: &Wanted, day: BusinessDay) -> (Vec<Part>, Option<Refused>) {
        let (mut parts, mut lack) = (Vec::new(), Refused::default());
        for (sku_id, need) in self.recipes.expand(&wanted.skus) {
            let Some(item) = self.items.get(&sku_id) else {
                continue;
            };
            let quantity = need.quantity;
            let max = item.rules.max_per_order;
            let too_many = max > 0 && quantity > max;
            if too_many {
                lack.over_limit.push(OverLimit {
                    sku_id,
                    wanted: quantity,
                    max,
                });
            }
            let taken = item.bucket_day(day);
            let left = taken.map(|day| self.bucket(item, day).available());
            let missing = left.filter(|left| quantity > *left);
            if let Some(left) = missing {
                lack.missing.push(MissingUnits {
                    sku_id,
                    wanted: quantity,
                    left,
                });
            }
            if too_many || missing.is_some() {
                lack.shared
                    .extend(Shared::of(sku_id, need, &self.recipes).map(|shared| (sku_id, shared)));
            } else if let Some(bucket_day) = taken {
                parts.push(Part {
                    sku_id,
                    bucket_day,
                    quantity,
                });
            }
        }
        let lacks = !lack.missing.is_empty() || !lack.over_limit.is_empty();
        (parts, lacks.then_some(lack))
    }

    fn bucket(&self, item: &StockItem, bucket_day: BusinessDay) -> Bucket {
        self.buckets
            .get(&(item.sku_id, bucket_day))
            .copied()
            .unwrap_or_else(|| item.untouched(bucket_day))
    }

    fn take(&mut self, granted: &Granted, outcome: &mut Outcome) {
        for &Part {
            sku_id,
            bucket_day,
            quantity,
        } in &granted.parts
        {
            let item = &self.items[&sku_id];
            let bucket = self.buckets.entry((sku_id, bucket_day)).or_insert_with(|| {
                let untouched = item.untouched(bucket_day);
                outcome.new_buckets.push((sku_id, bucket_day, untouched));
                outcome.movements.push(OrderMovement {
                    order_id: None,
                    sku_id,
                    bucket_day,
                    kind: MovementKind::DailyReset,
                    quantity: untouched.on_hand,
                    after: untouched,
                });
                untouched
            });
            let before = bucket.available();
            *bucket = bucket.after_order(0, quantity);
            outcome.notice.stock(
                sku_id,
                (before, bucket.available()),
                item.low_threshold,
                self.recipes.shown_from(item),
            );
            outcome.movements.push(OrderMovement {
                order_id: Some(granted.wanted.order_id),
                sku_id,
                bucket_day,
                kind: MovementKind::Held,
                quantity,
                after: *bucket,
            });
        }
        let starts_at = granted.slot.starts_at;
        let before = self.slots.fullness(&self.calendar, starts_at);
        *self.slots.booked.entry(starts_at).or_default() += 1;
        *outcome.slot_orders.entry(starts_at).or_default() += 1;
        outcome
            .notice
            .slot(before, self.slots.fullness(&self.calendar, starts_at));
    }
}

#[cfg(test)]
mod tests;
