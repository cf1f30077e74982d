//! Text as a printer can show it, and where its lines break.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::font;

/// What is left of a text on paper: composed (NFC), spaces plain, lines separated by `\n`.
///
/// What no slip can show goes: control and format characters, marks that compose with nothing, and
/// pictographs the font lacks with all that modifies them. Everything else stays, as 〓 where the
/// font lacks it.
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let kept = text
        .nfc()
        .filter(|c| !is_format(*c) && !is_combining_mark(*c));
    // Once more: what stood between may be gone.
    for c in kept.nfc() {
        let c = match c {
            '\n' | '\u{2028}' | '\u{2029}' => '\n',
            '\t' | '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' => ' ',
            c if c.is_control() => continue,
            c if is_pictograph(c) && !font::has(c) => continue,
            c => c,
        };
        let last = out.chars().next_back();
        if c == '\n' {
            out.truncate(out.trim_end_matches([' ', '\n']).len());
            if out.is_empty() {
                continue;
            }
        } else if c == ' ' && matches!(last, None | Some('\n')) {
            continue;
        }
        out.push(c);
    }
    out.truncate(out.trim_end().len());
    out
}

/// Characters that are there only for what stands beside them.
fn is_format(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Emoji and what looks like them.
fn is_pictograph(c: char) -> bool {
    matches!(c,
        '\u{2190}'..='\u{21FF}' | '\u{2300}'..='\u{23FF}' | '\u{2600}'..='\u{27BF}'
        | '\u{2900}'..='\u{297F}' | '\u{2B00}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}')
}

/// How many columns of half an em a text takes.
pub(crate) fn columns(text: &str, of: impl Fn(char) -> u32) -> u32 {
    text.chars().map(of).sum()
}

/// Breaks a cleaned text into lines of at most `width` columns.
///
/// Words of letters stay whole where they fit on a line, CJK breaks anywhere but before what closes
/// and after what opens. Only spaces at breaks are left out. A width below 2 counts as 2.
pub(crate) fn wrap(text: &str, width: u32, of: impl Fn(char) -> u32 + Copy) -> Vec<String> {
    let width = width.max(2);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        let mut taken = 0;
        for piece in pieces(paragraph, of) {
            let mut piece = piece;
            let mut wide = columns(piece, of);
            if taken + wide > width && !line.is_empty() {
                lines.push(finished(&mut line));
                taken = 0;
            }
            if line.is_empty() {
                piece = piece.trim_start_matches(' ');
                wide = columns(piece, of);
            }
            if wide <= width {
                line.push_str(piece);
                taken += wide;
                continue;
            }
            for c in piece.chars() {
                if taken + of(c) > width {
                    lines.push(finished(&mut line));
                    taken = 0;
                }
                line.push(c);
                taken += of(c);
            }
        }
        if !line.trim().is_empty() {
            lines.push(finished(&mut line));
        }
    }
    lines
}

fn finished(line: &mut String) -> String {
    line.truncate(line.trim_end_matches(' ').len());
    std::mem::take(line)
}

/// Pieces that are not broken: a word with what closes or opens beside it, a CJK character with
/// its punctuation, a run of spaces.
fn pieces(text: &str, of: impl Fn(char) -> u32) -> Vec<&str> {
    let mut cuts = vec![0];
    let mut previous: Option<char> = None;
    for (at, c) in text.char_indices() {
        if let Some(before) = previous {
            let space = (before == ' ') != (c == ' ');
            let word = of(before) == 1 && of(c) == 1;
            let glued = opens(before) || closes(c);
            if space || (before != ' ' && !word && !glued) {
                cuts.push(at);
            }
        }
        previous = Some(c);
    }
    cuts.push(text.len());
    cuts.windows(2).map(|cut| &text[cut[0]..cut[1]]).collect()
}

/// What no line begins with.
fn closes(c: char) -> bool {
    "，。、；：？！）」』】》〉〕］｝”’…‧·％%,.;:?!)]}ーっッゃャゅュょョ々".contains(c)
}

/// What no line ends with.
fn opens(c: char) -> bool {
    "（「『【《〈〔［｛“‘([{＃#＄$".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(text: &str, width: u32) -> Vec<String> {
        wrap(&clean(text), width, font::columns)
    }

    #[test]
    fn cjk_takes_two_columns_and_ascii_one() {
        assert_eq!(columns("珍奶ab1", font::columns), 7);
        assert_eq!(columns("Café", font::columns), 4);
        assert_eq!(wrapped("珍珠奶茶", 4), ["珍珠", "奶茶"]);
        assert_eq!(wrapped("珍珠奶茶", 5), ["珍珠", "奶茶"]);
        assert_eq!(wrapped("珍珠奶茶", 8), ["珍珠奶茶"]);
    }

    #[test]
    fn words_stay_whole_where_they_fit() {
        assert_eq!(wrapped("no ice please", 6), ["no ice", "please"]);
        assert_eq!(wrapped("a extraordinary", 8), ["a", "extraord", "inary"]);
        assert_eq!(wrapped("加ABC珍珠", 4), ["加", "ABC", "珍珠"]);
    }

    #[test]
    fn punctuation_does_not_begin_or_end_a_line() {
        assert_eq!(wrapped("不要冰，謝謝", 6), ["不要", "冰，謝", "謝"]);
        assert_eq!(wrapped("紅茶（大）", 6), ["紅茶", "（大）"]);
    }

    #[test]
    fn what_cannot_be_shown_goes_and_the_rest_stays() {
        assert_eq!(
            clean("  堃\u{200B}記🧋☕️ \u{202E}Cafe\u{301}\u{7} "),
            "堃記 Café"
        );
        assert_eq!(clean("a\r\n\r\n \n b\n"), "a\nb");
        assert_eq!(clean("👨‍👩‍👧🇹🇼1️⃣★"), "1★");
        assert_eq!(clean("\u{1b}@\u{0}"), "@");
        assert_eq!(clean("\n \t"), "");
    }
}
