//! Decides a batch of holds in memory: in order of arrival, each order gets all it wants or nothing.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use chassis::{
    business_day::BusinessDay,
    error::{FieldProblem, Problem, ToProblem},
    id::{HoldKey, OrderId, SkuId},
};
use chrono::{DateTime, Utc};

use super::{OrderMovement, Part};
use crate::domain::{
    availability::notice::Notice,
    branch_state::BranchState,
    channel::Channel,
    hours::calendar::{Calendar, SlotProblem, SlotTime},
    limits::{
        book::{Book, CounterKey, Fullness, Take, beyond},
        demand::Demand,
    },
    line::Line,
    method::Method,
    pauses::{Paused, Pauses, Sale},
    stock::{
        Bucket, MovementKind,
        recipes::Shared,
        shelf::{Lack, Shelf},
    },
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
    /// What it takes of the limits.
    pub takes: Vec<Take>,
}

/// Everything an order cannot have; it got nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("the order cannot have all it wants: {} units are short, slot: {slot:?}", lack.missing.len())]
pub struct Refused {
    /// What is short.
    pub lack: Lack,
    /// What of it is paused.
    pub paused: Vec<Paused>,
    /// The next slot that can be had, where the branch or the method is paused.
    pub after_pause: Option<DateTime<Utc>>,
    /// Why the time cannot be had, with the next slot that can.
    pub slot: Option<(SlotProblem, Option<DateTime<Utc>>)>,
}

impl ToProblem for Refused {
    fn to_problem(&self) -> Problem {
        let reason = match (
            &*self.lack.missing,
            &*self.lack.over_limit,
            &*self.paused,
            self.slot,
        ) {
            ([_, ..], ..) => "OUT_OF_STOCK",
            ([], [_, ..], ..) => "ORDER_TOO_LARGE",
            ([], [], [_, ..], _) => "PAUSED",
            ([], [], [], slot) => slot.map_or("OUT_OF_STOCK", |(problem, _)| problem.reason()),
        };
        let mut problem = Problem::new(reason).message(self.to_string());
        for missing in &self.lack.missing {
            let counts = [
                ("wanted", missing.wanted.to_string()),
                ("left", missing.left.to_string()),
            ];
            problem = Shared::told(
                &self.lack.shared,
                missing.sku_id,
                "OUT_OF_STOCK",
                &counts,
                problem,
            );
        }
        for over in &self.lack.over_limit {
            let counts = [
                ("wanted", over.wanted.to_string()),
                ("max", over.max.to_string()),
            ];
            problem = Shared::told(
                &self.lack.shared,
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
            let field = match slot {
                SlotProblem::TooLarge => "lines",
                _ => "wanted_at",
            };
            problem = problem.field_with(field, slot.reason(), next);
        }
        if let [FieldProblem { params, .. }] = problem.fields.as_slice() {
            problem.params = params.clone();
        }
        problem
    }
}

/// What a branch has left while a batch is decided; it changes with every order that is granted.
#[derive(Debug)]
pub struct Planner<'schedule> {
    /// When it sells.
    pub calendar: Calendar<'schedule>,
    /// State of the branch.
    pub state: BranchState,
    /// What there is of the units the batch wants.
    pub shelf: Shelf,
    /// What is counted against the limits.
    pub book: Book,
    /// What is paused.
    pub pauses: Arc<Pauses>,
    /// Slots proposed to orders that asked alike; they only fill up while the batch is decided.
    pub proposed: HashMap<(Demand, DateTime<Utc>), Option<DateTime<Utc>>>,
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
    /// What is added to the counters of limits.
    pub counters: BTreeMap<CounterKey, Added>,
    /// What the storefronts should hear of.
    pub notice: Notice,
}

/// What orders add to a counter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// How much.
    pub amount: i64,
    /// Of that, what platforms took beyond the limit.
    pub beyond: i64,
    /// The limit.
    pub limit: i64,
}

impl Planner<'_> {
    /// Decides one order; what it gets is taken from the planner and written to `outcome`.
    pub fn decide(&mut self, wanted: Wanted, outcome: &mut Outcome) -> Result<(), Box<Refused>> {
        let demand = self
            .book
            .limits
            .demand(wanted.channel, wanted.method, &wanted.lines);
        let slot = self.slot_for(&wanted, &demand);
        let day = match (&slot, wanted.wanted_at) {
            (Ok((slot, _)), _) => slot.business_day,
            (Err(_), Some(at)) => self.calendar.business_day(at),
            (Err(_), None) => self.calendar.today(),
        };
        let parts = self
            .shelf
            .parts_for(&wanted.skus, day, self.calendar.today());
        let paused = self.paused(&wanted);
        if let (Ok((slot, promised_at)), Ok(parts), []) = (&slot, &parts, &*paused) {
            let takes = if wanted.test {
                Vec::new()
            } else {
                let calendar = self.calendar_of(wanted.method);
                self.book.takes(&calendar, &demand, slot.starts_at)
            };
            let granted = Granted {
                wanted,
                slot: *slot,
                promised_at: *promised_at,
                parts: parts.clone(),
                takes,
            };
            if !granted.wanted.test {
                self.take(&granted, outcome);
            }
            outcome.granted.push(granted);
            return Ok(());
        }
        let next = if slot.is_err() || !paused.is_empty() {
            self.next_slot(&wanted, &demand)
        } else {
            None
        };
        let slot = slot.err().map(|problem| {
            if next.is_some() || problem != SlotProblem::Full {
                (problem, next)
            } else if self
                .book
                .is_too_large(&self.calendar_of(wanted.method), &demand)
            {
                (SlotProblem::TooLarge, None)
            } else {
                (SlotProblem::NoSlot, None)
            }
        });
        Err(Box::new(Refused {
            lack: parts.err().unwrap_or_default(),
            after_pause: next.filter(|_| !paused.is_empty()),
            paused,
            slot,
        }))
    }

    /// The slot to propose instead: the next one with room, else an earlier one.
    fn next_slot(&mut self, wanted: &Wanted, demand: &Demand) -> Option<DateTime<Utc>> {
        if !self.takes(wanted) {
            return None;
        }
        let now = self.calendar.now();
        let from = wanted.wanted_at.unwrap_or(now);
        self.next_from(demand, from)
            .or_else(|| self.next_from(demand, now))
    }

    /// The earliest slot with room from a time on; what was found before is where to look first.
    fn next_from(&mut self, demand: &Demand, from: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let key = (demand.clone(), from);
        let from = match self.proposed.get(&key) {
            Some(None) => return None,
            Some(Some(proposed)) => *proposed,
            None => self.pauses.open_from(demand.channel, demand.method, from)?,
        };
        let calendar = self.calendar_of(demand.method);
        let found = self.book.earliest(&calendar, demand, from);
        self.proposed.insert(key, found);
        found
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
        self.state.takes(wanted.test)
    }

    /// When it sells by a method; most orders are of the method that it was made for.
    fn calendar_of(&self, method: Method) -> Cow<'_, Calendar<'_>> {
        if self.calendar.method() == method {
            Cow::Borrowed(&self.calendar)
        } else {
            Cow::Owned(self.calendar.of_method(method))
        }
    }

    fn slot_for(
        &self,
        wanted: &Wanted,
        demand: &Demand,
    ) -> Result<(SlotTime, DateTime<Utc>), SlotProblem> {
        if !self.takes(wanted) {
            return Err(SlotProblem::Closed);
        }
        let calendar = self.calendar_of(wanted.method);
        let Some(at) = wanted.wanted_at else {
            return self.book.promise(&calendar, demand);
        };
        let slot = calendar.wanted(at)?;
        let room = self.book.room(&calendar, demand, slot.starts_at);
        if room.fullness == Fullness::Full && !wanted.channel.may_overbook() {
            return Err(SlotProblem::Full);
        }
        Ok((slot, slot.starts_at))
    }

    fn take(&mut self, granted: &Granted, outcome: &mut Outcome) {
        for &Part {
            sku_id,
            bucket_day,
            quantity,
        } in &granted.parts
        {
            let item = &self.shelf.items[&sku_id];
            let shown_from = self.shelf.recipes.shown_from(item);
            let buckets = &mut self.shelf.buckets;
            let bucket = buckets.entry((sku_id, bucket_day)).or_insert_with(|| {
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
                shown_from,
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
        let beyond = beyond(&granted.takes, &self.book);
        for take in &granted.takes {
            let before = self.book.used(take.key);
            outcome
                .notice
                .counter((before, before + take.amount), take.limit);
            let added = outcome.counters.entry(take.key).or_default();
            added.amount += take.amount;
            added.beyond += beyond.get(&take.key).copied().unwrap_or_default();
            added.limit = take.limit;
        }
        self.book.take(&granted.takes);
    }
}

#[cfg(test)]
mod tests;
