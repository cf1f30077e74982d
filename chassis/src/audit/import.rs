//! What an imported file changed, as fields of what it was imported into.

use proto::common::v1::FieldChange;

use super::{changes::Changes, shorten};

/// Most names listed of what was created, and of what was changed.
const MOST_NAMES: usize = 20;

/// What one row of a file changed.
#[derive(Clone, Debug)]
pub struct ImportedRow<'a> {
    /// Its line.
    pub line: u64,
    /// What it is about.
    pub name: &'a str,
    /// It was not there before.
    pub created: bool,
    /// Each changed column with its value before and after; an empty one is none.
    pub columns: Vec<(&'a str, &'a str, &'a str)>,
}

/// How many were created and changed, their names, and then each changed column.
pub(super) fn changes<'a>(rows: impl IntoIterator<Item = ImportedRow<'a>>) -> Changes {
    let (mut created, mut updated) = (Names::default(), Names::default());
    let mut columns = Changes::default();
    for row in rows {
        match row.created {
            true => created.add(row.name),
            false => updated.add(row.name),
        }
        for (column, before, after) in row.columns {
            let field = format!("{}[{}].{column}", row.name, row.line);
            columns.push(field_change(field, before, after));
        }
    }
    let counts = [("created", created), ("updated", updated)];
    let counts = counts.into_iter().filter(|(_, names)| names.count > 0);
    let mut changes: Changes = counts
        .flat_map(|(field, names)| {
            let listed = names.listed.join(", ");
            [
                field_change(field.to_owned(), "", &names.count.to_string()),
                field_change(format!("{field}_names"), "", &listed),
            ]
        })
        .collect();
    changes.omitted += columns.omitted;
    columns.listed.into_iter().for_each(|it| changes.push(it));
    changes
}

fn field_change(field: String, before: &str, after: &str) -> FieldChange {
    let value = |text: &str| {
        let mut text = Some(text.to_owned()).filter(|text| !text.is_empty());
        text.iter_mut().for_each(shorten::cut);
        text
    };
    FieldChange {
        field,
        before: value(before),
        after: value(after),
    }
}

#[derive(Default)]
struct Names<'a> {
    count: usize,
    listed: Vec<&'a str>,
}

impl<'a> Names<'a> {
    fn add(&mut self, name: &'a str) {
        self.count += 1;
        if self.listed.len() < MOST_NAMES {
            self.listed.push(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(line: u64, created: bool) -> ImportedRow<'static> {
        let price = if created {
            ("price", "", "35")
        } else {
            ("price", "30", "35")
        };
        ImportedRow {
            line,
            name: "紅茶",
            created,
            columns: vec![price],
        }
    }

    #[test]
    fn counts_and_names_come_before_the_columns() {
        let changes = changes([row(2, true), row(3, false), row(4, false)]);
        let shown: Vec<_> = changes
            .listed
            .iter()
            .map(|change| (&*change.field, change.before(), change.after()))
            .collect();
        assert_eq!(
            shown,
            [
                ("created", "", "1"),
                ("created_names", "", "紅茶"),
                ("updated", "", "2"),
                ("updated_names", "", "紅茶, 紅茶"),
                ("紅茶[2].price", "", "35"),
                ("紅茶[3].price", "30", "35"),
                ("紅茶[4].price", "30", "35"),
            ]
        );
        assert_eq!(changes.omitted, 0);
    }

    #[test]
    fn a_large_file_is_counted_and_not_listed() {
        let changes = changes((2..20_002).map(|line| row(line, false)));
        assert_eq!(changes.listed[0].after(), "20000");
        assert_eq!(changes.listed.len() + changes.omitted, 20_002);
        assert_eq!(changes.listed.len(), super::super::changes::MOST);
        let names = changes.listed[1].after();
        assert!(names.chars().count() < 250, "{names}");
    }
}
