//! What the rows of a file are looked up in.

use std::collections::HashMap;

use chassis::{
    clock::Clock,
    error::CommonReason,
    id::{CategoryId, OptionGroupId},
    text,
};

use super::{Against, CellProblem, columns, problem};
use crate::domain::{
    catalogue::Catalogue, category::Category, import::row::Row, option_group::OptionGroup,
    product::Product,
};

/// Categories by their folded name, those that are made on the way included.
pub(super) struct Categories<'a> {
    by_name: HashMap<String, CategoryId>,
    names: HashMap<CategoryId, String>,
    next_places: HashMap<CategoryId, i32>,
    next_position: i32,
    new: Vec<Category>,
    clock: &'a dyn Clock,
}

impl<'a> Categories<'a> {
    pub(super) fn new(against: &Against<'a>) -> Self {
        let catalogue = against.catalogue;
        let mut next_places: HashMap<CategoryId, i32> = HashMap::new();
        for product in &catalogue.products {
            let next = next_places
                .entry(product.details.main_category())
                .or_default();
            *next = (*next).max(product.position + 1);
        }
        let last = catalogue
            .categories
            .iter()
            .map(|category| category.position)
            .max();
        let named = || {
            catalogue
                .categories
                .iter()
                .map(|it| (it.name.clone(), it.id))
        };
        Self {
            by_name: named()
                .map(|(name, id)| (text::folded(&name), id))
                .collect(),
            names: named().map(|(name, id)| (id, name)).collect(),
            next_places,
            next_position: last.map_or(0, |last| last + 1),
            new: Vec::new(),
            clock: against.clock,
        }
    }

    pub(super) fn find(&self, name: &str) -> Option<CategoryId> {
        self.by_name.get(&text::folded(name)).copied()
    }

    pub(super) fn find_or_add(&mut self, name: &str) -> CategoryId {
        if let Some(id) = self.find(name) {
            return id;
        }
        let id = CategoryId::new(self.clock);
        self.by_name.insert(text::folded(name), id);
        self.names.insert(id, name.to_owned());
        self.new.push(Category {
            id,
            name: name.to_owned(),
            position: self.next_position,
            version: 1,
        });
        self.next_position += 1;
        id
    }

    /// Place for one more product at the end of a category.
    pub(super) fn next_position(&mut self, category: CategoryId) -> i32 {
        let next = self.next_places.entry(category).or_default();
        *next += 1;
        *next - 1
    }

    pub(super) fn names(&self, ids: &[CategoryId]) -> Vec<&str> {
        ids.iter()
            .filter_map(|id| self.names.get(id))
            .map(String::as_str)
            .collect()
    }

    pub(super) fn into_new(self) -> Vec<Category> {
        self.new
    }
}

/// Option groups by name and id.
pub(super) struct Groups<'a> {
    groups: &'a [OptionGroup],
}

impl<'a> Groups<'a> {
    pub(super) fn new(groups: &'a [OptionGroup]) -> Self {
        Self { groups }
    }

    /// Ids of the groups a cell names: by id, or by a name only one group has.
    pub(super) fn resolve(
        &self,
        row: &Row,
        names: &[String],
    ) -> Result<Vec<OptionGroupId>, Vec<CellProblem>> {
        let mut ids = Vec::with_capacity(names.len());
        for name in names {
            let by_id = name.trim().parse::<OptionGroupId>().ok();
            let key = text::folded(name);
            let is_named = |group: &OptionGroup| text::folded(&group.name) == key;
            let mut matching = self
                .groups
                .iter()
                .filter(|group| by_id.map_or_else(|| is_named(group), |id| group.id == id));
            match (matching.next(), matching.next()) {
                (Some(group), None) => ids.push(group.id),
                _ => {
                    return Err(problem(
                        row,
                        columns::OPTION_GROUPS,
                        CommonReason::NotFound,
                        name,
                    ));
                }
            }
        }
        Ok(ids)
    }

    pub(super) fn names(&self, ids: &[OptionGroupId]) -> Vec<&str> {
        let name = |id: &OptionGroupId| self.groups.iter().find(|group| group.id == *id);
        ids.iter()
            .filter_map(name)
            .map(|group| group.name.as_str())
            .collect()
    }
}

/// Products by folded code, and by category and folded name.
pub(super) struct Products<'a> {
    by_code: HashMap<String, &'a Product>,
    by_main: HashMap<(CategoryId, String), Vec<&'a Product>>,
    by_any: HashMap<(CategoryId, String), Vec<&'a Product>>,
}

impl<'a> Products<'a> {
    pub(super) fn new(catalogue: &'a Catalogue) -> Self {
        let mut products = Self {
            by_code: HashMap::new(),
            by_main: HashMap::new(),
            by_any: HashMap::new(),
        };
        for product in &catalogue.products {
            let details = &product.details;
            products
                .by_code
                .insert(text::folded(&details.code), product);
            for (place, category) in details.category_ids.iter().enumerate() {
                let map = if place == 0 {
                    &mut products.by_main
                } else {
                    &mut products.by_any
                };
                map.entry((*category, text::folded(&details.name)))
                    .or_default()
                    .push(product);
            }
        }
        products
    }

    pub(super) fn by_code(&self, code: &str) -> Option<&'a Product> {
        self.by_code.get(&text::folded(code)).copied()
    }

    /// Products of this name whose main category it is; if there are none, those that stand in it.
    pub(super) fn by_name(&self, category: CategoryId, name: &str) -> Vec<&'a Product> {
        let key = (category, text::folded(name));
        let found = self.by_main.get(&key).or_else(|| self.by_any.get(&key));
        found.cloned().unwrap_or_default()
    }
}
