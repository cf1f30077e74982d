//! Rules of automatic tags: who has them.

use chassis::{
    error::{CommonReason, Violations},
    id::{BranchId, BrandId, TagId},
    request,
};
use chrono::{DateTime, Datelike as _, Days, Utc};
use proto::membership::v1 as wire;
use uuid::Uuid;

use super::calendar;

/// Most automatic tags: each is looked at for every completed order.
pub const MOST_AUTOMATIC: usize = 100;
const MOST_BRANDS: usize = 50;
const MOST_BRANCHES: usize = 100;
const MOST_TIERS: usize = 10;
const MOST_ORDERS: i32 = 100_000;
const MOST_SPENT: i64 = 999_999_999_999;
const LONGEST_WINDOW: i32 = 1_095;
const LONGEST_AGO: i32 = 3_650;

/// A rule, verified.
#[derive(Clone, Debug, PartialEq)]
pub struct TagRule {
    wire: wire::TagRule,
    /// Brands whose orders are counted; of all when empty.
    pub brands: Vec<Uuid>,
    /// Branches whose orders are counted; of all when empty.
    pub branches: Vec<Uuid>,
    /// One of these tiers; any when empty.
    pub tiers: Vec<Uuid>,
}

impl TagRule {
    /// Verifies a rule; every fault is named at its field.
    pub fn parse(sent: &wire::TagRule, field: &str, violations: &mut Violations) -> Option<Self> {
        let before = violations.len();
        let at = |name: &str| format!("{field}.{name}");
        let brands = &sent.brand_ids;
        let brands = request::ids::<BrandId>(&at("brand_ids"), brands, MOST_BRANDS, violations);
        let branches = &sent.branch_ids;
        let branches =
            request::ids::<BranchId>(&at("branch_ids"), branches, MOST_BRANCHES, violations);
        let tiers = request::ids::<TagId>(&at("tier_ids"), &sent.tier_ids, MOST_TIERS, violations);
        let range = CommonReason::SettingRange;
        let numbers = [
            ("window_days", sent.window_days, 1, LONGEST_WINDOW),
            ("min_orders", sent.min_orders, 1, MOST_ORDERS),
            ("max_orders", sent.max_orders, 0, MOST_ORDERS),
            (
                "ordered_within_days",
                sent.ordered_within_days,
                1,
                LONGEST_WINDOW,
            ),
            (
                "not_ordered_for_days",
                sent.not_ordered_for_days,
                1,
                LONGEST_WINDOW,
            ),
            (
                "joined_within_days",
                sent.joined_within_days,
                1,
                LONGEST_AGO,
            ),
            (
                "joined_before_days",
                sent.joined_before_days,
                1,
                LONGEST_AGO,
            ),
        ];
        for (name, number, least, most) in numbers {
            if let Some(number) = number {
                request::in_range(&at(name), number, least..=most, range, violations);
            }
        }
        let amounts = [
            ("min_spent", sent.min_spent, 1),
            ("max_spent", sent.max_spent, 0),
            ("min_average", sent.min_average, 1),
        ];
        for (name, amount, least) in amounts {
            if let Some(amount) = amount {
                let reason = CommonReason::AmountOutOfRange;
                request::in_range(&at(name), amount, least..=MOST_SPENT, reason, violations);
            }
        }
        let falls = |least: Option<i64>, most: Option<i64>| {
            least.zip(most).is_some_and(|(least, most)| most < least)
        };
        if falls(
            sent.min_orders.map(i64::from),
            sent.max_orders.map(i64::from),
        ) {
            violations.push(at("max_orders"), range);
        }
        if falls(sent.min_spent, sent.max_spent) {
            violations.push(at("max_spent"), CommonReason::AmountOutOfRange);
        }
        let conditions = wire::TagRule {
            window_days: None,
            brand_ids: Vec::new(),
            branch_ids: Vec::new(),
            ..sent.clone()
        };
        if conditions == wire::TagRule::default() {
            violations.push(field, CommonReason::ValidationFailed);
        }
        (violations.len() == before).then(|| Self {
            wire: sent.clone(),
            brands: brands.into_iter().map(Uuid::from).collect(),
            branches: branches.into_iter().map(Uuid::from).collect(),
            tiers: tiers.into_iter().map(Uuid::from).collect(),
        })
    }

    /// A rule that was stored.
    pub fn stored(wire: &wire::TagRule) -> Option<Self> {
        Self::parse(wire, "rule", &mut Violations::new())
    }

    /// As it travels.
    #[must_use]
    pub const fn wire(&self) -> &wire::TagRule {
        &self.wire
    }

    /// Its conditions as of an instant. Days are whole ones in Taipei, so that a rule says the same all day long.
    #[must_use]
    pub fn conditions(&self, now: DateTime<Utc>) -> Conditions {
        let wire = &self.wire;
        let ago = |days: i32| {
            calendar::begins(calendar::date(now) - Days::new(days.unsigned_abs().into()))
        };
        let month = calendar::date(now).month();
        Conditions {
            counted_from: wire.window_days.map_or(DateTime::UNIX_EPOCH, ago),
            min_orders: wire.min_orders.map(i64::from),
            max_orders: wire.max_orders.map(i64::from),
            min_spent: wire.min_spent,
            max_spent: wire.max_spent,
            min_average: wire.min_average,
            last_from: wire.ordered_within_days.map(ago),
            last_before: wire.not_ordered_for_days.map(ago),
            joined_from: wire.joined_within_days.map(ago),
            joined_before: wire.joined_before_days.map(ago),
            birth_month: wire.birth_month.then(|| i32::try_from(month).unwrap_or(0)),
        }
    }
}

/// The conditions of a rule as of an instant; what is none does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conditions {
    /// Orders completed from here on are counted.
    pub counted_from: DateTime<Utc>,
    /// At least so many orders.
    pub min_orders: Option<i64>,
    /// At most so many orders.
    pub max_orders: Option<i64>,
    /// Spent at least.
    pub min_spent: Option<i64>,
    /// Spent at most.
    pub max_spent: Option<i64>,
    /// Spent at least on average.
    pub min_average: Option<i64>,
    /// Last ordered at or after.
    pub last_from: Option<DateTime<Utc>>,
    /// Last ordered before.
    pub last_before: Option<DateTime<Utc>>,
    /// Joined at or after.
    pub joined_from: Option<DateTime<Utc>>,
    /// Joined before.
    pub joined_before: Option<DateTime<Utc>>,
    /// Born in this month.
    pub birth_month: Option<i32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(rule: wire::TagRule) -> Vec<(String, String)> {
        let mut violations = Violations::new();
        let parsed = TagRule::parse(&rule, "rule", &mut violations);
        let problem = violations.into_result().err();
        assert_eq!(parsed.is_some(), problem.is_none());
        let fields = problem.map(|problem| problem.fields).unwrap_or_default();
        fields
            .into_iter()
            .map(|fault| (fault.field, fault.reason.to_string()))
            .collect()
    }

    fn fault(field: &str, reason: &str) -> Vec<(String, String)> {
        vec![(field.to_owned(), reason.to_owned())]
    }

    #[test]
    fn a_rule_has_a_condition_and_numbers_that_can_be_met() {
        let window = wire::TagRule {
            window_days: Some(90),
            ..Default::default()
        };
        assert_eq!(faults(window.clone()), fault("rule", "VALIDATION_FAILED"));
        let orders = |min_orders, max_orders| wire::TagRule {
            min_orders,
            max_orders,
            ..window.clone()
        };
        assert_eq!(faults(orders(Some(3), None)), []);
        assert_eq!(faults(orders(None, Some(0))), []);
        let wrong = fault("rule.max_orders", "SETTING_RANGE");
        assert_eq!(faults(orders(Some(3), Some(2))), wrong);
        let spent = wire::TagRule {
            min_spent: Some(0),
            ..window
        };
        assert_eq!(
            faults(spent),
            fault("rule.min_spent", "AMOUNT_OUT_OF_RANGE")
        );
    }

    #[test]
    fn days_are_whole_ones_in_taipei() {
        let rule = TagRule::stored(&wire::TagRule {
            window_days: Some(30),
            not_ordered_for_days: Some(1),
            birth_month: true,
            ..Default::default()
        });
        // 1 October 00:30 in Taipei.
        let conditions = rule
            .unwrap()
            .conditions("2026-09-30T16:30:00Z".parse().unwrap());
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(conditions.counted_from, at("2026-08-31T16:00:00Z"));
        assert_eq!(conditions.last_before, Some(at("2026-09-29T16:00:00Z")));
        assert_eq!(conditions.birth_month, Some(10));
        assert_eq!(conditions.last_from, None);
    }
}
