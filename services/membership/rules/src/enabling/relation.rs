//! How two rules stand to each other.

use pricing::{
    Class, Exclusive, Stage,
    rules::{Audience, Conditions, Effect, Hours, Rule, Target, Who},
};

use super::MenuItem;

/// How two rules that meet stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Both act; discounts add up.
    Stacks,
    /// Only the better of a group acts.
    SameGroup,
    /// One of them stands alone in an order.
    StandsAlone,
    /// One of them does not allow the other's class.
    NotBeside,
    /// Of an item or a unit only one of them acts.
    SameUnits,
}

/// Whether some order may be one that both are for: the same time, place and customer.
pub(super) fn meet(one: &Rule, other: &Rule) -> bool {
    let (a, b) = (&one.conditions, &other.conditions);
    periods_overlap(a, b)
        && overlap(&a.brands, &b.brands)
        && overlap(&a.branches, &b.branches)
        && overlap(&a.methods, &b.methods)
        && overlap(&a.channels, &b.channels)
        && overlap(&a.payments, &b.payments)
        && (a.basis != b.basis || overlap(&a.weekdays, &b.weekdays) && hours_overlap(a, b))
        && audiences_overlap(&a.audience, &b.audience)
}

/// What becomes of both in one order; none when they do not touch each other.
pub(super) fn between(one: &Rule, other: &Rule, menu: &[MenuItem]) -> Option<Relation> {
    let (a, b) = (&one.exclusive, &other.exclusive);
    if matches!(a, Exclusive::Group(_)) && a == b {
        return Some(Relation::SameGroup);
    }
    let automatic = |rule: &Rule| matches!(rule.class, Class::Promotion | Class::Tier);
    let alone =
        |rule: &Rule, beside: &Rule| rule.exclusive == Exclusive::Order && automatic(beside);
    if alone(one, other) || alone(other, one) {
        return Some(Relation::StandsAlone);
    }
    if !one.beside.has(other.class) || !other.beside.has(one.class) {
        return Some(Relation::NotBeside);
    }
    let stages = (one.stage(), other.stage());
    if matches!(stages, (Stage::Earning, _) | (_, Stage::Earning)) {
        return None;
    }
    if matches!(stages, (Stage::Fees, _) | (_, Stage::Fees)) {
        return (stages.0 == stages.1).then_some(Relation::Stacks);
    }
    let shared = menu
        .iter()
        .any(|item| takes_from(one, item) && takes_from(other, item));
    let same_units = stages.0 == stages.1 && matches!(stages.0, Stage::Item | Stage::Multi);
    shared.then_some(match same_units {
        true => Relation::SameUnits,
        false => Relation::Stacks,
    })
}

/// Whether a rule may take something off an item.
pub(super) fn takes_from(rule: &Rule, item: &MenuItem) -> bool {
    let got = match &rule.effect {
        Effect::BuyGet {
            get_from: Some(from),
            ..
        } => is_of(from, item),
        Effect::Gift { .. } | Effect::AddOn(_) => return false,
        _ => false,
    };
    !item.excluded && (is_of(&rule.target, item) || got)
}

/// Whether an item is of a target.
pub(super) fn is_of(target: &Target, item: &MenuItem) -> bool {
    target.meets(item.product, item.variant, &item.categories, &[])
}

/// An empty list is no condition.
fn overlap<T: PartialEq>(one: &[T], other: &[T]) -> bool {
    one.is_empty() || other.is_empty() || one.iter().any(|value| other.contains(value))
}

fn periods_overlap(one: &Conditions, other: &Conditions) -> bool {
    let ends_before = |until: Option<i64>, from: Option<i64>| {
        until.is_some_and(|until| from.is_some_and(|from| until < from))
    };
    !ends_before(one.until, other.from) && !ends_before(other.until, one.from)
}

fn hours_overlap(one: &Conditions, other: &Conditions) -> bool {
    let both = |a: &Hours, b: &Hours| {
        // Two periods of a day have a minute in common when one begins within the other.
        a.contain(b.from) || b.contain(a.from)
    };
    one.hours.is_empty()
        || other.hours.is_empty()
        || one
            .hours
            .iter()
            .any(|a| other.hours.iter().any(|b| both(a, b)))
}

fn audiences_overlap(one: &Audience, other: &Audience) -> bool {
    let guests_only = |audience: &Audience| audience.who == Who::Guests;
    let apart =
        guests_only(one) && other.needs_member() || guests_only(other) && one.needs_member();
    // A member has one tier and may have many tags.
    !apart && overlap(&one.tiers, &other.tiers)
}
