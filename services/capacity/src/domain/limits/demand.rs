//! What an order demands of the rules, in whatever slot.

use chassis::{
    id::LimitRuleId,
    sales::{Channel, Method},
};
use uuid::Uuid;

use super::{LimitTarget, Limits, Measure, Rule};
use crate::domain::line::Line;

/// The limit of orders a slot takes by the hours; it has the place of a rule in every counter.
pub const BY_HOURS: LimitRuleId = LimitRuleId::from_uuid(Uuid::nil());

/// What an order demands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Demand {
    /// Where it comes from.
    pub channel: Channel,
    /// Method.
    pub method: Method,
    /// Rules by their places among the limits, with the amount demanded of each.
    pub(in crate::domain::limits) by_rule: Vec<(usize, i64)>,
}

impl Limits {
    /// The demand of an order.
    #[must_use]
    pub fn demand(&self, channel: Channel, method: Method, lines: &[Line]) -> Demand {
        let by_rule = self.rules().enumerate().filter_map(|(index, rule)| {
            let amount = amount(rule, method, lines);
            (amount > 0).then_some((index, amount))
        });
        Demand {
            channel,
            method,
            by_rule: by_rule.collect(),
        }
    }

    /// A demand of nothing from every rule, to visit its counters.
    #[must_use]
    pub fn every(&self, channel: Channel, method: Method) -> Demand {
        Demand {
            channel,
            method,
            by_rule: (0..self.rules().count()).map(|index| (index, 0)).collect(),
        }
    }

    /// The least that any order demands: a slot without capacity for it is full for all.
    #[must_use]
    pub fn least(&self, channel: Channel, method: Method) -> Demand {
        let by_rule = self.rules().enumerate().filter(|(_, rule)| {
            rule.target == LimitTarget::All || rule.target == LimitTarget::Method(method)
        });
        Demand {
            channel,
            method,
            by_rule: by_rule.map(|(index, _)| (index, 1)).collect(),
        }
    }
}

fn amount(rule: &Rule, method: Method, lines: &[Line]) -> i64 {
    let whole = match &rule.target {
        LimitTarget::All => true,
        LimitTarget::Method(only) if *only == method => true,
        LimitTarget::Method(_) => return 0,
        _ => false,
    };
    // An order of which no lines are known is an order nevertheless.
    if whole && rule.measure == Measure::Orders {
        return 1;
    }
    let lines = lines.iter().filter(|line| whole || applies_to(rule, line));
    match rule.measure {
        Measure::Orders => i64::from(lines.count() > 0),
        Measure::Units => lines.map(|line| line.quantity).sum(),
        Measure::MakeMinutes => lines.map(|line| line.quantity * line.make_seconds).sum(),
        Measure::Amount => lines.map(|line| line.amount).sum(),
    }
}

fn applies_to(rule: &Rule, line: &Line) -> bool {
    match &rule.target {
        LimitTarget::All | LimitTarget::Method(_) => true,
        LimitTarget::Category(id) => line.category_ids.contains(id),
        LimitTarget::Product(id) => line.product_id == *id,
        LimitTarget::Variant(id) => line.variant_id == *id,
        LimitTarget::Tag(tag) => line.print_tag == *tag,
        LimitTarget::Station(station) => line.station == *station,
    }
}
