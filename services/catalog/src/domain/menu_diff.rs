//! What a publication changes, with prices.

use std::collections::HashMap;

use chassis::id::{ProductId, VariantId};

use super::{
    catalogue::Catalogue,
    product::{Product, Variant},
};

/// Difference between two menus.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Products that come.
    pub added: usize,
    /// Products that go.
    pub removed: usize,
    /// Products that differ, or whose option groups do.
    pub changed: usize,
    /// Prices that differ.
    pub prices: Vec<PriceChange>,
}

/// A price that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceChange {
    /// Product.
    pub product_id: ProductId,
    /// Its name now.
    pub product_name: String,
    /// Variant.
    pub variant_id: VariantId,
    /// Its name now.
    pub variant_name: String,
    /// Price before.
    pub before: i64,
    /// Price after.
    pub after: i64,
}

/// Compares the menu a branch has with the one it would get.
#[must_use]
pub fn compare(before: &Catalogue, after: &Catalogue) -> Difference {
    let old: HashMap<ProductId, &Product> = before
        .products
        .iter()
        .map(|product| (product.id, product))
        .collect();
    let old_groups = before.groups_by_id();
    let new_groups = after.groups_by_id();

    let mut difference = Difference::default();
    let mut kept = 0;
    for product in &after.products {
        let Some(earlier) = old.get(&product.id) else {
            difference.added += 1;
            continue;
        };
        kept += 1;
        let same_groups = product.details.option_group_ids.iter().all(|id| {
            let (earlier, now) = (old_groups.get(id), new_groups.get(id));
            earlier.zip(now).is_some_and(|(earlier, now)| {
                (
                    &earlier.name,
                    earlier.min,
                    earlier.max,
                    earlier.free_count,
                    &earlier.options,
                ) == (&now.name, now.min, now.max, now.free_count, &now.options)
            })
        });
        let same = earlier.details == product.details && earlier.variants == product.variants;
        if !same || !same_groups {
            difference.changed += 1;
        }
        difference.prices.extend(price_changes(earlier, product));
    }
    difference.removed = before.products.len() - kept;
    difference
}

fn price_changes(before: &Product, after: &Product) -> Vec<PriceChange> {
    let mut changes = Vec::new();
    for variant in &after.variants {
        let Some(earlier) = same_variant(&before.variants, variant) else {
            continue;
        };
        if earlier.price != variant.price {
            changes.push(PriceChange {
                product_id: after.id,
                product_name: after.details.name.clone(),
                variant_id: variant.id,
                variant_name: variant.name.clone(),
                before: earlier.price,
                after: variant.price,
            });
        }
    }
    changes
}

/// The variant with this id, or, where it was made anew, the one customers know by this name.
fn same_variant<'a>(variants: &'a [Variant], wanted: &Variant) -> Option<&'a Variant> {
    variants
        .iter()
        .find(|variant| variant.id == wanted.id)
        .or_else(|| variants.iter().find(|variant| variant.name == wanted.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples;

    #[test]
    fn a_menu_does_not_differ_from_itself() {
        let content = samples::menu().content;
        assert_eq!(compare(&content, &content), Difference::default());
    }

    #[test]
    fn products_that_come_go_and_change_are_counted() {
        let before = samples::menu().content;
        let mut after = before.clone();
        let gone = after.products.remove(1);
        after.products[0].variants[0].price = 35;
        after
            .products
            .push(samples::product("P9", "新品", &[("冷", 60)]));

        let difference = compare(&before, &after);
        assert_eq!(
            (difference.added, difference.removed, difference.changed),
            (1, 1, 1)
        );
        assert_ne!(gone.id, after.products[0].id);
        assert_eq!(difference.prices.len(), 1);
        assert_eq!(
            (difference.prices[0].before, difference.prices[0].after),
            (30, 35)
        );
    }

    #[test]
    fn a_place_is_no_difference_and_an_option_is() {
        let before = samples::menu().content;
        let mut after = before.clone();
        after.products[0].position = 7;
        assert_eq!(compare(&before, &after).changed, 0);
        after.option_groups[0].options[0].price = 10;
        let users = after
            .products
            .iter()
            .filter(|product| !product.details.option_group_ids.is_empty())
            .count();
        assert_eq!(compare(&before, &after).changed, users);
    }
}
