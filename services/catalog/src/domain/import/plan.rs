//! What the rows of a file do to a catalogue, worked out without touching it.

mod change;
mod index;

use std::collections::HashSet;

use chassis::{
    clock::Clock,
    error::{CommonReason, Reason, Violations},
    id::{CategoryId, OptionGroupId, ProductId},
    text,
};

pub use self::change::{ColumnChange, Removal, sum_up};
use self::index::{Categories, Groups, Products};
use super::{CellProblem, columns, row::Row};
use crate::domain::{
    catalogue::Catalogue,
    category::Category,
    product::{self, Details, Display, Product, TaxType, Variant, VariantDraft, code_number},
};

/// What an import would write, and its report.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Categories that are made.
    pub new_categories: Vec<Category>,
    /// Products that are made.
    pub created: Vec<Product>,
    /// Products that change, still with the version they have.
    pub updated: Vec<Product>,
    /// Products that stay as they are.
    pub unchanged: usize,
    /// What happens to each row, in order.
    pub rows: Vec<RowOutcome>,
    /// Rows that cannot be taken.
    pub problems: Vec<CellProblem>,
}

/// What happens to the product of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowOutcome {
    /// Line in the file.
    pub line: u64,
    /// Name of the product.
    pub name: String,
    /// What happens.
    pub change: Change,
    /// What changes in a product that is there already.
    pub columns: Vec<ColumnChange>,
}

impl RowOutcome {
    /// Whether the product loses something.
    #[must_use]
    pub fn loses(&self) -> bool {
        self.columns.iter().any(|column| !column.removed.is_empty())
    }
}

/// What an import does with a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Created,
    /// It differs.
    Updated,
    /// It is as the file says already.
    Unchanged,
}

/// What the plan is made against.
#[derive(Debug)]
pub struct Against<'a> {
    /// Catalogue as it is.
    pub catalogue: &'a Catalogue,
    /// Option groups for products that are made, where the file has no column for them.
    pub default_groups: &'a [OptionGroupId],
    /// First number for codes of products that have none in the file.
    pub first_code_number: i64,
    /// Time for ids.
    pub clock: &'a dyn Clock,
}

/// Plans the import of `rows`.
///
/// A row finds its product by code where it has one, else by category and name; so the same file
/// twice changes nothing the second time. A row that could mean two products, or a product that
/// two rows mean, is a problem. Codes and names are compared folded and written as they were typed.
/// A column that the file lacks changes nothing.
#[must_use]
pub fn plan(against: &Against<'_>, rows: Vec<Row>) -> Plan {
    let mut planner = Planner::new(against, &rows);
    for row in rows {
        planner.take(row);
    }
    planner.plan.new_categories = planner.categories.into_new();
    planner.plan
}

struct Planner<'a> {
    against: &'a Against<'a>,
    categories: Categories<'a>,
    groups: Groups<'a>,
    products: Products<'a>,
    /// Products a row has been found for.
    taken: HashSet<ProductId>,
    /// Codes that rows before have given, folded.
    codes_seen: HashSet<String>,
    /// Categories and names that rows without a code may not use any more, folded.
    names_taken: HashSet<(String, String)>,
    /// Codes that cannot be given to a product without one, folded.
    codes_used: HashSet<String>,
    next_code_number: i64,
    plan: Plan,
}

impl<'a> Planner<'a> {
    fn new(against: &'a Against<'a>, rows: &[Row]) -> Self {
        let with_code = || rows.iter().filter(|row| row.code.is_some());
        Self {
            against,
            categories: Categories::new(against),
            groups: Groups::new(&against.catalogue.option_groups),
            products: Products::new(against.catalogue),
            taken: HashSet::new(),
            codes_seen: HashSet::new(),
            names_taken: with_code()
                .filter_map(|row| Some(key(row.category.as_ref()?, row.name.as_ref()?)))
                .collect(),
            codes_used: with_code()
                .filter_map(|row| row.code.as_deref())
                .map(text::folded)
                .collect(),
            next_code_number: against.first_code_number,
            plan: Plan::default(),
        }
    }

    fn take(&mut self, row: Row) {
        let outcome = self.find(&row).and_then(|found| match found {
            Some(product) => self.update(&row, product),
            None => self.create(&row),
        });
        match outcome {
            Ok(outcome) => self.plan.rows.push(outcome),
            Err(problems) => self.plan.problems.extend(problems),
        }
    }

    /// The product a row means; `None` when it means a new one.
    fn find(&mut self, row: &Row) -> Result<Option<&'a Product>, Vec<CellProblem>> {
        let (found, column, value) = if let Some(code) = &row.code {
            if !self.codes_seen.insert(text::folded(code)) {
                return Err(problem(row, columns::CODE, CommonReason::CodeTaken, code));
            }
            (self.products.by_code(code), columns::CODE, code)
        } else {
            let (Some(category), Some(name)) = (&row.category, &row.name) else {
                // The file has no names, so only a code identifies the product.
                return Err(problem(
                    row,
                    columns::CODE,
                    CommonReason::ValidationFailed,
                    "",
                ));
            };
            if !self.names_taken.insert(key(category, name)) {
                return Err(problem(row, columns::NAME, CommonReason::CodeTaken, name));
            }
            let category = self.categories.find(category);
            let found = category
                .map(|id| self.products.by_name(id, name))
                .unwrap_or_default();
            if found.len() > 1 {
                // Several products share the name: only a code identifies the product.
                return Err(problem(
                    row,
                    columns::CODE,
                    CommonReason::ValidationFailed,
                    "",
                ));
            }
            (found.first().copied(), columns::NAME, name)
        };
        match found {
            Some(product) if !self.taken.insert(product.id) => {
                Err(problem(row, column, CommonReason::CodeTaken, value))
            }
            found => Ok(found),
        }
    }

    fn create(&mut self, row: &Row) -> Result<RowOutcome, Vec<CellProblem>> {
        let (Some(category), Some(name)) = (&row.category, &row.name) else {
            // A file without names can only change what its codes find.
            let code = row.code.as_deref().unwrap_or_default();
            return Err(problem(row, columns::CODE, CommonReason::NotFound, code));
        };
        let option_group_ids = match &row.option_groups {
            Some(names) => self.groups.resolve(row, names)?,
            None => self.against.default_groups.to_vec(),
        };
        let variants = self.variants(row, &[])?;
        let main = self.categories.find_or_add(category);
        let details = Details {
            code: row.code.clone().unwrap_or_default(),
            name: name.clone(),
            name_en: row.name_en.clone().unwrap_or_default(),
            description: row.description.clone().unwrap_or_default(),
            allergens: row.allergens.clone().unwrap_or_default(),
            category_ids: self.with_more(main, row.more_categories.as_deref().unwrap_or_default()),
            option_group_ids,
            tax_type: Some(row.tax_type.unwrap_or(TaxType::Taxable)),
            display: row.display.unwrap_or(Display::Listed),
            min_per_order: row.min_per_order.unwrap_or(1),
            max_per_order: row.max_per_order.unwrap_or(99),
            make_seconds: row.make_seconds.unwrap_or(0),
            station: row.station.clone().unwrap_or_default(),
            print_tag: row.print_tag.clone().unwrap_or_default(),
        };
        check(row, &details)?;
        let mut product = Product {
            id: ProductId::new(self.against.clock),
            position: self.categories.next_position(main),
            variants,
            details,
            version: 1,
        };
        if product.details.code.is_empty() {
            product.details.code = self.next_code();
        }
        self.plan.created.push(product);
        Ok(RowOutcome {
            line: row.line,
            name: name.clone(),
            change: Change::Created,
            columns: Vec::new(),
        })
    }

    fn update(&mut self, row: &Row, old: &Product) -> Result<RowOutcome, Vec<CellProblem>> {
        let mut new = old.clone();
        let details = &mut new.details;
        set(&mut details.code, &row.code);
        set(&mut details.name, &row.name);
        if let Some(names) = &row.option_groups {
            details.option_group_ids = self.groups.resolve(row, names)?;
        }
        set(&mut details.name_en, &row.name_en);
        set(&mut details.description, &row.description);
        set(&mut details.allergens, &row.allergens);
        set(&mut details.display, &row.display);
        set(&mut details.min_per_order, &row.min_per_order);
        set(&mut details.max_per_order, &row.max_per_order);
        set(&mut details.make_seconds, &row.make_seconds);
        set(&mut details.station, &row.station);
        set(&mut details.print_tag, &row.print_tag);
        details.tax_type = row.tax_type.or(details.tax_type);
        details.category_ids = self.categories_after(row, old);
        check(row, details)?;

        let main = details.main_category();
        new.variants = self.variants(row, &old.variants)?;
        if main != old.details.main_category() {
            new.position = self.categories.next_position(main);
        }
        let mut outcome = RowOutcome {
            line: row.line,
            name: new.details.name.clone(),
            change: Change::Unchanged,
            columns: Vec::new(),
        };
        if new == *old {
            self.plan.unchanged += 1;
        } else {
            outcome.change = Change::Updated;
            outcome.columns = change::between(old, &new, &self.categories, &self.groups);
            self.plan.updated.push(new);
        }
        Ok(outcome)
    }

    fn categories_after(&mut self, row: &Row, old: &Product) -> Vec<CategoryId> {
        let before = &old.details.category_ids;
        let main = match &row.category {
            Some(name) => self.categories.find_or_add(name),
            None => old.details.main_category(),
        };
        match &row.more_categories {
            Some(more) => self.with_more(main, more),
            None if row.code.is_none() && before.contains(&main) => before.clone(),
            None => {
                let others = before.iter().skip(1).copied().filter(|id| *id != main);
                std::iter::once(main).chain(others).collect()
            }
        }
    }

    /// A category that is named again counts once.
    fn with_more(&mut self, main: CategoryId, more: &[String]) -> Vec<CategoryId> {
        let mut ids = vec![main];
        for name in more {
            let id = self.categories.find_or_add(name);
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }

    fn variants(&self, row: &Row, old: &[Variant]) -> Result<Vec<Variant>, Vec<CellProblem>> {
        let after = row.variants.applied(old, self.against.clock);
        if after.is_empty() {
            let column = row.variants.first_column();
            return Err(problem(row, column, CommonReason::ValidationFailed, ""));
        }
        let draft = |variant: &Variant| VariantDraft {
            id: Some(variant.id),
            name: variant.name.clone(),
            price: variant.price,
        };
        let drafts: Vec<VariantDraft> = after.iter().map(draft).collect();
        let mut violations = Violations::new();
        product::check_variants(columns::VARIANTS, &drafts, &mut violations);
        if let Err(refused) = violations.into_result() {
            // What the row leaves and what it adds do not go together.
            let names: Vec<&str> = after.iter().map(|variant| variant.name.as_str()).collect();
            let (column, value) = (columns::VARIANTS, names.join("|"));
            return Err(problem(row, column, refused.reason, &value));
        }
        Ok(after)
    }

    fn next_code(&mut self) -> String {
        loop {
            let code = code_number(self.next_code_number);
            self.next_code_number += 1;
            if !self.codes_used.contains(&text::folded(&code))
                && self.products.by_code(&code).is_none()
            {
                return code;
            }
        }
    }
}

fn key(category: &str, name: &str) -> (String, String) {
    (text::folded(category), text::folded(name))
}

fn set<T: Clone>(field: &mut T, said: &Option<T>) {
    if let Some(value) = said {
        field.clone_from(value);
    }
}

fn problem(row: &Row, column: &str, reason: impl Into<Reason>, value: &str) -> Vec<CellProblem> {
    vec![CellProblem::new(row.line, column, reason, value)]
}

fn check(row: &Row, details: &Details) -> Result<(), Vec<CellProblem>> {
    let mut violations = Violations::new();
    details.check("", &mut violations);
    violations.into_result().map_err(|refused| {
        let reported = refused.fields.into_iter().map(|field| {
            let (column, value) = match field.field.as_str() {
                "category_ids" => (columns::MORE_CATEGORIES, row.more_categories.as_ref()),
                "option_group_ids" => (columns::OPTION_GROUPS, row.option_groups.as_ref()),
                other => (other, None),
            };
            let value = value
                .map(|items| items.join("|"))
                .unwrap_or_else(|| match column {
                    columns::MIN_PER_ORDER => details.min_per_order.to_string(),
                    columns::MAX_PER_ORDER => details.max_per_order.to_string(),
                    columns::MAKE_SECONDS => details.make_seconds.to_string(),
                    _ => String::new(),
                });
            CellProblem::new(row.line, column, field.reason, &value)
        });
        reported.collect()
    })
}

#[cfg(test)]
mod tests;
