//! Between messages of benefits and the domain.

use chassis::{
    error::{CommonReason, Problem, Violations},
    id::BenefitRuleId,
    time,
};
use chrono::{DateTime, Utc};
use proto::membership::v1 as wire;

use crate::{
    domain::benefits::{
        cost_share::CostShare, coupon::Coupon, coupon_template::Validity, refusal::Refusal,
    },
    store::{
        coupon_entries::CouponEntry, coupon_templates::ShownTemplate, promo_codes::ShownPromoCode,
        promotions::ShownPromotion,
    },
};

/// A message that must be there.
pub fn required<'a, T>(field: &str, value: Option<&'a T>) -> Result<&'a T, Problem> {
    let mut violations = Violations::new();
    let value = chassis::request::required(field, value, &mut violations);
    violations.finish(value)
}

pub fn count(number: impl TryInto<i32>) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}

pub fn cost_shares(shares: &[CostShare]) -> Vec<wire::CostShare> {
    shares.iter().map(CostShare::to_wire).collect()
}

pub fn promotion(shown: &ShownPromotion) -> wire::Promotion {
    let promotion = &shown.promotion;
    wire::Promotion {
        promotion_id: promotion.id.to_string(),
        version: promotion.version,
        internal_name: promotion.internal_name.clone(),
        note: promotion.note.clone(),
        state: shown.state.to_wire(),
        rule: Some(promotion.rule.clone()),
        cost_shares: cost_shares(&promotion.cost_shares),
        enabled_at: promotion.enabled_at.map(time::to_wire),
        state_changed_at: promotion.state_changed_at.map(time::to_wire),
        updated_at: Some(time::to_wire(promotion.updated_at)),
        usage: Some(shown.usage.to_wire()),
    }
}

pub fn promo_code(shown: &ShownPromoCode) -> wire::PromoCode {
    let promo_code = &shown.promo_code;
    wire::PromoCode {
        promo_code_id: promo_code.id.to_string(),
        version: promo_code.version,
        internal_name: promo_code.internal_name.clone(),
        note: promo_code.note.clone(),
        code: promo_code.code.clone(),
        code_count: promo_code.code_count,
        prefix: promo_code.prefix.clone(),
        uses_per_code: promo_code.uses_per_code,
        state: shown.state.to_wire(),
        rule: Some(promo_code.rule.clone()),
        cost_shares: cost_shares(&promo_code.cost_shares),
        state_changed_at: Some(time::to_wire(promo_code.state_changed_at)),
        state_changed_by: promo_code.state_changed_by.clone(),
        created_at: Some(time::to_wire(promo_code.created_at)),
        usage: Some(shown.usage.to_wire()),
    }
}

pub fn template(shown: &ShownTemplate) -> wire::CouponTemplate {
    let template = &shown.template;
    wire::CouponTemplate {
        template_id: template.id.to_string(),
        version: template.version,
        internal_name: template.internal_name.clone(),
        state: template.state.to_wire(),
        rule: Some(template.rule.clone()),
        terms: template.terms.clone(),
        picture_url: template.picture_url.clone(),
        validity: Some(validity(template.validity)),
        uses_per_coupon: template.uses_per_coupon,
        issue_limit: template.issue_limit,
        per_member_limit: template.per_member_limit,
        transferable: template.transferable,
        cost_shares: cost_shares(&template.cost_shares),
        issued_count: count(shown.issued),
        used_count: count(shown.used),
        updated_at: Some(time::to_wire(template.updated_at)),
    }
}

fn validity(validity: Validity) -> wire::CouponValidity {
    match validity {
        Validity::Fixed { from, until } => wire::CouponValidity {
            starts_at: Some(time::to_wire(from)),
            ends_at: Some(time::to_wire(until)),
            days: None,
            start_delay_days: 0,
        },
        Validity::Days { delay, days } => wire::CouponValidity {
            starts_at: None,
            ends_at: None,
            days: Some(days),
            start_delay_days: delay,
        },
    }
}

/// Parses when coupons are valid: a fixed period, or days.
pub fn parse_validity(
    field: &str,
    given: Option<&wire::CouponValidity>,
    violations: &mut Violations,
) -> Option<Validity> {
    let given = chassis::request::required(field, given, violations)?;
    let at = |name: &str| format!("{field}.{name}");
    let from = time::parse_optional(&at("starts_at"), given.starts_at.as_ref(), violations);
    let until = time::parse_optional(&at("ends_at"), given.ends_at.as_ref(), violations);
    let reason = CommonReason::SettingRange;
    match (from, until, given.days) {
        (None, None, Some(days)) => {
            let mut in_range = |name: &str, value, most, least| {
                let range = least..=most;
                chassis::request::in_range(&at(name), value, range, reason, violations)
            };
            let days = in_range("days", days, 730, 1);
            let delay = in_range("start_delay_days", given.start_delay_days, 365, 0);
            Some(Validity::Days { delay, days })
        }
        (Some(from), Some(until), None) => {
            if until < from {
                violations.push(at("ends_at"), CommonReason::PeriodInvalid);
            }
            if given.start_delay_days != 0 {
                violations.push(at("start_delay_days"), CommonReason::ValidationFailed);
            }
            Some(Validity::Fixed { from, until })
        }
        _ => {
            violations.push(field, CommonReason::ValidationFailed);
            None
        }
    }
}

pub fn coupon(coupon: &Coupon, now: DateTime<Utc>) -> wire::Coupon {
    wire::Coupon {
        coupon_id: coupon.id.to_string(),
        template_id: coupon.template.to_string(),
        name: coupon.rule.name.clone(),
        code: coupon.code.clone(),
        member_id: coupon.member.to_string(),
        state: coupon.state(now).to_wire(),
        uses_left: coupon.uses_left(),
        uses_allowed: coupon.uses_allowed,
        valid_from: Some(time::to_wire(coupon.valid_from)),
        valid_until: Some(time::to_wire(coupon.valid_until)),
        issued_at: Some(time::to_wire(coupon.issued_at)),
        terms: coupon.terms.clone(),
        picture_url: coupon.picture_url.clone(),
        transferable: coupon.transferable,
        rule: Some(coupon.rule()),
        order_id: coupon
            .order
            .map(|order| order.to_string())
            .unwrap_or_default(),
        offered_until: None,
    }
}

pub fn coupon_entry(entry: &CouponEntry) -> wire::CouponEntry {
    wire::CouponEntry {
        at: Some(time::to_wire(entry.at)),
        kind: entry.kind.to_wire(),
        order_id: entry
            .order
            .map(|order| order.to_string())
            .unwrap_or_default(),
        branch_id: entry
            .branch
            .map(|branch| branch.to_string())
            .unwrap_or_default(),
        actor: entry.actor.clone(),
        reason: entry.reason.clone(),
    }
}

/// Reason and data of a refusal.
pub fn refusal(refusal: &Refusal) -> (String, std::collections::HashMap<String, String>) {
    let params = refusal.params.iter();
    let params = params.map(|(name, value)| ((*name).to_owned(), value.clone()));
    (refusal.reason.to_string(), params.collect())
}

/// What is common to the drafts of promotions and promo codes.
pub struct DraftFields {
    pub internal_name: String,
    pub note: String,
    pub rule: wire::BenefitRule,
    pub cost_shares: Vec<CostShare>,
}

/// Parses the fields of a draft below `field`.
pub fn parse_draft(
    field: &str,
    id: BenefitRuleId,
    class: wire::BenefitClass,
    sent: (&str, &str, Option<&wire::BenefitRule>, &[wire::CostShare]),
    violations: &mut Violations,
) -> DraftFields {
    let (internal_name, note, rule, shares) = sent;
    let at = |name: &str| format!("{field}.{name}");
    DraftFields {
        internal_name: chassis::text::bounded(
            &at("internal_name"),
            internal_name,
            1..=60,
            violations,
        ),
        note: chassis::text::bounded_multiline(&at("note"), note, 0..=500, violations),
        rule: crate::app::saved_rule::check(rule, class, id, &at("rule"), violations),
        cost_shares: crate::domain::benefits::cost_share::parse(
            &at("cost_shares"),
            shares,
            violations,
        ),
    }
}
