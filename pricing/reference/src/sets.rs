//! Sets of units: filled from the dearest eligible unit down, as many as fit.

use crate::UnitAt;

/// A place of a set: units that fit it, the dearest first, and how many a set has.
pub(crate) struct Slot {
    pub fits: Vec<UnitAt>,
    pub units: usize,
}

/// Sets, each as the units of its slots. `dearest` are all units that fit any slot, the dearest first.
///
/// As many sets are made as fit. From the dearest unit down each is in a set that can be there with
/// those before it; it is in the first slot that leaves the others a place, and sets are filled one
/// after another.
pub(crate) fn fill(slots: &[Slot], dearest: &[UnitAt], most: usize) -> Vec<Vec<Vec<UnitAt>>> {
    let mut count = 0;
    while count < most && lacking(slots, &needs(slots, count + 1)) == 0 {
        count += 1;
    }
    let mut chosen: Vec<UnitAt> = Vec::new();
    for &unit in dearest {
        chosen.push(unit);
        if !have_places(slots, &chosen, &needs(slots, count)) {
            chosen.pop();
        }
    }
    let mut free = needs(slots, count);
    let mut filled: Vec<Vec<UnitAt>> = vec![Vec::new(); slots.len()];
    for (index, unit) in chosen.iter().enumerate() {
        for (place, slot) in slots.iter().enumerate() {
            if free[place] == 0 || !slot.fits.contains(unit) {
                continue;
            }
            free[place] -= 1;
            if have_places(slots, &chosen[index + 1..], &free) {
                filled[place].push(*unit);
                break;
            }
            free[place] += 1;
        }
    }
    let mut sets = Vec::new();
    for number in 0..count {
        let units = slots
            .iter()
            .zip(&filled)
            .map(|(slot, units)| units[number * slot.units..(number + 1) * slot.units].to_vec());
        sets.push(units.collect());
    }
    sets
}

/// Whether all units have a place: those that fit only some slots are not more than these take.
fn have_places(slots: &[Slot], units: &[UnitAt], free: &[usize]) -> bool {
    for chosen in 0_u32..1 << slots.len() {
        let is_chosen = |place: usize| chosen >> place & 1 == 1;
        let mut only_here = 0;
        for unit in units {
            let elsewhere = slots
                .iter()
                .enumerate()
                .any(|(place, slot)| !is_chosen(place) && slot.fits.contains(unit));
            only_here += usize::from(!elsewhere);
        }
        let places = free.iter().enumerate();
        let places: usize = places
            .filter(|(place, _)| is_chosen(*place))
            .map(|(_, free)| free)
            .sum();
        if only_here > places {
            return false;
        }
    }
    true
}

/// Fewest units that must be added for one set: what the worst choice of slots lacks.
pub(crate) fn missing(slots: &[Slot]) -> usize {
    lacking(slots, &needs(slots, 1))
}

fn needs(slots: &[Slot], sets: usize) -> Vec<usize> {
    slots.iter().map(|slot| slot.units * sets).collect()
}

/// Hall's condition: whatever slots are taken together, as many units fit them as they need. How many
/// are lacking at most.
fn lacking(slots: &[Slot], needs: &[usize]) -> usize {
    let mut most = 0;
    for chosen in 0_u32..1 << slots.len() {
        let mut fitting: Vec<UnitAt> = Vec::new();
        let mut needed = 0;
        for (place, slot) in slots.iter().enumerate() {
            if chosen >> place & 1 == 1 {
                needed += needs[place];
                fitting.extend(&slot.fits);
            }
        }
        fitting.sort_unstable();
        fitting.dedup();
        most = most.max(needed.saturating_sub(fitting.len()));
    }
    most
}
