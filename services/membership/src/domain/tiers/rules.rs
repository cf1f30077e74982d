//! The rules of a programme of tiers.

use std::collections::HashSet;

use chassis::{
    error::{CommonReason, Violations},
    id::BranchId,
    request, text,
};
use chrono::{DateTime, TimeDelta, Utc};
use proto::{
    common::v1::Method,
    membership::v1::{self as wire, ExclusiveHours, MembershipReason, TierBenefits, TierCondition},
};
use uuid::Uuid;

use super::super::{calendar, points::rules::check_target};

/// Most tiers of a programme.
const MOST_TIERS: usize = 10;
/// Highest discount; a tier gives nothing away.
const HIGHEST_DISCOUNT: i32 = 9_900;
/// Most times that are for one tier alone, and branches of one.
const MOST_EXCLUSIVE_HOURS: usize = 6;
const MOST_BRANCHES: usize = 2_000;

chassis::text_enum! {
    /// What counts for tiers.
    pub enum Window: wire::TierWindow {
        /// The last twelve months.
        RollingYear = "rolling_year",
        /// The calendar year.
        CalendarYear = "calendar_year",
        /// Since the member's tier began.
        SinceTier = "since_tier",
    }
}

chassis::text_enum! {
    /// Whom a change of the rules concerns at once.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum ChangeMode: wire::TierChangeMode {
        /// Everybody is judged anew.
        Recalculate = "recalculate",
        /// Nobody drops before the end of the tier's validity.
        AtExpiry = "at_expiry",
        /// Members of before are judged by the conditions of before.
        NewMembers = "new_members",
    }
}

chassis::text_enum! {
    /// What happens to a member who does not keep a tier.
    pub enum Downgrade: wire::TierDowngrade {
        /// One tier down.
        OneTier = "one_tier",
        /// To what the window reaches.
        Earned = "earned",
    }
}

/// A tier.
#[derive(Clone, Debug, PartialEq)]
pub struct Tier {
    /// Id, the same in all versions.
    pub id: Uuid,
    /// As it travels.
    pub wire: wire::Tier,
    /// What happens to a member who does not keep it.
    pub downgrade: Downgrade,
}

impl Tier {
    /// Until when it is valid from an instant on; `None` for ever.
    #[must_use]
    pub fn valid_until(&self, since: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let days = self.wire.validity_days;
        (days > 0).then(|| since + TimeDelta::days(days.into()))
    }

    /// What keeps it.
    #[must_use]
    pub fn renewal(&self) -> Option<&TierCondition> {
        self.wire.renewal.as_ref().or(self.wire.upgrade.as_ref())
    }

    /// How long after its validity it can still be kept.
    #[must_use]
    pub fn grace(&self) -> TimeDelta {
        TimeDelta::days(self.wire.grace_days.into())
    }
}

/// The rules of a version, verified.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// Tiers, the base tier first.
    pub tiers: Vec<Tier>,
    /// What counts.
    pub window: Window,
}

impl Rules {
    /// Verifies rules; every fault is named at its field. A tier without an id gets a new one.
    pub fn parse(
        wire: &wire::TierRules,
        field: &str,
        mut new_id: impl FnMut() -> Uuid,
        violations: &mut Violations,
    ) -> Option<Self> {
        let before = violations.len();
        let window = request::choice(&format!("{field}.window"), wire.window, violations);
        if !(1..=MOST_TIERS).contains(&wire.tiers.len()) {
            let range = [("min", 1), ("max", MOST_TIERS)];
            violations.push_with(format!("{field}.tiers"), CommonReason::SettingRange, range);
        }
        let mut tiers: Vec<Tier> = Vec::new();
        let (mut names, mut ids) = (HashSet::new(), HashSet::new());
        for (index, given) in wire.tiers.iter().take(MOST_TIERS).enumerate() {
            let at = format!("{field}.tiers[{index}]");
            let Some(tier) = parse_tier(given, &at, index == 0, &mut new_id, violations) else {
                continue;
            };
            if !names.insert(text::folded(&tier.wire.name)) {
                violations.push(format!("{at}.name"), CommonReason::CodeTaken);
            }
            if !ids.insert(tier.id) {
                violations.push(format!("{at}.tier_id"), CommonReason::ValidationFailed);
            }
            let lower = tiers.last().and_then(|tier| tier.wire.upgrade.as_ref());
            if let (Some(lower), Some(upper)) = (lower, &tier.wire.upgrade) {
                check_rising(lower, upper, &format!("{at}.upgrade"), violations);
            }
            tiers.push(tier);
        }
        (violations.len() == before).then_some(())?;
        Some(Self {
            tiers,
            window: window?,
        })
    }

    /// Rules that were stored.
    pub fn stored(wire: &wire::TierRules) -> Option<Self> {
        Self::parse(wire, "rules", Uuid::nil, &mut Violations::new())
    }

    /// As they travel.
    #[must_use]
    pub fn wire(&self) -> wire::TierRules {
        wire::TierRules {
            tiers: self.tiers.iter().map(|tier| tier.wire.clone()).collect(),
            window: self.window.to_wire(),
        }
    }

    /// Place of a tier, from 0 for the base tier.
    #[must_use]
    pub fn place(&self, tier: Uuid) -> Option<usize> {
        self.tiers.iter().position(|known| known.id == tier)
    }

    /// From when on orders count at `now` for a member whose tier began at `since`.
    #[must_use]
    pub fn window_start(&self, now: DateTime<Utc>, since: DateTime<Utc>) -> DateTime<Utc> {
        match self.window {
            Window::RollingYear => calendar::months_before(now, 12),
            Window::CalendarYear => calendar::year_start(now),
            Window::SinceTier => since,
        }
    }
}

fn parse_tier(
    given: &wire::Tier,
    at: &str,
    is_base: bool,
    new_id: &mut impl FnMut() -> Uuid,
    violations: &mut Violations,
) -> Option<Tier> {
    let field = |name: &str| format!("{at}.{name}");
    let mut wire = given.clone();
    wire.name = text::bounded(&field("name"), &given.name, 1..=20, violations);
    check_colour(&field("colour"), &given.colour, violations);
    let id = if given.tier_id.is_empty() {
        Some(new_id())
    } else {
        given.tier_id.parse().ok()
    };
    if id.is_none() {
        violations.push(field("tier_id"), CommonReason::ValidationFailed);
    }
    match (&given.upgrade, is_base) {
        (None, true) => {}
        (Some(upgrade), false) => check_condition(upgrade, &field("upgrade"), violations),
        _ => violations.push(field("upgrade"), CommonReason::ValidationFailed),
    }
    if let Some(renewal) = &given.renewal {
        check_condition(renewal, &field("renewal"), violations);
    }
    let range = CommonReason::SettingRange;
    request::in_range(
        &field("validity_days"),
        given.validity_days,
        0..=3_650,
        range,
        violations,
    );
    request::in_range(
        &field("grace_days"),
        given.grace_days,
        0..=90,
        range,
        violations,
    );
    let downgrade = request::choice(&field("downgrade"), given.downgrade, violations);
    match &given.benefits {
        Some(benefits) => check_benefits(benefits, &field("benefits"), violations),
        None => violations.push(field("benefits"), CommonReason::ValidationFailed),
    }
    let id: Uuid = id?;
    wire.tier_id = id.to_string();
    Some(Tier {
        id,
        wire,
        downgrade: downgrade?,
    })
}

/// Verifies a colour: `#` and six hexadecimal digits.
pub fn check_colour(field: &str, colour: &str, violations: &mut Violations) {
    let digits = colour.strip_prefix('#').unwrap_or_default();
    if digits.len() != 6 || !digits.chars().all(|digit| digit.is_ascii_hexdigit()) {
        violations.push(field, CommonReason::ValidationFailed);
    }
}

fn check_condition(condition: &TierCondition, field: &str, violations: &mut Violations) {
    let reason = CommonReason::SettingRange;
    let numbers = [
        ("spend", condition.spend, 1_000_000_000),
        ("orders", condition.orders.into(), 100_000),
        ("single_order", condition.single_order, 9_999_999),
        ("points_earned", condition.points_earned.into(), 100_000_000),
    ];
    for (name, number, most) in numbers {
        request::in_range(
            &format!("{field}.{name}"),
            number,
            0..=most,
            reason,
            violations,
        );
    }
    if numbers.iter().all(|(_, number, _)| *number == 0) {
        violations.push(field, CommonReason::ValidationFailed);
    }
}

/// A number that two tiers in a row ask has to rise.
fn check_rising(
    lower: &TierCondition,
    upper: &TierCondition,
    field: &str,
    violations: &mut Violations,
) {
    for (name, lower, upper) in [
        ("spend", lower.spend, upper.spend),
        ("orders", lower.orders.into(), upper.orders.into()),
        ("single_order", lower.single_order, upper.single_order),
        (
            "points_earned",
            lower.points_earned.into(),
            upper.points_earned.into(),
        ),
    ] {
        if lower > 0 && upper > 0 && upper <= lower {
            let above = [("above", lower)];
            violations.push_with(
                format!("{field}.{name}"),
                MembershipReason::TiersInvalid,
                above,
            );
        }
    }
}

fn check_benefits(benefits: &TierBenefits, field: &str, violations: &mut Violations) {
    let at = |name: &str| format!("{field}.{name}");
    let range = CommonReason::SettingRange;
    let discount = 0..=HIGHEST_DISCOUNT;
    request::in_range(
        &at("discount_bp"),
        benefits.discount_bp,
        discount,
        range,
        violations,
    );
    let factor = benefits.points_factor_bp;
    request::in_range(
        &at("points_factor_bp"),
        factor,
        10_000..=100_000,
        range,
        violations,
    );
    let amount = CommonReason::AmountOutOfRange;
    for (name, value) in [
        ("max_discount", benefits.max_discount),
        ("free_delivery_from", benefits.free_delivery_from),
    ] {
        let min = i64::from(name == "max_discount");
        if let Some(value) = value {
            request::in_range(&at(name), value, min..=9_999_999, amount, violations);
        }
    }
    check_target(benefits.target.as_ref(), &at("target"), violations);
    check_exclusive(benefits, field, violations);
}

/// What is for a tier alone has to name something: everything would close the shop to everybody else.
fn check_exclusive(benefits: &TierBenefits, field: &str, violations: &mut Violations) {
    if let Some(products) = &benefits.exclusive_products {
        let at = format!("{field}.exclusive_products");
        let before = violations.len();
        check_target(Some(products), &at, violations);
        let names_nothing = products.product_ids.is_empty()
            && products.variant_ids.is_empty()
            && products.category_ids.is_empty();
        if names_nothing && violations.len() == before {
            violations.push(at, CommonReason::EmptyTarget);
        }
    }
    let hours = &benefits.exclusive_hours;
    if hours.len() > MOST_EXCLUSIVE_HOURS {
        let most = [("max", MOST_EXCLUSIVE_HOURS)];
        let at = format!("{field}.exclusive_hours");
        violations.push_with(at, CommonReason::SettingRange, most);
    }
    for (index, hours) in hours.iter().take(MOST_EXCLUSIVE_HOURS).enumerate() {
        check_hours(
            hours,
            &format!("{field}.exclusive_hours[{index}]"),
            violations,
        );
    }
}

fn check_hours(exclusive: &ExclusiveHours, field: &str, violations: &mut Violations) {
    let at = |name: &str| format!("{field}.{name}");
    let branches = &exclusive.branch_ids;
    request::ids::<BranchId>(&at("branch_ids"), branches, MOST_BRANCHES, violations);
    for (index, method) in exclusive.methods.iter().enumerate() {
        if !Method::try_from(*method).is_ok_and(|method| method != Method::Unspecified) {
            violations.push(
                at(&format!("methods[{index}]")),
                CommonReason::ValidationFailed,
            );
        }
    }
    let mut weekdays = HashSet::new();
    for (index, weekday) in exclusive.weekdays.iter().enumerate() {
        let at = at(&format!("weekdays[{index}]"));
        request::in_range(&at, *weekday, 1..=7, CommonReason::SettingRange, violations);
        if !weekdays.insert(weekday) {
            violations.push(at, CommonReason::ValidationFailed);
        }
    }
    let Some(hours) = request::required(&at("hours"), exclusive.hours.as_ref(), violations) else {
        return;
    };
    let range = CommonReason::SettingRange;
    for (name, minute, least, most) in [
        ("from_minute", hours.from_minute, 0, 1_439),
        ("to_minute", hours.to_minute, 1, 1_440),
    ] {
        let at = at(&format!("hours.{name}"));
        request::in_range(&at, minute, least..=most, range, violations);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub fn tier(name: &str, spend: i64) -> wire::Tier {
        wire::Tier {
            name: name.to_owned(),
            colour: "#c0a020".to_owned(),
            upgrade: (spend > 0).then(|| TierCondition {
                spend,
                ..Default::default()
            }),
            validity_days: 365,
            downgrade: wire::TierDowngrade::OneTier.into(),
            benefits: Some(TierBenefits {
                points_factor_bp: 10_000,
                ..Default::default()
            }),
            ..Default::default()
        }
    }

    fn faults(tiers: Vec<wire::Tier>) -> Vec<(String, String)> {
        let wire = wire::TierRules {
            tiers,
            window: wire::TierWindow::RollingYear.into(),
        };
        let mut violations = Violations::new();
        let mut next = 0;
        let new_id = || {
            next += 1;
            Uuid::from_u128(next)
        };
        let parsed = Rules::parse(&wire, "rules", new_id, &mut violations);
        let problem = violations.into_result().err();
        assert_eq!(parsed.is_some(), problem.is_none());
        let fields = problem.map(|problem| problem.fields).unwrap_or_default();
        fields
            .into_iter()
            .map(|fault| (fault.field, fault.reason.to_string()))
            .collect()
    }

    #[test]
    fn thresholds_have_to_rise() {
        let tiers = |second, third| vec![tier("一般", 0), tier("銀", second), tier("金", third)];
        assert!(faults(tiers(1_000, 5_000)).is_empty());
        let fault = |reason: &str| ("rules.tiers[2].upgrade.spend".to_owned(), reason.to_owned());
        assert_eq!(faults(tiers(5_000, 5_000)), [fault("TIERS_INVALID")]);
        assert_eq!(faults(tiers(5_000, 1_000)), [fault("TIERS_INVALID")]);
    }

    #[test]
    fn the_base_tier_alone_has_no_condition() {
        let wrong = |index: usize| {
            let field = format!("rules.tiers[{index}].upgrade");
            (field, "VALIDATION_FAILED".to_owned())
        };
        assert_eq!(faults(vec![tier("銀", 1_000)]), [wrong(0)]);
        assert_eq!(faults(vec![tier("一般", 0), tier("銀", 0)]), [wrong(1)]);
        assert_eq!(faults(vec![]).len(), 1);
    }

    #[test]
    fn what_is_for_a_tier_alone_names_something() {
        let with = |products, hours| {
            let mut gold = tier("金", 5_000);
            let benefits = gold.benefits.as_mut().unwrap();
            benefits.exclusive_products = products;
            benefits.exclusive_hours = hours;
            faults(vec![tier("一般", 0), gold])
        };
        let category = wire::ProductTarget {
            category_ids: vec![Uuid::from_u128(7).to_string()],
            ..Default::default()
        };
        let evening = |from_minute| ExclusiveHours {
            weekdays: vec![5, 6],
            hours: Some(wire::DailyHours {
                from_minute,
                to_minute: 1_440,
            }),
            ..Default::default()
        };
        assert_eq!(with(Some(category), vec![evening(1_200)]), []);
        let at = |name: &str| format!("rules.tiers[1].benefits.{name}");
        let empty = with(Some(wire::ProductTarget::default()), Vec::new());
        assert_eq!(
            empty,
            [(at("exclusive_products"), "EMPTY_TARGET".to_owned())]
        );
        let wrong = with(None, vec![evening(1_440)]);
        assert_eq!(
            wrong,
            [(
                at("exclusive_hours[0].hours.from_minute"),
                "SETTING_RANGE".to_owned()
            )]
        );
        assert_eq!(with(None, vec![evening(0); 7]).len(), 1);
    }
}
