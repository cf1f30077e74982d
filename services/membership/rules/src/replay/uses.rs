//! Uses of rules in past orders.

use std::collections::BTreeMap;

use pricing::{
    Amount, GiftState, Priced, RuleId,
    rules::{Rule, RuleSet, Usage, UsageByRule},
};
use uuid::Uuid;

use super::PastOrder;
use crate::document::is_limited;

/// Uses of the changed rules by the orders so far.
#[derive(Debug, Default)]
pub(super) struct Uses {
    of_all: BTreeMap<RuleId, Usage>,
    /// Orders of the business day; days come one after another.
    of_day: BTreeMap<RuleId, (String, u32)>,
    of_member: BTreeMap<(RuleId, Uuid), (u32, String, u32)>,
}

impl Uses {
    /// What the orders before this one have used.
    pub fn fill(&self, usage: &mut UsageByRule, changed: &[Rule], order: &PastOrder) {
        for rule in changed {
            let mut used = self.of_all.get(&rule.id).copied().unwrap_or_default();
            if let Some((day, count)) = self.of_day.get(&rule.id)
                && *day == order.business_day
            {
                used.today = *count;
            }
            let member = order
                .member
                .and_then(|member| self.of_member.get(&(rule.id, member)));
            if let Some((count, day, today)) = member {
                used.member = *count;
                used.member_today = if *day == order.business_day {
                    *today
                } else {
                    0
                };
            }
            usage.insert(rule.id, used);
        }
    }

    pub fn count(&mut self, changed: &[Rule], order: &PastOrder, priced: &Priced) {
        for rule in changed.iter().filter(|rule| is_limited(&rule.limits)) {
            let off = off(priced, rule.id);
            if off == Amount::ZERO {
                continue;
            }
            let used = self.of_all.entry(rule.id).or_default();
            used.total += 1;
            used.spent += off;
            let of_day = self.of_day.entry(rule.id).or_default();
            next_of_day(&mut of_day.0, &mut of_day.1, &order.business_day);
            if let Some(member) = order.member {
                let (count, day, today) = self.of_member.entry((rule.id, member)).or_default();
                *count += 1;
                next_of_day(day, today, &order.business_day);
            }
        }
    }
}

fn next_of_day(day: &mut String, count: &mut u32, now: &str) {
    if day != now {
        now.clone_into(day);
        *count = 0;
    }
    *count += 1;
}

/// What had been used of the rules of then, as far as the order shows it: a counted rule that did not
/// act was used up, and of a budget no more was left than was given.
pub(super) fn stored(order: &PastOrder, rules: &RuleSet) -> UsageByRule {
    let mut usage = UsageByRule::new();
    let entered = order.entered.iter().map(|entered| &entered.rule);
    let all = rules.rules().iter().chain(entered);
    for rule in all.filter(|rule| is_limited(&rule.limits)) {
        let used = match order.sold.off.get(&(rule.id, rule.version)) {
            Some(off) => {
                let before = |budget: Amount| (budget - *off).at_least_zero();
                Usage {
                    spent: rule.limits.budget.map_or(Amount::ZERO, before),
                    ..Usage::default()
                }
            }
            None => Usage {
                total: u32::MAX,
                member: u32::MAX,
                member_today: u32::MAX,
                today: u32::MAX,
                spent: rule.limits.budget.unwrap_or_default(),
            },
        };
        usage.insert(rule.id, used);
    }
    usage
}

/// What a rule takes off an order, gifts at list price.
fn off(priced: &Priced, rule: RuleId) -> Amount {
    let given = priced.gifts.iter();
    let given = given.filter(|gift| gift.rule == rule && gift.state == GiftState::Given);
    let gifts = given.map(|gift| gift.item.list * i64::from(gift.quantity));
    let on_lines = priced.lines.iter().flat_map(|line| &line.adjustments);
    let on_fees = priced.fees.iter().flat_map(|fee| &fee.adjustments);
    let of_rule = on_lines.chain(on_fees).filter(|one| one.rule == rule);
    gifts.sum::<Amount>() - of_rule.map(|one| one.amount).sum::<Amount>()
}
