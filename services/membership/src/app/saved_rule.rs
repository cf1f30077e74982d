//! A rule as somebody saves it: checked field by field, with its ids in one form.

use chassis::{error::Violations, id::BenefitRuleId, text};
use proto::membership::v1::{
    AudienceKind, BenefitClass, BenefitRule, Exclusivity, RuleTimeBasis, ThresholdMeasure,
    benefit_effect::Effect,
};

/// Checks a rule that was sent and gives it its id, version and class; every fault is named at its field below
/// `field`.
pub fn check(
    sent: Option<&BenefitRule>,
    class: BenefitClass,
    id: BenefitRuleId,
    field: &str,
    violations: &mut Violations,
) -> BenefitRule {
    let mut rule = sent.cloned().unwrap_or_default();
    rule.rule_id = id.to_string();
    rule.version = 1;
    rule.benefit_class = class.into();
    benefit_rules::check_rule(&rule, field, violations);
    rule.name = text::typed(&rule.name);
    one_form(&mut rule);
    rule
}

/// Ids are compared as text, and what was left out is what it means.
fn one_form(rule: &mut BenefitRule) {
    if rule.exclusivity() == Exclusivity::Unspecified {
        rule.set_exclusivity(Exclusivity::None);
    }
    let effect = rule
        .effect
        .as_mut()
        .and_then(|effect| effect.effect.as_mut());
    if let Some(Effect::Order(order)) = effect
        && order.measure() == ThresholdMeasure::Unspecified
    {
        order.set_measure(ThresholdMeasure::Spend);
    }
    let Some(conditions) = &mut rule.conditions else {
        return;
    };
    lower(&mut conditions.brand_ids);
    lower(&mut conditions.branch_ids);
    if conditions.time_basis() == RuleTimeBasis::Unspecified {
        conditions.set_time_basis(RuleTimeBasis::Placed);
    }
    if let Some(audience) = &mut conditions.audience {
        lower(&mut audience.tier_ids);
        lower(&mut audience.tag_ids);
        if audience.kind() == AudienceKind::Unspecified {
            audience.set_kind(AudienceKind::Everyone);
        }
    }
}

fn lower(ids: &mut Vec<String>) {
    for id in &mut *ids {
        if let Ok(parsed) = id.parse::<uuid::Uuid>() {
            *id = parsed.to_string();
        }
    }
    ids.sort();
    ids.dedup();
}

#[cfg(test)]
mod tests {
    use proto::membership::v1::RuleConditions;

    use super::*;

    #[test]
    fn ids_are_kept_in_one_form_each_once() {
        let id = "0190A000-0000-7000-8000-00000000000A";
        let rule = BenefitRule {
            conditions: Some(RuleConditions {
                brand_ids: vec![id.to_owned(), id.to_lowercase()],
                ..RuleConditions::default()
            }),
            ..BenefitRule::default()
        };
        let of = BenefitRuleId::from_uuid(uuid::Uuid::from_u128(1));
        let checked = check(
            Some(&rule),
            BenefitClass::Code,
            of,
            "rule",
            &mut Violations::new(),
        );
        assert_eq!(checked.conditions.unwrap().brand_ids, [id.to_lowercase()]);
        assert_eq!(checked.rule_id, of.to_string());
    }
}
