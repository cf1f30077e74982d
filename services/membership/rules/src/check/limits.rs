//! How much of a rule there is.

use pricing::{MAX_LINE_UNITS, rules::Limits};
use proto::membership::v1::RuleLimits;

use super::fields::Fields;

/// Highest budget of a rule, in the minor unit.
pub const MAX_BUDGET: i64 = 1_000_000_000;

pub(super) fn read(wire: Option<&RuleLimits>, fields: &mut Fields<'_>) -> Limits {
    let Some(wire) = wire else {
        return Limits::default();
    };
    let mut count = |name: &str, value: Option<i32>, most: i64| {
        value.map(|value| fields.number(name, value, 1, most))
    };
    let orders = i64::from(i32::MAX);
    Limits {
        per_order: count("per_order", wire.per_order, i64::from(MAX_LINE_UNITS)),
        total: count("total", wire.total, orders),
        per_member: count("per_member", wire.per_member, orders),
        per_member_day: count("per_member_day", wire.per_member_day, orders),
        per_day: count("per_day", wire.per_day, orders),
        max_discount: wire
            .max_discount
            .map(|amount| fields.amount("max_discount", amount, 1)),
        budget: wire
            .budget
            .map(|amount| fields.amount_up_to("budget", amount, 1, MAX_BUDGET)),
    }
}
