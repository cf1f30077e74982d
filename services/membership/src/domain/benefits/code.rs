//! Whether a customer may use a code.
//!
//! Codes must not be found out by trying: one that does not exist, has not started or is not for the customer
//! has one and the same answer. Only a customer who could use it in principle gets another reason.

use chassis::{
    id::{BrandId, OrderId},
    time,
};
use chrono::{DateTime, Utc};
use proto::membership::v1::{AudienceKind, BenefitRule, MembershipReason, RuleAudience};
use uuid::Uuid;

use super::refusal::Refusal;

/// What is known of a customer for a code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeMember {
    /// Tier.
    pub tier: Option<Uuid>,
    /// Tags.
    pub tags: Vec<Uuid>,
    /// Nothing was ever ordered.
    pub first_order: bool,
    /// Month of birth.
    pub birth_month: Option<u8>,
}

/// What other orders have used of a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Orders.
    pub total: i64,
    /// Orders of the customer.
    pub customer: i64,
    /// Orders of the customer in the business day.
    pub customer_day: i64,
    /// Orders of the business day.
    pub day: i64,
    /// Discounts.
    pub spent: i64,
    /// Orders with this code of a batch.
    pub code: i64,
}

/// A code that exists.
#[derive(Clone, Debug)]
pub struct FoundCode<'a> {
    /// Its rule.
    pub rule: &'a BenefitRule,
    /// It is switched on, and no newer code of the same text has taken its place.
    pub active: bool,
    /// Uses of this code of a batch; 0 for no limit of its own.
    pub uses_per_code: i32,
    /// What other orders have used.
    pub usage: Usage,
    /// An open order of the customer that uses it.
    pub own_order: Option<OrderId>,
}

/// Judges a code for a customer, none being a guest, in a month of the year.
pub fn judge(
    found: &FoundCode<'_>,
    brand: BrandId,
    customer: Option<&CodeMember>,
    month: u8,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    check_known(found.rule, brand, now)?;
    let conditions = found.rule.conditions.as_ref();
    let audience = conditions.and_then(|conditions| conditions.audience.clone());
    let audience = audience.unwrap_or_default();
    if customer.is_some_and(|member| !is_for(&audience, member, month)) {
        return Err(Refusal::new(MembershipReason::CodeInvalid));
    }
    check_alive(found.rule, found.active, now)?;
    if customer.is_none() && needs_member(&audience) {
        return Err(Refusal::new(MembershipReason::NeedsLogin));
    }
    check_usage(found)
}

/// Refuses a code of another brand, or one that has not started, as if it did not exist.
pub fn check_known(rule: &BenefitRule, brand: BrandId, now: DateTime<Utc>) -> Result<(), Refusal> {
    let Some(conditions) = &rule.conditions else {
        return Ok(());
    };
    let brands = &conditions.brand_ids;
    let here = brands.is_empty() || brands.contains(&brand.to_string());
    let start = conditions.starts_at.as_ref().and_then(time::from_wire);
    if here && start.is_none_or(|start| now >= start) {
        return Ok(());
    }
    Err(Refusal::new(MembershipReason::CodeInvalid))
}

/// Refuses a code that is switched off, or whose end has passed.
pub fn check_alive(rule: &BenefitRule, active: bool, now: DateTime<Utc>) -> Result<(), Refusal> {
    let conditions = rule.conditions.as_ref();
    let end = conditions.and_then(|conditions| conditions.ends_at.as_ref());
    let end = end.and_then(time::from_wire);
    if active && end.is_none_or(|end| !is_over(end, now)) {
        return Ok(());
    }
    Err(Refusal::new(MembershipReason::CodeExpired))
}

/// Whether an end has passed; its second is included.
#[must_use]
pub fn is_over(end: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now.timestamp() > end.timestamp()
}

fn check_usage(found: &FoundCode<'_>) -> Result<(), Refusal> {
    let limits = found.rule.limits.unwrap_or_default();
    let usage = found.usage;
    let reached = |limit: Option<i32>, used: i64| limit.is_some_and(|limit| used >= limit.into());
    if reached(limits.per_member, usage.customer)
        || reached(limits.per_member_day, usage.customer_day)
    {
        let refusal = Refusal::new(MembershipReason::PerMemberLimit);
        return Err(refusal.held_by(found.own_order));
    }
    let per_code = Some(found.uses_per_code).filter(|uses| *uses > 0);
    if reached(limits.total, usage.total)
        || reached(limits.per_day, usage.day)
        || reached(per_code, usage.code)
        || limits.budget.is_some_and(|budget| usage.spent >= budget)
    {
        let refusal = Refusal::new(MembershipReason::CodeUsedUp);
        return Err(refusal.held_by(found.own_order));
    }
    Ok(())
}

fn needs_member(audience: &RuleAudience) -> bool {
    audience.kind() == AudienceKind::Members
        || !audience.tier_ids.is_empty()
        || !audience.tag_ids.is_empty()
        || audience.first_order
        || audience.birth_month
}

fn is_for(audience: &RuleAudience, member: &CodeMember, month: u8) -> bool {
    let one_of = |wanted: &[String], held: &[Uuid]| {
        wanted.is_empty() || held.iter().any(|id| wanted.contains(&id.to_string()))
    };
    audience.kind() != AudienceKind::Guests
        && one_of(&audience.tier_ids, member.tier.as_slice())
        && one_of(&audience.tag_ids, &member.tags)
        && (!audience.first_order || member.first_order)
        && (!audience.birth_month || member.birth_month == Some(month))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proto::membership::v1::{RuleConditions, RuleLimits};

    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-09-02T04:00:00Z".parse().unwrap()
    }

    fn brand() -> BrandId {
        BrandId::from_uuid(Uuid::from_u128(1))
    }

    fn rule(conditions: RuleConditions, limits: RuleLimits) -> BenefitRule {
        BenefitRule {
            conditions: Some(conditions),
            limits: Some(limits),
            ..BenefitRule::default()
        }
    }

    fn judged(rule: &BenefitRule, usage: Usage, member: Option<&CodeMember>) -> String {
        judged_active(rule, usage, member, true)
    }

    fn judged_active(
        rule: &BenefitRule,
        usage: Usage,
        member: Option<&CodeMember>,
        active: bool,
    ) -> String {
        let found = FoundCode {
            rule,
            active,
            uses_per_code: 0,
            usage,
            own_order: None,
        };
        match judge(&found, brand(), member, 9, now()) {
            Ok(()) => "OK".to_owned(),
            Err(refusal) => refusal.reason.to_string(),
        }
    }

    fn members() -> RuleConditions {
        RuleConditions {
            audience: Some(RuleAudience {
                kind: AudienceKind::Members.into(),
                ..RuleAudience::default()
            }),
            ..RuleConditions::default()
        }
    }

    #[test]
    fn what_is_not_theirs_looks_like_what_does_not_exist() {
        let other_brand = RuleConditions {
            brand_ids: vec![Uuid::from_u128(2).to_string()],
            ..RuleConditions::default()
        };
        let later = RuleConditions {
            starts_at: Some(time::to_wire(now() + TimeDelta::seconds(1))),
            ..RuleConditions::default()
        };
        let of_tier = RuleConditions {
            audience: Some(RuleAudience {
                tier_ids: vec![Uuid::from_u128(3).to_string()],
                ..RuleAudience::default()
            }),
            ..RuleConditions::default()
        };
        let member = CodeMember::default();
        for conditions in [other_brand, later, of_tier] {
            let rule = rule(conditions, RuleLimits::default());
            let found = judged(&rule, Usage::default(), Some(&member));
            assert_eq!(found, "CODE_INVALID", "{rule:?}");
        }
    }

    #[test]
    fn a_guest_is_sent_to_sign_in_only_for_a_code_that_lives() {
        let alive = rule(members(), RuleLimits::default());
        assert_eq!(judged(&alive, Usage::default(), None), "NEEDS_LOGIN");
        assert_eq!(
            judged_active(&alive, Usage::default(), None, false),
            "CODE_EXPIRED"
        );
        assert_eq!(
            judged(&alive, Usage::default(), Some(&CodeMember::default())),
            "OK"
        );
    }

    #[test]
    fn the_second_of_the_end_is_included() {
        let until = |end: DateTime<Utc>| {
            let conditions = RuleConditions {
                ends_at: Some(time::to_wire(end)),
                ..RuleConditions::default()
            };
            judged(
                &rule(conditions, RuleLimits::default()),
                Usage::default(),
                None,
            )
        };
        assert_eq!(until(now()), "OK");
        assert_eq!(until(now() - TimeDelta::seconds(1)), "CODE_EXPIRED");
    }

    #[test]
    fn a_limit_of_ones_own_is_named_before_that_of_all() {
        let limits = RuleLimits {
            total: Some(1),
            per_member: Some(1),
            budget: Some(100),
            ..RuleLimits::default()
        };
        let rule = rule(RuleConditions::default(), limits);
        let by_others = Usage {
            total: 1,
            ..Usage::default()
        };
        let by_oneself = Usage {
            total: 1,
            customer: 1,
            ..Usage::default()
        };
        let spent = Usage {
            spent: 100,
            ..Usage::default()
        };
        assert_eq!(judged(&rule, by_others, None), "CODE_USED_UP");
        assert_eq!(judged(&rule, by_oneself, None), "PER_MEMBER_LIMIT");
        assert_eq!(judged(&rule, spent, None), "CODE_USED_UP");
        assert_eq!(
            judged(
                &rule,
                Usage {
                    spent: 99,
                    ..Usage::default()
                },
                None
            ),
            "OK"
        );
    }
}
