//! Code 39 as dots: printers' own bar codes of 19 characters fit no paper.

use crate::Bitmap;

/// Characters in the order of their values.
const CHARACTERS: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%*";

/// Bars and spaces of each, a letter an element: `w` is wide.
const PATTERNS: [&str; 44] = [
    "nnnwwnwnn",
    "wnnwnnnnw",
    "nnwwnnnnw",
    "wnwwnnnnn",
    "nnnwwnnnw",
    "wnnwwnnnn",
    "nnwwwnnnn",
    "nnnwnnwnw",
    "wnnwnnwnn",
    "nnwwnnwnn",
    "wnnnnwnnw",
    "nnwnnwnnw",
    "wnwnnwnnn",
    "nnnnwwnnw",
    "wnnnwwnnn",
    "nnwnwwnnn",
    "nnnnnwwnw",
    "wnnnnwwnn",
    "nnwnnwwnn",
    "nnnnwwwnn",
    "wnnnnnnww",
    "nnwnnnnww",
    "wnwnnnnwn",
    "nnnnwnnww",
    "wnnnwnnwn",
    "nnwnwnnwn",
    "nnnnnnwww",
    "wnnnnnwwn",
    "nnwnnnwwn",
    "nnnnwnwwn",
    "wwnnnnnnw",
    "nwwnnnnnw",
    "wwwnnnnnn",
    "nwnnwnnnw",
    "wwnnwnnnn",
    "nwwnwnnnn",
    "nwnnnnwnw",
    "wwnnnnwnn",
    "nwwnnnwnn",
    "nwnwnwnnn",
    "nwnwnnnwn",
    "nwnnnwnwn",
    "nnnwnwnwn",
    "nwnnwnwnn",
];

/// Widths of narrow and wide elements, the easiest to read first.
const WIDTHS: [(u32, u32); 4] = [(3, 8), (2, 5), (1, 3), (1, 2)];

/// A code at most `limit` dots wide; none where it has other characters or does not fit.
pub(crate) fn bitmap(text: &str, limit: u32, height: u32) -> Option<Bitmap> {
    let framed = format!("*{text}*");
    let mut patterns = Vec::new();
    for (at, c) in framed.chars().enumerate() {
        let value = CHARACTERS.find(c)?;
        let edge = at == 0 || at == framed.len() - 1;
        if (c == '*') != edge {
            return None;
        }
        patterns.push(PATTERNS[value]);
    }
    // Six narrow and three wide elements a character, a narrow space between two.
    let count = patterns.len() as u32;
    let width = |(narrow, wide): (u32, u32)| count * (6 * narrow + 3 * wide) + (count - 1) * narrow;
    let (narrow, wide) = WIDTHS.into_iter().find(|widths| width(*widths) <= limit)?;
    let mut bitmap = Bitmap::new(width((narrow, wide)), height);
    let mut x = 0;
    for pattern in patterns {
        for (at, element) in pattern.bytes().enumerate() {
            let dots = if element == b'w' { wide } else { narrow };
            if at % 2 == 0 {
                bitmap.fill(x, 0, dots, height);
            }
            x += dots;
        }
        x += narrow;
    }
    Some(bitmap)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_19_characters_of_an_invoice_fit_a_roll_of_58_mm() {
        let code = bitmap("11512AB123456785678", 384, 60).expect("it fits");
        assert_eq!((code.width(), code.height()), (335, 60));
        assert_eq!(
            bitmap("11512AB123456785678", 300, 60).map(|b| b.width()),
            Some(272)
        );
        assert_eq!(bitmap("11512AB123456785678", 200, 60), None);
    }

    #[test]
    fn other_characters_are_refused() {
        for text in ["a", "珍", "A*B", "é"] {
            assert_eq!(bitmap(text, 576, 60), None, "{text}");
        }
    }

    #[test]
    fn every_character_has_three_wide_elements() {
        let mut seen = std::collections::HashSet::new();
        for pattern in PATTERNS {
            assert_eq!(
                (pattern.len(), pattern.matches('w').count()),
                (9, 3),
                "{pattern}"
            );
            assert!(seen.insert(pattern), "{pattern} twice");
        }
        assert_eq!(CHARACTERS.len(), 44);
    }
}
