//! What a branch can sell, in general or for a cart.

pub mod changes;
pub mod open_status;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chassis::{
    business_day::BusinessDay,
    id::{LimitRuleId, SkuId},
    sales::{Channel, Method},
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use self::open_status::{OpenState, OpenStatus};
use super::{
    branch_state::BranchState,
    hours::{
        calendar::{Calendar, SlotTime},
        schedule::Schedule,
    },
    limits::{counter::Fullness, demand::Demand, grid::Grid, usage::CapacityUsage},
    line::Line,
    pauses::{ActivePause, Pauses},
    stock::{
        SHOW_LAST,
        levels::{RescheduledParts, StockLevels},
    },
};

/// Everything that decides what a branch can sell, read at one moment.
#[derive(Clone, Debug)]
pub struct BranchSnapshot {
    /// When it was read.
    pub as_of: DateTime<Utc>,
    /// State of the branch.
    pub state: BranchState,
    /// When it is open.
    pub schedule: Arc<Schedule>,
    /// What is counted against the limits.
    pub usage: CapacityUsage,
    /// What there is of everything that is counted.
    pub stock: StockLevels,
    /// What is paused.
    pub pauses: Arc<Pauses>,
}

/// A query of what a branch can sell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AvailabilityQuery {
    /// Method.
    pub method: Method,
    /// Channel.
    pub channel: Channel,
    /// Lines of the cart; none for any cart.
    pub lines: Vec<Line>,
    /// Units in the cart.
    pub skus: BTreeMap<SkuId, i64>,
    /// Business day whose stock is shown; none, or one that is over, for today.
    pub day: Option<BusinessDay>,
    /// The order that is to be rescheduled, if it is about one.
    pub rescheduled: Option<RescheduledParts>,
}

impl AvailabilityQuery {
    /// It is about a cart.
    #[must_use]
    pub fn has_cart(&self) -> bool {
        !self.lines.is_empty() || !self.skus.is_empty()
    }
}

/// A slot, and whether it is available.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotOffer {
    /// The slot.
    pub slot: SlotTime,
    /// How full it is.
    pub fullness: Fullness,
    /// Limits in the way.
    pub full: Vec<LimitRuleId>,
}

impl SlotOffer {
    fn is_available(&self) -> bool {
        !self.slot.past && self.fullness != Fullness::Full
    }
}

/// What a branch can sell at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Availability {
    /// When this was true.
    pub as_of: DateTime<Utc>,
    /// Whether it takes orders for now.
    pub state: OpenState,
    /// When it takes orders for now again, while it does not.
    pub opens_at: Option<DateTime<Utc>>,
    /// When ordering for now ends.
    pub last_order_at: Option<DateTime<Utc>>,
    /// ASAP promise.
    pub promised_at: Option<DateTime<Utc>>,
    /// Zone of the branch.
    pub tz: Tz,
    /// Business-day cut-off of the branch in minutes after midnight.
    pub cutoff_minutes: u16,
    /// Slots from now to the last day ahead.
    pub slots: Vec<SlotOffer>,
    /// The stock of the day of the query.
    pub stock: Arc<StockOfDay>,
    /// Earliest slot that is not full.
    pub earliest_slot_at: Option<DateTime<Utc>>,
    /// Pauses in force, the next to end first.
    pub pauses: Vec<ActivePause>,
    /// Slots may differ by what is in a cart.
    pub by_cart: bool,
}

/// The stock of a business day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockOfDay {
    /// The day.
    pub day: BusinessDay,
    /// Units left of what is tracked.
    pub skus: Vec<SkuRemaining>,
    /// 每單上限 of what has one.
    pub order_limits: Vec<(SkuId, i64)>,
}

/// What is left of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SkuRemaining {
    /// Variant or option.
    pub sku_id: SkuId,
    /// Units left, as far as its components suffice.
    pub available: i64,
    /// From this number down customers see it; 0 for never.
    pub show_last: i64,
}

impl BranchSnapshot {
    /// What can be sold at `now`, as far as it was known when this was read; `grid` is that of the method
    /// and channel of the query, `stock` that of the day.
    #[must_use]
    pub fn availability(
        &self,
        now: DateTime<Utc>,
        query: &AvailabilityQuery,
        grid: &Grid,
        stock: Arc<StockOfDay>,
    ) -> Availability {
        let calendar = self.schedule.at_for(now, query.method);
        let limits = &self.usage.limits;
        let demand = if query.has_cart() {
            limits.demand(query.channel, query.method, &query.lines)
        } else {
            limits.least(query.channel, query.method)
        };
        let slots = self.slots(&calendar, &demand, query, grid);
        let today = calendar.today();
        let status = OpenStatus::of(self.state, &calendar, &self.pauses, &self.usage, &demand);
        let promise = status
            .promise
            .filter(|(slot, _)| self.has_stock(query, slot.business_day, today));
        Availability {
            as_of: self.as_of,
            state: status.state,
            opens_at: status.opens_at,
            last_order_at: status.last_order_at,
            promised_at: promise.map(|(_, promised_at)| promised_at),
            tz: self.schedule.tz,
            cutoff_minutes: self.schedule.cutoff_minutes,
            earliest_slot_at: slots
                .iter()
                .find(|offer| offer.is_available())
                .map(|offer| offer.slot.starts_at),
            slots,
            stock,
            pauses: self.pauses.at(now).cloned().collect(),
            by_cart: limits.by_cart(),
        }
    }

    /// What there is on a day; today for none, or for one that is over at `now`.
    #[must_use]
    pub fn stock_of_day(&self, now: DateTime<Utc>, day: Option<BusinessDay>) -> StockOfDay {
        let today = self.schedule.at(now).today();
        let day = day.map_or(today, |day| day.max(today));
        StockOfDay {
            day,
            skus: self.skus_left(day, today),
            order_limits: self.order_limits(),
        }
    }

    /// The grid of a method and a channel.
    #[must_use]
    pub fn grid(&self, method: Method, channel: Channel) -> Grid {
        let calendar = self.schedule.at_for(self.as_of, method);
        let every = self.usage.limits.every(channel, method);
        Grid::new(&self.usage, &calendar, &every)
    }

    fn slots(
        &self,
        calendar: &Calendar<'_>,
        demand: &Demand,
        query: &AvailabilityQuery,
        grid: &Grid,
    ) -> Vec<SlotOffer> {
        if !self.state.takes(false) {
            return Vec::new();
        }
        // Slots come day by day.
        let mut stocked = None;
        let offer = |(place, slot): (usize, &SlotTime)| {
            let mut remaining = grid.remaining(&self.usage, calendar, demand, place);
            let day = slot.business_day;
            let in_stock = match stocked {
                Some((known, in_stock)) if known == day => in_stock,
                _ => self.has_stock(query, day, calendar.today()),
            };
            stocked = Some((day, in_stock));
            if !in_stock || !self.is_open_by_pauses(query, slot.starts_at) {
                remaining.fullness = Fullness::Full;
            }
            SlotOffer {
                slot: *slot,
                fullness: remaining.fullness,
                full: remaining.full,
            }
        };
        grid.slots.iter().enumerate().map(offer).collect()
    }

    /// While the branch or the method as a whole is paused nothing is promised, and no slot before its
    /// end is available.
    fn is_open_by_pauses(&self, query: &AvailabilityQuery, at: DateTime<Utc>) -> bool {
        self.pauses
            .open_from(query.channel, query.method, at)
            .is_some_and(|from| from <= at)
    }

    fn has_stock(&self, query: &AvailabilityQuery, day: BusinessDay, today: BusinessDay) -> bool {
        let moves = |moving| self.stock.can_reschedule(moving, day, today);
        query.rescheduled.as_ref().is_none_or(moves)
            && (query.skus.is_empty() || self.stock.allocate(&query.skus, day, today).is_ok())
    }

    /// What is left on a day of each variant and option. Components are shown through what is made of
    /// them.
    fn skus_left(&self, day: BusinessDay, today: BusinessDay) -> Vec<SkuRemaining> {
        let StockLevels {
            recipes,
            items,
            buckets,
        } = &self.stock;
        let left: BTreeMap<SkuId, i64> = items
            .values()
            .filter_map(|item| {
                let taken = item.bucket_day(day, today)?;
                let bucket = buckets.get(&(item.sku_id, taken)).copied();
                let bucket = bucket.unwrap_or_else(|| item.initial(taken));
                Some((item.sku_id, bucket.available()))
            })
            .collect();
        let components = recipes.components();
        let sold: BTreeSet<_> = left.keys().chain(recipes.parts.keys()).collect();
        let shown = sold
            .into_iter()
            .filter(|sku_id| !components.contains(sku_id));
        shown
            .filter_map(|&sku_id| {
                let made = recipes.sellable(sku_id, |id| left.get(&id).copied());
                Some(SkuRemaining {
                    sku_id,
                    available: left.get(&sku_id).copied().into_iter().chain(made).min()?,
                    show_last: items
                        .get(&sku_id)
                        .map_or(SHOW_LAST, |item| item.rules.show_last),
                })
            })
            .collect()
    }

    fn order_limits(&self) -> Vec<(SkuId, i64)> {
        let mut limits: Vec<_> = self
            .stock
            .items
            .values()
            .filter(|item| item.rules.max_per_order > 0)
            .map(|item| (item.sku_id, item.rules.max_per_order))
            .collect();
        limits.sort_unstable();
        limits
    }
}
