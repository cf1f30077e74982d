//! From the bytes of a settlement file to its rows.
//!
//! The header may stand below lines of text, and totals below the rows. Only mapped columns are read;
//! whatever else the file has about customers is never kept.

use chassis::{
    error::{CommonReason, Reason},
    money::Currency,
    text,
    text_file::{self, InvalidEncoding},
};
use chrono::NaiveDate;
use proto::payments::v1::PaymentsReason;

use super::{
    FileRow, RowKind, Sums,
    amount::{self, InvalidAmount},
    mapping::{Mapping, key},
};

/// Most bytes of a file.
pub const MOST_BYTES: usize = 10 * 1024 * 1024;
/// Most rows of a file.
pub const MOST_ROWS: usize = 20_000;
/// Most columns of a file.
const MOST_COLUMNS: usize = 200;
/// Lines among which the header is looked for.
const HEADER_LINES: usize = 30;
/// Longest number of a transaction.
const LONGEST_REFERENCE: usize = 100;
/// As much of a bad cell as is reported.
const LONGEST_SHOWN: usize = 60;

/// A file that cannot be read at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is too large.
    TooLarge {
        /// `bytes`, `rows` or `columns`.
        unit: &'static str,
        /// How many are allowed.
        limit: usize,
    },
    /// It is not text in UTF-8 or Big5.
    NotText(InvalidEncoding),
}

impl From<InvalidEncoding> for Unreadable {
    fn from(error: InvalidEncoding) -> Self {
        Self::NotText(error)
    }
}

/// A bad cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellProblem {
    /// Line, from 1.
    pub line: i32,
    /// Name of the column.
    pub column: String,
    /// Stable reason.
    pub reason: Reason,
    /// The cell, cut short.
    pub value: String,
}

/// What a file was read as.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettlementFile {
    /// Names of its columns.
    pub columns: Vec<String>,
    /// What they were read as; `None` where that has to be chosen.
    pub mapping: Option<Mapping>,
    /// Its rows; those that are bad are left out.
    pub rows: Vec<FileRow>,
    /// Bad cells.
    pub problems: Vec<CellProblem>,
    /// Totals that were left out.
    pub skipped: usize,
    /// Currency of all rows.
    pub currency: Option<Currency>,
}

impl SettlementFile {
    /// Sums of the rows.
    #[must_use]
    pub fn sums(&self) -> Sums {
        let mut sums = Sums::default();
        self.rows.iter().for_each(|row| sums += row);
        sums
    }
}

struct Line {
    number: i32,
    cells: Vec<String>,
}

/// Reads a file by what staff chose, else by what the account remembers, else by the usual names.
pub fn read(
    content: &[u8],
    chosen: Option<&Mapping>,
    remembered: Option<&Mapping>,
) -> Result<SettlementFile, Unreadable> {
    if content.len() > MOST_BYTES {
        return Err(too_large("bytes", MOST_BYTES));
    }
    let text = text_file::decode(content)?;
    let mut lines = Vec::new();
    for record in text_file::records(&text) {
        let (number, record) = record?;
        if record.len() > MOST_COLUMNS {
            return Err(too_large("columns", MOST_COLUMNS));
        }
        let cells: Vec<String> = record.iter().map(unwrapped).collect();
        if cells.iter().all(String::is_empty) {
            continue;
        }
        if lines.len() == MOST_ROWS + HEADER_LINES {
            return Err(too_large("rows", MOST_ROWS));
        }
        let number = i32::try_from(number).unwrap_or(i32::MAX);
        lines.push(Line { number, cells });
    }
    let Some((header, mapping)) = find_header(&lines, chosen, remembered) else {
        return Ok(unmapped(&lines, chosen));
    };
    let rows = lines.split_off(header + 1);
    if rows.len() > MOST_ROWS {
        return Err(too_large("rows", MOST_ROWS));
    }
    let columns = std::mem::take(&mut lines[header].cells);
    Ok(Reader::new(columns, mapping).read(&rows))
}

fn too_large(unit: &'static str, limit: usize) -> Unreadable {
    Unreadable::TooLarge { unit, limit }
}

/// A cell without what keeps spreadsheets from reading it as a number: `="0123"`, `'0123`.
fn unwrapped(cell: &str) -> String {
    let cell = text::typed(cell);
    let formula = cell
        .strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'));
    let plain = formula.or_else(|| cell.strip_prefix('\''));
    match plain {
        Some(plain) => plain.trim().to_owned(),
        None => cell,
    }
}

fn has_columns(header: &[String], mapping: &Mapping) -> bool {
    let has = |name: &str| header.iter().any(|column| key(column) == key(name));
    mapping.columns().all(has)
}

/// The line of the header with what its columns are.
fn find_header(
    lines: &[Line],
    chosen: Option<&Mapping>,
    remembered: Option<&Mapping>,
) -> Option<(usize, Mapping)> {
    let head = || lines.iter().take(HEADER_LINES).enumerate();
    let with = |mapping: &Mapping| {
        let found = head().find(|(_, line)| has_columns(&line.cells, mapping));
        found.map(|(index, _)| (index, mapping.clone()))
    };
    match chosen {
        Some(chosen) => with(chosen),
        None => remembered.and_then(with).or_else(|| {
            head().find_map(|(index, line)| Some((index, Mapping::guess(&line.cells)?)))
        }),
    }
}

/// A file whose header is not found: the line with the most cells is proposed as one, and columns that
/// were chosen and are not there are named.
fn unmapped(lines: &[Line], chosen: Option<&Mapping>) -> SettlementFile {
    let filled = |line: &&Line| line.cells.iter().filter(|cell| !cell.is_empty()).count();
    let head = lines.iter().take(HEADER_LINES).rev();
    let header = head.max_by_key(filled);
    let line = header.map_or(1, |line| line.number);
    let columns = header.map_or_else(Vec::new, |line| named(&line.cells));
    let missing = chosen.into_iter().flat_map(Mapping::columns);
    let missing = missing.filter(|name| !columns.iter().any(|column| key(column) == key(name)));
    let problems = missing.map(|name| CellProblem {
        line,
        column: name.to_owned(),
        reason: CommonReason::ValidationFailed.into(),
        value: String::new(),
    });
    SettlementFile {
        problems: problems.collect(),
        columns,
        ..SettlementFile::default()
    }
}

/// The columns that have a name, each once.
fn named(header: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in header.iter().filter(|name| !name.is_empty()) {
        if !names.iter().any(|known| key(known) == key(name)) {
            names.push(name.clone());
        }
    }
    names
}

/// A mapped column: its place and its name.
struct Column {
    place: usize,
    name: String,
}

struct Reader {
    file: SettlementFile,
    provider_reference: Option<Column>,
    reference: Option<Column>,
    amount: Option<Column>,
    kind: Option<Column>,
    fees: Vec<Column>,
    net: Option<Column>,
    date: Option<Column>,
    currency: Option<Column>,
}

impl Reader {
    fn new(header: Vec<String>, mapping: Mapping) -> Self {
        let find = |name: &String| {
            let place = header.iter().position(|column| key(column) == key(name))?;
            Some(Column {
                place,
                name: header[place].clone(),
            })
        };
        let of = |name: &Option<String>| name.as_ref().and_then(find);
        Self {
            provider_reference: of(&mapping.provider_reference),
            reference: of(&mapping.reference),
            amount: of(&mapping.amount),
            kind: of(&mapping.kind),
            fees: mapping.fees.iter().filter_map(find).collect(),
            net: of(&mapping.net),
            date: of(&mapping.date),
            currency: of(&mapping.currency),
            file: SettlementFile {
                columns: named(&header),
                mapping: Some(mapping),
                ..SettlementFile::default()
            },
        }
    }

    fn read(mut self, lines: &[Line]) -> SettlementFile {
        for line in lines {
            if self.is_total(line) {
                self.file.skipped += 1;
                continue;
            }
            let problems = self.file.problems.len();
            let row = self.row(line);
            if self.file.problems.len() == problems {
                self.file.rows.extend(row);
            }
        }
        self.file
    }

    /// A line below the rows: a total, or text without an amount and a number.
    fn is_total(&self, line: &Line) -> bool {
        let first = line.cells.iter().find(|cell| !cell.is_empty());
        let first = first.map(|cell| key(cell)).unwrap_or_default();
        let is_word = TOTALS.iter().any(|word| first.starts_with(word));
        let read = [&self.provider_reference, &self.reference, &self.amount];
        is_word
            || read
                .iter()
                .all(|column| cell(line, column.as_ref()).is_empty())
    }

    fn problem(&mut self, line: &Line, column: &str, reason: impl Into<Reason>, value: &str) {
        self.file.problems.push(CellProblem {
            line: line.number,
            column: column.to_owned(),
            reason: reason.into(),
            value: value.chars().take(LONGEST_SHOWN).collect(),
        });
    }

    fn row(&mut self, line: &Line) -> Option<FileRow> {
        let problems = self.file.problems.len();
        let provider_reference = self.number(line, |reader| reader.provider_reference.as_ref());
        let reference = self.number(line, |reader| reader.reference.as_ref());
        let amount = self.amount(line, |reader| reader.amount.as_ref());
        let mut fee = 0;
        for index in 0..self.fees.len() {
            fee += self
                .amount(line, |reader| reader.fees.get(index))
                .unwrap_or(0);
        }
        let net = self.amount(line, |reader| reader.net.as_ref());
        let date = self.date(line);
        let Some(amount) = amount else {
            let name = name(self.amount.as_ref());
            self.problem(line, &name, CommonReason::ValidationFailed, "");
            return None;
        };
        let has_number = !provider_reference.is_empty() || !reference.is_empty();
        let kind = self.kind(line, amount, has_number);
        if kind == RowKind::Payment && amount < 0 {
            let (name, value) = (
                name(self.amount.as_ref()),
                cell(line, self.amount.as_ref()).to_owned(),
            );
            self.problem(line, &name, CommonReason::AmountOutOfRange, &value);
            return None;
        }
        // Some files write refunds above zero and say so in a word.
        let is_mirrored = kind == RowKind::Refund && amount > 0;
        let amount = if is_mirrored { -amount } else { amount };
        let fee = match net {
            None => fee,
            Some(net) => {
                let net = if is_mirrored && net > 0 { -net } else { net };
                let implied = amount - net;
                let is_clean = self.file.problems.len() == problems;
                if is_clean && !self.fees.is_empty() && implied.abs() != fee.abs() {
                    let (name, value) = (
                        name(self.net.as_ref()),
                        cell(line, self.net.as_ref()).to_owned(),
                    );
                    self.problem(line, &name, PaymentsReason::AmountMismatch, &value);
                }
                implied
            }
        };
        // Without what was paid out nobody can say whether a fee below zero was kept or given back.
        if kind == RowKind::Payment && self.net.is_none() && fee < 0 {
            let name = self.fees.first().map(|column| column.name.clone());
            let reason = CommonReason::AmountOutOfRange;
            self.problem(line, &name.unwrap_or_default(), reason, "");
        }
        self.take_currency(line);
        Some(FileRow {
            line: line.number,
            kind,
            provider_reference,
            reference,
            amount_e4: amount,
            fee_e4: fee,
            date,
        })
    }

    fn number(&mut self, line: &Line, of: fn(&Self) -> Option<&Column>) -> String {
        let value = cell(line, of(self)).to_owned();
        if value.chars().count() > LONGEST_REFERENCE {
            let name = name(of(self));
            self.problem(line, &name, CommonReason::TextTooLong, &value);
        }
        value
    }

    fn amount(&mut self, line: &Line, of: impl Fn(&Self) -> Option<&Column>) -> Option<i64> {
        let column = of(self)?;
        let (place, name) = (column.place, column.name.clone());
        let value = line.cells.get(place).map_or("", String::as_str);
        let reason = match amount::parse(value) {
            Ok(amount) => return amount,
            Err(InvalidAmount::Malformed) => CommonReason::ValidationFailed,
            Err(InvalidAmount::OutOfRange) => CommonReason::AmountOutOfRange,
        };
        self.problem(line, &name, reason, value);
        // The cell is named once.
        Some(0)
    }

    fn date(&mut self, line: &Line) -> Option<NaiveDate> {
        let value = cell(line, self.date.as_ref()).to_owned();
        if value.is_empty() {
            return None;
        }
        let date = parse_date(&value);
        if date.is_none() {
            let name = name(self.date.as_ref());
            self.problem(line, &name, CommonReason::ValidationFailed, &value);
        }
        date
    }

    fn kind(&self, line: &Line, amount: i64, has_number: bool) -> RowKind {
        let word = key(cell(line, self.kind.as_ref()));
        let has = |words: &[&str]| words.iter().any(|known| word.contains(known));
        if !has_number || amount == 0 {
            RowKind::Adjustment
        } else if word.is_empty() {
            match amount {
                ..0 => RowKind::Refund,
                _ => RowKind::Payment,
            }
        } else if has(&REFUND_WORDS) {
            RowKind::Refund
        } else if has(&PAYMENT_WORDS) {
            RowKind::Payment
        } else {
            RowKind::Adjustment
        }
    }

    /// All rows are of one currency.
    fn take_currency(&mut self, line: &Line) {
        let value = cell(line, self.currency.as_ref()).to_owned();
        if value.is_empty() {
            return;
        }
        let code = match key(&value).as_str() {
            "nt$" | "ntd" | "新台幣" | "新臺幣" | "台幣" | "臺幣" => "TWD".to_owned(),
            word => word.to_ascii_uppercase(),
        };
        let currency = code.parse::<Currency>().ok();
        match (currency, self.file.currency) {
            (Some(currency), None) => self.file.currency = Some(currency),
            (Some(currency), Some(known)) if currency == known => {}
            _ => {
                let name = name(self.currency.as_ref());
                self.problem(line, &name, CommonReason::ValidationFailed, &value);
            }
        }
    }
}

fn cell<'a>(line: &'a Line, column: Option<&Column>) -> &'a str {
    let found = column.and_then(|column| line.cells.get(column.place));
    found.map_or("", String::as_str)
}

fn name(column: Option<&Column>) -> String {
    column.map(|column| column.name.clone()).unwrap_or_default()
}

/// Words that the first cell of a total begins with, folded.
const TOTALS: [&str; 6] = ["合計", "總計", "小計", "總和", "總額", "total"];
const REFUND_WORDS: [&str; 8] = [
    "退款", "退刷", "退貨", "退費", "取消", "refund", "reversal", "void",
];
const PAYMENT_WORDS: [&str; 12] = [
    "付款", "收款", "交易", "請款", "消費", "授權", "銷售", "payment", "charge", "capture", "sale",
    "paid",
];

/// Reads the day a cell begins with: `2026/09/01`, `2026-9-1 12:00`, `20260901`, `115/09/01`.
fn parse_date(cell: &str) -> Option<NaiveDate> {
    let day = cell.split([' ', 'T']).next().unwrap_or_default();
    let parts: Vec<&str> = day.split(['/', '-', '.']).collect();
    let is_number = |text: &&str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !parts.iter().all(is_number) {
        return None;
    }
    let (year, month, day) = match parts.as_slice() {
        [whole] if whole.len() == 8 => (&whole[..4], &whole[4..6], &whole[6..]),
        [year, month, day] => (*year, *month, *day),
        _ => return None,
    };
    let number = |text: &str| text.parse::<u32>().ok();
    let year_number = i32::try_from(number(year)?).ok()?;
    // Years of the Republic have two or three digits.
    let year_number = match year.len() {
        2 | 3 => year_number + 1911,
        4 => year_number,
        _ => return None,
    };
    let date = NaiveDate::from_ymd_opt(year_number, number(month)?, number(day)?)?;
    (1970..=2200).contains(&year_number).then_some(date)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;
    use crate::domain::settlement::E4;

    const FILE: &str = "撥款明細,,,,,\r\n特店：3002607,,,,,\r\n\r\n\
        特店訂單編號,交易編號,交易類型,交易金額,手續費,撥款金額\r\n\
        7K2MXP01,=\"2609010001\",付款,\"1,165\",32.0375,1132.9625\r\n\
        7K2MXP02,2609010002,退款,27,0,-27\r\n\
        ,,月租費,-300,0,-300\r\n\
        合計,,,838,32.0375,805.9625\r\n";

    fn mapping(of: &[(&str, &str)]) -> Mapping {
        let mut mapping = Mapping::default();
        for (field, name) in of {
            let name = (*name).to_owned();
            match *field {
                "number" => mapping.provider_reference = Some(name),
                "reference" => mapping.reference = Some(name),
                "amount" => mapping.amount = Some(name),
                "kind" => mapping.kind = Some(name),
                "fee" => mapping.fees.push(name),
                "net" => mapping.net = Some(name),
                "date" => mapping.date = Some(name),
                "currency" => mapping.currency = Some(name),
                other => panic!("{other}"),
            }
        }
        mapping
    }

    fn problems(text: &str, mapping: &Mapping) -> Vec<(i32, String, String)> {
        let file = read(text.as_bytes(), Some(mapping), None).unwrap();
        let problems = file.problems.into_iter();
        problems
            .map(|problem| (problem.line, problem.column, problem.reason.to_string()))
            .collect()
    }

    #[test]
    fn a_file_reads_alike_in_every_encoding_with_its_header_below_text_and_a_total() {
        let (big5, _, _) = encoding_rs::BIG5.encode(FILE);
        let marked = [b"\xef\xbb\xbf", FILE.as_bytes()].concat();
        for content in [FILE.as_bytes(), &marked, &big5] {
            let file = read(content, None, None).unwrap();
            assert_eq!(file.problems, []);
            assert_eq!(file.skipped, 1);
            let rows: Vec<_> = file
                .rows
                .iter()
                .map(|row| {
                    let number = row.provider_reference.as_str();
                    (row.line, row.kind, number, row.amount_e4, row.fee_e4)
                })
                .collect();
            assert_eq!(
                rows,
                [
                    (5, RowKind::Payment, "2609010001", 1_165 * E4, 320_375),
                    (6, RowKind::Refund, "2609010002", -27 * E4, 0),
                    (7, RowKind::Adjustment, "", -300 * E4, 0),
                ]
            );
            assert_eq!(file.sums().net_e4(), 8_059_625);
        }
    }

    #[test]
    fn what_staff_chose_comes_before_what_is_remembered_and_that_before_usual_names() {
        let text = "交易編號,交易金額,實付,手續費\nN1,165,160,4\n";
        let chosen = mapping(&[("number", "交易編號"), ("amount", "實付")]);
        let remembered = mapping(&[("number", "交易編號"), ("amount", "手續費")]);
        let amount = |chosen: Option<&Mapping>, remembered: Option<&Mapping>| {
            read(text.as_bytes(), chosen, remembered).unwrap().rows[0].amount_e4 / E4
        };
        assert_eq!(amount(Some(&chosen), Some(&remembered)), 160);
        assert_eq!(amount(None, Some(&remembered)), 4);
        assert_eq!(amount(None, None), 165);
        let gone = mapping(&[("number", "序號"), ("amount", "實付")]);
        assert_eq!(amount(None, Some(&gone)), 165);
    }

    #[test]
    fn a_file_whose_columns_say_nothing_asks_which_they_are() {
        let text = "報表\n甲,乙,丙\nN1,165,4\n";
        let file = read(text.as_bytes(), None, None).unwrap();
        assert_eq!(file.columns, ["甲", "乙", "丙"]);
        assert_eq!((file.mapping, file.rows.len()), (None, 0));
        let wrong = mapping(&[("number", "甲"), ("amount", "丁")]);
        assert_eq!(
            problems(text, &wrong),
            [(2, "丁".to_owned(), "VALIDATION_FAILED".to_owned())]
        );
        assert_eq!(read(b"", None, None).unwrap(), SettlementFile::default());
    }

    #[test]
    fn every_bad_cell_is_named_with_its_line_and_reason() {
        let text = format!(
            "no,amt,fee,net,day,cur\nN1,abc,0,1,2026/13/01,TWD\nN2,165,4,162,,USD\n{},10000000,0,,,\n\
             N4,,1,,,\nN5,165,4,161,115/09/01,NTD\n",
            "9".repeat(101)
        );
        let columns = [
            ("number", "no"),
            ("amount", "amt"),
            ("fee", "fee"),
            ("net", "net"),
            ("date", "day"),
            ("currency", "cur"),
        ];
        let found = problems(&text, &mapping(&columns));
        let found: Vec<_> = found
            .iter()
            .map(|(line, column, reason)| (*line, column.as_str(), reason.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                (2, "amt", "VALIDATION_FAILED"),
                (2, "day", "VALIDATION_FAILED"),
                (3, "net", "AMOUNT_MISMATCH"),
                (3, "cur", "VALIDATION_FAILED"),
                (4, "no", "TEXT_TOO_LONG"),
                (4, "amt", "AMOUNT_OUT_OF_RANGE"),
                (5, "amt", "VALIDATION_FAILED"),
            ]
        );
    }

    #[test]
    fn a_fee_below_zero_is_believed_only_beside_what_was_paid_out() {
        let text = "no,amt,fee,net\nN1,165,-4.5375,160.4625\n";
        let all = mapping(&[
            ("number", "no"),
            ("amount", "amt"),
            ("fee", "fee"),
            ("net", "net"),
        ]);
        let file = read(text.as_bytes(), Some(&all), None).unwrap();
        assert_eq!((file.problems.len(), file.rows[0].fee_e4), (0, 45_375));
        let without = mapping(&[("number", "no"), ("amount", "amt"), ("fee", "fee")]);
        assert_eq!(problems(text, &without)[0].2, "AMOUNT_OUT_OF_RANGE");
    }

    #[test]
    fn kinds_come_from_words_and_without_a_word_from_the_sign() {
        let text = "no,amt,type\nN1,165,\nN2,-27,\nN3,27,Refund\nN4,10,fee rebate\nN5,0,\nN6,5,信用卡交易\n";
        let columns = [("number", "no"), ("amount", "amt"), ("kind", "type")];
        let file = read(text.as_bytes(), Some(&mapping(&columns)), None).unwrap();
        let kinds: Vec<_> = file
            .rows
            .iter()
            .map(|row| (row.kind, row.amount_e4 / E4))
            .collect();
        assert_eq!(
            kinds,
            [
                (RowKind::Payment, 165),
                (RowKind::Refund, -27),
                (RowKind::Refund, -27),
                (RowKind::Adjustment, 10),
                (RowKind::Adjustment, 0),
                (RowKind::Payment, 5),
            ]
        );
    }

    #[test]
    fn too_many_bytes_rows_or_columns_are_refused() {
        let refused = |content: &[u8]| match read(content, None, None) {
            Err(Unreadable::TooLarge { unit, .. }) => unit,
            other => panic!("{other:?}"),
        };
        assert_eq!(refused(&vec![b'a'; MOST_BYTES + 1]), "bytes");
        let mut text = String::from("交易編號,交易金額\n");
        text.push_str(&"N,1\n".repeat(MOST_ROWS));
        assert_eq!(
            read(text.as_bytes(), None, None).unwrap().rows.len(),
            MOST_ROWS
        );
        text.push_str("N,1\n");
        assert_eq!(refused(text.as_bytes()), "rows");
        assert_eq!(
            refused(",".repeat(MOST_COLUMNS).replace(',', "a,").as_bytes()),
            "columns"
        );
        assert!(matches!(
            read(b"PK\x03\x04", None, None),
            Err(Unreadable::NotText(_))
        ));
    }

    #[test]
    fn days_are_read_as_files_write_them() {
        let day = NaiveDate::from_ymd_opt(2026, 9, 1);
        for cell in [
            "2026/09/01",
            "2026-9-1 23:59:59",
            "2026-09-01T01:00:00Z",
            "20260901",
            "115/09/01",
        ] {
            assert_eq!(parse_date(cell), day, "{cell}");
        }
        for cell in ["2026/02/30", "1/2", "9月1日", "2026", "99999/1/1", "//"] {
            assert_eq!(parse_date(cell), None, "{cell}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(content in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&content, None, None);
            let mapped = mapping(&[("number", "a"), ("amount", "b")]);
            let _ = read(&content, Some(&mapped), None);
        }

        #[test]
        fn no_rows_below_a_header_panic(rows in "[-0-9a-z,\"'=（）().\n\r $/交易退款]{0,200}") {
            let text = format!("交易編號,訂單編號,交易類型,交易金額,手續費,淨額,日期,幣別\n{rows}");
            let _ = read(text.as_bytes(), None, None);
        }

        #[test]
        fn what_was_written_is_read_to_the_ten_thousandth(
            rows in prop::collection::vec((1_i64..99_999_999_999, 0_i64..1_000_000), 1..30),
        ) {
            let mut text = String::from("交易編號,交易金額,手續費,撥款金額\n");
            let decimal = |value: i64| {
                let sign = if value < 0 { "-" } else { "" };
                format!("{sign}{}.{:04}", value.abs() / E4, value.abs() % E4)
            };
            for (index, (amount, fee)) in rows.iter().enumerate() {
                let (gross, kept, net) = (decimal(*amount), decimal(*fee), decimal(amount - fee));
                writeln!(text, "N{index},{gross},{kept},{net}").unwrap();
            }
            let file = read(text.as_bytes(), None, None).unwrap();
            prop_assert_eq!(&file.problems, &[]);
            let read: Vec<_> = file.rows.iter().map(|row| (row.amount_e4, row.fee_e4)).collect();
            prop_assert_eq!(read, rows);
        }
    }
}
