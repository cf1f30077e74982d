//! Result codes (JKOPAY OnlinePay, "Result codes").

use crate::codes::{Class, Codes};

pub(super) const CODES: &Codes = &[
    (100..=100, Class::Unknown),
    (101..=101, Class::Duplicate),
    (102..=103, Class::RefundRefused),
    (105..=105, Class::Rejected),
    (108..=108, Class::Declined),
    (111..=111, Class::Configuration),
    (113..=113, Class::BalanceShort),
    (116..=117, Class::RefundRefused),
    (200..=201, Class::Rejected),
    (922..=922, Class::RefundRefused),
    (978..=978, Class::Unknown),
    (999..=999, Class::Unknown),
];
