//! What an order asks of the rules, wherever its slot may be.

use chassis::id::LimitRuleId;
use uuid::Uuid;

use super::{LimitTarget, Limits, Measure, Rule};
use crate::domain::{channel::Channel, line::Line, method::Method};

/// The limit of orders a slot takes by the hours; it has the place of a rule in every counter.
pub const BY_HOURS: LimitRuleId = LimitRuleId::from_uuid(Uuid::nil());

/// What an order asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Demand {
    /// Where it comes from.
    pub channel: Channel,
    /// How it reaches the customer.
    pub method: Method,
    /// Rules by their places among the limits, and how much each is asked for, above 0.
    pub(in crate::domain::limits) asks: Vec<(usize, i64)>,
}

impl Limits {
    /// What an order asks.
    #[must_use]
    pub fn demand(&self, channel: Channel, method: Method, lines: &[Line]) -> Demand {
        let asks = self.rules().enumerate().filter_map(|(index, rule)| {
            let asked = asked(rule, method, lines);
            (asked > 0).then_some((index, asked))
        });
        Demand {
            channel,
            method,
            asks: asks.collect(),
        }
    }

    /// Asks every rule, for looking at the counters.
    #[must_use]
    pub fn every(&self, channel: Channel, method: Method) -> Demand {
        Demand {
            channel,
            method,
            asks: (0..self.rules().count()).map(|index| (index, 0)).collect(),
        }
    }

    /// The least that any order asks: what has no room for this is full for everybody.
    #[must_use]
    pub fn least(&self, channel: Channel, method: Method) -> Demand {
        let asks = self.rules().enumerate().filter(|(_, rule)| {
            rule.target == LimitTarget::All || rule.target == LimitTarget::Method(method)
        });
        Demand {
            channel,
            method,
            asks: asks.map(|(index, _)| (index, 1)).collect(),
        }
    }
}

fn asked(rule: &Rule, method: Method, lines: &[Line]) -> i64 {
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
    let meant = lines.iter().filter(|line| whole || means(rule, line));
    match rule.measure {
        Measure::Orders => i64::from(meant.count() > 0),
        Measure::Units => meant.map(|line| line.quantity).sum(),
        Measure::MakeMinutes => meant.map(|line| line.quantity * line.make_seconds).sum(),
        Measure::Amount => meant.map(|line| line.amount).sum(),
    }
}

fn means(rule: &Rule, line: &Line) -> bool {
    match &rule.target {
        LimitTarget::All | LimitTarget::Method(_) => true,
        LimitTarget::Category(id) => line.category_ids.contains(id),
        LimitTarget::Product(id) => line.product_id == *id,
        LimitTarget::Variant(id) => line.variant_id == *id,
        LimitTarget::Tag(tag) => line.print_tag == *tag,
        LimitTarget::Station(station) => line.station == *station,
    }
}
