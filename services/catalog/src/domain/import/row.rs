//! One row of the product file, parsed; everything wrong with it is noted by column.

use chassis::{error::Violations, text};

use super::{
    CellProblem, cells, columns,
    columns::{COLD, HOT},
    table::{Cells, Table},
};
use crate::domain::{
    category,
    product::{self, Display, HIGHEST_PRICE, LONGEST_LABEL, TaxType, VariantDraft},
};

/// What a row says. A `None` was not said, because the file lacks the column or the cell is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Line in the file.
    pub line: u64,
    /// Code.
    pub code: Option<String>,
    /// Main category.
    pub category: String,
    /// Further categories; an empty cell means none.
    pub more_categories: Option<Vec<String>>,
    /// Name.
    pub name: String,
    /// Variants in order, without ids.
    pub variants: Vec<VariantDraft>,
    /// English name; an empty cell means none.
    pub name_en: Option<String>,
    /// Description; an empty cell means none.
    pub description: Option<String>,
    /// Allergens; an empty cell means none.
    pub allergens: Option<String>,
    /// Option groups by name or id; an empty cell means none.
    pub option_groups: Option<Vec<String>>,
    /// Tax type.
    pub tax_type: Option<TaxType>,
    /// Display state.
    pub display: Option<Display>,
    /// Fewest in an order.
    pub min_per_order: Option<i32>,
    /// Most in an order.
    pub max_per_order: Option<i32>,
    /// Seconds to make one.
    pub make_seconds: Option<i32>,
    /// Station; an empty cell means none.
    pub station: Option<String>,
    /// Print tag; an empty cell means none.
    pub print_tag: Option<String>,
}

/// Parses the rows of a table; a row with a problem is left out and its problems are told.
#[must_use]
pub fn parse_all(table: &Table) -> (Vec<Row>, Vec<CellProblem>) {
    let mut rows = Vec::with_capacity(table.rows.len());
    let mut problems = table.problems.clone();
    for cells in &table.rows {
        let mut reader = Reader {
            table,
            cells,
            violations: Violations::new(),
        };
        let row = reader.row();
        match reader.violations.into_result() {
            Ok(()) => rows.push(row),
            Err(refused) => problems.extend(refused.fields.into_iter().map(|field| {
                let value = table.cell(cells, &field.field).unwrap_or_default();
                CellProblem::new(cells.line, &field.field, &field.reason, value)
            })),
        }
    }
    (rows, problems)
}

struct Reader<'a> {
    table: &'a Table,
    cells: &'a Cells,
    violations: Violations,
}

impl<'a> Reader<'a> {
    fn row(&mut self) -> Row {
        let category = category::parse_name(
            columns::CATEGORY,
            self.raw(columns::CATEGORY),
            &mut self.violations,
        );
        Row {
            line: self.cells.line,
            code: self.text(columns::CODE, 32).filter(|code| !code.is_empty()),
            category,
            more_categories: self.categories(),
            name: text::bounded(
                columns::NAME,
                self.raw(columns::NAME),
                1..=60,
                &mut self.violations,
            ),
            variants: self.variants(),
            name_en: self.text(columns::NAME_EN, 60),
            description: self
                .table
                .cell(self.cells, columns::DESCRIPTION)
                .map(|cell| {
                    text::bounded_multiline(
                        columns::DESCRIPTION,
                        cell,
                        0..=2_000,
                        &mut self.violations,
                    )
                }),
            allergens: self.text(columns::ALLERGENS, 200),
            option_groups: self.list(columns::OPTION_GROUPS),
            tax_type: self.word(columns::TAX_TYPE, TaxType::from_word),
            display: self.word(columns::DISPLAY, Display::from_word),
            min_per_order: self.number(columns::MIN_PER_ORDER),
            max_per_order: self.number(columns::MAX_PER_ORDER),
            make_seconds: self.number(columns::MAKE_SECONDS),
            station: self.text(columns::STATION, LONGEST_LABEL),
            print_tag: self.text(columns::PRINT_TAG, LONGEST_LABEL),
        }
    }

    fn raw(&self, column: &str) -> &'a str {
        self.table.cell(self.cells, column).unwrap_or_default()
    }

    fn text(&mut self, column: &str, longest: usize) -> Option<String> {
        let cell = self.table.cell(self.cells, column)?;
        Some(text::bounded(
            column,
            cell,
            0..=longest,
            &mut self.violations,
        ))
    }

    fn list(&self, column: &str) -> Option<Vec<String>> {
        let cell = self.table.cell(self.cells, column)?;
        let items = cells::split(cell.trim());
        Some(items.iter().map(|item| text::normalise(item)).collect())
    }

    fn categories(&mut self) -> Option<Vec<String>> {
        let names = self.list(columns::MORE_CATEGORIES)?;
        for name in &names {
            category::parse_name(columns::MORE_CATEGORIES, name, &mut self.violations);
        }
        Some(names)
    }

    fn word<T>(&mut self, column: &str, from_word: fn(&str) -> Option<T>) -> Option<T> {
        let word = text::normalise(self.raw(column));
        if word.is_empty() {
            return None;
        }
        let known = from_word(&word);
        if known.is_none() {
            self.violations.push(column, "VALIDATION_FAILED");
        }
        known
    }

    fn number(&mut self, column: &str) -> Option<i32> {
        let digits = text::normalise(self.raw(column));
        if digits.is_empty() {
            return None;
        }
        let number = digits.parse().ok();
        if number.is_none() {
            self.violations.push(column, "VALIDATION_FAILED");
        }
        number
    }

    fn variants(&mut self) -> Vec<VariantDraft> {
        let listed = self.list(columns::VARIANTS).unwrap_or_default();
        let cold = text::normalise(self.raw(columns::PRICE_COLD));
        let hot = text::normalise(self.raw(columns::PRICE_HOT));
        let mut variants = Vec::new();
        for (column, name, price) in [
            (columns::PRICE_COLD, COLD, cold),
            (columns::PRICE_HOT, HOT, hot),
        ] {
            if price.is_empty() {
                continue;
            }
            if listed.is_empty() {
                let price = self.price(column, &price);
                variants.push(VariantDraft {
                    id: None,
                    name: name.to_owned(),
                    price,
                });
            } else {
                // Two places that both say the price could contradict each other.
                self.violations.push(column, "VALIDATION_FAILED");
            }
        }
        for item in &listed {
            let (name, price) = item.rsplit_once(':').unwrap_or(("", item));
            let price = self.price(columns::VARIANTS, price);
            let name = text::bounded(columns::VARIANTS, name, 0..=60, &mut self.violations);
            variants.push(VariantDraft {
                id: None,
                name,
                price,
            });
        }
        self.check_variants(&variants, !listed.is_empty());
        variants
    }

    fn check_variants(&mut self, variants: &[VariantDraft], listed: bool) {
        let mut found = Violations::new();
        product::check_variants(columns::VARIANTS, variants, &mut found);
        let Err(refused) = found.into_result() else {
            return;
        };
        if variants.is_empty() {
            let column = [columns::PRICE_COLD, columns::PRICE_HOT, columns::VARIANTS]
                .into_iter()
                .find(|column| self.table.cell(self.cells, column).is_some())
                .unwrap_or(columns::PRICE_COLD);
            self.violations.push(column, "VALIDATION_FAILED");
        } else if listed {
            // A price out of range has been told by `price` already.
            for field in refused
                .fields
                .iter()
                .filter(|it| it.reason != "AMOUNT_OUT_OF_RANGE")
            {
                self.violations
                    .push(columns::VARIANTS, field.reason.clone());
            }
        }
    }

    fn price(&mut self, column: &str, raw: &str) -> i64 {
        let raw = raw.trim();
        let digits = raw.strip_prefix('-').unwrap_or(raw);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            self.violations.push(column, "VALIDATION_FAILED");
            return 0;
        }
        match raw.parse::<i64>() {
            Ok(price @ 0..=HIGHEST_PRICE) => price,
            _ => {
                let range = [("min", 0), ("max", HIGHEST_PRICE)];
                self.violations
                    .push_with(column, "AMOUNT_OUT_OF_RANGE", range);
                0
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (Vec<Row>, Vec<(u64, String, String)>) {
        let (rows, problems) = parse_all(&Table::read(text.as_bytes()).unwrap());
        let told = problems
            .into_iter()
            .map(|it| (it.line, it.column, it.reason));
        (rows, told.collect())
    }

    fn variants(row: &Row) -> Vec<(&str, i64)> {
        row.variants
            .iter()
            .map(|variant| (variant.name.as_str(), variant.price))
            .collect()
    }

    #[test]
    fn an_empty_price_means_that_the_variant_does_not_exist() {
        let (rows, problems) =
            parse("category,name,price_cold,price_hot\n茶,兩,25,30\n茶,冰,25,\n茶,燙,,３０\n");
        assert_eq!(problems, []);
        assert_eq!(variants(&rows[0]), [("冷", 25), ("熱", 30)]);
        assert_eq!(variants(&rows[1]), [("冷", 25)]);
        assert_eq!(variants(&rows[2]), [("熱", 30)]);
    }

    #[test]
    fn every_bad_cell_is_told_with_line_and_column() {
        let long = "茶".repeat(61);
        let (rows, problems) = parse(&format!(
            "category,name,price_cold,price_hot\n,紅茶,abc,1000000\n茶,{long},25,\n茶,空,,\n茶,負,-1,\n"
        ));
        assert_eq!(rows, []);
        let told: Vec<(u64, &str, &str)> = problems
            .iter()
            .map(|(line, column, why)| (*line, &**column, &**why))
            .collect();
        assert_eq!(
            told,
            [
                (2, "category", "VALIDATION_FAILED"),
                (2, "price_cold", "VALIDATION_FAILED"),
                (2, "price_hot", "AMOUNT_OUT_OF_RANGE"),
                (3, "name", "TEXT_TOO_LONG"),
                (4, "price_cold", "VALIDATION_FAILED"),
                (5, "price_cold", "AMOUNT_OUT_OF_RANGE"),
            ]
        );
    }

    #[test]
    fn a_list_of_variants_carries_other_names() {
        let (rows, problems) = parse("category,name,variants\n茶,紅茶,M:30|L:35\n茶,單,:20\n");
        assert_eq!(problems, []);
        assert_eq!(variants(&rows[0]), [("M", 30), ("L", 35)]);
        assert_eq!(variants(&rows[1]), [("", 20)]);
    }

    #[test]
    fn prices_in_two_places_are_refused() {
        let (_, problems) = parse("category,name,price_cold,variants\n茶,紅茶,25,M:30\n");
        assert_eq!(
            problems,
            [(2, "price_cold".to_owned(), "VALIDATION_FAILED".to_owned())]
        );
    }

    #[test]
    fn a_column_that_is_absent_says_nothing() {
        let (rows, _) = parse("category,name,price_cold,name_en,tax_type\n茶,紅茶,25,,\n");
        assert_eq!(rows[0].name_en.as_deref(), Some(""));
        assert_eq!(rows[0].description, None);
        assert_eq!(rows[0].tax_type, None);
    }
}
