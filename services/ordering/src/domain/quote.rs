//! A priced cart: what is sold, each amount explained, and the hash that binds an order to it.

use chassis::{
    id::{CategoryId, MenuVersionId, OptionId, ProductId, VariantId},
    money::Money,
    sales::Method,
};
use chrono::{DateTime, Utc};
use pricing::PricedGroup;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{
    benefits::{Benefits, GiftState, Offer, Params},
    menu::TaxType,
    priced_with::PricedWith,
};

/// A priced cart, lines in the cart's order, then gifts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Menu version it was priced from.
    pub menu_version: MenuVersionId,
    /// Number of that version.
    pub menu_number: i64,
    /// Method.
    pub method: Method,
    /// Wanted slot.
    pub wanted_at: Option<DateTime<Utc>>,
    /// Lines, then gifts.
    pub lines: Vec<PricedLine>,
    /// Sum of the lines' list prices, gifts included.
    pub list_total: Money,
    /// Fees.
    pub fees: Vec<Fee>,
    /// What is to be paid, tax contained.
    pub total: Money,
    /// Hash over what is sold and paid.
    pub hash: String,
    /// What promotions, tier, codes, coupons and points do, where any of them concerns the cart.
    pub benefits: Option<Benefits>,
    /// What may be bought in addition.
    pub offers: Vec<Offer>,
    /// What decided the price beside menu, lines and fees.
    pub priced_with: Option<PricedWith>,
}

impl Quote {
    /// Membership holds something for it.
    #[must_use]
    pub fn holds_benefits(&self) -> bool {
        self.benefits.as_ref().is_some_and(|benefits| benefits.held)
    }

    /// Kind of payment that its price depends on.
    #[must_use]
    pub fn priced_for_payment(&self) -> Option<&str> {
        self.benefits.as_ref()?.payment_kind.as_deref()
    }

    /// Lines that are gifts, with their places.
    pub fn gift_lines(&self) -> impl Iterator<Item = (usize, &PricedLine)> {
        let lines = self.lines.iter().enumerate();
        lines.filter(|(_, line)| line.gift_of.is_some())
    }
}

/// A priced line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricedLine {
    /// Product.
    pub product: ProductId,
    /// Categories it is in, for who prints it.
    pub categories: Vec<CategoryId>,
    /// Variant.
    pub variant: VariantId,
    /// Product name as sold.
    pub product_name: String,
    /// Variant name as sold.
    pub variant_name: String,
    /// Tax type.
    pub tax_type: TaxType,
    /// Units.
    pub quantity: i32,
    /// One unit with its options.
    pub unit_list: Money,
    /// List amount of the line.
    pub list: Money,
    /// Adjustments in the order of their stages.
    pub adjustments: Vec<Adjustment>,
    /// List plus adjustments.
    pub net: Money,
    /// Net of each unit, which sum up to that. Units are refunded last first.
    pub unit_nets: Vec<Money>,
    /// Points used on each unit and given back with it; empty where none are used.
    pub unit_points: Vec<u32>,
    /// Options as sold, in the menu's order.
    pub options: Vec<SoldOption>,
    /// What was chosen for a combo.
    pub choices: Vec<ComboChoice>,
    /// Note to the kitchen.
    pub note: String,
    /// Who of a group it is for.
    pub nickname: Option<String>,
    /// Station it is made at; empty for none.
    pub station: String,
    /// Print tag; empty for none.
    pub print_tag: String,
    /// Seconds to make one unit.
    pub make_seconds: i32,
    /// Rule that offered it as 加價購.
    pub offered_by: Option<Uuid>,
    /// Units of it are at list price, since the offer does not hold for them.
    pub offer_gone: bool,
    /// Rule whose gift it is.
    pub gift_of: Option<Uuid>,
}

/// A product chosen for a part of a combo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComboChoice {
    /// Product.
    pub product: ProductId,
    /// Variant.
    pub variant: VariantId,
    /// Name of the part, such as 主餐.
    pub part_name: String,
    /// Name of the product and its variant as sold.
    pub name: String,
    /// How many per unit.
    pub quantity: i32,
    /// What it adds to one unit.
    pub amount: Money,
}

/// An option as sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoldOption {
    /// Option.
    pub option: OptionId,
    /// Group's name.
    pub group_name: String,
    /// Option's name.
    pub name: String,
    /// How many per unit.
    pub quantity: i32,
    /// What it adds to one unit after the group's free quota.
    pub amount: Money,
}

/// A change of a line's amount by a rule, explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adjustment {
    /// Stage letter.
    pub stage: String,
    /// Rule.
    pub rule_id: String,
    /// Version of the rule.
    pub rule_version: i64,
    /// Name as the customer sees it.
    pub name: String,
    /// Amount, below zero for a discount.
    pub amount: Money,
    /// The sentence why.
    pub sentence: String,
    /// The amount by unit of the line; empty for a fee.
    pub per_unit: Vec<Money>,
    /// Kind of explanation: which sentence it is.
    pub kind: String,
    /// Data for that sentence.
    pub params: Params,
}

/// A fee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fee {
    /// Kind: bag, delivery or service.
    pub kind: String,
    /// Name as the customer sees it.
    pub name: String,
    /// Amount before its adjustments.
    pub list: Money,
    /// Adjustments in the order of their stages.
    pub adjustments: Vec<Adjustment>,
    /// Amount after them.
    pub amount: Money,
}

/// What the hash of a quote covers: what is sold, how and when, and what it costs.
///
/// A menu that is published again with the same prices gives the same hash, and so does a corrected
/// name. The time promised as soon as possible is not in it, for a sooner one is welcome; it is
/// compared by itself.
pub(super) struct HashInput<'a> {
    pub method: Method,
    pub wanted_at: Option<DateTime<Utc>>,
    pub groups: &'a [PricedGroup],
    pub fees: &'a [Fee],
    pub total: Money,
    pub benefits: Option<&'a Benefits>,
}

/// Hashes item groups, not lines, so that a cart's layout doesn't matter.
pub(super) fn hash(input: &HashInput<'_>) -> String {
    let mut sha = Sha256::new();
    sha.update(b"quote 2");
    sha.update(input.method.as_str());
    sha.update(
        input
            .wanted_at
            .map_or(i64::MIN, |at| at.timestamp())
            .to_be_bytes(),
    );
    for group in input.groups {
        let key = &group.key;
        sha.update(key.product.as_uuid());
        sha.update(key.variant.as_uuid());
        sha.update(key.options.len().to_be_bytes());
        for chosen in &key.options {
            sha.update(chosen.option.as_uuid());
            sha.update(chosen.quantity.to_be_bytes());
        }
        sha.update(group.units.to_be_bytes());
        sha.update(group.unit_list.minor().to_be_bytes());
        sha.update(group.net.minor().to_be_bytes());
    }
    for fee in input.fees {
        sha.update(fee.kind.as_bytes());
        sha.update(fee.amount.amount().to_be_bytes());
    }
    sha.update(input.total.amount().to_be_bytes());
    sha.update(input.total.currency().as_str());
    if let Some(benefits) = input.benefits {
        add_benefits(&mut sha, benefits);
    }
    hex::encode(sha.finalize())
}

/// What is used up and given beside the amounts: where nothing is, the hash is that of the amounts.
fn add_benefits(sha: &mut Sha256, benefits: &Benefits) {
    let used = benefits.entered.iter().filter(|entered| entered.is_used());
    for entered in used {
        sha.update(b"entered");
        sha.update(entered.kind.as_str());
        sha.update(entered.code.or(entered.coupon).unwrap_or_default());
    }
    if benefits.points_used() > 0 {
        sha.update(b"points");
        sha.update(benefits.points_used().to_be_bytes());
    }
    let given = benefits.gifts.iter();
    for gift in given.filter(|gift| gift.state == GiftState::Given) {
        sha.update(b"gift");
        sha.update(gift.product);
        sha.update(gift.variant);
        sha.update(gift.quantity.to_be_bytes());
    }
}
