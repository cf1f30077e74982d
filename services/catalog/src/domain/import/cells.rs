//! How a value is written into a cell and read back: formulas are defused, lists are joined.

const SEPARATOR: char = '|';
const ESCAPE: char = '\\';

/// Writes a cell so that no spreadsheet takes it for a formula.
///
/// A cell that begins with `=`, `+`, `-`, `@` or a tab gets a leading apostrophe; so does one that
/// has apostrophes before such a character already, or reading back would eat one of them.
#[must_use]
pub fn defuse(cell: &str) -> String {
    if looks_like_formula(cell) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

/// Undoes [`defuse`].
#[must_use]
pub fn restore(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if looks_like_formula(rest) => rest,
        _ => cell,
    }
}

fn looks_like_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'')
        .starts_with(['=', '+', '-', '@', '\t'])
}

/// Joins items into one cell.
#[must_use]
pub fn join<S: AsRef<str>>(items: impl IntoIterator<Item = S>) -> String {
    let mut cell = String::new();
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            cell.push(SEPARATOR);
        }
        for c in item.as_ref().chars() {
            if c == SEPARATOR || c == ESCAPE {
                cell.push(ESCAPE);
            }
            cell.push(c);
        }
    }
    cell
}

/// Undoes [`join`]; an empty cell is no item.
#[must_use]
pub fn split(cell: &str) -> Vec<String> {
    if cell.is_empty() {
        return Vec::new();
    }
    let mut items = vec![String::new()];
    let mut chars = cell.chars();
    while let Some(c) = chars.next() {
        let last = items.last_mut().expect("the list begins with an item");
        match c {
            ESCAPE => last.extend(chars.next()),
            SEPARATOR => items.push(String::new()),
            other => last.push(other),
        }
    }
    items
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formulas_are_defused_and_nothing_else() {
        let cases = [
            ("@從前奶茶", "'@從前奶茶"),
            ("=1+1", "'=1+1"),
            ("+886", "'+886"),
            ("-5", "'-5"),
            ("\tx", "'\tx"),
            ("'=x", "''=x"),
            ("'quoted'", "'quoted'"),
            ("紅茶", "紅茶"),
            ("", ""),
        ];
        for (plain, written) in cases {
            assert_eq!(defuse(plain), written);
            assert_eq!(restore(written), plain);
        }
    }

    #[test]
    fn a_list_is_split_at_bars() {
        assert_eq!(split(""), Vec::<String>::new());
        assert_eq!(split("甜度|冰量"), ["甜度", "冰量"]);
        assert_eq!(split(r"a\|b|c\\"), ["a|b", r"c\"]);
    }

    proptest! {
        #[test]
        fn a_cell_reads_back_as_it_was(cell in "['=+@\\-\ta|\\\\茶]{0,6}") {
            let written = defuse(&cell);
            prop_assert_eq!(restore(&written), cell.as_str());
        }

        #[test]
        fn a_list_reads_back_as_it_was(items in prop::collection::vec("[|\\\\a茶]{1,4}", 0..4)) {
            prop_assert_eq!(split(&join(&items)), items);
        }
    }
}
