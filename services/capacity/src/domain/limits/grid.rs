//! What is left of every rule in every slot, worked out once for all carts that are asked about.

use chassis::id::LimitRuleId;

use super::{
    book::{Book, Fullness, Room},
    demand::{BY_HOURS, Demand},
};
use crate::domain::hours::calendar::{Calendar, SlotTime};

/// The slots of a method, and what is left of each rule for a channel.
#[derive(Clone, Debug)]
pub struct Grid {
    /// Slots from the one going on to the last day ahead.
    pub slots: Vec<SlotTime>,
    /// By the hours, slot by slot.
    by_hours: Vec<Option<Left>>,
    /// By each rule, slot by slot; `None` where it does not count.
    by_rule: Vec<RuleLeft>,
}

#[derive(Clone, Debug)]
struct RuleLeft {
    rule_id: LimitRuleId,
    /// Its work may be done in other slots: only its demand says what is left.
    works_early: bool,
    slots: Vec<Option<Left>>,
}

#[derive(Clone, Copy, Debug)]
struct Left {
    /// The least that is left of its counters.
    units: i64,
    fullness: Fullness,
}

impl Grid {
    /// The grid of `calendar` for whoever asks by the channel of `every`, a demand that asks every rule.
    #[must_use]
    pub fn new(book: &Book, calendar: &Calendar<'_>, every: &Demand) -> Self {
        let slots: Vec<_> = calendar.slots().collect();
        let mut by_hours = vec![None; slots.len()];
        let mut by_rule: Vec<_> = book
            .limits
            .rules()
            .map(|rule| RuleLeft {
                rule_id: rule.rule_id,
                works_early: rule.works_early(),
                slots: vec![None; slots.len()],
            })
            .collect();
        for (place, slot) in slots.iter().enumerate() {
            book.each_counter(
                calendar.schedule(),
                every,
                slot.starts_at,
                |index, key, limit| {
                    let used = book.used(key);
                    let left = Left {
                        units: limit - used,
                        fullness: Fullness::of(used, limit),
                    };
                    let known = match index {
                        Some(index) => &mut by_rule[index].slots[place],
                        None => &mut by_hours[place],
                    };
                    *known = Some(known.map_or(left, |known| Left {
                        units: known.units.min(left.units),
                        fullness: known.fullness.max(left.fullness),
                    }));
                },
            );
        }
        Self {
            slots,
            by_hours,
            by_rule,
        }
    }

    /// Whether the slot at a place has room for a demand.
    #[must_use]
    pub fn room(
        &self,
        book: &Book,
        calendar: &Calendar<'_>,
        demand: &Demand,
        place: usize,
    ) -> Room {
        let mut room = Room {
            fullness: Fullness::Open,
            full: Vec::new(),
        };
        if let Some(left) = self.by_hours[place] {
            room.meet(BY_HOURS, left.fullness, left.units >= 1);
        }
        for &(index, amount) in &demand.asks {
            let rule = &self.by_rule[index];
            let Some(left) = rule.slots[place] else {
                continue;
            };
            let fits = if rule.works_early {
                book.fits_early(calendar, index, self.slots[place].starts_at, amount)
            } else {
                amount <= left.units
            };
            room.meet(rule.rule_id, left.fullness, fits);
        }
        room
    }
}
