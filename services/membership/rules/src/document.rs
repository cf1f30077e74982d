//! Stored rules and a brand's document as the values that prices are made of.

use std::collections::BTreeSet;

use anyhow::{Context as _, anyhow, ensure};
use chassis::{error::Violations, time};
use chrono::{DateTime, Utc};
use pricing::{
    Amount, MAX_ENTERED, PointsProgram, ProductId, Rate, RuleId, VariantId,
    rules::{Effect, Limits, Rule, RuleSet},
};
use proto::membership::v1::{BenefitRule, PointsTerms, RuleDocument};

use crate::{check_points, check_rule};

/// What something costs on the menu without options; none when it is not on it.
type ListPrice<'a> = dyn Fn(ProductId, VariantId) -> Option<Amount> + 'a;

/// What a brand's orders are priced by.
#[derive(Clone, Debug)]
pub struct Document {
    /// Number of the version in the brand; 0 where nothing was ever published.
    pub version: i64,
    /// Rules that act automatically, at present or later.
    pub rules: RuleSet,
    /// Versions of the points programme with their start, the earliest first.
    pub points: Vec<(DateTime<Utc>, PointsProgram)>,
    /// 總折扣上限.
    pub discount_cap: Option<Rate>,
    /// Most codes of an order.
    pub max_codes: usize,
    /// Most coupons of an order.
    pub max_coupons: usize,
    /// Rules whose use is counted.
    pub limited: BTreeSet<RuleId>,
}

impl Document {
    /// The points programme in force at an instant.
    #[must_use]
    pub fn points_at(&self, at: DateTime<Utc>) -> Option<&PointsProgram> {
        let started = self.points.iter().rev().find(|(from, _)| *from <= at);
        started.map(|(_, program)| program)
    }
}

/// A stored rule with the list price of its gift; none when it gives what is not on the menu. Of
/// offered items those on the menu stay.
pub fn rule(wire: &BenefitRule, list_price: &ListPrice<'_>) -> anyhow::Result<Option<Rule>> {
    let mut violations = Violations::new();
    let checked = check_rule(wire, "rule", &mut violations);
    let context = || format!("version {} of the rule {:?}", wire.version, wire.rule_id);
    let mut rule = violations.finish(checked).with_context(context)?;
    let on_menu = match &mut rule.effect {
        Effect::Gift { gift, .. } => match list_price(gift.product, gift.variant) {
            Some(list) => {
                gift.list = list;
                true
            }
            None => false,
        },
        Effect::AddOn(items) => {
            items.retain(|item| list_price(item.product, item.variant).is_some());
            !items.is_empty()
        }
        _ => true,
    };
    Ok(on_menu.then_some(rule))
}

/// A brand's document for one menu.
pub fn document(wire: &RuleDocument, list_price: &ListPrice<'_>) -> anyhow::Result<Document> {
    let mut rules = Vec::with_capacity(wire.rules.len());
    for stored in &wire.rules {
        rules.extend(rule(stored, list_price)?);
    }
    let limited = rules.iter().filter(|rule| is_limited(&rule.limits));
    let limited = limited.map(|rule| rule.id).collect();
    let rules = RuleSet::of_brand(rules).map_err(|faults| {
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        anyhow!(
            "version {} of the rules: {}",
            wire.version,
            faults.join(", ")
        )
    })?;
    let points: anyhow::Result<Vec<_>> = wire.points_terms.iter().map(points).collect();
    let mut points = points?;
    points.sort_by_key(|(from, program)| (*from, program.version));
    let discount_cap = match wire.discount_cap_bp {
        Some(bp) => {
            ensure!((1..=10_000).contains(&bp), "a cap of {bp} basis points");
            Some(Rate::bp(bp.unsigned_abs()))
        }
        None => None,
    };
    Ok(Document {
        version: wire.version,
        rules,
        points,
        discount_cap,
        max_codes: most(wire.max_codes),
        max_coupons: most(wire.max_coupons),
        limited,
    })
}

/// Codes or coupons of an order: 1 where nothing was set.
fn most(count: i32) -> usize {
    usize::try_from(count).unwrap_or(1).clamp(1, MAX_ENTERED)
}

fn points(wire: &PointsTerms) -> anyhow::Result<(DateTime<Utc>, PointsProgram)> {
    let mut violations = Violations::new();
    let checked = check_points(wire, "points_terms", &mut violations);
    let context = || {
        format!(
            "version {} of the programme {:?}",
            wire.version, wire.programme_id
        )
    };
    let program = violations.finish(checked).with_context(context)?;
    let from = wire.effective_at.as_ref().and_then(time::from_wire);
    Ok((
        from.with_context(|| format!("the start of {}", context()))?,
        program,
    ))
}

/// Whether what other orders have used matters.
pub(crate) const fn is_limited(limits: &Limits) -> bool {
    limits.total.is_some()
        || limits.per_member.is_some()
        || limits.per_member_day.is_some()
        || limits.per_day.is_some()
        || limits.budget.is_some()
}
