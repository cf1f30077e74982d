//! Sample carts, reports and replays on the wire.

use benefit_rules::{EnablingReport, Relation, explanation, rejection};
use chassis::time;
use pricing::{
    Adjustment, MemberTagId, Outcome, TierId,
    rules::{Customer, Member},
};
use proto::membership::v1::{self as wire, BenefitClass, BenefitRule, SampleMember};

use super::benefit_wire::count;
use crate::{
    app::rule_preview::{BranchMenu, PricedSample},
    domain::benefits::hold::UseClass,
    store::replays::Replay,
};

/// The class of a rule that is tried; a tier's acts as a promotion does.
pub const fn sample_class(class: UseClass) -> BenefitClass {
    match class {
        UseClass::Promotion => BenefitClass::Promotion,
        UseClass::Tier => BenefitClass::Tier,
        UseClass::Code => BenefitClass::Code,
        UseClass::Coupon => BenefitClass::Coupon,
    }
}

/// Who a sample cart is priced for.
pub fn sample_customer(member: Option<&SampleMember>, month: u8) -> Customer {
    let Some(member) = member else {
        return Customer::Guest;
    };
    let tags = member.tag_ids.iter().filter_map(|id| id.parse().ok());
    Customer::Member(Member {
        tier: member.tier_id.parse().ok().map(TierId::from_uuid),
        tags: tags.map(MemberTagId::from_uuid).collect(),
        first_order: member.first_order,
        birth_month: member.birth_month.then_some(month),
        ..Member::default()
    })
}

/// A sample cart with its prices.
pub fn sample_price(rule: &BenefitRule, sample: &PricedSample) -> wire::SamplePrice {
    let (before, after) = (&sample.preview.before, &sample.preview.after);
    let mut adjustments: Vec<wire::SampleAdjustment> = Vec::new();
    let of_lines = after.lines.iter().flat_map(|line| &line.adjustments);
    let of_fees = after.fees.iter().flat_map(|fee| &fee.adjustments);
    let mut all: Vec<&Adjustment> = of_lines.chain(of_fees).collect();
    all.sort_by_key(|adjustment| adjustment.stage);
    for adjustment in all {
        let id = adjustment.rule.to_string();
        match adjustments.iter_mut().find(|known| known.rule_id == id) {
            Some(known) => known.amount += adjustment.amount.minor(),
            None => adjustments.push(sample_adjustment(adjustment)),
        }
    }
    let rejected = after.rejected.iter().map(|rejected| {
        let (reason, params) = rejection(&rejected.reason);
        wire::SampleRejection {
            rule_id: rejected.rule.to_string(),
            name: rejected.name.to_string(),
            reason: reason.to_owned(),
            params: params.into_iter().collect(),
        }
    });
    let entered = after.entered.iter().filter_map(|outcome| match outcome {
        Outcome::Used => None,
        Outcome::NotUsed(why) => {
            let (reason, params) = rejection(why);
            Some(wire::SampleRejection {
                rule_id: rule.rule_id.clone(),
                name: rule.name.clone(),
                reason: reason.to_owned(),
                params: params.into_iter().collect(),
            })
        }
    });
    wire::SamplePrice {
        list_total: after.list.minor(),
        before: before.goods.minor(),
        after: after.goods.minor(),
        adjustments,
        rejections: rejected.chain(entered).collect(),
        unknown_lines: sample.unknown.iter().map(|line| count(*line)).collect(),
    }
}

fn sample_adjustment(adjustment: &Adjustment) -> wire::SampleAdjustment {
    let (kind, params) = explanation(&adjustment.why);
    wire::SampleAdjustment {
        stage: adjustment
            .stage
            .letter()
            .map(String::from)
            .unwrap_or_default(),
        rule_id: adjustment.rule.to_string(),
        name: adjustment.name.to_string(),
        amount: adjustment.amount.minor(),
        kind: kind.to_owned(),
        params: params.into_iter().collect(),
    }
}

/// The report before enabling.
pub fn enabling_report(report: &EnablingReport, menu: &BranchMenu) -> wire::CheckPromotionResponse {
    let conflicts = report.conflicts.iter().map(|conflict| wire::RuleConflict {
        rule_id: conflict.rule.to_string(),
        name: conflict.name.to_string(),
        relation: relation(conflict.relation).into(),
    });
    let worst = report.worst.iter().map(|case| wire::WorstCase {
        product_id: case.product.to_string(),
        variant_id: case.variant.to_string(),
        name: menu.name(case.product, case.variant),
        list: case.list.minor(),
        least: case.least.minor(),
        rule_ids: case.rules.iter().map(ToString::to_string).collect(),
    });
    wire::CheckPromotionResponse {
        conflicts: conflicts.collect(),
        depth: count(report.depth),
        worst: worst.collect(),
        below_floor: count(report.below_floor),
        warnings: report
            .warnings
            .iter()
            .map(|warning| (*warning).to_owned())
            .collect(),
    }
}

const fn relation(relation: Relation) -> wire::RuleRelation {
    match relation {
        Relation::Stacks => wire::RuleRelation::Stacks,
        Relation::SameGroup => wire::RuleRelation::SameGroup,
        Relation::StandsAlone => wire::RuleRelation::StandsAlone,
        Relation::NotBeside => wire::RuleRelation::NotBeside,
        Relation::SameUnits => wire::RuleRelation::SameUnits,
    }
}

/// A replay on the wire.
pub fn replay(replay: &Replay) -> wire::Replay {
    wire::Replay {
        replay_id: replay.id.to_string(),
        brand_id: replay.brand.to_string(),
        promotion_id: replay
            .promotion
            .map(|promotion| promotion.to_string())
            .unwrap_or_default(),
        rule: Some(replay.rule.clone()),
        days: replay.days,
        state: replay.state.to_wire(),
        orders_read: replay.orders_read,
        started_at: Some(time::to_wire(replay.started_at)),
        finished_at: replay.finished_at.map(time::to_wire),
        result: replay.result.clone(),
    }
}
