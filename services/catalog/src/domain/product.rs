//! Products and their variants.

use std::collections::BTreeSet;

use chassis::{
    clock::Clock,
    error::{CommonReason, Violations},
    id::{CategoryId, OptionGroupId, ProductId, VariantId},
    request, text, text_enum,
};

/// Highest price of a variant.
pub const HIGHEST_PRICE: i64 = 999_999;
/// Most categories of a product.
pub const MOST_CATEGORIES: usize = 5;
/// Most variants of a product.
pub const MOST_VARIANTS: usize = 12;
/// Longest name of a station or print tag.
pub const LONGEST_LABEL: usize = 20;
/// Most option groups of a product.
pub const MOST_OPTION_GROUPS: usize = 20;
const MOST_PER_ORDER: i32 = 99;
const LONGEST_MAKING: i32 = 86_400;

/// A product of a brand's catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Id.
    pub id: ProductId,
    /// What the owner decides, apart from the variants.
    pub details: Details,
    /// Variants in order; each carries a price.
    pub variants: Vec<Variant>,
    /// Place in its main category.
    pub position: i32,
    /// Version for the next change.
    pub version: i64,
}

/// What the owner of a product decides about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// Code, unique in the brand.
    pub code: String,
    /// Name.
    pub name: String,
    /// English name, may be empty.
    pub name_en: String,
    /// Description, may be empty.
    pub description: String,
    /// Allergens and warnings, may be empty.
    pub allergens: String,
    /// Categories, the first is the main one.
    pub category_ids: Vec<CategoryId>,
    /// Option groups in order.
    pub option_group_ids: Vec<OptionGroupId>,
    /// Tax type, once it is said.
    pub tax_type: Option<TaxType>,
    /// Whether and how it is shown.
    pub display: Display,
    /// Fewest of it in an order.
    pub min_per_order: i32,
    /// Most of it in an order.
    pub max_per_order: i32,
    /// Seconds to make one.
    pub make_seconds: i32,
    /// Station it is made at, may be empty.
    pub station: String,
    /// Print tag, may be empty.
    pub print_tag: String,
}

/// A size or temperature of a product; the stock-keeping unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Id.
    pub id: VariantId,
    /// Name such as 冷; empty for the only one.
    pub name: String,
    /// Price in the minor unit.
    pub price: i64,
}

/// A variant as the caller wants it; without an id it is a new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantDraft {
    /// Id of the variant it changes.
    pub id: Option<VariantId>,
    /// Name.
    pub name: String,
    /// Price.
    pub price: i64,
}

text_enum! {
    /// Tax type of a product.
    pub enum TaxType: proto::catalog::v1::TaxType {
        /// 應稅.
        Taxable = "taxable",
        /// 零稅率.
        ZeroRated = "zero_rated",
        /// 免稅.
        Exempt = "exempt",
    }
}

text_enum! {
    /// Whether and how a product is shown.
    pub enum Display: proto::catalog::v1::DisplayState {
        /// 上架.
        Listed = "listed",
        /// 隱藏: not listed, orderable by direct link.
        Hidden = "hidden",
        /// 下架.
        Delisted = "delisted",
    }
}

impl Details {
    /// Category it is shown in first.
    ///
    /// # Panics
    /// When the product has no category, which [`Details::check`] and the store rule out.
    #[must_use]
    pub fn main_category(&self) -> CategoryId {
        *self.category_ids.first().expect("a product has a category")
    }

    /// Notes what breaks a rule; `path` is put before the field's name (`product.` or nothing).
    pub fn check(&self, path: &str, violations: &mut Violations) {
        let distinct: BTreeSet<_> = self.category_ids.iter().collect();
        let count = self.category_ids.len();
        if count == 0 || count > MOST_CATEGORIES || distinct.len() != count {
            violations.push_with(
                format!("{path}category_ids"),
                CommonReason::ValidationFailed,
                [("min", 1), ("max", MOST_CATEGORIES)],
            );
        }
        let distinct: BTreeSet<_> = self.option_group_ids.iter().collect();
        if self.option_group_ids.len() > MOST_OPTION_GROUPS
            || distinct.len() != self.option_group_ids.len()
        {
            violations.push_with(
                format!("{path}option_group_ids"),
                CommonReason::ValidationFailed,
                [("max", MOST_OPTION_GROUPS)],
            );
        }
        let mut range = |field: &str, value: i32, least: i32, most: i32| {
            request::in_range(
                &format!("{path}{field}"),
                value,
                least..=most,
                CommonReason::ValidationFailed,
                violations,
            );
        };
        range("min_per_order", self.min_per_order, 1, MOST_PER_ORDER);
        range(
            "max_per_order",
            self.max_per_order,
            self.min_per_order.max(1),
            MOST_PER_ORDER,
        );
        range("make_seconds", self.make_seconds, 0, LONGEST_MAKING);
    }
}

/// Notes what is wrong with the variants of one product, under `path` (`product.variants`).
pub fn check_variants(path: &str, variants: &[VariantDraft], violations: &mut Violations) {
    if variants.is_empty() || variants.len() > MOST_VARIANTS {
        violations.push_with(
            path,
            CommonReason::ValidationFailed,
            [("min", 1), ("max", MOST_VARIANTS)],
        );
    }
    let mut names = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for (index, variant) in variants.iter().enumerate() {
        if variant.name.is_empty() && variants.len() > 1 {
            violations.push(
                format!("{path}[{index}].name"),
                CommonReason::ValidationFailed,
            );
        } else if !names.insert(text::folded(&variant.name)) {
            violations.push(format!("{path}[{index}].name"), CommonReason::CodeTaken);
        }
        if variant.id.is_some_and(|id| !ids.insert(id)) {
            violations.push(
                format!("{path}[{index}].variant_id"),
                CommonReason::ValidationFailed,
            );
        }
        if !(0..=HIGHEST_PRICE).contains(&variant.price) {
            violations.push_with(
                format!("{path}[{index}].price"),
                CommonReason::AmountOutOfRange,
                [("min", 0), ("max", HIGHEST_PRICE)],
            );
        }
    }
}

/// Gives the drafts their ids: a named id must be one of `existing`, a new variant gets a new one.
pub fn variants_of(
    drafts: Vec<VariantDraft>,
    existing: &[Variant],
    clock: &dyn Clock,
    violations: &mut Violations,
) -> Vec<Variant> {
    let mut variants = Vec::with_capacity(drafts.len());
    for (index, draft) in drafts.into_iter().enumerate() {
        if draft
            .id
            .is_some_and(|id| existing.iter().all(|variant| variant.id != id))
        {
            violations.push(
                format!("product.variants[{index}].variant_id"),
                CommonReason::NotFound,
            );
        }
        let id = draft.id.unwrap_or_else(|| VariantId::new(clock));
        variants.push(Variant {
            id,
            name: draft.name,
            price: draft.price,
        });
    }
    variants
}

/// Code for a product that was given none: `P00001` and so on, after the highest in use.
#[must_use]
pub fn code_number(number: i64) -> String {
    format!("P{number:05}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples;

    fn wrong(check: impl FnOnce(&mut Violations)) -> Vec<String> {
        let mut violations = Violations::new();
        check(&mut violations);
        let fields = violations.into_result().err().map(|problem| problem.fields);
        fields
            .into_iter()
            .flatten()
            .map(|field| field.field)
            .collect()
    }

    fn variant(name: &str, price: i64) -> VariantDraft {
        VariantDraft {
            id: None,
            name: name.to_owned(),
            price,
        }
    }

    #[test]
    fn a_sample_breaks_no_rule() {
        let product = samples::product("P1", "紅茶", &[("冷", 30)]);
        assert!(wrong(|violations| product.details.check("", violations)).is_empty());
    }

    #[test]
    fn the_most_per_order_is_not_below_the_fewest() {
        let mut details = samples::product("P1", "紅茶", &[("冷", 30)]).details;
        details.min_per_order = 5;
        details.max_per_order = 4;
        details.category_ids.clear();
        assert_eq!(
            wrong(|violations| details.check("product.", violations)),
            ["product.category_ids", "product.max_per_order"]
        );
    }

    #[test]
    fn only_the_only_variant_may_be_nameless() {
        assert!(wrong(|found| check_variants("v", &[variant("", 0)], found)).is_empty());
        assert_eq!(
            wrong(|found| check_variants("v", &[variant("", 0), variant("熱", 0)], found)),
            ["v[0].name"]
        );
        assert_eq!(
            wrong(|found| check_variants(
                "v",
                &[variant("熱", 0), variant("熱", 1_000_000)],
                found
            )),
            ["v[1].name", "v[1].price"]
        );
        assert_eq!(wrong(|found| check_variants("v", &[], found)), ["v"]);
    }
}
