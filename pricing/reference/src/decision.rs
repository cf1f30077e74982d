//! Which rules stand together, and what becomes of what the customer entered.

use std::collections::BTreeMap;

use pricing::{Class, Exclusive, Reason, rules::Rule};

use crate::{
    Cart, Price, Refusal, RuleAt,
    conditions::judge,
    stages::{Bill, earned, run},
};

/// Something the customer entered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Entered {
    Rule(RuleAt),
    Points,
}

/// Whether two rules stand together: both must allow it.
fn together(one: &Rule, other: &Rule) -> bool {
    allows(one, other.class) && allows(other, one.class)
}

/// 整單獨享 is about promotions and tiers; classes say the rest.
fn allows(rule: &Rule, class: Class) -> bool {
    let automatic = matches!(class, Class::Promotion | Class::Tier);
    rule.beside.has(class) && !(rule.exclusive == Exclusive::Order && automatic)
}

/// Excludes all others of its own class.
fn stands_alone(rule: &Rule) -> bool {
    !allows(rule, rule.class) || rule.exclusive == Exclusive::Order
}

/// The sets of automatic rules that are compared, the first of equals counting.
fn alternatives(cart: &Cart<'_>, rules: &[RuleAt]) -> Vec<Vec<RuleAt>> {
    let rule = |at: RuleAt| cart.rules[at];
    let combinable: Vec<RuleAt> = rules
        .iter()
        .copied()
        .filter(|&at| !stands_alone(rule(at)))
        .collect();
    let with_all_of = |class: Class| -> Vec<RuleAt> {
        let mut set = Vec::new();
        for &at in &combinable {
            let agrees = combinable
                .iter()
                .filter(|&&other| rule(other).class == class)
                .all(|&other| together(rule(at), rule(other)));
            if rule(at).class == class || agrees {
                set.push(at);
            }
        }
        set
    };
    let mut sets = vec![with_all_of(Class::Promotion)];
    if sets[0] != combinable {
        sets.push(with_all_of(Class::Tier));
    }
    for &at in rules {
        if stands_alone(rule(at)) {
            let mut set = Vec::new();
            for &other in rules {
                let beside = !stands_alone(rule(other)) && together(rule(at), rule(other));
                if other == at || beside {
                    set.push(other);
                }
            }
            sets.push(set);
        }
    }
    sets
}

/// The price beside what is used: the cheapest alternative, in which `tried` acts if it does in any.
fn choose(cart: &Cart<'_>, used: &[Entered], tried: Option<Entered>) -> Bill {
    let may_act: Vec<RuleAt> = (0..cart.automatic)
        .filter(|&at| judge(cart, cart.rules[at]).is_ok())
        .collect();
    let mut best: Option<(bool, i64, Bill)> = None;
    for set in alternatives(cart, &may_act) {
        let mut rules: Vec<RuleAt> = set
            .into_iter()
            .filter(|&at| used.iter().all(|&one| beside(cart, at, one)))
            .collect();
        for &one in used {
            if let Entered::Rule(at) = one {
                rules.push(at);
            }
        }
        let bill = run(cart, &rules, used.contains(&Entered::Points));
        let idle = tried.is_some_and(|one| !acts(&bill, one));
        let cost = bill.cost(cart);
        let better = best
            .as_ref()
            .is_none_or(|(other_idle, other, _)| (idle, cost) < (*other_idle, *other));
        if better {
            best = Some((idle, cost, bill));
        }
    }
    best.map_or_else(|| run(cart, &[], false), |(.., bill)| bill)
}

fn acts(bill: &Bill, one: Entered) -> bool {
    match one {
        Entered::Rule(at) => bill.acts(at),
        Entered::Points => bill.points_used > 0,
    }
}

/// Whether a rule stands beside something entered.
fn beside(cart: &Cart<'_>, at: RuleAt, one: Entered) -> bool {
    match one {
        Entered::Rule(other) => together(cart.rules[at], cart.rules[other]),
        Entered::Points => {
            let redeeming = cart
                .request
                .program
                .and_then(|program| program.redeeming.as_ref());
            redeeming.is_none_or(|redeeming| {
                redeeming.beside.has(cart.rules[at].class)
                    && cart.rules[at].beside.has(Class::Points)
            })
        }
    }
}

fn beside_each_other(cart: &Cart<'_>, one: Entered, other: Entered) -> bool {
    match (one, other) {
        (Entered::Rule(at), other) | (other, Entered::Rule(at)) => beside(cart, at, other),
        (Entered::Points, Entered::Points) => true,
    }
}

/// In the order of trying: what the customer insists on, then codes, coupons, points.
fn in_order(cart: &Cart<'_>) -> Vec<Entered> {
    let mut insisted = Vec::new();
    let mut others = Vec::new();
    if let Some(points) = cart.request.points
        && points.insisted
    {
        insisted.push(Entered::Points);
    }
    for class in [Class::Code, Class::Coupon] {
        let mut rules: Vec<RuleAt> = (cart.automatic..cart.rules.len())
            .filter(|&at| cart.rules[at].class == class)
            .collect();
        rules.sort_by_key(|&at| cart.rules[at].rank());
        for at in rules {
            match cart.request.entered[at - cart.automatic].insisted {
                true => insisted.push(Entered::Rule(at)),
                false => others.push(Entered::Rule(at)),
            }
        }
    }
    if let Some(points) = cart.request.points
        && !points.insisted
    {
        others.push(Entered::Points);
    }
    [insisted, others].concat()
}

fn insists(cart: &Cart<'_>, one: Entered) -> bool {
    match one {
        Entered::Rule(at) => cart.request.entered[at - cart.automatic].insisted,
        Entered::Points => cart.request.points.is_some_and(|points| points.insisted),
    }
}

fn why_idle(bill: &Bill, one: Entered) -> Refusal {
    let noted = match one {
        Entered::Rule(at) => bill.refused.get(&at).cloned(),
        Entered::Points => bill.points_refused.clone(),
    };
    noted.unwrap_or(Reason::NoEffect)
}

/// The price with one thing more, or why it stays without.
fn attempt(
    cart: &Cart<'_>,
    one: Entered,
    used: &[Entered],
    without: &Bill,
) -> Result<Bill, Refusal> {
    match one {
        Entered::Rule(at) => judge(cart, cart.rules[at])?,
        Entered::Points => {
            let program = cart.request.program;
            if program
                .and_then(|program| program.redeeming.as_ref())
                .is_none()
            {
                return Err(Reason::NotEligibleMember);
            }
        }
    }
    let mut all: Vec<Entered> = used
        .iter()
        .copied()
        .filter(|&other| beside_each_other(cart, one, other))
        .collect();
    let excludes = all.len() < used.len();
    all.push(one);
    let with = choose(cart, &all, Some(one));
    if !acts(&with, one) {
        return Err(why_idle(&with, one));
    }
    let dearer = with.total() > without.total() && !insists(cart, one);
    if excludes || dearer {
        return Err(Reason::NotCombinable {
            with: Vec::new(),
            total: Some(pricing::Amount::new(with.total())),
        });
    }
    Ok(with)
}

/// What was taken so far.
struct Taken {
    used: Vec<Entered>,
    bill: Bill,
    refused: Vec<(Entered, Refusal)>,
    /// Refused because others have all places.
    waiting: Vec<Entered>,
}

fn class_of(cart: &Cart<'_>, one: Entered) -> Option<Class> {
    match one {
        Entered::Rule(at) => Some(cart.rules[at].class),
        Entered::Points => None,
    }
}

/// Used ones of the same class, where the order may have no more of it.
fn in_its_places(cart: &Cart<'_>, one: Entered, used: &[Entered]) -> Vec<Entered> {
    let places = match class_of(cart, one) {
        Some(Class::Code) => cart.request.places.codes,
        Some(_) => cart.request.places.coupons,
        None => return Vec::new(),
    };
    let mut same: Vec<Entered> = used.to_vec();
    same.retain(|&other| class_of(cart, other) == class_of(cart, one));
    if same.len() < places {
        same.clear();
    }
    same
}

/// One thing instead of each of those that have its place: those it may replace first, then the
/// cheapest.
fn instead(
    cart: &Cart<'_>,
    one: Entered,
    others: &[Entered],
    used: &[Entered],
) -> Result<(Entered, Bill), Refusal> {
    let mut possible = Vec::new();
    let mut why = Vec::new();
    for &other in others {
        let mut rest = used.to_vec();
        rest.retain(|&kept| kept != other);
        let without = choose(cart, &rest, None);
        match attempt(cart, one, &rest, &without) {
            Ok(bill) => possible.push((insists(cart, other), bill.total(), other, bill)),
            Err(reason) => why.push(reason),
        }
    }
    possible.sort_by_key(|(insisted, total, ..)| (*insisted, *total));
    match possible.into_iter().next() {
        Some((_, _, other, bill)) => Ok((other, bill)),
        None => Err(why.remove(0)),
    }
}

fn has_no_place(bill: &Bill) -> Refusal {
    Reason::NotCombinable {
        with: Vec::new(),
        total: Some(pricing::Amount::new(bill.total())),
    }
}

/// Takes one thing if it may be taken.
fn try_one(cart: &Cart<'_>, one: Entered, taken: &mut Taken) {
    let others = in_its_places(cart, one, &taken.used);
    let tried = if others.is_empty() {
        attempt(cart, one, &taken.used, &taken.bill)
    } else {
        match instead(cart, one, &others, &taken.used) {
            Err(reason) => Err(reason),
            Ok((other, bill)) if !insists(cart, other) && bill.total() < taken.bill.total() => {
                taken.used.retain(|&kept| kept != other);
                taken.refused.push((other, has_no_place(&taken.bill)));
                taken.waiting.push(other);
                Ok(bill)
            }
            Ok((_, bill)) => {
                taken.waiting.push(one);
                Err(has_no_place(&bill))
            }
        }
    };
    match tried {
        Err(reason) => taken.refused.push((one, reason)),
        Ok(with) => {
            taken.used.push(one);
            taken.bill = with;
            drop_idle(cart, taken);
        }
    }
}

/// What takes nothing off any more is not consumed.
fn drop_idle(cart: &Cart<'_>, taken: &mut Taken) {
    let mut idle = taken.used.clone();
    idle.retain(|&one| !acts(&taken.bill, one));
    if idle.is_empty() {
        return;
    }
    taken.used.retain(|one| !idle.contains(one));
    for one in idle {
        taken.refused.push((one, why_idle(&taken.bill, one)));
    }
    let again = choose(cart, &taken.used, None);
    let all_act = taken.used.iter().all(|&one| acts(&again, one));
    if all_act && again.total() <= taken.bill.total() {
        taken.bill = again;
    }
}

/// Tries what was entered, one after another.
pub(crate) fn decide(cart: &Cart<'_>) -> Price {
    let mut taken = Taken {
        used: Vec::new(),
        bill: choose(cart, &[], None),
        refused: Vec::new(),
        waiting: Vec::new(),
    };
    for one in in_order(cart) {
        try_one(cart, one, &mut taken);
    }
    // Who waits gets a place that has become free.
    for one in taken.waiting.clone() {
        if in_its_places(cart, one, &taken.used).is_empty() {
            taken.refused.retain(|(other, _)| *other != one);
            try_one(cart, one, &mut taken);
        }
    }
    let outcome = |one: Entered| {
        let found = taken.refused.iter().find(|(other, _)| *other == one);
        found.map(|(_, reason)| reason.code())
    };
    answer(cart, &taken.bill, &outcome)
}

fn answer(
    cart: &Cart<'_>,
    bill: &Bill,
    outcome: &dyn Fn(Entered) -> Option<&'static str>,
) -> Price {
    let mut units: BTreeMap<_, Vec<(i64, u32)>> = BTreeMap::new();
    for (place, unit) in cart.units.iter().enumerate() {
        let of_item = units.entry(unit.key.clone()).or_default();
        of_item.push((bill.nets[place], bill.points[place]));
    }
    let mut off: BTreeMap<_, i64> = BTreeMap::new();
    for (&at, &amount) in &bill.off {
        let rule = cart.rules[at];
        *off.entry((rule.id, rule.version)).or_default() += amount;
    }
    if bill.paid_by_points > 0
        && let Some(program) = cart.request.program
    {
        off.insert((program.id, program.version), bill.paid_by_points);
    }
    let gifts = bill.gifts.iter();
    let gifts = gifts.map(|(&at, &(quantity, state))| (cart.rules[at].id, quantity, state));
    let mut gifts: Vec<_> = gifts.collect();
    gifts.sort_by_key(|(rule, quantity, _)| (*rule, *quantity));
    let entered = cart.automatic..cart.rules.len();
    Price {
        units,
        fees: bill.fees.clone(),
        total: bill.total(),
        off,
        gifts,
        entered: entered.map(|at| outcome(Entered::Rule(at))).collect(),
        points: cart.request.points.map(|_| outcome(Entered::Points)),
        points_used: bill.points_used,
        earned: earned(cart, bill),
    }
}
