//! Status codes (TapPay, "Reference: status codes").

use crate::codes::{Class, Codes};

pub(super) const CODES: &Codes = &[
    (4..=4, Class::Configuration),
    (5..=5, Class::Rejected),
    (41..=41, Class::Declined),
    (43..=43, Class::Declined),
    (61..=61, Class::Configuration),
    (66..=75, Class::Configuration),
    (80..=81, Class::Configuration),
    (84..=84, Class::Configuration),
    (89..=89, Class::Configuration),
    // The prime is used up or too old: the customer enters the card again.
    (91..=91, Class::Declined),
    (92..=92, Class::WrongState),
    (121..=122, Class::Declined),
    (126..=132, Class::Declined),
    (141..=141, Class::Configuration),
    (421..=422, Class::Unknown),
    (501..=515, Class::Rejected),
    (2013..=2013, Class::Declined),
    (10003..=10003, Class::Declined),
];

/// The acquirer gives a payment back on its own day only; afterwards once it is captured.
pub(super) const WAIT_FOR_CAPTURE: i64 = 92;
