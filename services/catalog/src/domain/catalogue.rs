//! Everything a brand sells, as one value.

use std::collections::{BTreeSet, HashMap};

use chassis::id::{CategoryId, OptionGroupId};

use super::{
    category::Category,
    option_group::OptionGroup,
    product::{Display, Product},
};

/// Categories and products of a brand in order, and its option groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    /// Categories in order.
    pub categories: Vec<Category>,
    /// Products by main category and place.
    pub products: Vec<Product>,
    /// Option groups.
    pub option_groups: Vec<OptionGroup>,
}

impl Catalogue {
    /// What can be ordered: products not delisted, with the categories and groups they use.
    #[must_use]
    pub fn orderable(&self) -> Self {
        let products: Vec<Product> = self
            .products
            .iter()
            .filter(|product| product.details.display != Display::Delisted)
            .cloned()
            .collect();
        let mut categories: BTreeSet<CategoryId> = BTreeSet::new();
        let mut option_groups: BTreeSet<OptionGroupId> = BTreeSet::new();
        for product in &products {
            categories.extend(&product.details.category_ids);
            option_groups.extend(&product.details.option_group_ids);
        }
        Self {
            categories: self
                .categories
                .iter()
                .filter(|category| categories.contains(&category.id))
                .cloned()
                .collect(),
            option_groups: self
                .option_groups
                .iter()
                .filter(|group| option_groups.contains(&group.id))
                .cloned()
                .collect(),
            products,
        }
    }

    /// Option groups by id.
    #[must_use]
    pub fn groups_by_id(&self) -> HashMap<OptionGroupId, &OptionGroup> {
        self.option_groups
            .iter()
            .map(|group| (group.id, group))
            .collect()
    }

    /// Categories by id.
    #[must_use]
    pub fn categories_by_id(&self) -> HashMap<CategoryId, &Category> {
        self.categories
            .iter()
            .map(|category| (category.id, category))
            .collect()
    }
}
