//! Benefits of quotes and orders as messages.

use std::collections::HashMap;

use chassis::money::Money;
use proto::ordering::v1 as wire;
use uuid::Uuid;

use crate::{
    app::{
        proposed_coupons::UsableCoupon,
        quote::{ShownQuote, to_timestamp},
    },
    domain::{
        benefits::{
            Benefits, DiscountTotal, EnteredOutcome, Gift, Offer, Params, PointsOutcome,
            RejectedRule,
        },
        quote::PricedLine,
    },
};

/// Benefits of a quote or an order that costs `total`.
#[must_use]
pub(super) fn benefits_to_wire(benefits: &Benefits, total: Money) -> wire::Benefits {
    let entered = benefits.entered.iter();
    wire::Benefits {
        discounts: benefits.discounts.iter().map(discount).collect(),
        gifts: benefits.gifts.iter().map(gift).collect(),
        entered: entered.map(|one| outcome(one, total)).collect(),
        not_applied: benefits.not_applied.iter().map(rejected).collect(),
        points: benefits.points.as_ref().map(points),
    }
}

/// The same with what the member may do about points.
pub(super) fn with_balance(mut benefits: wire::Benefits, shown: &ShownQuote) -> wire::Benefits {
    if let (Some(points), Some(available)) = (&mut benefits.points, &shown.points) {
        points.balance = Some(available.balance.cast_signed());
        points.worth_of_100 = available.worth_of_100.cast_signed();
        points.min_points = available.min_points.cast_signed();
        points.step = available.step.cast_signed();
    }
    benefits
}

fn discount(total: &DiscountTotal) -> wire::DiscountTotal {
    wire::DiscountTotal {
        stage: total.stage.clone(),
        rule_id: total.rule.to_string(),
        rule_version: total.version,
        name: total.name.clone(),
        amount: total.amount,
        kind: total.kind.clone(),
        params: wire_params(&total.params),
    }
}

fn gift(gift: &Gift) -> wire::Gift {
    wire::Gift {
        rule_id: gift.rule.to_string(),
        rule_version: gift.version,
        name: gift.name.clone(),
        product_id: gift.product.to_string(),
        variant_id: gift.variant.to_string(),
        product_name: gift.product_name.clone(),
        variant_name: gift.variant_name.clone(),
        quantity: gift.quantity,
        unit_list: gift.unit_list,
        state: gift.state.to_wire(),
    }
}

fn outcome(entered: &EnteredOutcome, total: Money) -> wire::EnteredOutcome {
    let (reason, params) = match &entered.rejection {
        Some(rejection) => (rejection.reason.clone(), wire_params(&rejection.params)),
        None => (String::new(), HashMap::new()),
    };
    wire::EnteredOutcome {
        kind: entered.kind.to_wire(),
        field: entered.field(),
        entered: entered.entered.clone(),
        used: entered.is_used(),
        rule_id: optional_id(entered.rule),
        rule_version: entered.version,
        name: entered.name.clone(),
        amount: entered.amount,
        reason,
        params,
        total_with: entered.total_with,
        total_without: entered.total_with.map(|_| total.amount()),
        ends_at: entered.ends_at.map(to_timestamp),
    }
}

fn rejected(rule: &RejectedRule) -> wire::RejectedRule {
    wire::RejectedRule {
        rule_id: rule.rule.to_string(),
        rule_version: rule.version,
        name: rule.name.clone(),
        reason: rule.rejection.reason.clone(),
        params: wire_params(&rule.rejection.params),
    }
}

fn points(points: &PointsOutcome) -> wire::PointsOutcome {
    wire::PointsOutcome {
        programme_id: points.programme.to_string(),
        programme_version: points.version,
        unit_name: points.unit_name.clone(),
        requested: points.requested.cast_signed(),
        used: points.used.cast_signed(),
        amount: points.amount,
        capped: points.capped,
        to_earn: points.to_earn.cast_signed(),
        earning_base: points.earning_base,
        factor_bp: points.factor_bp.cast_signed(),
        ..Default::default()
    }
}

/// Something that may be bought in addition.
pub(super) fn offer_to_wire(offer: &Offer) -> wire::Offer {
    wire::Offer {
        rule_id: offer.rule.to_string(),
        rule_version: offer.version,
        name: offer.name.clone(),
        product_id: offer.product.to_string(),
        variant_id: offer.variant.to_string(),
        price: offer.price,
        list: offer.list,
        most: offer.most.cast_signed(),
    }
}

/// A coupon that could be used.
pub(super) fn usable_coupon_to_wire(coupon: &UsableCoupon) -> wire::UsableCoupon {
    let (reason, params) = match &coupon.rejection {
        Some(rejection) => (rejection.reason.clone(), wire_params(&rejection.params)),
        None => (String::new(), HashMap::new()),
    };
    wire::UsableCoupon {
        coupon_id: coupon.coupon.clone(),
        name: coupon.name.clone(),
        ends_at: coupon.ends_at.map(to_timestamp),
        total_with: coupon.total_with,
        reason,
        params,
    }
}

/// Data for a sentence.
pub(super) fn wire_params(params: &Params) -> HashMap<String, String> {
    let params = params.iter();
    params
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// An id, or nothing.
pub(super) fn optional_id(id: Option<Uuid>) -> String {
    id.map(|id| id.to_string()).unwrap_or_default()
}

/// Points used on each unit of a line.
pub(super) fn unit_points(line: &PricedLine) -> Vec<i32> {
    let points = line.unit_points.iter();
    points.map(|points| points.cast_signed()).collect()
}
