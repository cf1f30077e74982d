//! From bytes to a table of text cells: header, limits, lines.

use chassis::{error::CommonReason, text_file};

use super::{CellProblem, cells, columns};
use crate::domain::Error;

/// Most bytes of a file.
pub const MOST_BYTES: usize = 10 * 1024 * 1024;
/// Most rows of a file, the header not counted.
pub const MOST_ROWS: usize = 20_000;

/// The rows of a file under the columns it has.
#[derive(Clone, Debug, Default)]
pub struct Table {
    columns: Vec<&'static str>,
    /// Rows that have anything in them.
    pub rows: Vec<Cells>,
    /// What is wrong with the table itself.
    pub problems: Vec<CellProblem>,
}

/// One row.
#[derive(Clone, Debug)]
pub struct Cells {
    /// Line in the file where the row begins, from 1.
    pub line: u64,
    values: Vec<String>,
}

impl Table {
    /// Reads a file: CSV in UTF-8 with or without mark, or in Big5.
    ///
    /// Refuses with `FILE_TOO_LARGE` and `FILE_TYPE`; a header that cannot be used and rows longer
    /// than it are reported as problems.
    pub fn read(content: &[u8]) -> Result<Self, Error> {
        if content.len() > MOST_BYTES {
            return Err(Error::FileTooLarge {
                unit: "bytes",
                limit: MOST_BYTES,
            });
        }
        let text = text_file::decode(content)?;
        let mut table = Self::default();
        let mut width = None;
        for record in text_file::records(&text) {
            let (line, record) = record?;
            let values: Vec<String> = record
                .iter()
                .map(|cell| cells::restore(cell).to_owned())
                .collect();
            let Some(width) = width else {
                width = Some(values.len());
                table.take_header(line, &values);
                if !table.problems.is_empty() {
                    return Ok(table);
                }
                continue;
            };
            if values.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            if table.rows.len() == MOST_ROWS {
                return Err(Error::FileTooLarge {
                    unit: "rows",
                    limit: MOST_ROWS,
                });
            }
            if let Some(beyond) = values
                .iter()
                .skip(width)
                .find(|cell| !cell.trim().is_empty())
            {
                table.problems.push(CellProblem::new(
                    line,
                    "",
                    CommonReason::ValidationFailed,
                    beyond,
                ));
            }
            table.rows.push(Cells { line, values });
        }
        if width.is_none() {
            table.problems.push(CellProblem::new(
                1,
                columns::NAME,
                CommonReason::ValidationFailed,
                "",
            ));
        }
        Ok(table)
    }

    /// The cell of `row` in `column`; `None` when the file has no such column.
    #[must_use]
    pub fn cell<'a>(&self, row: &'a Cells, column: &str) -> Option<&'a str> {
        let index = self.columns.iter().position(|known| *known == column)?;
        Some(row.values.get(index).map_or("", String::as_str))
    }

    fn take_header(&mut self, line: u64, header: &[String]) {
        for cell in header {
            let name = cell.trim().to_ascii_lowercase();
            match columns::ALL.into_iter().find(|known| *known == name) {
                Some(column) if !self.columns.contains(&column) => self.columns.push(column),
                _ => {
                    self.problems.push(CellProblem::new(
                        line,
                        &name,
                        CommonReason::ValidationFailed,
                        cell,
                    ));
                }
            }
        }
        let has = |column: &str| self.columns.contains(&column);
        // A product is found by its code, else by category and name.
        let needed = if has(columns::CODE) {
            &[][..]
        } else {
            &[columns::CATEGORY, columns::NAME]
        };
        let missing: Vec<&str> = needed
            .iter()
            .copied()
            .filter(|column| !has(column))
            .collect();
        for column in missing {
            self.problems.push(CellProblem::new(
                line,
                column,
                CommonReason::ValidationFailed,
                "",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(content: &[u8]) -> Vec<(u64, String)> {
        let table = Table::read(content).unwrap();
        assert_eq!(table.problems, []);
        let name = |row: &Cells| table.cell(row, columns::NAME).unwrap().to_owned();
        table.rows.iter().map(|row| (row.line, name(row))).collect()
    }

    #[test]
    fn too_many_bytes_or_rows_are_refused() {
        let long = vec![b'a'; MOST_BYTES + 1];
        assert!(matches!(
            Table::read(&long),
            Err(Error::FileTooLarge { unit: "bytes", .. })
        ));
        let mut many = String::from("category,name,price_cold\n");
        many.push_str(&"茶,紅茶,25\n".repeat(MOST_ROWS));
        assert_eq!(Table::read(many.as_bytes()).unwrap().rows.len(), MOST_ROWS);
        many.push_str("茶,紅茶,25\n");
        assert!(matches!(
            Table::read(many.as_bytes()),
            Err(Error::FileTooLarge { unit: "rows", .. })
        ));
    }

    #[test]
    fn lines_are_those_an_editor_shows() {
        let text = "category,name,price_cold\r\n\r\n茶,\"紅\r\n茶\",25\r\n\r\n,,\r\n茶,綠茶,25";
        assert_eq!(
            names(text.as_bytes()),
            [(3, "紅\r\n茶".to_owned()), (7, "綠茶".to_owned())]
        );
    }

    #[test]
    fn a_header_that_cannot_be_used_names_every_column() {
        let table = Table::read("category,nmae\n茶,紅茶\n".as_bytes()).unwrap();
        let columns: Vec<&str> = table
            .problems
            .iter()
            .map(|problem| problem.column.as_str())
            .collect();
        assert_eq!(columns, ["nmae", "name"]);
        assert!(table.rows.is_empty());
        assert_eq!(Table::read(b"").unwrap().problems.len(), 1);
    }

    #[test]
    fn a_code_is_enough_to_find_products() {
        let table = Table::read("code,station\nP00001,吧台\n".as_bytes()).unwrap();
        assert_eq!(table.problems, []);
    }

    #[test]
    fn rows_of_only_commas_are_no_rows() {
        let blank = ",,\r\n".repeat(300);
        let text = format!("category,name,price_cold\r\n茶,紅茶,25\r\n{blank}");
        assert_eq!(names(text.as_bytes()), [(2, "紅茶".to_owned())]);
    }

    #[test]
    fn a_row_longer_than_the_header_is_a_problem() {
        let table = Table::read("category,name,price_cold\n茶,紅茶,25,30\n".as_bytes()).unwrap();
        assert_eq!(
            table.problems,
            [CellProblem::new(
                2,
                "",
                CommonReason::ValidationFailed,
                "30"
            )]
        );
    }

    #[test]
    fn a_leading_apostrophe_is_undone() {
        let text = "category,name,price_cold\n茶,'@從前奶茶,25\n";
        assert_eq!(names(text.as_bytes()), [(2, "@從前奶茶".to_owned())]);
    }
}
