//! One row of the product file, parsed; everything wrong with it is noted by column.

use std::ops::RangeInclusive;

use chassis::{
    error::{CommonReason, Reason, Violations},
    text,
};

use super::{
    CellProblem, cells, columns,
    table::{Cells, Table},
    variants::{Price, Variants},
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
    pub category: Option<String>,
    /// Further categories; an empty cell means none.
    pub more_categories: Option<Vec<String>>,
    /// Name.
    pub name: Option<String>,
    /// Variants.
    pub variants: Variants,
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

/// Parses the rows of a table; a row with a problem is left out and its problems are reported.
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
                CellProblem::new(cells.line, &field.field, field.reason, value)
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
        Row {
            line: self.cells.line,
            code: self
                .text(columns::CODE, 0..=32)
                .filter(|code| !code.is_empty()),
            category: self.text(columns::CATEGORY, category::NAME_LENGTH),
            more_categories: self.categories(),
            name: self.text(columns::NAME, 1..=60),
            variants: self.variants(),
            name_en: self.text(columns::NAME_EN, 0..=60),
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
            allergens: self.text(columns::ALLERGENS, 0..=200),
            option_groups: self.list(columns::OPTION_GROUPS),
            tax_type: self.word(columns::TAX_TYPE, TaxType::from_word),
            display: self.word(columns::DISPLAY, Display::from_word),
            min_per_order: self.number(columns::MIN_PER_ORDER),
            max_per_order: self.number(columns::MAX_PER_ORDER),
            make_seconds: self.number(columns::MAKE_SECONDS),
            station: self.label(columns::STATION),
            print_tag: self.label(columns::PRINT_TAG),
        }
    }

    fn raw(&self, column: &str) -> &'a str {
        self.table.cell(self.cells, column).unwrap_or_default()
    }

    fn text(&mut self, column: &str, length: RangeInclusive<usize>) -> Option<String> {
        let cell = self.table.cell(self.cells, column)?;
        Some(text::bounded(column, cell, length, &mut self.violations))
    }

    fn label(&mut self, column: &str) -> Option<String> {
        let cell = self.table.cell(self.cells, column)?;
        let length = 0..=LONGEST_LABEL;
        Some(text::bounded_label(
            column,
            cell,
            length,
            &mut self.violations,
        ))
    }

    fn list(&self, column: &str) -> Option<Vec<String>> {
        let cell = self.table.cell(self.cells, column)?;
        Some(cells::split(cell.trim()))
    }

    fn categories(&mut self) -> Option<Vec<String>> {
        let column = columns::MORE_CATEGORIES;
        let names = self.list(column)?;
        let parse = |name: &String| category::parse_name(column, name, &mut self.violations);
        Some(names.iter().map(parse).collect())
    }

    /// A cell that holds a word or number of ours, in whatever width it was typed.
    fn symbol(&self, column: &str) -> String {
        text::folded(self.raw(column))
    }

    fn word<T>(&mut self, column: &str, from_word: fn(&str) -> Option<T>) -> Option<T> {
        let word = self.symbol(column);
        if word.is_empty() {
            return None;
        }
        let known = from_word(&word);
        if known.is_none() {
            self.violations.push(column, CommonReason::ValidationFailed);
        }
        known
    }

    fn number(&mut self, column: &str) -> Option<i32> {
        let digits = self.symbol(column);
        if digits.is_empty() {
            return None;
        }
        let number = digits.parse().ok();
        if number.is_none() {
            self.violations.push(column, CommonReason::ValidationFailed);
        }
        number
    }

    fn variants(&mut self) -> Variants {
        let items = self.list(columns::VARIANTS);
        let is_listed = items.as_ref().is_some_and(|items| !items.is_empty());
        let (cold, hot) = (columns::PRICE_COLD, columns::PRICE_HOT);
        let (cold, hot) = (
            self.price_cell(cold, is_listed),
            self.price_cell(hot, is_listed),
        );
        let listed = items.map(|items| self.listed(&items));
        Variants { cold, hot, listed }
    }

    fn price_cell(&mut self, column: &str, is_listed: bool) -> Price {
        if self.table.cell(self.cells, column).is_none() {
            return Price::Unsaid;
        }
        let digits = self.symbol(column);
        if digits.is_empty() {
            return Price::Absent;
        }
        if is_listed {
            // Two places that both say the price could contradict each other.
            self.violations.push(column, CommonReason::ValidationFailed);
            return Price::Unsaid;
        }
        Price::Is(self.price(column, &digits))
    }

    fn listed(&mut self, items: &[String]) -> Vec<VariantDraft> {
        let mut variants = Vec::with_capacity(items.len());
        for item in items {
            let (name, price) = item.rsplit_once([':', '：']).unwrap_or(("", item));
            let price = self.price(columns::VARIANTS, &text::folded(price));
            let name = text::bounded(columns::VARIANTS, name, 0..=60, &mut self.violations);
            variants.push(VariantDraft {
                id: None,
                name,
                price,
            });
        }
        if !variants.is_empty() {
            self.check_listed(&variants);
        }
        variants
    }

    fn check_listed(&mut self, variants: &[VariantDraft]) {
        let mut found = Violations::new();
        product::check_variants(columns::VARIANTS, variants, &mut found);
        let Err(refused) = found.into_result() else {
            return;
        };
        // A price out of range has been noted by `price` already.
        let others = refused.fields.into_iter();
        for field in others.filter(|it| it.reason != Reason::from(CommonReason::AmountOutOfRange)) {
            self.violations.push(columns::VARIANTS, field.reason);
        }
    }

    fn price(&mut self, column: &str, raw: &str) -> i64 {
        let digits = raw.strip_prefix('-').unwrap_or(raw);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            self.violations.push(column, CommonReason::ValidationFailed);
            return 0;
        }
        match raw.parse::<i64>() {
            Ok(price @ 0..=HIGHEST_PRICE) => price,
            _ => {
                let range = [("min", 0), ("max", HIGHEST_PRICE)];
                self.violations
                    .push_with(column, CommonReason::AmountOutOfRange, range);
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
        let reported = problems
            .into_iter()
            .map(|it| (it.line, it.column, it.reason.to_string()));
        (rows, reported.collect())
    }

    fn listed(row: &Row) -> Vec<(&str, i64)> {
        let listed = row.variants.listed.iter().flatten();
        listed
            .map(|variant| (variant.name.as_str(), variant.price))
            .collect()
    }

    #[test]
    fn an_empty_price_means_that_the_variant_does_not_exist() {
        let (rows, problems) =
            parse("category,name,price_cold,price_hot\n茶,兩,25,30\n茶,冰,25,\n茶,燙,,３０\n");
        assert_eq!(problems, []);
        let prices: Vec<_> = rows
            .iter()
            .map(|row| (row.variants.cold, row.variants.hot))
            .collect();
        assert_eq!(
            prices,
            [
                (Price::Is(25), Price::Is(30)),
                (Price::Is(25), Price::Absent),
                (Price::Absent, Price::Is(30)),
            ]
        );
        assert_eq!(rows[0].variants.listed, None);
    }

    #[test]
    fn every_bad_cell_is_reported_with_line_and_column() {
        let long = "茶".repeat(61);
        let (rows, problems) = parse(&format!(
            "category,name,price_cold,price_hot\n,紅茶,abc,1000000\n茶,{long},25,\n茶,負,-1,\n"
        ));
        assert_eq!(rows, []);
        let reported: Vec<(u64, &str, &str)> = problems
            .iter()
            .map(|(line, column, why)| (*line, &**column, &**why))
            .collect();
        assert_eq!(
            reported,
            [
                (2, "category", "VALIDATION_FAILED"),
                (2, "price_cold", "VALIDATION_FAILED"),
                (2, "price_hot", "AMOUNT_OUT_OF_RANGE"),
                (3, "name", "TEXT_TOO_LONG"),
                (4, "price_cold", "AMOUNT_OUT_OF_RANGE"),
            ]
        );
    }

    #[test]
    fn a_list_of_variants_carries_other_names() {
        let (rows, problems) = parse("category,name,variants\n茶,紅茶,M:30|L:35\n茶,單,:20\n");
        assert_eq!(problems, []);
        assert_eq!(listed(&rows[0]), [("M", 30), ("L", 35)]);
        assert_eq!(listed(&rows[1]), [("", 20)]);
    }

    #[test]
    fn a_price_may_be_typed_in_any_width_and_with_spaces() {
        let prices = [
            "\" 35 \"",
            "３５",
            "\"1,200\"",
            "NT$35",
            "35.5",
            "-5",
            "1000000",
        ];
        let rows: String = prices
            .iter()
            .map(|price| format!("茶,甲{},{price}\n", price.len()))
            .collect();
        let (rows, problems) = parse(&format!("category,name,price_cold\n{rows}"));
        let read: Vec<_> = rows.iter().map(|row| row.variants.cold).collect();
        assert_eq!(read, [Price::Is(35), Price::Is(35)]);
        let reported: Vec<_> = problems
            .iter()
            .map(|(line, _, reason)| (*line, reason.as_str()))
            .collect();
        assert_eq!(
            reported,
            [
                (4, "VALIDATION_FAILED"),
                (5, "VALIDATION_FAILED"),
                (6, "VALIDATION_FAILED"),
                (7, "AMOUNT_OUT_OF_RANGE"),
                (8, "AMOUNT_OUT_OF_RANGE"),
            ]
        );
    }

    #[test]
    fn a_problem_after_a_cell_of_several_lines_is_reported_in_its_own() {
        let text = "category,name,price_cold,description\n茶,紅茶,25,\"一 \"\"好\"\"\n二\n三\"\n茶,綠茶,貴,\n";
        let (rows, problems) = parse(text);
        assert_eq!(rows[0].description.as_deref(), Some("一 \"好\"\n二\n三"));
        assert_eq!(problems[0].0, 5);
    }

    #[test]
    fn text_is_kept_as_it_was_typed() {
        let (rows, problems) = parse(
            "category,name,price_cold,more_categories,station\n鮮果／茶,凍檸ＱＱ．大,25,Ｑ系列|①,Ａ吧台\n",
        );
        assert_eq!(problems, []);
        assert_eq!(rows[0].category.as_deref(), Some("鮮果／茶"));
        assert_eq!(rows[0].name.as_deref(), Some("凍檸ＱＱ．大"));
        assert_eq!(
            rows[0].more_categories.as_deref(),
            Some(&["Ｑ系列".to_owned(), "①".to_owned()][..])
        );
        assert_eq!(
            rows[0].station.as_deref(),
            Some("A吧台"),
            "a label is matched as a whole"
        );
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
