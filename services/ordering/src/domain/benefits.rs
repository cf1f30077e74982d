//! What promotions, tier, codes, coupons and points do to an order: stored with it and shown for ever.
//!
//! Amounts are in the minor unit of the order's currency. Sentences are made by the screens from kinds, reasons
//! and params.

use std::collections::{BTreeMap, BTreeSet};

use chassis::text_enum;
use chrono::{DateTime, Utc};
use pricing::RuleId;
use proto::ordering::v1 as wire;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Data for a sentence.
pub type Params = BTreeMap<String, String>;

/// What they do to an order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Benefits {
    /// Version of the brand's rules that it was priced by; 0 for none.
    pub rules_version: i64,
    /// Kind of payment that it was priced for.
    pub payment_kind: Option<String>,
    /// What each rule takes off the whole order, in the order of computation.
    pub discounts: Vec<DiscountTotal>,
    /// Gifts, those that are not given included.
    pub gifts: Vec<Gift>,
    /// What became of what the customer entered, in the cart's order.
    pub entered: Vec<EnteredOutcome>,
    /// Rules that act automatically, concern the cart and did nothing.
    pub not_applied: Vec<RejectedRule>,
    /// Points of a member.
    pub points: Option<PointsOutcome>,
    /// Membership holds something of it for the order.
    #[serde(default)]
    pub held: bool,
}

/// What a rule takes off the whole order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscountTotal {
    /// Letter of its stage.
    pub stage: String,
    /// Rule, or the points programme.
    pub rule: Uuid,
    /// Version of the rule.
    pub version: i64,
    /// Name as the customer sees it.
    pub name: String,
    /// Amount, below 0.
    pub amount: i64,
    /// Kind of explanation.
    pub kind: String,
    /// Data for its sentence.
    pub params: Params,
}

/// A gift.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gift {
    /// The rule that gives it.
    pub rule: Uuid,
    /// Version of the rule.
    pub version: i64,
    /// Name of the rule as the customer sees it.
    pub name: String,
    /// Product.
    pub product: Uuid,
    /// Variant.
    pub variant: Uuid,
    /// Product name as sold.
    pub product_name: String,
    /// Variant name as sold.
    pub variant_name: String,
    /// How many.
    pub quantity: i32,
    /// List price of one.
    pub unit_list: i64,
    /// What becomes of it.
    pub state: GiftState,
}

text_enum! {
    /// What becomes of a gift.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum GiftState: wire::GiftState {
        /// It is given.
        Given = "given",
        /// 贈品已送完.
        SoldOut = "sold_out",
        /// The customer does not want it.
        Declined = "declined",
    }
}

text_enum! {
    /// What a customer can enter.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum EnteredKind: wire::EnteredKind {
        /// 優惠碼.
        Code = "code",
        /// 優惠券.
        Coupon = "coupon",
        /// 點數.
        Points = "points",
    }
}

/// What became of a code, a coupon or the points that the customer entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnteredOutcome {
    /// Which of them.
    pub kind: EnteredKind,
    /// Place among the codes or coupons of the cart.
    pub place: usize,
    /// The code as typed, or the coupon's id; empty for points.
    pub entered: String,
    /// The code, where it is known.
    pub code: Option<Uuid>,
    /// The coupon, where it is known.
    pub coupon: Option<Uuid>,
    /// Its rule, where it is known.
    pub rule: Option<Uuid>,
    /// Version of the rule; 0 where none is known.
    pub version: i64,
    /// Name of the rule; empty where none is known.
    pub name: String,
    /// What it takes off, below 0.
    pub amount: i64,
    /// Why it is not used; `None` when it is.
    pub rejection: Option<Rejection>,
    /// What the order would cost with it, where the customer may choose.
    pub total_with: Option<i64>,
    /// When it ends.
    pub ends_at: Option<DateTime<Utc>>,
}

/// Why something does nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// Stable reason.
    pub reason: String,
    /// Data for its sentence.
    pub params: Params,
}

/// A rule that acts automatically and did nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedRule {
    /// Rule.
    pub rule: Uuid,
    /// Version of the rule.
    pub version: i64,
    /// Name as the customer sees it.
    pub name: String,
    /// Why.
    pub rejection: Rejection,
}

/// Points used and earned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointsOutcome {
    /// Points programme.
    pub programme: Uuid,
    /// Version of the programme.
    pub version: i64,
    /// Name of the unit.
    pub unit_name: String,
    /// Points that were asked for.
    pub requested: u32,
    /// Points used.
    pub used: u32,
    /// What they take off, below 0.
    pub amount: i64,
    /// The order takes no more than are used.
    pub capped: bool,
    /// Points that it earns when it is completed.
    pub to_earn: u32,
    /// Goods that earn.
    pub earning_base: i64,
    /// Factor of 點數倍加, 10,000 for once.
    pub factor_bp: u32,
}

/// Something that may be bought in addition at a price of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The rule that offers it.
    pub rule: Uuid,
    /// Version of the rule.
    pub version: i64,
    /// Name of the rule as the customer sees it.
    pub name: String,
    /// Product.
    pub product: Uuid,
    /// Variant.
    pub variant: Uuid,
    /// Price of one; options are on top.
    pub price: i64,
    /// List price of one.
    pub list: i64,
    /// How many at that price.
    pub most: u32,
}

/// What an order uses of one rule, as membership holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleUse {
    /// The rule.
    pub rule: Uuid,
    /// Version of the rule.
    pub version: i64,
    /// What brought it in; `None` for a rule that acts automatically.
    pub entered: Option<EnteredKind>,
    /// Letter of its stage.
    pub stage: String,
    /// What it takes off.
    pub amount: i64,
    /// Code, for one.
    pub code: Option<Uuid>,
    /// Coupon, for one.
    pub coupon: Option<Uuid>,
    /// Its place among the codes or coupons of the cart.
    pub place: usize,
}

impl EnteredOutcome {
    /// It is used.
    #[must_use]
    pub const fn is_used(&self) -> bool {
        self.rejection.is_none()
    }

    /// Its field in the cart.
    #[must_use]
    pub fn field(&self) -> String {
        field_of(self.kind, self.place)
    }
}

/// The field of the cart that something was entered in.
#[must_use]
pub fn field_of(kind: EnteredKind, place: usize) -> String {
    match kind {
        EnteredKind::Code => format!("codes[{place}]"),
        EnteredKind::Coupon => format!("coupons[{place}]"),
        EnteredKind::Points => "points".to_owned(),
    }
}

impl Benefits {
    /// Nothing of them concerns the order.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.discounts.is_empty()
            && self.gifts.is_empty()
            && self.entered.is_empty()
            && self.not_applied.is_empty()
            && self.points.is_none()
    }

    /// Points used.
    #[must_use]
    pub fn points_used(&self) -> u32 {
        self.points.as_ref().map_or(0, |points| points.used)
    }

    /// What each rule took off, with the code or the coupon that brought it in. Coupons of one template are one
    /// rule, of which the first is named.
    pub fn uses_of_rules(
        &self,
    ) -> impl Iterator<Item = (&DiscountTotal, Option<Uuid>, Option<Uuid>)> {
        self.discounts.iter().map(|total| {
            let mut used = self.entered.iter().filter(|entered| entered.is_used());
            let entered = used.find(|entered| entered.rule == Some(total.rule));
            let code = entered.and_then(|entered| entered.code);
            let coupon = entered.and_then(|entered| entered.coupon);
            (total, code, coupon)
        })
    }

    /// What membership has to hold: codes, coupons, and rules whose use is counted.
    #[must_use]
    pub fn uses(&self, counted: &BTreeSet<RuleId>) -> Vec<RuleUse> {
        let used = self.entered.iter().filter(|entered| entered.is_used());
        let mut uses: Vec<RuleUse> = used
            .filter_map(|entered| {
                Some(RuleUse {
                    rule: entered.rule?,
                    version: entered.version,
                    entered: Some(entered.kind),
                    stage: String::new(),
                    amount: -entered.amount,
                    code: entered.code,
                    coupon: entered.coupon,
                    place: entered.place,
                })
            })
            .collect();
        let automatic = self
            .discounts
            .iter()
            .filter(|discount| counted.contains(&RuleId::from_uuid(discount.rule)));
        for discount in automatic {
            if uses.iter().any(|known| known.rule == discount.rule) {
                continue;
            }
            uses.push(RuleUse {
                rule: discount.rule,
                version: discount.version,
                entered: None,
                stage: discount.stage.clone(),
                amount: -discount.amount,
                code: None,
                coupon: None,
                place: 0,
            });
        }
        uses
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(stage: &str, rule: u128, amount: i64) -> DiscountTotal {
        DiscountTotal {
            stage: stage.to_owned(),
            rule: Uuid::from_u128(rule),
            version: 1,
            name: String::new(),
            amount,
            kind: String::new(),
            params: Params::new(),
        }
    }

    fn entered(kind: EnteredKind, rule: u128, used: bool) -> EnteredOutcome {
        let rejection = Rejection {
            reason: "NO_EFFECT".to_owned(),
            params: Params::new(),
        };
        EnteredOutcome {
            kind,
            place: 0,
            entered: String::new(),
            code: None,
            coupon: Some(Uuid::from_u128(rule)),
            rule: Some(Uuid::from_u128(rule)),
            version: 1,
            name: String::new(),
            amount: -5,
            rejection: (!used).then_some(rejection),
            total_with: None,
            ends_at: None,
        }
    }

    #[test]
    fn what_is_entered_and_used_and_what_is_counted_is_held_each_once() {
        let benefits = Benefits {
            discounts: vec![total("C", 1, -10), total("C", 2, -20), total("F", 3, -5)],
            entered: vec![
                entered(EnteredKind::Coupon, 3, true),
                entered(EnteredKind::Coupon, 4, false),
            ],
            ..Default::default()
        };
        let counted = [2, 3].map(|rule| RuleId::from_uuid(Uuid::from_u128(rule)));
        let uses = benefits.uses(&counted.into());
        let found: Vec<_> = uses
            .iter()
            .map(|used| (used.rule.as_u128(), used.amount, used.entered.is_some()))
            .collect();
        assert_eq!(found, [(3, 5, true), (2, 20, false)]);
    }
}
