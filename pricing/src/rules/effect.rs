//! What a rule does. The thirteen kinds of promotion and the benefits of codes, coupons and tiers
//! are made of these.

use super::target::Target;
use crate::{
    amount::{Amount, Rate},
    ids::{ProductId, VariantId},
};

/// Most different slots of a bundle.
pub const MAX_BUNDLE_SLOTS: usize = 8;

/// What a rule does.
///
/// | promotion | effect |
/// |---|---|
/// | 單品折扣, 單品特價 | [`Effect::Item`] |
/// | 第 N 件優惠 | [`Effect::NthUnit`] |
/// | 任選 N 件 | [`Effect::AnyN`] |
/// | 買 X 送 Y | [`Effect::BuyGet`] |
/// | 組合價 | [`Effect::Bundle`] |
/// | 滿額折, 滿件折 | [`Effect::Order`] |
/// | 首購 | [`Effect::Order`] with [`Audience::first_order`](super::Audience::first_order) |
/// | 滿額贈, 滿件贈 | [`Effect::Gift`] with a [`Minimum`](super::Minimum) |
/// | 加價購 | [`Effect::AddOn`] |
/// | 免運, 折運 | [`Effect::DeliveryOff`] |
/// | 點數倍加 | [`Effect::MultiplyPoints`] |
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Each unit for less. 商品兌換 is all of one unit.
    Item(UnitDiscount),
    /// The n-th unit of each n for less.
    NthUnit {
        /// 2 to 99.
        n: u32,
        /// The discount.
        off: UnitDiscount,
        /// Which unit of a set that is.
        take_from: TakeFrom,
    },
    /// Any n units for one price or at a rate.
    AnyN {
        /// 2 to 99.
        n: u32,
        /// For what.
        price: SetPricing,
    },
    /// For each so many bought, so many for less.
    BuyGet {
        /// 1 to 98.
        buy: u32,
        /// 1 to 98; both together at most 99.
        get: u32,
        /// Products that may be got; those that are bought when missing.
        get_from: Option<Target>,
        /// The discount.
        off: UnitDiscount,
        /// Which units of a set are got.
        take_from: TakeFrom,
    },
    /// A unit or more of each slot for one price. The rule's target limits all slots.
    Bundle {
        /// 2 to [`MAX_BUNDLE_SLOTS`].
        slots: Vec<BundleSlot>,
        /// Price of a set.
        price: Amount,
    },
    /// Discount the order.
    Order(OrderDiscount),
    /// A gift, on condition of the rule's [`Minimum`](super::Minimum).
    Gift {
        /// What is given.
        gift: GiftItem,
        /// Once for every time the minimum is reached, not once for all.
        repeats: bool,
    },
    /// Items that may be bought at a price of their own while the conditions hold.
    AddOn(Vec<OfferedItem>),
    /// Discount the delivery fee.
    DeliveryOff(Discount),
    /// Points times a factor.
    MultiplyPoints {
        /// 10,000 bp are once.
        factor: Rate,
        /// 可疊加: what it adds to once is added to the highest factor.
        adds: bool,
    },
}

/// What a unit costs less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitDiscount {
    /// A part of it; the whole makes it free.
    Percent(Rate),
    /// An amount.
    Amount(Amount),
    /// All beyond a price.
    Price(Amount),
}

/// What an amount is less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Discount {
    /// A part of it.
    Percent(Rate),
    /// An amount.
    Amount(Amount),
}

/// What a set costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetPricing {
    /// One price for the whole set.
    Fixed(Amount),
    /// A percentage off its units.
    PercentOff(Rate),
}

/// Which unit of a set is free or for less.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TakeFrom {
    /// The cheapest.
    #[default]
    Cheapest,
    /// 折價取高.
    MostExpensive,
}

/// A slot of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleSlot {
    /// What fits.
    pub target: Target,
    /// Units of it in a set.
    pub units: u32,
}

/// Discounts from thresholds on; the highest reached counts. A threshold of 0 is always reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderDiscount {
    /// What is measured.
    pub measure: Measure,
    /// Thresholds, rising.
    pub thresholds: Vec<Threshold>,
    /// 每滿: the amount of the only step, once for every time its threshold is reached.
    pub repeats: bool,
}

impl OrderDiscount {
    /// Discount whatever the order amounts to.
    #[must_use]
    pub fn always(off: Discount) -> Self {
        Self::from_spend(0, off)
    }

    /// Discount from an amount on.
    #[must_use]
    pub fn from_spend(at: i64, off: Discount) -> Self {
        Self {
            measure: Measure::Spend,
            thresholds: vec![Threshold { at, off }],
            repeats: false,
        }
    }
}

/// What a threshold is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The amount in the minor unit.
    Spend,
    /// The count of units.
    Units,
}

/// A threshold of a discount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// Minor units or units.
    pub at: i64,
    /// The discount.
    pub off: Discount,
}

/// What is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GiftItem {
    /// Product.
    pub product: ProductId,
    /// Variant.
    pub variant: VariantId,
    /// List price of one.
    pub list: Amount,
    /// How many at a time.
    pub quantity: u32,
}

/// What may be bought in addition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfferedItem {
    /// Product.
    pub product: ProductId,
    /// Variant.
    pub variant: VariantId,
    /// Price of one; options are on top.
    pub price: Amount,
    /// How many at that price.
    pub most: u32,
}
