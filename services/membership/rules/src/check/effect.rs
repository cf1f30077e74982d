//! What a rule does.

use pricing::{
    Amount, Class, MAX_AMOUNT, MAX_LINE_UNITS, MAX_UNITS, ProductId, Rate, VariantId,
    rules::{
        BundleSlot, Discount, Effect, GiftItem, MAX_BUNDLE_SLOTS, Measure, OfferedItem,
        OrderDiscount, SetPricing, TakeFrom, Threshold, UnitDiscount,
    },
};
use proto::membership::v1::{
    AddOnItem, AnyNEffect, BenefitEffect, BundleEffectSlot, BuyGetEffect, GiftEffect,
    MembershipReason, OrderEffect, OrderThreshold, PriceCut, RuleConditions, ThresholdMeasure,
    any_n_effect, benefit_effect, price_cut,
};

use super::{fields::Fields, target};

/// Most units of a gift, of an offered item and of a bundle's slot.
const MAX_PIECES: i64 = 20;
/// Most items of an offer.
const MAX_OFFERED: usize = 20;
/// Most thresholds.
const MAX_THRESHOLDS: usize = 10;
/// Most units of a set.
const MAX_SET: i64 = MAX_LINE_UNITS as i64;
/// Lowest and highest factor of points.
const FACTORS: (i64, i64) = (10_000, 100_000);

/// Whether a rate may be the whole: 商品兌換, what is free in a set, 免運.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whole {
    Allowed,
    Refused,
}

impl Whole {
    fn if_allowed(allowed: bool) -> Self {
        if allowed {
            Self::Allowed
        } else {
            Self::Refused
        }
    }
}

pub(super) fn read(
    wire: Option<&BenefitEffect>,
    class: Class,
    conditions: Option<&RuleConditions>,
    fields: &mut Fields<'_>,
) -> Effect {
    let Some(effect) = wire.and_then(|wire| wire.effect.as_ref()) else {
        fields.invalid("");
        return Effect::AddOn(Vec::new());
    };
    match effect {
        benefit_effect::Effect::Item(item) => {
            let whole = Whole::if_allowed(matches!(class, Class::Code | Class::Coupon));
            let mut fields = fields.nested("item");
            Effect::Item(unit_discount(item.off.as_ref(), whole, &mut fields))
        }
        benefit_effect::Effect::NthUnit(nth) => {
            let mut fields = fields.nested("nth_unit");
            Effect::NthUnit {
                n: fields.number("n", nth.n, 2, MAX_SET),
                off: unit_discount(nth.off.as_ref(), Whole::Allowed, &mut fields),
                take_from: take_from(nth.most_expensive),
            }
        }
        benefit_effect::Effect::AnyN(any) => any_n(any, &mut fields.nested("any_n")),
        benefit_effect::Effect::BuyGet(buy) => buy_get(buy, &mut fields.nested("buy_get")),
        benefit_effect::Effect::Bundle(bundle) => {
            let mut fields = fields.nested("bundle");
            fields.count("slots", bundle.slots.len(), 2, MAX_BUNDLE_SLOTS);
            Effect::Bundle {
                slots: fields.each("slots", bundle.slots.iter().take(MAX_BUNDLE_SLOTS), slot),
                price: fields.price("price", bundle.price),
            }
        }
        benefit_effect::Effect::Order(order) => order_discount(order, &mut fields.nested("order")),
        benefit_effect::Effect::Gift(given) => gift(given, conditions, &mut fields.nested("gift")),
        benefit_effect::Effect::AddOn(offer) => {
            let mut fields = fields.nested("add_on");
            fields.count("items", offer.items.len(), 1, MAX_OFFERED);
            Effect::AddOn(fields.each("items", offer.items.iter().take(MAX_OFFERED), offered))
        }
        benefit_effect::Effect::Delivery(delivery) => {
            let mut fields = fields.nested("delivery");
            Effect::DeliveryOff(discount(delivery.off.as_ref(), Whole::Allowed, &mut fields))
        }
        benefit_effect::Effect::Points(points) => {
            // A code or coupon that takes nothing off is never used.
            if matches!(class, Class::Code | Class::Coupon) {
                fields.invalid("points");
            }
            let mut fields = fields.nested("points");
            let bp = fields.number("factor_bp", points.factor_bp, FACTORS.0, FACTORS.1);
            Effect::MultiplyPoints {
                factor: Rate::bp(bp),
                adds: points.adds,
            }
        }
    }
}

fn any_n(wire: &AnyNEffect, fields: &mut Fields<'_>) -> Effect {
    let price = match wire.pricing {
        Some(any_n_effect::Pricing::Price(price)) => {
            SetPricing::Fixed(fields.price("price", price))
        }
        Some(any_n_effect::Pricing::PercentBp(bp)) => {
            SetPricing::PercentOff(rate(bp, Whole::Refused, fields))
        }
        None => {
            fields.invalid("pricing");
            SetPricing::Fixed(Amount::ZERO)
        }
    };
    Effect::AnyN {
        n: fields.number("n", wire.n, 2, MAX_SET),
        price,
    }
}

fn buy_get(wire: &BuyGetEffect, fields: &mut Fields<'_>) -> Effect {
    let buy: u32 = fields.number("buy", wire.buy, 1, MAX_SET - 1);
    let get: u32 = fields.number("get", wire.get, 1, MAX_SET - 1);
    if buy + get > MAX_LINE_UNITS {
        fields.number::<u32>("get", wire.get, 1, MAX_SET - i64::from(buy));
    }
    let get_from = wire.get_from.as_ref();
    Effect::BuyGet {
        buy,
        get,
        get_from: get_from
            .map(|from| target::read_chosen(Some(from), &mut fields.nested("get_from"))),
        off: unit_discount(wire.off.as_ref(), Whole::Allowed, fields),
        take_from: take_from(wire.most_expensive),
    }
}

fn slot(fields: &mut Fields<'_>, name: &str, wire: &BundleEffectSlot) -> BundleSlot {
    let mut fields = fields.nested(name);
    BundleSlot {
        target: target::read_chosen(wire.target.as_ref(), &mut fields.nested("target")),
        units: fields.number("units", wire.units, 1, MAX_PIECES),
    }
}

fn order_discount(wire: &OrderEffect, fields: &mut Fields<'_>) -> Effect {
    let measure = match ThresholdMeasure::try_from(wire.measure) {
        Ok(ThresholdMeasure::Unspecified | ThresholdMeasure::Spend) => Measure::Spend,
        Ok(ThresholdMeasure::Units) => Measure::Units,
        Err(_) => {
            fields.invalid("measure");
            Measure::Spend
        }
    };
    let count = wire.thresholds.len();
    fields.count("thresholds", count, 1, MAX_THRESHOLDS);
    let thresholds: Vec<_> = fields.each(
        "thresholds",
        wire.thresholds.iter().take(MAX_THRESHOLDS),
        |fields, name, one: &OrderThreshold| {
            let mut fields = fields.nested(name);
            let at = match measure {
                Measure::Spend => fields.amount("at", one.at, 0).minor(),
                Measure::Units => fields.number("at", one.at, 0, i64::from(MAX_UNITS)),
            };
            Threshold {
                at,
                off: discount(one.off.as_ref(), Whole::Refused, &mut fields),
            }
        },
    );
    let tiers = MembershipReason::TiersInvalid;
    for (index, pair) in wire.thresholds.windows(2).enumerate() {
        if pair[1].at <= pair[0].at {
            fields.reject(&format!("thresholds[{}].at", index + 1), tiers);
        }
    }
    if wire.repeats {
        match thresholds.as_slice() {
            [] => {}
            [one] => {
                if one.at == 0 {
                    fields.reject("thresholds[0].at", tiers);
                }
                if matches!(one.off, Discount::Percent(_)) {
                    fields.reject("thresholds[0].off", tiers);
                }
            }
            _ => fields.reject("repeats", tiers),
        }
    }
    Effect::Order(OrderDiscount {
        measure,
        thresholds,
        repeats: wire.repeats,
    })
}

fn gift(wire: &GiftEffect, conditions: Option<&RuleConditions>, fields: &mut Fields<'_>) -> Effect {
    let measured = conditions.is_some_and(|one| one.min_spend > 0 || one.min_units > 0);
    // Once for every time a condition is met that there is not.
    if wire.repeats && !measured {
        fields.invalid("repeats");
    }
    Effect::Gift {
        gift: GiftItem {
            product: fields.id("product_id", &wire.product_id, ProductId::from_uuid),
            variant: fields.id("variant_id", &wire.variant_id, VariantId::from_uuid),
            list: Amount::ZERO,
            quantity: fields.number("quantity", wire.quantity, 1, MAX_PIECES),
        },
        repeats: wire.repeats,
    }
}

fn offered(fields: &mut Fields<'_>, name: &str, wire: &AddOnItem) -> OfferedItem {
    let mut fields = fields.nested(name);
    OfferedItem {
        product: fields.id("product_id", &wire.product_id, ProductId::from_uuid),
        variant: fields.id("variant_id", &wire.variant_id, VariantId::from_uuid),
        price: fields.price("price", wire.price),
        most: fields.number("most", wire.most, 1, MAX_PIECES),
    }
}

const fn take_from(most_expensive: bool) -> TakeFrom {
    if most_expensive {
        TakeFrom::MostExpensive
    } else {
        TakeFrom::Cheapest
    }
}

/// What a unit costs less, at `off`.
fn unit_discount(wire: Option<&PriceCut>, whole: Whole, fields: &mut Fields<'_>) -> UnitDiscount {
    let mut fields = fields.nested("off");
    match wire.and_then(|wire| wire.cut.as_ref()) {
        Some(&price_cut::Cut::PercentBp(bp)) => UnitDiscount::Percent(rate(bp, whole, &mut fields)),
        Some(&price_cut::Cut::Amount(amount)) => {
            UnitDiscount::Amount(fields.amount("amount", amount, 1))
        }
        Some(&price_cut::Cut::Price(price)) => UnitDiscount::Price(fields.price("price", price)),
        None => {
            fields.invalid("");
            UnitDiscount::Price(Amount::ZERO)
        }
    }
}

/// What an amount is less, at `off`; a price is none.
fn discount(wire: Option<&PriceCut>, whole: Whole, fields: &mut Fields<'_>) -> Discount {
    let mut fields = fields.nested("off");
    match wire.and_then(|wire| wire.cut.as_ref()) {
        Some(&price_cut::Cut::PercentBp(bp)) => Discount::Percent(rate(bp, whole, &mut fields)),
        Some(&price_cut::Cut::Amount(amount)) => {
            Discount::Amount(fields.amount("amount", amount, 1))
        }
        Some(&price_cut::Cut::Price(_)) => {
            fields.invalid("price");
            Discount::Amount(MAX_AMOUNT)
        }
        None => {
            fields.invalid("");
            Discount::Amount(MAX_AMOUNT)
        }
    }
}

fn rate(bp: i32, whole: Whole, fields: &mut Fields<'_>) -> Rate {
    let most = match whole {
        Whole::Allowed => 10_000,
        Whole::Refused => 9_999,
    };
    Rate::bp(fields.number("percent_bp", bp, 1, most))
}
