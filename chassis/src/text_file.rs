//! Uploaded text files: their encoding, and the records of CSV with their lines.
//!
//! A file is UTF-8 with or without mark, or Big5. Text that cannot be read with certainty is refused with its
//! line, for a wrong guess would write garbled names.

use std::borrow::Cow;

use encoding_rs::{BIG5, DecoderResult};

use crate::error::{CommonReason, Problem, ToProblem};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A file that is not text in UTF-8 or Big5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the file is not text in UTF-8 or Big5")]
pub struct InvalidEncoding {
    /// Line that cannot be read, from 1, where there is one.
    pub line: Option<u64>,
}

impl ToProblem for InvalidEncoding {
    fn to_problem(&self) -> Problem {
        let problem = Problem::new(CommonReason::FileType)
            .message(self.to_string())
            .param("allowed", "CSV");
        match self.line {
            Some(line) => problem.param("line", line),
            None => problem,
        }
    }
}

/// The text of a file, without its byte order mark.
pub fn decode(content: &[u8]) -> Result<Cow<'_, str>, InvalidEncoding> {
    // A workbook, which is an archive.
    if content.starts_with(b"PK\x03\x04") {
        return Err(InvalidEncoding { line: None });
    }
    let unmarked = content.strip_prefix(BYTE_ORDER_MARK);
    let text = unmarked.unwrap_or(content);
    if let Some(at) = text.iter().position(|byte| *byte == 0) {
        return Err(unreadable(text, at));
    }
    match std::str::from_utf8(text) {
        Ok(text) => Ok(Cow::Borrowed(text)),
        Err(error) if unmarked.is_some() || is_damaged_utf_8(text) => {
            Err(unreadable(text, error.valid_up_to()))
        }
        Err(_) => from_big5(text).map(Cow::Owned),
    }
}

/// Whether more of the text reads as characters of several bytes in UTF-8 than does not. Big5,
/// whose second bytes are seldom right after its first ones there, never comes near it.
fn is_damaged_utf_8(text: &[u8]) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in text.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > bad
}

fn from_big5(text: &[u8]) -> Result<String, InvalidEncoding> {
    let mut decoder = BIG5.new_decoder_without_bom_handling();
    let most = decoder
        .max_utf8_buffer_length_without_replacement(text.len())
        .unwrap_or_default();
    let mut decoded = String::with_capacity(most);
    let (outcome, read) = decoder.decode_to_string_without_replacement(text, &mut decoded, true);
    match outcome {
        DecoderResult::InputEmpty => Ok(decoded),
        _ => Err(unreadable(text, read.saturating_sub(1))),
    }
}

/// The text cannot be read at this byte.
fn unreadable(text: &[u8], at: usize) -> InvalidEncoding {
    let before = text[..at].iter().filter(|byte| **byte == b'\n').count();
    let line = u64::try_from(before).unwrap_or(u64::MAX).saturating_add(1);
    InvalidEncoding { line: Some(line) }
}

/// The records of CSV text with the lines they begin in, from 1, as an editor counts them. Records may have
/// any number of cells; empty lines are no records.
pub fn records(text: &str) -> Records<'_> {
    let reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    Records {
        records: reader.into_records(),
        text: text.as_bytes(),
        at: 0,
        line: 1,
    }
}

/// Iterator of [`records`].
pub struct Records<'a> {
    records: csv::StringRecordsIntoIter<&'a [u8]>,
    text: &'a [u8],
    at: usize,
    line: u64,
}

impl Iterator for Records<'_> {
    type Item = Result<(u64, csv::StringRecord), InvalidEncoding>;

    fn next(&mut self) -> Option<Self::Item> {
        let record = self.records.next()?;
        let numbered = record.map(|record| (self.line_of(&record), record));
        Some(numbered.map_err(|_| InvalidEncoding { line: None }))
    }
}

impl Records<'_> {
    /// The line of a record; the reader itself counts the empty lines it skips before one as part of it.
    fn line_of(&mut self, record: &csv::StringRecord) -> u64 {
        let start = record.position().map_or(0, csv::Position::byte);
        let start = usize::try_from(start)
            .unwrap_or(self.text.len())
            .min(self.text.len());
        let blank = self.text[start..]
            .iter()
            .take_while(|byte| matches!(byte, b'\r' | b'\n'));
        let begin = start + blank.count();
        self.line += breaks(&self.text[self.at..begin]);
        self.at = begin;
        self.line
    }
}

/// Line breaks in `text`: `\n`, `\r\n`, or a lone `\r`.
fn breaks(text: &[u8]) -> u64 {
    let mut count = 0;
    for (index, byte) in text.iter().enumerate() {
        let is_break = match byte {
            b'\n' => true,
            b'\r' => text.get(index + 1) != Some(&b'\n'),
            _ => false,
        };
        count += u64::from(is_break);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_have_the_line_that_an_editor_shows() {
        let text = "a,b\r\n\r\n1,\"x\r\ny\"\r\n\r\n,\r2,z,3";
        let lines: Vec<(u64, usize)> = records(text)
            .map(|record| record.unwrap())
            .map(|(line, record)| (line, record.len()))
            .collect();
        assert_eq!(lines, [(1, 2), (3, 2), (6, 2), (7, 3)]);
    }

    const MENU: &str = "category,name,price_cold\r\n四季,功夫茶,25\r\n四季,許家鹹酥雞,60\r\n育樂,育樂套餐,90\r\n飯,蓋飯,80\r\n";

    fn refused_line(content: &[u8]) -> Option<u64> {
        decode(content).unwrap_err().line
    }

    #[test]
    fn utf_8_with_and_without_mark_and_big5_read_alike() {
        let marked = [BYTE_ORDER_MARK, MENU.as_bytes()].concat();
        // Second bytes of 功, 許 and 蓋 are those of `\` and `|` in ASCII.
        let (big5, _, unmappable) = BIG5.encode(MENU);
        assert!(!unmappable && big5.contains(&b'\\') && big5.contains(&b'|'));
        for content in [MENU.as_bytes(), &marked, &big5] {
            assert_eq!(decode(content).unwrap(), MENU);
        }
    }

    #[test]
    fn one_chinese_name_at_the_end_is_enough_to_tell_big5() {
        let rows: String = (1..2_000)
            .map(|row| format!("tea,tea {row},25\n"))
            .collect();
        let text = format!("category,name,price_cold\n{rows}tea,紅茶,25\n");
        let (big5, _, _) = BIG5.encode(&text);
        assert_eq!(decode(&big5).unwrap(), text);
    }

    #[test]
    fn a_character_cut_in_two_is_refused_in_its_line() {
        let at = MENU.find('雞').unwrap();
        let cut = [&MENU.as_bytes()[..at + 2], &MENU.as_bytes()[at + 3..]].concat();
        assert_eq!(refused_line(&cut), Some(3));
        let marked = [BYTE_ORDER_MARK, cut.as_slice()].concat();
        assert_eq!(refused_line(&marked), Some(3));
    }

    #[test]
    fn big5_with_a_byte_that_is_none_is_refused_in_its_line() {
        let (big5, _, _) = BIG5.encode(MENU);
        let mut damaged = big5.into_owned();
        damaged.extend_from_slice(b"\xff,x,1\r\n");
        assert_eq!(refused_line(&damaged), Some(6));
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert_eq!(refused_line(b"PK\x03\x04rest"), None);
        assert_eq!(refused_line(b"a\nb\0"), Some(2));
        assert_eq!(refused_line(b"\xff\xfe\xfa\xff"), Some(1));
    }
}
