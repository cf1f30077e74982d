//! The check before publishing: what forbids it and what only warns.

use std::collections::BTreeSet;

use chassis::id::{OptionGroupId, ProductId};
use proto::catalog::v1::CatalogReason;
use uuid::Uuid;

use super::{catalogue::Catalogue, menu_diff::PriceChange};

/// What the check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Stable reason.
    pub reason: CatalogReason,
    /// It forbids publishing.
    pub blocking: bool,
    /// Kind of thing concerned.
    pub entity: Entity,
    /// Its id.
    pub entity_id: Uuid,
    /// Its name.
    pub entity_name: String,
    /// For an option group: products that cannot be ordered because of it, at most ten.
    pub product_names: Vec<String>,
}

const MOST_PRODUCTS: usize = 10;

/// Kind of thing a finding concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entity {
    /// A product.
    Product,
    /// An option group.
    OptionGroup,
    /// A category.
    Category,
}

impl Entity {
    /// Word for it on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::OptionGroup => "option_group",
            Self::Category => "category",
        }
    }
}

/// Checks what would be published, whatever the branch.
///
/// Duplicate codes and a minimum above its maximum cannot be stored, so they are not looked for.
#[must_use]
pub fn check(whole: &Catalogue, orderable: &Catalogue) -> Vec<Finding> {
    let mut findings = Vec::new();
    for group in orderable
        .option_groups
        .iter()
        .filter(|group| !group.is_satisfiable())
    {
        findings.push(Finding {
            reason: CatalogReason::GroupUnsatisfiable,
            blocking: true,
            entity: Entity::OptionGroup,
            entity_id: group.id.as_uuid(),
            entity_name: group.name.clone(),
            product_names: products_with(orderable, group.id),
        });
    }
    for product in orderable
        .products
        .iter()
        .filter(|product| product.details.tax_type.is_none())
    {
        findings.push(Finding {
            reason: CatalogReason::TaxTypeMissing,
            blocking: true,
            entity: Entity::Product,
            entity_id: product.id.as_uuid(),
            entity_name: product.details.name.clone(),
            product_names: Vec::new(),
        });
    }
    let used: BTreeSet<_> = orderable
        .categories
        .iter()
        .map(|category| category.id)
        .collect();
    for category in whole
        .categories
        .iter()
        .filter(|category| !used.contains(&category.id))
    {
        findings.push(Finding {
            reason: CatalogReason::CategoryEmpty,
            blocking: false,
            entity: Entity::Category,
            entity_id: category.id.as_uuid(),
            entity_name: category.name.clone(),
            product_names: Vec::new(),
        });
    }
    findings
}

fn products_with(catalogue: &Catalogue, group: OptionGroupId) -> Vec<String> {
    let users = catalogue
        .products
        .iter()
        .filter(|product| product.details.option_group_ids.contains(&group));
    users
        .take(MOST_PRODUCTS)
        .map(|product| product.details.name.clone())
        .collect()
}

/// Warns once for each product with a price that moves by more than 30 %.
#[must_use]
pub fn warn_of_prices<'a>(changes: impl IntoIterator<Item = &'a PriceChange>) -> Vec<Finding> {
    let mut seen: BTreeSet<ProductId> = BTreeSet::new();
    let mut findings = Vec::new();
    for change in changes {
        let is_large = (change.after - change.before).abs() * 10 > change.before * 3;
        if is_large && seen.insert(change.product_id) {
            findings.push(Finding {
                reason: CatalogReason::PriceChangeLarge,
                blocking: false,
                entity: Entity::Product,
                entity_id: change.product_id.as_uuid(),
                entity_name: change.product_name.clone(),
                product_names: Vec::new(),
            });
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{menu_diff, product::Display, samples};

    fn reasons(catalogue: &Catalogue) -> Vec<CatalogReason> {
        let findings = check(catalogue, &catalogue.orderable());
        findings.iter().map(|finding| finding.reason).collect()
    }

    #[test]
    fn a_complete_catalogue_has_no_findings() {
        assert!(reasons(&samples::menu().content).is_empty());
    }

    #[test]
    fn a_required_group_with_too_few_options_forbids_publishing() {
        let mut catalogue = samples::menu().content;
        catalogue.option_groups[0].max = 3;
        catalogue.option_groups[0].min = 3;
        let findings = check(&catalogue, &catalogue.orderable());
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].reason, CatalogReason::GroupUnsatisfiable);
        assert_eq!(findings[0].entity_name, "甜度");
        assert_eq!(findings[0].product_names, ["紅茶"]);
    }

    #[test]
    fn choices_are_counted_by_how_many_of_one_may_be_taken() {
        for (most_of_one, reasons_found) in [(1, 1), (2, 0)] {
            let mut catalogue = samples::menu().content;
            let group = &mut catalogue.option_groups[0];
            (group.min, group.max) = (3, 3);
            for option in &mut group.options {
                option.max_quantity = most_of_one;
            }
            assert_eq!(reasons(&catalogue).len(), reasons_found, "{most_of_one}");
        }
    }

    #[test]
    fn what_is_delisted_is_not_checked() {
        let mut catalogue = samples::menu().content;
        catalogue.products[0].details.tax_type = None;
        assert_eq!(reasons(&catalogue), [CatalogReason::TaxTypeMissing]);
        catalogue.products[0].details.display = Display::Delisted;
        assert_eq!(reasons(&catalogue), []);
    }

    #[test]
    fn a_price_may_move_by_thirty_per_cent_and_no_more() {
        for (after, warnings) in [(39, 0), (40, 1), (21, 0), (20, 1)] {
            let before = samples::menu().content;
            let mut now = before.clone();
            now.products[0].variants[0].price = after;
            let difference = menu_diff::compare(&before, &now);
            assert_eq!(
                warn_of_prices(&difference.prices).len(),
                warnings,
                "30 to {after}"
            );
        }
    }
}
