//! Why an amount changed, and why it did not.

use std::sync::Arc;

use crate::{
    amount::{Amount, Rate},
    ids::RuleId,
    rules::{Discount, Measure, SetPricing, UnitDiscount},
};

/// When a rule acts; the order is that of computation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// 單品: at most one rule an item.
    Item,
    /// 多件: at most one rule a unit.
    Multi,
    /// 全單.
    Order,
    /// VIP 等級折扣.
    Tier,
    /// 優惠碼.
    Code,
    /// 優惠券.
    Coupon,
    /// 點數折抵.
    Points,
    /// Delivery rules and fees.
    Fees,
    /// Points earned; changes no amount.
    Earning,
}

impl Stage {
    /// The letter of the stage; none for what changes no amount.
    #[must_use]
    pub const fn letter(self) -> Option<char> {
        Some(match self {
            Self::Item => 'A',
            Self::Multi => 'B',
            Self::Order => 'C',
            Self::Tier => 'D',
            Self::Code => 'E',
            Self::Coupon => 'F',
            Self::Points => 'G',
            Self::Fees => 'H',
            Self::Earning => return None,
        })
    }
}

/// A change of an amount by one version of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adjustment {
    /// Stage.
    pub stage: Stage,
    /// Rule.
    pub rule: RuleId,
    /// Version of the rule.
    pub version: i64,
    /// Name as the customer sees it.
    pub name: Arc<str>,
    /// Amount, below zero for a discount.
    pub amount: Amount,
    /// The same by unit of the line, in the units' order; empty for a fee.
    pub per_unit: Vec<Amount>,
    /// What the sentence is made of.
    pub why: Explanation,
}

/// What the sentence why is made of: 「任選 3 杯 99 元：折 6 元」.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What was done.
    pub action: Action,
    /// How many times: units, sets or thresholds.
    pub times: u32,
    /// What the rule takes off the whole order.
    pub off: Amount,
    /// A limit of discount or budget made it less than the rule says.
    pub limited: bool,
}

/// What a rule did, in its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Units for less.
    Item(UnitDiscount),
    /// The n-th unit for less.
    NthUnit {
        /// Units of a set.
        n: u32,
        /// The discount.
        off: UnitDiscount,
    },
    /// Any n units.
    AnyN {
        /// Units of a set.
        n: u32,
        /// For what.
        price: SetPricing,
    },
    /// So many for less for so many bought.
    BuyGet {
        /// Bought.
        buy: u32,
        /// Got.
        get: u32,
        /// The discount.
        off: UnitDiscount,
    },
    /// A set for a price.
    Bundle {
        /// Price of a set.
        price: Amount,
    },
    /// A threshold was reached.
    Reached {
        /// What was measured.
        measure: Measure,
        /// The threshold.
        at: i64,
        /// The discount.
        off: Discount,
    },
    /// A gift.
    Gift,
    /// An offered item at its price.
    AddOn {
        /// Price of one.
        price: Amount,
    },
    /// Less for delivery.
    Delivery(Discount),
    /// Points were used.
    Points {
        /// How many.
        points: u32,
    },
}

/// A rule that concerns the cart and did nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Rule.
    pub rule: RuleId,
    /// Version of the rule.
    pub version: i64,
    /// Name as the customer sees it.
    pub name: Arc<str>,
    /// Why.
    pub reason: Reason,
}

/// Why a rule did nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Before its start or after its end.
    NotInPeriod,
    /// Another branch or brand.
    NotThisBranch,
    /// Another fulfilment method.
    NotThisMethod,
    /// Another channel.
    NotThisChannel,
    /// Another payment method, or none chosen yet.
    NotThisPayment,
    /// Another weekday or hour.
    NotThisTime,
    /// A member it is not for.
    NotEligibleMember,
    /// Only for members, and nobody is signed in.
    NeedsLogin,
    /// The amount is too low.
    MinSpend {
        /// What is missing.
        gap: Amount,
    },
    /// Units are too few.
    MinQuantity {
        /// How many are missing.
        gap: u32,
    },
    /// Nothing in the cart counts for it.
    ExcludedItems,
    /// Its uses or its budget are used up.
    UsedUp,
    /// The customer has used it as often as one may.
    PerMemberLimit,
    /// Another one saves more in its place.
    LostToBetter {
        /// What it would have saved.
        saving: Amount,
    },
    /// It may not stand beside others, or makes the order more expensive by what is lost through it.
    NotCombinable {
        /// Those others.
        with: Vec<RuleId>,
        /// What the order would come to with it in their place, where the customer may choose.
        total: Option<Amount>,
    },
    /// It would take off nothing.
    NoEffect,
    /// It goes beyond 總折扣上限.
    DiscountCap,
    /// More points than the member has.
    PointsInsufficient {
        /// How many there are.
        balance: u32,
    },
    /// Not a multiple of the step, or fewer than the minimum.
    PointsStep {
        /// Fewest at a time.
        min_points: u32,
        /// Threshold.
        step: u32,
    },
    /// The cap is below the minimum of points.
    PointsCapped,
}

impl Reason {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotInPeriod => "NOT_IN_PERIOD",
            Self::NotThisBranch => "NOT_THIS_BRANCH",
            Self::NotThisMethod => "NOT_THIS_METHOD",
            Self::NotThisChannel => "NOT_THIS_CHANNEL",
            Self::NotThisPayment => "NOT_THIS_PAYMENT",
            Self::NotThisTime => "NOT_THIS_TIME",
            Self::NotEligibleMember => "NOT_ELIGIBLE_MEMBER",
            Self::NeedsLogin => "NEEDS_LOGIN",
            Self::MinSpend { .. } => "MIN_SPEND",
            Self::MinQuantity { .. } => "MIN_QUANTITY",
            Self::ExcludedItems => "EXCLUDED_ITEMS",
            Self::UsedUp => "USED_UP",
            Self::PerMemberLimit => "PER_MEMBER_LIMIT",
            Self::LostToBetter { .. } => "LOST_TO_BETTER",
            Self::NotCombinable { .. } => "NOT_COMBINABLE",
            Self::NoEffect => "NO_EFFECT",
            Self::DiscountCap => "DISCOUNT_CAP",
            Self::PointsInsufficient { .. } => "POINTS_INSUFFICIENT",
            Self::PointsStep { .. } => "POINTS_STEP",
            Self::PointsCapped => "POINTS_CAPPED",
        }
    }
}

/// What the customer should know although nothing is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Fewer points are used than requested.
    PointsCapped {
        /// Requested.
        requested: u32,
        /// Used.
        used: u32,
    },
    /// 贈品已送完.
    GiftSoldOut {
        /// The rule that gives it.
        rule: RuleId,
    },
    /// A line bought as an offer, of which units are at list price: the offer does not hold, or
    /// not for so many.
    OfferGone {
        /// The line.
        line: usize,
    },
}

/// How points that are earned are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earned {
    /// Goods net that earns.
    pub base: Amount,
    /// The factor; 10,000 bp are once.
    pub factor: Rate,
    /// Points.
    pub points: u32,
}
