//! Decides a batch of holds in memory: in order of arrival, each order gets all it requests or nothing.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use chassis::{
    business_day::BusinessDay,
    error::{FieldProblem, Problem, ToProblem},
    id::{HoldKey, OrderId, SkuId},
    sales::{Channel, Method},
};
use chrono::{DateTime, Utc};
use proto::capacity::v1::CapacityReason;

use crate::domain::{
    availability::changes::VisibleChanges,
    branch_state::BranchState,
    hours::calendar::{Calendar, SlotProblem, SlotTime},
    limits::{
        counter::{CounterIncrement, CounterKey, Fullness, Take},
        demand::Demand,
        may_overbook,
        usage::{CapacityUsage, beyond},
    },
    line::Line,
    pauses::{Paused, Pauses, SaleContext},
    stock::{
        Bucket, MovementKind, Part,
        ledger::OrderMovement,
        levels::{Shortage, StockLevels},
        recipes::Shared,
    },
};

/// What one order requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldRequest {
    /// The order.
    pub order_id: OrderId,
    /// Key of the attempt.
    pub hold_key: HoldKey,
    /// Units of each stock-keeping unit, each named once.
    pub skus: BTreeMap<SkuId, i64>,
    /// Requested slot start; `None` for ASAP.
    pub wanted_at: Option<DateTime<Utc>>,
    /// Checked against everything, counted nowhere.
    pub test: bool,
    /// Lines, as pauses and limits see them.
    pub lines: Vec<Line>,
    /// Where it comes from.
    pub channel: Channel,
    /// Method.
    pub method: Method,
}

/// A granted request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantedHold {
    /// The request.
    pub request: HoldRequest,
    /// Slot it counts in.
    pub slot: SlotTime,
    /// Promised time.
    pub promised_at: DateTime<Utc>,
    /// What it takes from the stock.
    pub parts: Vec<Part>,
    /// What it takes of the limits.
    pub takes: Vec<Take>,
}

/// Everything in the way of a request; nothing was held.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("the request cannot be granted: {} units are short, slot: {slot:?}", shortage.missing.len())]
pub struct HoldRejected {
    /// What is short.
    pub shortage: Shortage,
    /// What of it is paused.
    pub paused: Vec<Paused>,
    /// The next available slot, where the branch or the method is paused.
    pub after_pause: Option<DateTime<Utc>>,
    /// Why the time is not available, with the next slot that is.
    pub slot: Option<(SlotProblem, Option<DateTime<Utc>>)>,
}

impl ToProblem for HoldRejected {
    fn to_problem(&self) -> Problem {
        let reason = match (
            &*self.shortage.missing,
            &*self.shortage.over_limit,
            &*self.paused,
            self.slot,
        ) {
            ([_, ..], ..) => CapacityReason::OutOfStock,
            ([], [_, ..], ..) => CapacityReason::OrderTooLarge,
            ([], [], [_, ..], _) => CapacityReason::Paused,
            ([], [], [], slot) => {
                slot.map_or(CapacityReason::OutOfStock, |(problem, _)| problem.reason())
            }
        };
        let mut problem = Problem::new(reason).message(self.to_string());
        for missing in &self.shortage.missing {
            let counts = [
                ("wanted", missing.wanted.to_string()),
                ("left", missing.left.to_string()),
            ];
            problem = Shared::add_to(
                &self.shortage.shared,
                missing.sku_id,
                CapacityReason::OutOfStock,
                &counts,
                problem,
            );
        }
        for over in &self.shortage.over_limit {
            let counts = [
                ("wanted", over.wanted.to_string()),
                ("max", over.max.to_string()),
            ];
            problem = Shared::add_to(
                &self.shortage.shared,
                over.sku_id,
                CapacityReason::OrderTooLarge,
                &counts,
                problem,
            );
        }
        for paused in &self.paused {
            problem = paused.add_to(self.after_pause, problem);
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
pub struct BatchPlanner<'schedule> {
    /// When it sells.
    pub calendar: Calendar<'schedule>,
    /// State of the branch.
    pub state: BranchState,
    /// Stock of the units in the batch.
    pub stock: StockLevels,
    /// What is counted against the limits.
    pub usage: CapacityUsage,
    /// What is paused.
    pub pauses: Arc<Pauses>,
    /// Slots proposed for the same demand; they only fill up while the batch is decided.
    pub proposed: HashMap<(Demand, DateTime<Utc>), Option<DateTime<Utc>>>,
}

/// What a batch did.
#[derive(Debug, Default)]
pub struct BatchOutcome {
    /// Granted requests.
    pub granted: Vec<GrantedHold>,
    /// Buckets to be made, with their initial counters.
    pub new_buckets: Vec<(SkuId, BusinessDay, Bucket)>,
    /// Journal, in order.
    pub movements: Vec<OrderMovement>,
    /// What is added to the counters of limits.
    pub counters: BTreeMap<CounterKey, CounterIncrement>,
    /// What is published to the storefronts.
    pub changes: VisibleChanges,
}

impl BatchPlanner<'_> {
    /// Decides one request; what is granted is taken from the planner and written to `outcome`.
    pub fn decide(
        &mut self,
        request: HoldRequest,
        outcome: &mut BatchOutcome,
    ) -> Result<(), Box<HoldRejected>> {
        let demand = self
            .usage
            .limits
            .demand(request.channel, request.method, &request.lines);
        let slot = self.slot_for(&request, &demand);
        let day = match (&slot, request.wanted_at) {
            (Ok((slot, _)), _) => slot.business_day,
            (Err(_), Some(at)) => self.calendar.business_day(at),
            (Err(_), None) => self.calendar.today(),
        };
        let parts = self
            .stock
            .allocate(&request.skus, day, self.calendar.today());
        let paused = self.paused(&request);
        if let (Ok((slot, promised_at)), Ok(parts), []) = (&slot, &parts, &*paused) {
            let takes = if request.test {
                Vec::new()
            } else {
                let calendar = self.calendar_of(request.method);
                self.usage.takes(&calendar, &demand, slot.starts_at)
            };
            let granted = GrantedHold {
                request,
                slot: *slot,
                promised_at: *promised_at,
                parts: parts.clone(),
                takes,
            };
            if !granted.request.test {
                self.take(&granted, outcome);
            }
            outcome.granted.push(granted);
            return Ok(());
        }
        let next = if slot.is_err() || !paused.is_empty() {
            self.next_slot(&request, &demand)
        } else {
            None
        };
        let slot = slot.err().map(|problem| {
            if next.is_some() || problem != SlotProblem::Full {
                (problem, next)
            } else if self
                .usage
                .is_too_large(&self.calendar_of(request.method), &demand)
            {
                (SlotProblem::TooLarge, None)
            } else {
                (SlotProblem::NoSlot, None)
            }
        });
        Err(Box::new(HoldRejected {
            shortage: parts.err().unwrap_or_default(),
            after_pause: next.filter(|_| !paused.is_empty()),
            paused,
            slot,
        }))
    }

    /// The slot to propose instead: the next one with capacity, else an earlier one.
    fn next_slot(&mut self, request: &HoldRequest, demand: &Demand) -> Option<DateTime<Utc>> {
        if !self.takes(request) {
            return None;
        }
        let now = self.calendar.now();
        let from = request.wanted_at.unwrap_or(now);
        self.next_from(demand, from)
            .or_else(|| self.next_from(demand, now))
    }

    /// The earliest slot with capacity from a time on; what was found before is where to look first.
    fn next_from(&mut self, demand: &Demand, from: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let key = (demand.clone(), from);
        let from = match self.proposed.get(&key) {
            Some(None) => return None,
            Some(Some(proposed)) => *proposed,
            None => self.pauses.open_from(demand.channel, demand.method, from)?,
        };
        let calendar = self.calendar_of(demand.method);
        let found = self.usage.earliest(&calendar, demand, from);
        self.proposed.insert(key, found);
        found
    }

    /// What of the order is paused at its requested time, at present for ASAP.
    fn paused(&self, request: &HoldRequest) -> Vec<Paused> {
        let sale = SaleContext {
            channel: request.channel,
            method: request.method,
            lines: &request.lines,
        };
        let at = request.wanted_at.unwrap_or(self.calendar.now());
        self.pauses.matching(&sale, at)
    }

    const fn takes(&self, request: &HoldRequest) -> bool {
        self.state.takes(request.test)
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
        request: &HoldRequest,
        demand: &Demand,
    ) -> Result<(SlotTime, DateTime<Utc>), SlotProblem> {
        if !self.takes(request) {
            return Err(SlotProblem::Closed);
        }
        let calendar = self.calendar_of(request.method);
        let Some(at) = request.wanted_at else {
            return self.usage.promise(&calendar, demand);
        };
        let slot = calendar.check_requested(at)?;
        let remaining = self.usage.remaining(&calendar, demand, slot.starts_at);
        if remaining.fullness == Fullness::Full && !may_overbook(request.channel) {
            return Err(SlotProblem::Full);
        }
        Ok((slot, slot.starts_at))
    }

    fn take(&mut self, granted: &GrantedHold, outcome: &mut BatchOutcome) {
        for &Part {
            sku_id,
            bucket_day,
            quantity,
        } in &granted.parts
        {
            let item = &self.stock.items[&sku_id];
            let shown_from = self.stock.recipes.shown_from(item);
            let buckets = &mut self.stock.buckets;
            let bucket = buckets.entry((sku_id, bucket_day)).or_insert_with(|| {
                let initial = item.initial(bucket_day);
                outcome.new_buckets.push((sku_id, bucket_day, initial));
                outcome.movements.push(OrderMovement {
                    order_id: None,
                    sku_id,
                    bucket_day,
                    kind: MovementKind::DailyReset,
                    quantity: initial.on_hand,
                    after: initial,
                });
                initial
            });
            let before = bucket.available();
            *bucket = bucket.after_order(0, quantity);
            outcome.changes.stock(
                sku_id,
                (before, bucket.available()),
                item.low_threshold,
                shown_from,
            );
            outcome.movements.push(OrderMovement {
                order_id: Some(granted.request.order_id),
                sku_id,
                bucket_day,
                kind: MovementKind::Held,
                quantity,
                after: *bucket,
            });
        }
        let beyond = beyond(&granted.takes, &self.usage);
        for take in &granted.takes {
            let before = self.usage.used(take.key);
            outcome
                .changes
                .counter((before, before + take.amount), take.limit);
            let added = outcome.counters.entry(take.key).or_default();
            added.amount += take.amount;
            added.beyond += beyond.get(&take.key).copied().unwrap_or_default();
            added.limit = take.limit;
        }
        self.usage.add(&granted.takes);
    }
}

#[cfg(test)]
mod tests;
