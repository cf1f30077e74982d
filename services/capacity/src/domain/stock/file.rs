//! The file that stock travels in: CSV under fixed columns, in UTF-8 or Big5, safe in a spreadsheet.

use std::borrow::Cow;

use chassis::{
    error::{CommonReason, Reason},
    text_file::{self, InvalidEncoding},
};

/// Code of the product, or the unit's id where neither code nor name is clear.
pub const CODE: &str = "code";
/// Name of the product, option or component.
pub const NAME: &str = "name";
/// Name of the variant or of the option group.
pub const VARIANT: &str = "variant";
/// `untracked`, `running` or `daily`.
pub const MODE: &str = "mode";
/// Units there are, as a count.
pub const QUANTITY: &str = "quantity";
/// Units a business day has, or expects.
pub const DAILY_AMOUNT: &str = "daily_amount";
/// Low-stock threshold.
pub const LOW_THRESHOLD: &str = "low_threshold";
/// `at_once` or `on_day`.
pub const DEDUCT: &str = "deduct";

/// All columns, in the order of the export.
pub const COLUMNS: [&str; 8] = [
    CODE,
    NAME,
    VARIANT,
    MODE,
    QUANTITY,
    DAILY_AMOUNT,
    LOW_THRESHOLD,
    DEDUCT,
];

/// Most bytes of a file.
pub const MOST_BYTES: usize = 10 * 1024 * 1024;
/// Most rows of a file, the header not counted.
pub const MOST_ROWS: usize = 20_000;

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A file that cannot be read at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is longer than a file may be.
    #[error("the file has more than {limit} {unit}")]
    TooLarge {
        /// What is too many.
        unit: &'static str,
        /// Most of it.
        limit: usize,
    },
    /// It is no table of text.
    #[error(transparent)]
    InvalidEncoding(#[from] InvalidEncoding),
}

/// A bad cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellProblem {
    /// Line in the file, from 1.
    pub line: u64,
    /// Column.
    pub column: String,
    /// Stable reason.
    pub reason: Reason,
    /// The cell, at most 60 characters.
    pub value: String,
}

impl CellProblem {
    /// A problem of the cell in `column` on `line`, which reads `value`.
    #[must_use]
    pub fn new(line: u64, column: &str, reason: impl Into<Reason>, value: &str) -> Self {
        Self {
            line,
            column: column.to_owned(),
            reason: reason.into(),
            value: value.chars().take(60).collect(),
        }
    }
}

/// One row: a cell for each of [`COLUMNS`], `None` where the file has no such column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Line in the file where it begins, from 1.
    pub line: u64,
    cells: [Option<String>; COLUMNS.len()],
}

impl Row {
    /// The trimmed cell under a column; empty where the file does not say.
    #[must_use]
    pub fn cell(&self, column: &str) -> &str {
        let index = COLUMNS.iter().position(|known| *known == column);
        index
            .and_then(|index| self.cells[index].as_deref())
            .unwrap_or_default()
            .trim()
    }
}

/// Reads a file; a header that cannot be used is returned as problems, without rows.
pub fn read(content: &[u8]) -> Result<(Vec<Row>, Vec<CellProblem>), Unreadable> {
    if content.len() > MOST_BYTES {
        return Err(Unreadable::TooLarge {
            unit: "bytes",
            limit: MOST_BYTES,
        });
    }
    let text = text_file::decode(content)?;
    let mut header: Option<Vec<Option<usize>>> = None;
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    for record in text_file::records(&text) {
        let (line, record) = record?;
        let Some(places) = &header else {
            header = Some(read_header(line, &record, &mut problems));
            if !problems.is_empty() {
                return Ok((rows, problems));
            }
            continue;
        };
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if rows.len() == MOST_ROWS {
            return Err(Unreadable::TooLarge {
                unit: "rows",
                limit: MOST_ROWS,
            });
        }
        let beyond = record.iter().skip(places.len());
        if let Some(beyond) = beyond.clone().find(|cell| !cell.trim().is_empty()) {
            problems.push(CellProblem::new(
                line,
                "",
                CommonReason::ValidationFailed,
                beyond,
            ));
        }
        let mut cells = [const { None }; COLUMNS.len()];
        for (place, cell) in places.iter().zip(&record) {
            if let Some(index) = place {
                cells[*index] = Some(restore(cell).to_owned());
            }
        }
        rows.push(Row { line, cells });
    }
    if header.is_none() {
        problems.push(CellProblem::new(
            1,
            NAME,
            CommonReason::ValidationFailed,
            "",
        ));
    }
    Ok((rows, problems))
}

/// Writes rows of cells under [`COLUMNS`].
pub fn write(rows: &[[String; COLUMNS.len()]]) -> anyhow::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(BYTE_ORDER_MARK.as_bytes().to_vec());
    writer.write_record(COLUMNS)?;
    for row in rows {
        writer.write_record(row.each_ref().map(|cell| defuse(cell).into_owned()))?;
    }
    Ok(writer.into_inner()?)
}

/// Which of [`COLUMNS`] stands in each place of the file.
fn read_header(
    line: u64,
    header: &csv::StringRecord,
    problems: &mut Vec<CellProblem>,
) -> Vec<Option<usize>> {
    let mut places = Vec::new();
    for cell in header {
        let name = cell.trim().to_ascii_lowercase();
        let known = COLUMNS.iter().position(|column| *column == name);
        if known.is_none() || places.contains(&known) {
            problems.push(CellProblem::new(
                line,
                &name,
                CommonReason::ValidationFailed,
                cell,
            ));
        }
        places.push(known);
    }
    let has = |column: &str| {
        let index = COLUMNS.iter().position(|known| *known == column);
        places.contains(&index)
    };
    if !has(CODE) && !has(NAME) {
        problems.push(CellProblem::new(
            line,
            NAME,
            CommonReason::ValidationFailed,
            "",
        ));
    }
    places
}

/// Writes a cell so that no spreadsheet takes it for a formula.
fn defuse(cell: &str) -> Cow<'_, str> {
    if looks_like_formula(cell) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

fn restore(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if looks_like_formula(rest) => rest,
        _ => cell,
    }
}

/// Apostrophes before such a character count too, or reading back would eat one of them.
fn looks_like_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'')
        .starts_with(['=', '+', '-', '@', '\t'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(content: &[u8]) -> Vec<(u64, String)> {
        let (rows, problems) = read(content).unwrap();
        assert_eq!(problems, []);
        rows.iter()
            .map(|row| (row.line, row.cell(NAME).to_owned()))
            .collect()
    }

    #[test]
    fn lines_are_those_an_editor_shows() {
        let text = "name,quantity\r\n\r\n珍珠,5\r\n,\r\n杯子,7";
        assert_eq!(
            names(text.as_bytes()),
            [(3, "珍珠".to_owned()), (5, "杯子".to_owned())]
        );
    }

    #[test]
    fn what_is_no_table_of_stock_is_refused_or_told() {
        for content in [&b"PK\x03\x04rest"[..], b"a\0b", b"\xff\xfe\xfa\xff"] {
            assert!(
                matches!(read(content), Err(Unreadable::InvalidEncoding(_))),
                "{content:?}"
            );
        }
        let problems_of = |text: &str| -> Vec<String> {
            let (rows, problems) = read(text.as_bytes()).unwrap();
            assert!(rows.is_empty());
            problems.into_iter().map(|it| it.column).collect()
        };
        assert_eq!(problems_of("quantity,left\n5,3\n"), ["left", "name"]);
        assert_eq!(problems_of("name,name\n"), ["name"]);
        assert_eq!(problems_of(""), ["name"]);
        let mut many = String::from("name\n");
        many.push_str(&"珍珠\n".repeat(MOST_ROWS + 1));
        assert!(matches!(
            read(many.as_bytes()),
            Err(Unreadable::TooLarge { unit: "rows", .. })
        ));
    }

    #[test]
    fn formulas_are_defused() {
        for (plain, written) in [
            ("=1+1", "'=1+1"),
            ("@從前奶茶", "'@從前奶茶"),
            ("+886", "'+886"),
            ("-5", "'-5"),
            ("\tx", "'\tx"),
            ("'=x", "''=x"),
            ("珍珠", "珍珠"),
        ] {
            assert_eq!(defuse(plain), written);
        }
    }

    proptest! {
        #[test]
        fn a_cell_reads_back_as_it_was(cell in "['=+@\\-\ta,\"茶]{0,6}") {
            let written = defuse(&cell);
            prop_assert_eq!(restore(&written), cell.as_str());
        }
    }
}
