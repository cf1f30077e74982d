//! The rules of a points programme.

use std::collections::BTreeSet;

use chassis::{
    error::{CommonReason, Violations},
    request, text,
};
use chrono::{DateTime, Utc};
use pricing::{Amount, Earning, Rate};
use proto::membership::v1::{
    self as wire, PointsEarning, PointsRedeeming, PointsRules, PointsTerms, ProductTarget,
};

use super::super::{
    calendar,
    programme::{Programme, Version},
};

/// Most points of a bonus.
const LARGEST_BONUS: i32 = 10_000;

/// What a programme's rules say, verified.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    wire: PointsRules,
    expiry: Expiry,
}

/// When points end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// 不到期.
    Never,
    /// So many months after they were credited, at the end of the month.
    Months(u32),
    /// 次年 12/31.
    NextYearEnd,
    /// So many months after the last completed order.
    Inactivity(u32),
}

impl Rules {
    /// Verifies rules; every fault is named at its field.
    pub fn parse(wire: &PointsRules, field: &str, violations: &mut Violations) -> Option<Self> {
        let before = violations.len();
        let at = |name: &str| format!("{field}.{name}");
        let mut wire = wire.clone();
        wire.unit_name = text::bounded(&at("unit_name"), &wire.unit_name, 1..=20, violations);
        if let Some(earning) = &wire.earning {
            check_earning(earning, &at("earning"), violations);
        }
        if let Some(redeeming) = &wire.redeeming {
            check_redeeming(redeeming, &at("redeeming"), violations);
        }
        in_range(at("waiting_days"), wire.waiting_days, 0, 30, violations);
        for (name, bonus) in [
            ("join_bonus", wire.join_bonus),
            ("birthday_bonus", wire.birthday_bonus),
            ("first_order_bonus", wire.first_order_bonus),
            ("profile_bonus", wire.profile_bonus),
        ] {
            in_range(at(name), bonus, 0, LARGEST_BONUS, violations);
        }
        let mut weekdays = BTreeSet::new();
        for (index, factor) in wire.weekday_factors.iter().enumerate() {
            let at = |name| at(&format!("weekday_factors[{index}].{name}"));
            in_range(at("weekday"), factor.weekday, 1, 7, violations);
            in_range(
                at("factor_bp"),
                factor.factor_bp,
                10_000,
                100_000,
                violations,
            );
            if !weekdays.insert(factor.weekday) {
                violations.push(at("weekday"), CommonReason::ValidationFailed);
            }
        }
        let expiry = parse_expiry(&wire, field, violations);
        (violations.len() == before).then_some(())?;
        Some(Self {
            wire,
            expiry: expiry?,
        })
    }

    /// Rules that were stored.
    pub fn stored(wire: &PointsRules) -> Option<Self> {
        Self::parse(wire, "rules", &mut Violations::new())
    }

    /// As they travel.
    #[must_use]
    pub const fn wire(&self) -> &PointsRules {
        &self.wire
    }

    /// Points of goods, before any bonus.
    #[must_use]
    pub fn earned(&self, base: i64, factor_bp: i32) -> i32 {
        let Some(earning) = &self.wire.earning else {
            return 0;
        };
        let earning = Earning {
            every: Amount::new(earning.every),
            points: u32::try_from(earning.points).unwrap_or(0),
            target: pricing::rules::Target::default(),
            methods: Vec::new(),
            channels: Vec::new(),
        };
        let factor = Rate::bp(u32::try_from(factor_bp).unwrap_or(0));
        i32::try_from(earning.points(Amount::new(base.max(0)), factor)).unwrap_or(i32::MAX)
    }

    /// What points are worth in the minor unit, rounded down; 0 when they cannot be used.
    #[must_use]
    pub fn worth(&self, points: i64) -> i64 {
        let redeeming = self.wire.redeeming.as_ref();
        redeeming.map_or(0, |redeeming| {
            points * i64::from(redeeming.worth_of_100) / 100
        })
    }

    /// Most points that goods of this amount take; `None` when none can be used.
    #[must_use]
    pub fn usable(&self, goods: i64) -> Option<i32> {
        let redeeming = self.wire.redeeming.as_ref()?;
        if goods < redeeming.min_spend {
            return None;
        }
        let most = goods * i64::from(redeeming.cap_bp) / 10_000;
        let step = i64::from(redeeming.step);
        let points = most * 100 / i64::from(redeeming.worth_of_100) / step * step;
        let points = i32::try_from(points).unwrap_or(i32::MAX);
        (points >= redeeming.min_points).then_some(points)
    }

    /// When points end.
    #[must_use]
    pub const fn expiry(&self) -> Expiry {
        self.expiry
    }

    /// When points end that are credited at an instant; `None` for never.
    #[must_use]
    pub fn expires_at(&self, credited_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self.expiry {
            Expiry::Never => None,
            Expiry::Months(months) => Some(calendar::month_end_after(credited_at, months)),
            Expiry::NextYearEnd => Some(calendar::next_year_end(credited_at)),
            Expiry::Inactivity(months) => Some(calendar::months_after(credited_at, months)),
        }
    }

    /// Months without an order after which points end.
    #[must_use]
    pub fn inactivity_months(&self) -> Option<i16> {
        match self.expiry {
            Expiry::Inactivity(months) => i16::try_from(months).ok(),
            _ => None,
        }
    }
}

/// A version of a programme, as prices need it.
#[must_use]
pub fn terms(programme: &Programme<Rules>, version: &Version<Rules>) -> PointsTerms {
    let rules = version.rules.wire();
    PointsTerms {
        programme_id: programme.id.to_string(),
        version: version.number,
        effective_at: Some(chassis::time::to_wire(version.effective_at)),
        unit_name: rules.unit_name.clone(),
        redeeming: rules.redeeming.clone(),
        earning: rules.earning.clone(),
    }
}

fn in_range(field: String, value: i32, min: i32, max: i32, violations: &mut Violations) {
    let reason = CommonReason::SettingRange;
    request::in_range(&field, value, min..=max, reason, violations);
}

fn check_earning(earning: &PointsEarning, field: &str, violations: &mut Violations) {
    let reason = CommonReason::SettingRange;
    let every = format!("{field}.every");
    request::in_range(&every, earning.every, 1..=1_000, reason, violations);
    in_range(
        format!("{field}.points"),
        earning.points,
        1,
        100,
        violations,
    );
    check_target(
        earning.target.as_ref(),
        &format!("{field}.target"),
        violations,
    );
    let methods = earning.methods.iter().map(|&method| {
        matches!(proto::common::v1::Method::try_from(method), Ok(known) if known as i32 != 0)
    });
    let channels = earning.channels.iter().map(|&channel| {
        matches!(proto::common::v1::Channel::try_from(channel), Ok(known) if known as i32 != 0)
    });
    for (name, mut known) in [
        ("methods", methods.collect::<Vec<_>>().into_iter()),
        ("channels", channels.collect::<Vec<_>>().into_iter()),
    ] {
        if !known.all(|known| known) {
            violations.push(format!("{field}.{name}"), CommonReason::ValidationFailed);
        }
    }
}

fn check_redeeming(redeeming: &PointsRedeeming, field: &str, violations: &mut Violations) {
    let at = |name: &str| format!("{field}.{name}");
    in_range(
        at("worth_of_100"),
        redeeming.worth_of_100,
        1,
        10_000,
        violations,
    );
    in_range(
        at("min_points"),
        redeeming.min_points,
        1,
        1_000_000,
        violations,
    );
    in_range(at("step"), redeeming.step, 1, 100_000, violations);
    let reason = CommonReason::AmountOutOfRange;
    request::in_range(
        &at("min_spend"),
        redeeming.min_spend,
        0..=9_999_999,
        reason,
        violations,
    );
    in_range(at("cap_bp"), redeeming.cap_bp, 1, 10_000, violations);
    check_target(redeeming.target.as_ref(), &at("target"), violations);
    let is_class = |&class: &i32| {
        wire::BenefitClass::try_from(class).is_ok_and(|class| {
            !matches!(
                class,
                wire::BenefitClass::Unspecified | wire::BenefitClass::Points
            )
        })
    };
    if !redeeming.not_beside.iter().all(is_class) {
        violations.push(at("not_beside"), CommonReason::ValidationFailed);
    }
}

/// Verifies that a target names ids, and not too many.
pub fn check_target(target: Option<&ProductTarget>, field: &str, violations: &mut Violations) {
    let Some(target) = target else {
        return;
    };
    for (name, ids, most) in [
        ("product_ids", &target.product_ids, 500),
        ("variant_ids", &target.variant_ids, 500),
        ("category_ids", &target.category_ids, 100),
        ("excluded_product_ids", &target.excluded_product_ids, 500),
        ("excluded_category_ids", &target.excluded_category_ids, 100),
    ] {
        let field = format!("{field}.{name}");
        request::ids::<chassis::id::ProductId>(&field, ids, most, violations);
    }
}

fn parse_expiry(wire: &PointsRules, field: &str, violations: &mut Violations) -> Option<Expiry> {
    let months = u32::try_from(wire.expiry_months).unwrap_or(u32::MAX);
    let (expiry, takes_months) = match wire.expiry() {
        wire::PointsExpiry::Never => (Expiry::Never, false),
        wire::PointsExpiry::Months => (Expiry::Months(months), true),
        wire::PointsExpiry::NextYearEnd => (Expiry::NextYearEnd, false),
        wire::PointsExpiry::Inactivity => (Expiry::Inactivity(months), true),
        wire::PointsExpiry::Unspecified => {
            violations.push(format!("{field}.expiry"), CommonReason::ValidationFailed);
            return None;
        }
    };
    let (min, max) = if takes_months { (1, 60) } else { (0, 0) };
    in_range(
        format!("{field}.expiry_months"),
        wire.expiry_months,
        min,
        max,
        violations,
    );
    Some(expiry)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> PointsRules {
        PointsRules {
            unit_name: "點".to_owned(),
            earning: Some(PointsEarning {
                every: 10,
                points: 1,
                ..Default::default()
            }),
            redeeming: Some(PointsRedeeming {
                worth_of_100: 100,
                min_points: 1,
                step: 1,
                cap_bp: 2_000,
                ..Default::default()
            }),
            expiry: wire::PointsExpiry::Never.into(),
            ..Default::default()
        }
    }

    #[test]
    fn points_are_rounded_down_twice() {
        let rules = Rules::stored(&rules()).unwrap();
        // 116 with ×1.5 gives 16, and 89 gives 12 (docs/rules.md, Worked examples).
        assert_eq!(
            [116, 89, 9].map(|goods| rules.earned(goods, 15_000)),
            [16, 12, 0]
        );
        assert_eq!(rules.usable(144), Some(28));
    }

    #[test]
    fn every_fault_is_named_at_its_field() {
        let mut wrong = rules();
        wrong.unit_name = String::new();
        wrong.waiting_days = 31;
        wrong.expiry_months = 3;
        wrong.redeeming.as_mut().unwrap().step = 0;
        wrong.earning.as_mut().unwrap().every = 1_001;
        let factor = wire::WeekdayFactor {
            weekday: 1,
            factor_bp: 20_000,
            adds: false,
        };
        wrong.weekday_factors = vec![factor, factor];
        let mut violations = Violations::new();
        assert_eq!(Rules::parse(&wrong, "rules", &mut violations), None);
        let problem = violations.into_result().unwrap_err();
        let fields: Vec<_> = problem
            .fields
            .iter()
            .map(|problem| problem.field.as_str())
            .collect();
        assert_eq!(
            fields,
            [
                "rules.unit_name",
                "rules.earning.every",
                "rules.redeeming.step",
                "rules.waiting_days",
                "rules.weekday_factors[1].weekday",
                "rules.expiry_months",
            ]
        );
    }

    #[test]
    fn each_expiry_has_its_end() {
        let at: DateTime<Utc> = "2026-09-02T04:00:00Z".parse().unwrap();
        let end = |expiry: wire::PointsExpiry, months| {
            let wire = PointsRules {
                expiry: expiry.into(),
                expiry_months: months,
                ..rules()
            };
            Rules::stored(&wire)
                .unwrap()
                .expires_at(at)
                .map(|end| end.to_rfc3339())
        };
        assert_eq!(end(wire::PointsExpiry::Never, 0), None);
        let ends = [
            end(wire::PointsExpiry::Months, 12),
            end(wire::PointsExpiry::NextYearEnd, 0),
            end(wire::PointsExpiry::Inactivity, 6),
        ];
        let expected = [
            "2027-09-30T16:00:00+00:00",
            "2027-12-31T16:00:00+00:00",
            "2027-03-02T04:00:00+00:00",
        ];
        assert_eq!(ends.map(Option::unwrap), expected);
    }
}
