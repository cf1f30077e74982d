//! What a rule would take off units.

use pricing::{
    Amount, Reason,
    rules::{
        Discount, Effect, Measure, OrderDiscount, Rule, SetPricing, TakeFrom, Target, UnitDiscount,
    },
};

use crate::{
    Cart, Refusal, UnitAt,
    conditions::{Entry, measured, most_off},
    is_target,
    sets::{Slot, fill},
};

/// Ten-thousandths of the minor unit: savings are compared unrounded.
pub(crate) const EXACT: i128 = 10_000;

/// Units that share a discount.
pub(crate) struct Portion {
    pub units: Vec<UnitAt>,
    /// Unrounded, in ten-thousandths.
    pub exact: i128,
}

impl Portion {
    /// Rounded half up to the minor unit.
    pub fn rounded(&self) -> i64 {
        i64::try_from((self.exact + EXACT / 2) / EXACT).expect("no more than the units cost")
    }
}

/// What a rule would do.
#[derive(Default)]
pub(crate) struct Takes {
    pub portions: Vec<Portion>,
    /// Units of all sets, bought ones too.
    pub used: Vec<UnitAt>,
    /// What is missing for it to take anything.
    pub missing: Option<Refusal>,
}

impl Takes {
    /// What it saves, unrounded, within the limits of the rule.
    pub fn saving(&self, cart: &Cart<'_>, rule: &Rule) -> i128 {
        let exact: i128 = self.portions.iter().map(|portion| portion.exact).sum();
        exact.min(i128::from(most_off(cart, rule)) * EXACT)
    }
}

/// What a rule would take when units cost `nets` and only some may be used; `entry` is what was
/// there on entry to its stage.
pub(crate) fn takes(
    cart: &Cart<'_>,
    rule: &Rule,
    nets: &[i64],
    entry: &Entry,
    may_use: &dyn Fn(UnitAt) -> bool,
) -> Takes {
    let seen = |unit: UnitAt| cart.seen(rule, unit, nets[unit]);
    let dearest_first = |mut units: Vec<UnitAt>| {
        units.retain(|&unit| may_use(unit));
        // A stable sort: of equals the first by item, then by unit.
        units.sort_by_key(|&unit| std::cmp::Reverse(seen(unit)));
        units
    };
    let of_target = |target: &Target| {
        let fits =
            |&unit: &UnitAt| cart.is_ordinary(unit) && is_target(cart.units[unit].line, target);
        let units: Vec<UnitAt> = cart.places().filter(fits).collect();
        dearest_first(units)
    };
    let of_any = |slots: &[Slot]| {
        let mut units: Vec<UnitAt> = slots.iter().flat_map(|slot| slot.fits.clone()).collect();
        units.sort_unstable();
        units.dedup();
        dearest_first(units)
    };
    let pool = dearest_first(cart.eligible(rule));
    let most = rule
        .limits
        .per_order
        .map_or(usize::MAX, |most| most as usize);
    let price_of = |units: &[UnitAt]| -> i64 { units.iter().map(|&unit| seen(unit)).sum() };
    match &rule.effect {
        Effect::Item(off) => {
            let units: Vec<UnitAt> = pool.into_iter().take(most).collect();
            off_units(*off, units.clone(), units, &seen)
        }
        Effect::NthUnit { n, off, take_from } => {
            let sets = sets_of(&pool, *n as usize, most);
            let less = |set: &Vec<UnitAt>| less_of(set, 1, *take_from);
            let sets = cheaper(sets, *off, less, &seen);
            let less = sets.iter().flat_map(less).collect();
            Takes {
                missing: missing_units(*n, pool.len()),
                ..off_units(*off, less, sets.concat(), &seen)
            }
        }
        Effect::BuyGet {
            buy,
            get,
            get_from: None,
            off,
            take_from,
        } => {
            let sets = sets_of(&pool, (*buy + *get) as usize, most);
            let less = |set: &Vec<UnitAt>| less_of(set, *get as usize, *take_from);
            let sets = cheaper(sets, *off, less, &seen);
            let less = sets.iter().flat_map(less).collect();
            Takes {
                missing: missing_units(*buy + *get, pool.len()),
                ..off_units(*off, less, sets.concat(), &seen)
            }
        }
        Effect::BuyGet {
            buy,
            get,
            get_from: Some(from),
            off,
            take_from,
        } => {
            let bought = Slot {
                fits: pool,
                units: *buy as usize,
            };
            let got = Slot {
                fits: of_target(from),
                units: *get as usize,
            };
            // 折價取高: what fits both is got rather than bought.
            let (slots, got_at) = match take_from {
                TakeFrom::Cheapest => ([bought, got], 1),
                TakeFrom::MostExpensive => ([got, bought], 0),
            };
            let missing = missing_of_set(&slots);
            let sets = fill(&slots, &of_any(&slots), most);
            let sets: Vec<_> = sets
                .into_iter()
                .filter(|set| set[got_at].iter().any(|&unit| saves(*off, seen(unit))))
                .collect();
            let less: Vec<UnitAt> = sets.iter().flat_map(|set| set[got_at].clone()).collect();
            let used: Vec<UnitAt> = sets.iter().flat_map(|set| set.concat()).collect();
            Takes {
                missing,
                ..off_units(*off, less, used, &seen)
            }
        }
        Effect::AnyN { n, price } => {
            let sets = sets_of(&pool, *n as usize, most);
            let takes = match price {
                SetPricing::Fixed(price) => fixed_price(sets, price.minor(), &price_of),
                SetPricing::PercentOff(rate) => {
                    let off = UnitDiscount::Percent(*rate);
                    off_units(off, sets.concat(), sets.concat(), &seen)
                }
            };
            Takes {
                missing: missing_units(*n, pool.len()),
                ..takes
            }
        }
        Effect::Bundle { slots, price } => {
            let slots: Vec<Slot> = slots
                .iter()
                .map(|slot| Slot {
                    fits: of_target(&slot.target)
                        .into_iter()
                        .filter(|unit| pool.contains(unit))
                        .collect(),
                    units: slot.units as usize,
                })
                .collect();
            let sets = fill(&slots, &of_any(&slots), most)
                .into_iter()
                .map(|set| set.concat());
            Takes {
                missing: missing_of_set(&slots),
                ..fixed_price(sets.collect(), price.minor(), &price_of)
            }
        }
        Effect::Order(discount) => {
            let measures = measured(cart, rule, entry);
            let exact = off_order(discount, measures, price_of(&pool), most);
            Takes {
                used: pool.clone(),
                portions: vec![Portion { units: pool, exact }],
                missing: missing_threshold(discount, measures),
            }
        }
        Effect::AddOn(items) => {
            let mut portions = Vec::new();
            for item in items {
                let is_item = |&unit: &UnitAt| {
                    let line = cart.units[unit].line;
                    line.offered_by == Some(rule.id)
                        && (line.product, line.variant) == (item.product, item.variant)
                };
                for unit in cart.places().filter(is_item).take(item.most as usize) {
                    // Options are on top of the price.
                    let extras = cart.units[unit].line.extras.minor();
                    let off = (nets[unit] - extras - item.price.minor()).max(0);
                    portions.push(Portion {
                        units: vec![unit],
                        exact: i128::from(off) * EXACT,
                    });
                }
            }
            Takes {
                portions,
                ..Takes::default()
            }
        }
        Effect::Gift { .. } | Effect::DeliveryOff(_) | Effect::MultiplyPoints { .. } => {
            Takes::default()
        }
    }
}

/// How many units are missing for the first set.
fn missing_units(n: u32, there: usize) -> Option<Refusal> {
    let there = u32::try_from(there).unwrap_or(u32::MAX);
    (there < n).then(|| Reason::MinQuantity { gap: n - there })
}

/// The same where units fit some slots only.
fn missing_of_set(slots: &[Slot]) -> Option<Refusal> {
    let missing = crate::sets::missing(slots);
    (missing > 0).then(|| Reason::MinQuantity {
        gap: u32::try_from(missing).unwrap_or(u32::MAX),
    })
}

/// Sets of `n` units from the dearest down.
fn sets_of(pool: &[UnitAt], n: usize, most: usize) -> Vec<Vec<UnitAt>> {
    let sets = pool.chunks_exact(n).take(most);
    sets.map(<[UnitAt]>::to_vec).collect()
}

/// The units of a set that cost less: the cheapest, or with 折價取高 the dearest.
fn less_of(set: &[UnitAt], count: usize, take_from: TakeFrom) -> Vec<UnitAt> {
    match take_from {
        TakeFrom::Cheapest => set[set.len() - count..].to_vec(),
        TakeFrom::MostExpensive => set[..count].to_vec(),
    }
}

/// Sets in which something is cheaper; the others are not made.
fn cheaper(
    sets: Vec<Vec<UnitAt>>,
    off: UnitDiscount,
    less: impl Fn(&Vec<UnitAt>) -> Vec<UnitAt>,
    seen: &dyn Fn(UnitAt) -> i64,
) -> Vec<Vec<UnitAt>> {
    let saves = |set: &Vec<UnitAt>| less(set).iter().any(|&unit| saves(off, seen(unit)));
    sets.into_iter().filter(saves).collect()
}

/// Whether a unit of this price costs less.
fn saves(off: UnitDiscount, amount: i64) -> bool {
    match off {
        UnitDiscount::Percent(_) | UnitDiscount::Amount(_) => amount > 0,
        UnitDiscount::Price(price) => amount > price.minor(),
    }
}

/// Each of the units for less. A percentage is computed once over all of them.
fn off_units(
    off: UnitDiscount,
    mut units: Vec<UnitAt>,
    used: Vec<UnitAt>,
    seen: &dyn Fn(UnitAt) -> i64,
) -> Takes {
    units.sort_unstable();
    let portions = match off {
        UnitDiscount::Percent(rate) => {
            let all: i64 = units.iter().map(|&unit| seen(unit)).sum();
            let exact = i128::from(all) * i128::from(rate.as_bp());
            vec![Portion { units, exact }]
        }
        UnitDiscount::Amount(amount) => each(units, |unit| seen(unit).min(amount.minor())),
        UnitDiscount::Price(price) => each(units, |unit| (seen(unit) - price.minor()).max(0)),
    };
    Takes {
        portions,
        used,
        missing: None,
    }
}

fn each(units: Vec<UnitAt>, off: impl Fn(UnitAt) -> i64) -> Vec<Portion> {
    let portion = |unit: UnitAt| Portion {
        units: vec![unit],
        exact: i128::from(off(unit)) * EXACT,
    };
    units.into_iter().map(portion).collect()
}

/// Sets for one price each; none is dearer than without.
fn fixed_price(sets: Vec<Vec<UnitAt>>, price: i64, cost: &dyn Fn(&[UnitAt]) -> i64) -> Takes {
    let mut takes = Takes::default();
    for set in sets {
        let off = cost(&set) - price;
        if off > 0 {
            takes.used.extend(&set);
            takes.portions.push(Portion {
                units: set,
                exact: i128::from(off) * EXACT,
            });
        }
    }
    takes
}

/// The gap to the lowest threshold, when it is not reached.
fn missing_threshold(discount: &OrderDiscount, (spend, units): (i64, i64)) -> Option<Refusal> {
    let lowest = discount
        .thresholds
        .iter()
        .map(|threshold| threshold.at)
        .min()?;
    match discount.measure {
        Measure::Spend if spend < lowest => Some(Reason::MinSpend {
            gap: Amount::new(lowest - spend),
        }),
        Measure::Units if units < lowest => Some(Reason::MinQuantity {
            gap: u32::try_from(lowest - units).unwrap_or(u32::MAX),
        }),
        Measure::Spend | Measure::Units => None,
    }
}

/// What an order has less: the highest threshold reached, or the only one as often as it is reached.
fn off_order(
    discount: &OrderDiscount,
    (spend, units): (i64, i64),
    amount: i64,
    most: usize,
) -> i128 {
    let measure = match discount.measure {
        Measure::Spend => spend,
        Measure::Units => units,
    };
    let reached = discount
        .thresholds
        .iter()
        .filter(|threshold| threshold.at <= measure)
        .max_by_key(|threshold| threshold.at);
    let Some(threshold) = reached else {
        return 0;
    };
    match threshold.off {
        Discount::Percent(rate) => i128::from(amount) * i128::from(rate.as_bp()),
        Discount::Amount(off) => {
            let times = match discount.repeats {
                true => (measure / threshold.at).min(i64::try_from(most).unwrap_or(i64::MAX)),
                false => 1,
            };
            i128::from((off.minor() * times).min(amount)) * EXACT
        }
    }
}
