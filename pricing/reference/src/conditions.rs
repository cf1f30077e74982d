//! Whether a rule may act.

use pricing::{
    Amount, Reason,
    rules::{Basis, Customer, Rule, Who},
};

use crate::{Cart, Refusal};

/// Judges all that does not depend on amounts.
pub(crate) fn judge(cart: &Cart<'_>, rule: &Rule) -> Result<(), Refusal> {
    let request = cart.request;
    let context = &request.context;
    let conditions = &rule.conditions;
    let placed = context.placed.at;
    if conditions.from.is_some_and(|from| placed < from)
        || conditions.until.is_some_and(|until| until < placed)
    {
        return Err(Reason::NotInPeriod);
    }
    if !conditions.brands.is_empty() && !conditions.brands.contains(&context.brand)
        || !conditions.branches.is_empty() && !conditions.branches.contains(&context.branch)
    {
        return Err(Reason::NotThisBranch);
    }
    if !conditions.methods.is_empty() && !conditions.methods.contains(&context.method) {
        return Err(Reason::NotThisMethod);
    }
    if !conditions.channels.is_empty() && !conditions.channels.contains(&context.channel) {
        return Err(Reason::NotThisChannel);
    }
    if !conditions.payments.is_empty() {
        match &context.payment {
            Some(payment) if conditions.payments.contains(payment) => {}
            _ => return Err(Reason::NotThisPayment),
        }
    }
    let moment = match conditions.basis {
        Basis::Placed => context.placed,
        Basis::Wanted => context.wanted,
    };
    let mut in_hours = conditions.hours.is_empty();
    for hours in &conditions.hours {
        let (from, to, minute) = (hours.from, hours.to, moment.minute);
        in_hours |= if from < to {
            from <= minute && minute < to
        } else {
            from <= minute || minute < to
        };
    }
    let on_day = conditions.weekdays.is_empty() || conditions.weekdays.contains(&moment.weekday);
    if !in_hours || !on_day {
        return Err(Reason::NotThisTime);
    }
    audience(rule, request.customer, moment.month)?;
    usage(cart, rule)
}

fn audience(rule: &Rule, customer: &Customer, month: u8) -> Result<(), Refusal> {
    let audience = &rule.conditions.audience;
    let for_members = audience.who == Who::Members
        || !audience.tiers.is_empty()
        || !audience.tags.is_empty()
        || !audience.segments.is_empty()
        || audience.first_order
        || audience.birth_month;
    let Customer::Member(member) = customer else {
        return if for_members {
            Err(Reason::NeedsLogin)
        } else {
            Ok(())
        };
    };
    let mut eligible = audience.who != Who::Guests;
    if !audience.tiers.is_empty() {
        eligible &= audience.tiers.iter().any(|tier| member.tier == Some(*tier));
    }
    if !audience.tags.is_empty() {
        eligible &= audience.tags.iter().any(|tag| member.tags.contains(tag));
    }
    if !audience.segments.is_empty() {
        eligible &= audience
            .segments
            .iter()
            .any(|segment| member.segments.contains(segment));
    }
    if audience.first_order {
        eligible &= member.first_order;
    }
    if audience.birth_month {
        eligible &= member.birth_month == Some(month);
    }
    if eligible {
        Ok(())
    } else {
        Err(Reason::NotEligibleMember)
    }
}

fn usage(cart: &Cart<'_>, rule: &Rule) -> Result<(), Refusal> {
    let limits = &rule.limits;
    let used = cart
        .request
        .usage
        .get(&rule.id)
        .copied()
        .unwrap_or_default();
    let member_reached = limits.per_member.is_some_and(|most| used.member >= most)
        || limits
            .per_member_day
            .is_some_and(|most| used.member_today >= most);
    if member_reached {
        return Err(Reason::PerMemberLimit);
    }
    let all_reached = limits.total.is_some_and(|most| used.total >= most)
        || limits.per_day.is_some_and(|most| used.today >= most)
        || limits.budget.is_some_and(|budget| used.spent >= budget);
    if all_reached {
        return Err(Reason::UsedUp);
    }
    Ok(())
}

/// Most that a rule may take off, by its 折扣上限 and what is left of its budget.
pub(crate) fn most_off(cart: &Cart<'_>, rule: &Rule) -> i64 {
    let used = cart
        .request
        .usage
        .get(&rule.id)
        .copied()
        .unwrap_or_default();
    let mut most = i64::MAX;
    if let Some(max) = rule.limits.max_discount {
        most = most.min(max.minor());
    }
    if let Some(budget) = rule.limits.budget {
        most = most.min((budget - used.spent).minor());
    }
    most
}

/// What is there on entry to a stage.
#[derive(Clone)]
pub(crate) struct Entry {
    /// What each unit costs.
    pub nets: Vec<i64>,
    /// What is known of fees.
    pub fees: i64,
}

/// What counts for a rule: amount and units.
pub(crate) fn measured(cart: &Cart<'_>, rule: &Rule, entry: &Entry) -> (i64, i64) {
    let counted = cart.counted(rule);
    let mut spend = 0;
    for &unit in &counted {
        spend += cart.seen(rule, unit, entry.nets[unit]);
    }
    if rule.conditions.minimum.counts_fees {
        spend += entry.fees;
    }
    (spend, i64::try_from(counted.len()).unwrap_or(i64::MAX))
}

/// Judges the minimum by what is there on entry to the stage.
pub(crate) fn minimum(cart: &Cart<'_>, rule: &Rule, entry: &Entry) -> Result<(), Refusal> {
    let minimum = &rule.conditions.minimum;
    if cart.counted(rule).is_empty() {
        return Err(Reason::ExcludedItems);
    }
    let (spend, units) = measured(cart, rule, entry);
    if spend < minimum.spend.minor() {
        let gap = Amount::new(minimum.spend.minor() - spend);
        return Err(Reason::MinSpend { gap });
    }
    if units < i64::from(minimum.units) {
        let gap = u32::try_from(i64::from(minimum.units) - units).unwrap_or(u32::MAX);
        return Err(Reason::MinQuantity { gap });
    }
    Ok(())
}
