//! What is left of every rule in every slot, computed once for all carts.

use chassis::id::LimitRuleId;

use super::{
    counter::Fullness,
    demand::{BY_HOURS, Demand},
    usage::{CapacityUsage, RemainingCapacity},
};
use crate::domain::hours::calendar::{Calendar, SlotTime};

/// The slots of a method, and what is left of each rule for a channel.
#[derive(Clone, Debug)]
pub struct Grid {
    /// Slots from the one going on to the last day ahead.
    pub slots: Vec<SlotTime>,
    /// By the hours, slot by slot.
    by_hours: Vec<Option<Remaining>>,
    /// By each rule, slot by slot; `None` where it does not count.
    by_rule: Vec<RemainingOfRule>,
}

#[derive(Clone, Debug)]
struct RemainingOfRule {
    rule_id: LimitRuleId,
    /// Its work may be done in other slots: only its demand says what is left.
    works_early: bool,
    slots: Vec<Option<Remaining>>,
}

#[derive(Clone, Copy, Debug)]
struct Remaining {
    /// The least that is left of its counters.
    units: i64,
    fullness: Fullness,
}

impl Grid {
    /// The grid of `calendar` for the channel of `every`, a demand for every rule.
    #[must_use]
    pub fn new(usage: &CapacityUsage, calendar: &Calendar<'_>, every: &Demand) -> Self {
        let slots: Vec<_> = calendar.slots().collect();
        let mut by_hours = vec![None; slots.len()];
        let mut by_rule: Vec<_> = usage
            .limits
            .rules()
            .map(|rule| RemainingOfRule {
                rule_id: rule.rule_id,
                works_early: rule.works_early(),
                slots: vec![None; slots.len()],
            })
            .collect();
        for (place, slot) in slots.iter().enumerate() {
            usage.visit_counters(calendar.schedule(), every, slot.starts_at, |counter| {
                let used = usage.used(counter.key);
                let left = Remaining {
                    units: counter.limit - used,
                    fullness: Fullness::of(used, counter.limit),
                };
                let known = match counter.index {
                    Some(index) => &mut by_rule[index].slots[place],
                    None => &mut by_hours[place],
                };
                *known = Some(known.map_or(left, |known| Remaining {
                    units: known.units.min(left.units),
                    fullness: known.fullness.max(left.fullness),
                }));
            });
        }
        Self {
            slots,
            by_hours,
            by_rule,
        }
    }

    /// Whether the slot at a place has capacity for a demand.
    #[must_use]
    pub fn remaining(
        &self,
        usage: &CapacityUsage,
        calendar: &Calendar<'_>,
        demand: &Demand,
        place: usize,
    ) -> RemainingCapacity {
        let mut remaining = RemainingCapacity {
            fullness: Fullness::Open,
            full: Vec::new(),
        };
        if let Some(left) = self.by_hours[place] {
            remaining.add_counter(BY_HOURS, left.fullness, left.units >= 1);
        }
        for &(index, amount) in &demand.by_rule {
            let rule = &self.by_rule[index];
            let Some(left) = rule.slots[place] else {
                continue;
            };
            let fits = if rule.works_early {
                usage.fits_early(calendar, index, self.slots[place].starts_at, amount)
            } else {
                amount <= left.units
            };
            remaining.add_counter(rule.rule_id, left.fullness, fits);
        }
        remaining
    }
}
