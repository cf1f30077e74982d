//! Sets of units: as many as fit, filled from the most expensive eligible unit down.

use std::cmp::Reverse;

use super::{
    Goods,
    item::{push_units, take},
};
use crate::{
    amount::{Amount, Exact},
    candidate::Candidate,
    groups::{Groups, Mask},
    portions::{Portions, Take},
    rules::{SetPricing, TakeFrom, UnitDiscount},
};

/// A unit and what it has to take from.
type Unit = (usize, Amount);

/// Sets sold as a whole for a price or at a rate.
pub(super) fn whole(
    candidate: &Candidate<'_>,
    goods: &Goods<'_>,
    mut portions: Portions,
    price: SetPricing,
) -> Portions {
    let mut all = Vec::new();
    for set in sets(candidate, goods, TakeFrom::Cheapest).iter_mut() {
        set.sort_unstable();
        match price {
            SetPricing::PercentOff(_) => all.extend_from_slice(set),
            SetPricing::Fixed(price) => {
                let sum: Amount = set.iter().map(|(_, part)| *part).sum();
                // A set that costs less as it is stays as it is.
                if sum <= price {
                    continue;
                }
                portions.push(set.iter().copied(), Take::Amount(sum - price));
            }
        }
        portions.times += 1;
        portions.taken.extend(set.iter().map(|(unit, _)| *unit));
    }
    if let SetPricing::PercentOff(rate) = price
        && !all.is_empty()
    {
        all.sort_unstable();
        portions.push(all, Take::Rate(rate));
    }
    portions
}

/// Sets of which all units but `buy` cost less.
pub(super) fn some_of_each(
    candidate: &Candidate<'_>,
    goods: &Goods<'_>,
    mut portions: Portions,
    buy: u32,
    (off, take_from): (UnitDiscount, TakeFrom),
) -> Portions {
    let mut got = Vec::new();
    for set in sets(candidate, goods, take_from).iter_mut() {
        // Sets of two slots have what is bought first, sets of one have the most expensive first.
        let gets = match (candidate.slots.len(), take_from) {
            (1, TakeFrom::MostExpensive) => &set[..set.len() - buy as usize],
            _ => &set[buy as usize..],
        };
        if gets
            .iter()
            .all(|(_, part)| take(off, *part).exact(*part) == Exact::ZERO)
        {
            continue;
        }
        got.extend_from_slice(gets);
        portions.times += 1;
        portions.taken.extend(set.iter().map(|(unit, _)| *unit));
    }
    got.sort_unstable();
    push_units(&mut portions, &got, off);
    portions
}

/// How many units are missing for a first set.
pub(crate) fn missing(candidate: &Candidate<'_>, groups: &Groups) -> u32 {
    let left = |subset: &[(Mask, u32)]| {
        let (mask, wanted) = joined(subset);
        let there = groups.units(mask).count();
        wanted.saturating_sub(u32::try_from(there).unwrap_or(u32::MAX))
    };
    subsets(&candidate.slots)
        .map(|subset| left(&subset))
        .max()
        .unwrap_or(0)
}

/// Sets of equal size, one after the other.
struct Sets {
    units: Vec<Unit>,
    size: usize,
}

impl Sets {
    fn iter_mut(&mut self) -> impl Iterator<Item = &mut [Unit]> {
        self.units.chunks_exact_mut(self.size)
    }
}

/// Units of each set; in a set slot by slot, in a slot the most expensive first.
fn sets(candidate: &Candidate<'_>, goods: &Goods<'_>, take_from: TakeFrom) -> Sets {
    let slots = &candidate.slots;
    let mut units: Vec<Unit> = goods
        .groups
        .units(joined(slots).0)
        .filter(|&unit| !goods.used[unit])
        .map(|unit| (unit, candidate.part(goods.groups, unit, goods.nets[unit])))
        .collect();
    let size = joined(slots).1 as usize;
    let count = how_many(slots, &units, goods.groups).min(candidate.most_times());
    if count == 0 {
        return Sets {
            units: Vec::new(),
            size,
        };
    }
    units.sort_unstable_by_key(|(unit, part)| (Reverse(*part), *unit));
    if slots.len() == 1 {
        units.truncate(count * size);
        return Sets { units, size };
    }

    let groups = units
        .iter()
        .map(|(unit, _)| goods.groups.of_unit[*unit])
        .collect();
    let filled = Filling::new(slots, count, take_from, groups).fill();
    let mut of_sets = Vec::with_capacity(count * size);
    for set in 0..count {
        for (places, (_, size)) in filled.iter().zip(slots) {
            let size = *size as usize;
            of_sets.extend(
                places[set * size..(set + 1) * size]
                    .iter()
                    .map(|&place| units[place]),
            );
        }
    }
    Sets {
        units: of_sets,
        size,
    }
}

/// How many sets fit at most, by Hall's theorem: no choice of slots may want more units than fit
/// any of them.
fn how_many(slots: &[(Mask, u32)], units: &[Unit], groups: &Groups) -> usize {
    let mut there = vec![0; groups.items.len()];
    for (unit, _) in units {
        there[groups.of_unit[*unit]] += 1;
    }
    let fitting = |subset: &[(Mask, u32)]| {
        let (mask, wanted) = joined(subset);
        mask.iter().map(|group| there[group]).sum::<usize>() / wanted as usize
    };
    subsets(slots)
        .map(|subset| fitting(&subset))
        .min()
        .unwrap_or(0)
}

fn joined(slots: &[(Mask, u32)]) -> (Mask, u32) {
    slots.iter().fold((Mask::NONE, 0), |(mask, wanted), slot| {
        (mask | slot.0, wanted + slot.1)
    })
}

/// All choices of slots but the empty one.
fn subsets(slots: &[(Mask, u32)]) -> impl Iterator<Item = Vec<(Mask, u32)>> + '_ {
    (1..1_usize << slots.len()).map(|chosen| {
        let one_of =
            |(index, slot): (usize, &(Mask, u32))| (chosen >> index & 1 == 1).then_some(*slot);
        slots.iter().enumerate().filter_map(one_of).collect()
    })
}

/// Fills the slots of all sets with the most expensive units that can be in them together.
struct Filling<'s> {
    slots: &'s [(Mask, u32)],
    /// The order in which a unit tries slots: the most expensive unit should be bought, or got.
    order: Vec<usize>,
    sets: usize,
    /// Group of each unit by its place.
    groups: Vec<usize>,
    /// Places among the units, by slot.
    filled: Vec<Vec<usize>>,
}

impl<'s> Filling<'s> {
    fn new(slots: &'s [(Mask, u32)], sets: usize, take_from: TakeFrom, groups: Vec<usize>) -> Self {
        let mut order: Vec<_> = (0..slots.len()).collect();
        if take_from == TakeFrom::MostExpensive {
            order.reverse();
        }
        Self {
            slots,
            order,
            sets,
            groups,
            filled: vec![Vec::new(); slots.len()],
        }
    }

    /// What finds no place now never will, nor will others of its group.
    fn fill(mut self) -> Vec<Vec<usize>> {
        let mut closed = Mask::NONE;
        for place in 0..self.groups.len() {
            let group = self.groups[place];
            if !closed.has(group) && !self.place(place, &mut 0) {
                closed = closed.with(group);
            }
        }
        self.settle()
    }

    /// Moves each unit, the most expensive first, into the first slot of the order that leaves the
    /// others a place, so that slots do not depend on how room was found. All slots are full.
    fn settle(mut self) -> Vec<Vec<usize>> {
        let mut slot_of = vec![None; self.groups.len()];
        for (slot, places) in self.filled.iter_mut().enumerate() {
            for place in places.drain(..) {
                slot_of[place] = Some(slot);
            }
        }
        for place in 0..slot_of.len() {
            let Some(now) = slot_of[place] else {
                continue;
            };
            let before = self.order.iter().take_while(|&&slot| slot != now);
            for &slot in before {
                let fits = self.slots[slot].0.has(self.groups[place]);
                if fits && self.exchange(&mut slot_of, place, (slot, now)) {
                    break;
                }
            }
        }
        for (place, slot) in slot_of.into_iter().enumerate() {
            if let Some(slot) = slot {
                self.filled[slot].push(place);
            }
        }
        self.filled
    }

    /// Puts a unit into another slot when cheaper ones can move on until one takes its place.
    fn exchange(
        &self,
        slot_of: &mut [Option<usize>],
        place: usize,
        (wanted, now): (usize, usize),
    ) -> bool {
        // By slot: the unit that moves there.
        let mut moves: Vec<Option<usize>> = vec![None; self.slots.len()];
        let mut reached = vec![wanted];
        let mut next = 0;
        while let Some(&from) = reached.get(next) {
            next += 1;
            let in_slot = |other: &usize| slot_of[*other] == Some(from);
            for other in (place + 1..slot_of.len()).filter(in_slot) {
                for (to, (mask, _)) in self.slots.iter().enumerate() {
                    if !reached.contains(&to) && mask.has(self.groups[other]) {
                        reached.push(to);
                        moves[to] = Some(other);
                    }
                }
            }
        }
        if !reached.contains(&now) {
            return false;
        }
        let mut to = now;
        while let Some(moved) = moves[to] {
            let from = slot_of[moved];
            slot_of[moved] = Some(to);
            to = from.unwrap_or(wanted);
        }
        slot_of[place] = Some(wanted);
        true
    }

    /// Puts a unit into a slot with free places, moving others from slot to slot to free one.
    /// `seen` are the slots that are being searched.
    fn place(&mut self, place: usize, seen: &mut usize) -> bool {
        let group = self.groups[place];
        for at in 0..self.order.len() {
            let slot = self.order[at];
            let (mask, size) = self.slots[slot];
            if mask.has(group) && self.filled[slot].len() < size as usize * self.sets {
                self.filled[slot].push(place);
                return true;
            }
        }
        for at in 0..self.order.len() {
            let slot = self.order[at];
            if *seen >> slot & 1 == 1 || !self.slots[slot].0.has(group) {
                continue;
            }
            *seen |= 1 << slot;
            let mut exhausted = Mask::NONE;
            for at in 0..self.filled[slot].len() {
                let moved = self.filled[slot][at];
                if exhausted.has(self.groups[moved]) {
                    continue;
                }
                if self.place(moved, seen) {
                    self.filled[slot][at] = place;
                    return true;
                }
                exhausted = exhausted.with(self.groups[moved]);
            }
        }
        false
    }
}
