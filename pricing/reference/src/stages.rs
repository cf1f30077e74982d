//! The stages one after another, for one set of rules.

use std::collections::{BTreeMap, BTreeSet};

use pricing::{
    Charge, FeeKind, GiftState, Reason, Redeeming,
    rules::{Customer, Discount, Effect, Rule},
};

use crate::{
    Cart, Refusal, RuleAt, Stage, UnitAt,
    allocation::{by_largest_remainder, within_item},
    conditions::{Entry, measured, minimum, most_off},
    is_target, stage,
    takes::{EXACT, Takes, takes},
};

/// What a cart comes to under some rules.
#[derive(Clone)]
pub(crate) struct Bill {
    pub nets: Vec<i64>,
    pub points: Vec<u32>,
    pub fees: Vec<i64>,
    /// What each rule takes off.
    pub off: BTreeMap<RuleAt, i64>,
    /// What points pay.
    pub paid_by_points: i64,
    pub gifts: BTreeMap<RuleAt, (u32, GiftState)>,
    /// Why rules that may act do nothing.
    pub refused: BTreeMap<RuleAt, Refusal>,
    pub points_refused: Option<Refusal>,
    pub points_used: u32,
    /// Factor of points earned, in basis points.
    pub factor: i64,
}

impl Bill {
    pub fn goods(&self) -> i64 {
        self.nets.iter().sum()
    }

    pub fn total(&self) -> i64 {
        self.goods() + self.fees.iter().sum::<i64>()
    }

    /// What alternatives are compared by: gifts count at their list price.
    pub fn cost(&self, cart: &Cart<'_>) -> i64 {
        let mut cost = self.total();
        for (&rule, &(quantity, state)) in &self.gifts {
            if let (Effect::Gift { gift, .. }, GiftState::Given) = (&cart.rules[rule].effect, state)
            {
                cost -= gift.list.minor() * i64::from(quantity);
            }
        }
        cost
    }

    pub fn acts(&self, rule: RuleAt) -> bool {
        self.off.get(&rule).is_some_and(|off| *off > 0)
            || matches!(self.gifts.get(&rule), Some((_, GiftState::Given)))
    }
}

/// Prices a cart under `rules`, with points or without.
pub(crate) fn run(cart: &Cart<'_>, rules: &[RuleAt], with_points: bool) -> Bill {
    let mut rules = rules.to_vec();
    rules.sort_by_key(|&rule| cart.rules[rule].rank());
    let of_stage = |wanted: Stage| -> Vec<RuleAt> {
        let of_stage = |&rule: &RuleAt| stage(cart.rules[rule]) == wanted;
        rules.iter().copied().filter(of_stage).collect()
    };
    let lists = cart.units.iter().map(|unit| unit.line.unit_list().minor());
    let mut bill = Bill {
        nets: lists.collect(),
        points: vec![0; cart.units.len()],
        fees: Vec::new(),
        off: BTreeMap::new(),
        paid_by_points: 0,
        gifts: BTreeMap::new(),
        refused: BTreeMap::new(),
        points_refused: None,
        points_used: 0,
        factor: 10_000,
    };
    items(cart, &mut bill, &of_stage(Stage::Item));
    several(cart, &mut bill, &of_stage(Stage::Several));
    for one in [Stage::Order, Stage::Tier, Stage::Code, Stage::Coupon] {
        in_turn(cart, &mut bill, &of_stage(one));
    }
    if with_points {
        points(cart, &mut bill);
    }
    fees(cart, &mut bill, &of_stage(Stage::Fees));
    factor(cart, &mut bill, &of_stage(Stage::Earning));
    bill
}

/// What a stage begins with. Until H fees are those of a fixed amount.
fn entry(cart: &Cart<'_>, bill: &Bill) -> Entry {
    let mut fixed = 0;
    for fee in cart.request.fees {
        if let Charge::Fixed(amount) = fee.charge {
            fixed += amount.minor();
        }
    }
    let charged = !bill.fees.is_empty();
    Entry {
        nets: bill.nets.clone(),
        fees: if charged {
            bill.fees.iter().sum()
        } else {
            fixed
        },
    }
}

/// Rules whose conditions are met on entry.
fn judged(cart: &Cart<'_>, bill: &mut Bill, rules: &[RuleAt], entry: &Entry) -> Vec<RuleAt> {
    let mut met = Vec::new();
    for &rule in rules {
        match minimum(cart, cart.rules[rule], entry) {
            Ok(()) => met.push(rule),
            Err(reason) => {
                bill.refused.insert(rule, reason);
            }
        }
    }
    met
}

/// 同組互斥: of each group the rule with the largest value stays, the first of equals. What saves
/// nothing has not lost to another: `why` says its own reason.
fn best_of_groups(
    cart: &Cart<'_>,
    bill: &mut Bill,
    rules: &[RuleAt],
    value: &dyn Fn(RuleAt) -> i128,
    why: &dyn Fn(RuleAt) -> Refusal,
) -> Vec<RuleAt> {
    let group = |rule: RuleAt| match &cart.rules[rule].exclusive {
        pricing::Exclusive::Group(name) => Some(name.clone()),
        pricing::Exclusive::None | pricing::Exclusive::Order => None,
    };
    let mut kept = Vec::new();
    for (place, &rule) in rules.iter().enumerate() {
        let beaten = rules.iter().enumerate().any(|(before, &other)| {
            group(rule).is_some()
                && group(other) == group(rule)
                && (value(other) > value(rule) || value(other) == value(rule) && before < place)
        });
        if !beaten {
            kept.push(rule);
        } else if value(rule) < EXACT / 2 {
            bill.refused.insert(rule, why(rule));
        } else {
            bill.refused.insert(rule, lost(value(rule)));
        }
    }
    kept
}

fn lost(saving: i128) -> Refusal {
    let saving = i64::try_from((saving + EXACT / 2) / EXACT).unwrap_or(i64::MAX);
    Reason::LostToBetter {
        saving: pricing::Amount::new(saving),
    }
}

/// What 總折扣上限 leaves, of the goods at list price.
fn left_of_cap(cart: &Cart<'_>, bill: &Bill) -> i64 {
    let Some(cap) = cart.request.discount_cap else {
        return i64::MAX;
    };
    let list: i64 = cart
        .units
        .iter()
        .map(|unit| unit.line.unit_list().minor())
        .sum();
    let most = list * i64::from(cap.as_bp()) / 10_000;
    (most - (list - bill.goods())).max(0)
}

/// Takes off what a rule takes, within its limits and the brand's cap.
fn apply(cart: &Cart<'_>, bill: &mut Bill, at: RuleAt, takes: &Takes) {
    let rule = cart.rules[at];
    let wanted: i64 = takes
        .portions
        .iter()
        .map(crate::takes::Portion::rounded)
        .sum();
    let allowed = wanted.min(most_off(cart, rule));
    if allowed == 0 {
        let reason = takes.missing.clone().unwrap_or(Reason::NoEffect);
        bill.refused.insert(at, reason);
        return;
    }
    let left = left_of_cap(cart, bill);
    // What the customer entered is refused rather than cut.
    if left == 0 || allowed > left && cart.is_entered(at) {
        bill.refused.insert(at, Reason::DiscountCap);
        return;
    }
    let taken = allowed.min(left);
    // What a limit leaves goes to the first portions.
    let mut left = taken;
    for portion in &takes.portions {
        let off = portion.rounded().min(left);
        take_off(cart, bill, rule, &portion.units, off);
        left -= off;
    }
    bill.off.insert(at, taken);
}

/// Splits an amount over items by what they cost, and within an item over its units.
fn take_off(cart: &Cart<'_>, bill: &mut Bill, rule: &Rule, units: &[UnitAt], off: i64) {
    let seen = |unit: UnitAt| cart.seen(rule, unit, bill.nets[unit]);
    let mut by_item: BTreeMap<usize, Vec<UnitAt>> = BTreeMap::new();
    let mut units = units.to_vec();
    units.sort_unstable();
    for unit in units {
        let first = cart
            .places()
            .find(|&other| cart.units[other].key == cart.units[unit].key);
        by_item.entry(first.unwrap_or(unit)).or_default().push(unit);
    }
    let amounts: Vec<Vec<i64>> = by_item
        .values()
        .map(|units| units.iter().map(|&unit| seen(unit)).collect())
        .collect();
    let sums: Vec<i64> = amounts.iter().map(|amounts| amounts.iter().sum()).collect();
    let of_items = by_largest_remainder(off, &sums);
    for ((units, amounts), off) in by_item.values().zip(amounts).zip(of_items) {
        for (unit, off) in units.iter().zip(within_item(off, &amounts)) {
            bill.nets[*unit] -= off;
        }
    }
}

/// A: each item has the one rule that saves most on it.
fn items(cart: &Cart<'_>, bill: &mut Bill, rules: &[RuleAt]) {
    let entry = entry(cart, bill);
    let met = judged(cart, bill, rules, &entry);
    let mut won: BTreeMap<RuleAt, BTreeSet<UnitAt>> = BTreeMap::new();
    let mut lost_savings: BTreeMap<RuleAt, i128> = BTreeMap::new();
    let mut start = 0;
    while start < cart.units.len() {
        let key = &cart.units[start].key;
        let end = cart
            .places()
            .filter(|&unit| cart.units[unit].key == *key)
            .max()
            .map_or(start, |last| last)
            + 1;
        let mut best: Option<(i128, RuleAt)> = None;
        for &at in &met {
            let rule = cart.rules[at];
            let of_item = |unit: UnitAt| (start..end).contains(&unit);
            let saving = takes(cart, rule, &entry.nets, &entry, &of_item).saving(cart, rule);
            if saving > 0 {
                *lost_savings.entry(at).or_default() += saving;
            }
            if saving > 0 && best.is_none_or(|(most, _)| saving > most) {
                best = Some((saving, at));
            }
        }
        if let Some((_, rule)) = best {
            won.entry(rule).or_default().extend(start..end);
        }
        start = end;
    }
    for &at in &met {
        let Some(units) = won.get(&at) else {
            let reason = match lost_savings.get(&at) {
                Some(saving) => lost(*saving),
                None => Reason::NoEffect,
            };
            bill.refused.insert(at, reason);
            continue;
        };
        let taken = takes(cart, cart.rules[at], &entry.nets, &entry, &|unit| {
            units.contains(&unit)
        });
        apply(cart, bill, at, &taken);
    }
}

/// B: each unit is used by one rule at most.
fn several(cart: &Cart<'_>, bill: &mut Bill, rules: &[RuleAt]) {
    let entry = entry(cart, bill);
    let met = judged(cart, bill, rules, &entry);
    let with_all = |at: RuleAt| takes(cart, cart.rules[at], &entry.nets, &entry, &|_| true);
    let on_entry = |at: RuleAt| with_all(at).saving(cart, cart.rules[at]);
    let why = |at: RuleAt| with_all(at).missing.unwrap_or(Reason::NoEffect);
    let mut left = best_of_groups(cart, bill, &met, &on_entry, &why);
    let mut used: BTreeSet<UnitAt> = BTreeSet::new();
    while !left.is_empty() {
        let lowest = left.iter().map(|&at| cart.rules[at].priority).min();
        let mut best: Option<(i128, RuleAt)> = None;
        for &at in &left {
            let rule = cart.rules[at];
            if Some(rule.priority) != lowest {
                continue;
            }
            let free = |unit: UnitAt| !used.contains(&unit);
            let saving = takes(cart, rule, &entry.nets, &entry, &free).saving(cart, rule);
            if best.is_none_or(|(most, _)| saving > most) {
                best = Some((saving, at));
            }
        }
        let Some((saving, at)) = best else {
            return;
        };
        left.retain(|&other| other != at);
        if saving == 0 {
            let reason = match on_entry(at) {
                saving if saving < EXACT / 2 => why(at),
                saving => lost(saving),
            };
            bill.refused.insert(at, reason);
            continue;
        }
        let free = |unit: UnitAt| !used.contains(&unit);
        let taken = takes(cart, cart.rules[at], &entry.nets, &entry, &free);
        apply(cart, bill, at, &taken);
        if bill.acts(at) {
            used.extend(taken.used);
        }
    }
}

/// C to F: one after another on what is left, all conditions judged on entry. Of the sets of a stage
/// a unit is in one.
fn in_turn(cart: &Cart<'_>, bill: &mut Bill, rules: &[RuleAt]) {
    let entry = entry(cart, bill);
    let met = judged(cart, bill, rules, &entry);
    let on_entry = |at: RuleAt| {
        let rule = cart.rules[at];
        match &rule.effect {
            Effect::Gift { .. } if state_of_gift(cart, rule) != GiftState::Given => 0,
            Effect::Gift { gift, .. } => {
                let worth = gift.list.minor() * i64::from(gifts(cart, rule, &entry));
                i128::from(worth.min(most_off(cart, rule))) * EXACT
            }
            _ => takes(cart, rule, &entry.nets, &entry, &|_| true).saving(cart, rule),
        }
    };
    let why = |at: RuleAt| {
        let rule = cart.rules[at];
        takes(cart, rule, &entry.nets, &entry, &|_| true)
            .missing
            .unwrap_or(Reason::NoEffect)
    };
    let mut used: BTreeSet<UnitAt> = BTreeSet::new();
    for at in best_of_groups(cart, bill, &met, &on_entry, &why) {
        let rule = cart.rules[at];
        if let Effect::Gift { .. } = &rule.effect {
            let state = state_of_gift(cart, rule);
            bill.gifts.insert(at, (gifts(cart, rule, &entry), state));
            if state != GiftState::Given {
                bill.refused.insert(at, Reason::NoEffect);
            }
            continue;
        }
        if !matches!(rule.effect, Effect::AddOn(_)) && takes_from_nothing(cart, rule) {
            bill.refused.insert(at, Reason::ExcludedItems);
            continue;
        }
        let of_sets = matches!(
            rule.effect,
            Effect::NthUnit { .. }
                | Effect::AnyN { .. }
                | Effect::BuyGet { .. }
                | Effect::Bundle { .. }
        );
        let free = |unit: UnitAt| !of_sets || !used.contains(&unit);
        let nets = bill.nets.clone();
        let mut taken = takes(cart, rule, &nets, &entry, &free);
        taken.missing = takes(cart, rule, &nets, &entry, &|_| true).missing;
        apply(cart, bill, at, &taken);
        if of_sets && bill.acts(at) {
            used.extend(taken.used);
        }
    }
}

/// Whether nothing in the cart is what a rule takes from.
fn takes_from_nothing(cart: &Cart<'_>, rule: &Rule) -> bool {
    let got = match &rule.effect {
        Effect::BuyGet {
            get_from: Some(from),
            ..
        } => cart
            .places()
            .any(|unit| cart.is_ordinary(unit) && is_target(cart.units[unit].line, from)),
        _ => false,
    };
    cart.eligible(rule).is_empty() && !got
}

fn state_of_gift(cart: &Cart<'_>, rule: &Rule) -> GiftState {
    let Effect::Gift { gift, .. } = &rule.effect else {
        return GiftState::Given;
    };
    let known = cart.request.gifts;
    if known.declined.contains(&rule.id) {
        GiftState::Declined
    } else if known.sold_out.contains(&(gift.product, gift.variant)) {
        GiftState::SoldOut
    } else {
        GiftState::Given
    }
}

/// How many a rule gives.
fn gifts(cart: &Cart<'_>, rule: &Rule, entry: &Entry) -> u32 {
    let Effect::Gift { gift, repeats } = &rule.effect else {
        return 0;
    };
    let least = &rule.conditions.minimum;
    let (spend, units) = measured(cart, rule, entry);
    let mut times = 1;
    if *repeats {
        times = i64::MAX;
        if least.spend.minor() > 0 {
            times = times.min(spend / least.spend.minor());
        }
        if least.units > 0 {
            times = times.min(units / i64::from(least.units));
        }
    }
    if let Some(most) = rule.limits.per_order {
        times = times.min(i64::from(most));
    }
    u32::try_from(times).unwrap_or(u32::MAX) * gift.quantity
}

/// G: points pay up to their cap.
fn points(cart: &Cart<'_>, bill: &mut Bill) {
    if let Err(reason) = use_points(cart, bill) {
        bill.points_refused = Some(reason);
    }
}

fn use_points(cart: &Cart<'_>, bill: &mut Bill) -> Result<(), Refusal> {
    let request = cart.request;
    let redeeming = request
        .program
        .and_then(|program| program.redeeming.as_ref());
    let (Some(redeeming), Some(entered)) = (redeeming, request.points) else {
        return Err(Reason::NotEligibleMember);
    };
    let Customer::Member(member) = request.customer else {
        return Err(Reason::NeedsLogin);
    };
    let requested = entered.points;
    if requested > member.points {
        return Err(Reason::PointsInsufficient {
            balance: member.points,
        });
    }
    if requested < redeeming.min_points || requested % redeeming.step != 0 {
        return Err(Reason::PointsStep {
            min_points: redeeming.min_points,
            step: redeeming.step,
        });
    }
    let payable: Vec<UnitAt> = cart
        .places()
        .filter(|&unit| is_target(cart.units[unit].line, &redeeming.target))
        .collect();
    let amounts: Vec<i64> = payable.iter().map(|&unit| bill.nets[unit]).collect();
    let goods: i64 = amounts.iter().sum();
    if goods < redeeming.min_spend.minor() {
        let gap = pricing::Amount::new(redeeming.min_spend.minor() - goods);
        return Err(Reason::MinSpend { gap });
    }
    let most = goods * i64::from(redeeming.cap.as_bp()) / 10_000;
    let used = usable(redeeming, requested, most);
    let off = worth(redeeming, used);
    if off == 0 {
        // None that is worth something, or none that the cap leaves.
        return Err(match worth(redeeming, requested) {
            0 => Reason::NoEffect,
            _ if goods == 0 => Reason::NoEffect,
            _ => Reason::PointsCapped,
        });
    }
    if used < redeeming.min_points {
        return Err(Reason::PointsCapped);
    }
    if off > left_of_cap(cart, bill) {
        return Err(Reason::DiscountCap);
    }
    split_points(cart, bill, &payable, used, off);
    Ok(())
}

/// Of the points that may be used the fewest that are worth as much.
fn usable(redeeming: &Redeeming, requested: u32, most: i64) -> u32 {
    let mut best = 0;
    let mut points = 0;
    while points <= requested {
        let value = worth(redeeming, points);
        if value <= most && value > worth(redeeming, best) {
            best = points;
        }
        points += redeeming.step;
    }
    best
}

fn worth(redeeming: &Redeeming, points: u32) -> i64 {
    i64::from(points) * i64::from(redeeming.worth_of_100) / 100
}

fn split_points(cart: &Cart<'_>, bill: &mut Bill, payable: &[UnitAt], used: u32, off: i64) {
    let mut by_item: BTreeMap<usize, Vec<UnitAt>> = BTreeMap::new();
    for &unit in payable {
        let first = cart
            .places()
            .find(|&other| cart.units[other].key == cart.units[unit].key);
        by_item.entry(first.unwrap_or(unit)).or_default().push(unit);
    }
    let before = bill.nets.clone();
    let amounts =
        |units: &Vec<UnitAt>| -> Vec<i64> { units.iter().map(|&unit| before[unit]).collect() };
    let sums: Vec<i64> = by_item
        .values()
        .map(|units| amounts(units).iter().sum())
        .collect();
    let money = by_largest_remainder(off, &sums);
    for (place, units) in by_item.values().enumerate() {
        for (unit, off) in units.iter().zip(within_item(money[place], &amounts(units))) {
            bill.nets[*unit] -= off;
        }
    }
    // A count of its own, over the units that points paid for.
    by_item
        .values_mut()
        .for_each(|units| units.retain(|&unit| bill.nets[unit] < before[unit]));
    by_item.retain(|_, units| !units.is_empty());
    let sums: Vec<i64> = by_item
        .values()
        .map(|units| amounts(units).iter().sum())
        .collect();
    let counts = by_largest_remainder(i64::from(used), &sums);
    for (units, count) in by_item.values().zip(counts) {
        for (unit, points) in units
            .iter()
            .zip(by_largest_remainder(count, &amounts(units)))
        {
            bill.points[*unit] = u32::try_from(points).unwrap_or(u32::MAX);
        }
    }
    bill.points_used = used;
    bill.paid_by_points = off;
}

/// H: fees, and delivery rules on the delivery fee alone.
fn fees(cart: &Cart<'_>, bill: &mut Bill, rules: &[RuleAt]) {
    let goods = bill.goods();
    let entry = entry(cart, bill);
    let met = judged(cart, bill, rules, &entry);
    for fee in cart.request.fees {
        bill.fees.push(match fee.charge {
            Charge::Fixed(amount) => amount.minor(),
            Charge::OfGoods(rate) => (goods * i64::from(rate.as_bp()) + 5_000) / 10_000,
        });
    }
    let delivery = cart
        .request
        .fees
        .iter()
        .position(|fee| fee.kind == FeeKind::Delivery);
    let charged = delivery.map_or(0, |fee| bill.fees[fee]);
    let saving = |at: RuleAt, charged: i64| -> i128 {
        let rule = cart.rules[at];
        let exact = match rule.effect {
            Effect::DeliveryOff(Discount::Percent(rate)) => {
                i128::from(charged) * i128::from(rate.as_bp())
            }
            Effect::DeliveryOff(Discount::Amount(amount)) => {
                i128::from(charged.min(amount.minor())) * EXACT
            }
            _ => 0,
        };
        exact.min(i128::from(most_off(cart, rule)) * EXACT)
    };
    let why = |_| Reason::NoEffect;
    for at in best_of_groups(cart, bill, &met, &|at| saving(at, charged), &why) {
        let now = delivery.map_or(0, |fee| bill.fees[fee]);
        let off = i64::try_from((saving(at, now) + EXACT / 2) / EXACT).unwrap_or(0);
        match delivery {
            Some(fee) if off > 0 => {
                bill.fees[fee] -= off;
                bill.off.insert(at, off);
            }
            _ => {
                bill.refused.insert(at, Reason::NoEffect);
            }
        }
    }
}

/// The factor of points: the highest counts, and what may be added is added to it.
fn factor(cart: &Cart<'_>, bill: &mut Bill, rules: &[RuleAt]) {
    let entry = entry(cart, bill);
    let met = judged(cart, bill, rules, &entry);
    let of_rule = |at: RuleAt| match &cart.rules[at].effect {
        Effect::MultiplyPoints { factor, .. } => i128::from(factor.as_bp()),
        _ => 0,
    };
    let mut highest = 10_000;
    let mut added = 0;
    for at in best_of_groups(cart, bill, &met, &of_rule, &|_| Reason::NoEffect) {
        if let Effect::MultiplyPoints { factor, adds } = &cart.rules[at].effect {
            let factor = i64::from(factor.as_bp());
            if *adds {
                added += factor - 10_000;
            } else {
                highest = highest.max(factor);
            }
        }
    }
    bill.factor = highest + added;
}

/// Points earned: ⌊⌊net ÷ N⌋ × P × factor⌋.
pub(crate) fn earned(cart: &Cart<'_>, bill: &Bill) -> Option<u32> {
    let request = cart.request;
    let earning = request
        .program
        .and_then(|program| program.earning.as_ref())?;
    let context = &request.context;
    let earns = matches!(request.customer, Customer::Member(_))
        && (earning.methods.is_empty() || earning.methods.contains(&context.method))
        && (earning.channels.is_empty() || earning.channels.contains(&context.channel));
    if !earns {
        return None;
    }
    let mut net = 0;
    for unit in cart.places() {
        if is_target(cart.units[unit].line, &earning.target) {
            net += bill.nets[unit];
        }
    }
    let once = net / earning.every.minor() * i64::from(earning.points);
    u32::try_from(once * bill.factor / 10_000).ok()
}
