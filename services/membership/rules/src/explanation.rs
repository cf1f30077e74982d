//! Explanations, rejections and notices as a kind with its numbers. A kind is one sentence of the web
//! apps; its words are theirs.

use std::{collections::BTreeMap, fmt::Display};

use pricing::{
    Action, Explanation, Notice, Rate, Reason,
    rules::{Discount, Measure, SetPricing, UnitDiscount},
};

/// Data for a sentence.
type Params = BTreeMap<String, String>;

/// Why an amount changed: `off` is what the rule takes off the whole order, `times` how often,
/// `limited` stands there when a limit made it less than the rule says.
#[must_use]
pub fn explanation(why: &Explanation) -> (&'static str, Params) {
    let mut params = Params::new();
    let mut put = |name: &str, value: &dyn Display| {
        params.insert(name.to_owned(), value.to_string());
    };
    put("off", &why.off.minor());
    put("times", &why.times);
    if why.limited {
        put("limited", &true);
    }
    let kind = match why.action {
        Action::Item(off) => unit(off, ITEM, &mut put),
        Action::NthUnit { n, off } => {
            put("n", &n);
            unit(off, NTH_UNIT, &mut put)
        }
        Action::AnyN { n, price } => {
            put("n", &n);
            match price {
                SetPricing::Fixed(price) => {
                    put("price", &price.minor());
                    "any_n_price"
                }
                SetPricing::PercentOff(rate) => {
                    put("percent_bp", &rate.as_bp());
                    "any_n_percent"
                }
            }
        }
        Action::BuyGet { buy, get, off } => {
            put("buy", &buy);
            put("get", &get);
            unit(off, BUY_GET, &mut put)
        }
        Action::Bundle { price } => {
            put("price", &price.minor());
            "bundle"
        }
        Action::Reached { measure, at, off } => {
            let kinds = match (at, measure) {
                (0, _) => ORDER,
                (_, Measure::Spend) => SPEND,
                (_, Measure::Units) => UNITS,
            };
            if at > 0 {
                put("at", &at);
            }
            amount(off, kinds, &mut put)
        }
        Action::Gift => "gift",
        Action::AddOn { price } => {
            put("price", &price.minor());
            "add_on"
        }
        Action::Delivery(Discount::Percent(Rate::WHOLE)) => "delivery_free",
        Action::Delivery(off) => amount(off, DELIVERY, &mut put),
        Action::Points { points } => {
            put("points", &points);
            "points"
        }
    };
    (kind, params)
}

/// Why a rule, a code, a coupon or points did nothing.
#[must_use]
pub fn rejection(reason: &Reason) -> (&'static str, Params) {
    let mut params = Params::new();
    let mut put = |name: &str, value: &dyn Display| {
        params.insert(name.to_owned(), value.to_string());
    };
    match reason {
        Reason::MinSpend { gap } => put("gap", &gap.minor()),
        Reason::MinQuantity { gap } => put("gap", gap),
        Reason::LostToBetter { saving } => put("saving", &saving.minor()),
        Reason::NotCombinable { with, total } => {
            let with: Vec<_> = with.iter().map(ToString::to_string).collect();
            put("with", &with.join(","));
            if let Some(total) = total {
                put("total", &total.minor());
            }
        }
        Reason::PointsInsufficient { balance } => put("balance", balance),
        Reason::PointsStep { min_points, step } => {
            put("min_points", min_points);
            put("step", step);
        }
        Reason::NotInPeriod
        | Reason::NotThisBranch
        | Reason::NotThisMethod
        | Reason::NotThisChannel
        | Reason::NotThisPayment
        | Reason::NotThisTime
        | Reason::NotEligibleMember
        | Reason::NeedsLogin
        | Reason::ExcludedItems
        | Reason::UsedUp
        | Reason::PerMemberLimit
        | Reason::NoEffect
        | Reason::DiscountCap
        | Reason::PointsCapped => {}
    }
    (reason.code(), params)
}

/// What the customer should know although nothing is refused.
#[must_use]
pub fn notice(notice: &Notice) -> (&'static str, Params) {
    let params = |params: &[(&str, &dyn Display)]| -> Params {
        let params = params.iter();
        params
            .map(|(name, value)| ((*name).to_owned(), value.to_string()))
            .collect()
    };
    match notice {
        Notice::PointsCapped { requested, used } => (
            "POINTS_CAPPED",
            params(&[("requested", requested), ("used", used)]),
        ),
        Notice::GiftSoldOut { rule } => ("GIFT_SOLD_OUT", params(&[("rule_id", rule)])),
        Notice::OfferGone { line } => ("OFFER_GONE", params(&[("line", line)])),
    }
}

/// Kinds of a discount of units: a part, an amount, all beyond a price, free.
type UnitKinds = [&'static str; 4];
/// Kinds of a discount of an amount: a part, an amount.
type AmountKinds = [&'static str; 2];

const ITEM: UnitKinds = ["item_percent", "item_amount", "item_price", "item_free"];
const NTH_UNIT: UnitKinds = [
    "nth_unit_percent",
    "nth_unit_amount",
    "nth_unit_price",
    "nth_unit_free",
];
const BUY_GET: UnitKinds = [
    "buy_get_percent",
    "buy_get_amount",
    "buy_get_price",
    "buy_get_free",
];
const ORDER: AmountKinds = ["order_percent", "order_amount"];
const SPEND: AmountKinds = ["spend_percent", "spend_amount"];
const UNITS: AmountKinds = ["units_percent", "units_amount"];
const DELIVERY: AmountKinds = ["delivery_percent", "delivery_amount"];

fn unit(
    off: UnitDiscount,
    [percent, amount, price, free]: UnitKinds,
    put: &mut impl FnMut(&str, &dyn Display),
) -> &'static str {
    match off {
        UnitDiscount::Percent(Rate::WHOLE) => free,
        UnitDiscount::Percent(rate) => {
            put("percent_bp", &rate.as_bp());
            percent
        }
        UnitDiscount::Amount(one) => {
            put("amount", &one.minor());
            amount
        }
        UnitDiscount::Price(one) => {
            put("price", &one.minor());
            price
        }
    }
}

fn amount(
    off: Discount,
    [percent, amount]: AmountKinds,
    put: &mut impl FnMut(&str, &dyn Display),
) -> &'static str {
    match off {
        Discount::Percent(rate) => {
            put("percent_bp", &rate.as_bp());
            percent
        }
        Discount::Amount(one) => {
            put("amount", &one.minor());
            amount
        }
    }
}
