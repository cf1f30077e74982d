//! Codes of replies. The vendor's table is not public as a document; this is what several public clients
//! have, and what is not in it stays unknown.

use crate::codes::{Class, Codes};

/// The order is not known.
pub(super) const NO_SUCH_ORDER: i64 = 1005;
/// The printer is not in the account.
pub(super) const NOT_REGISTERED: i64 = 1002;
/// The printer was added before, perhaps by another account.
pub(super) const ADDED_BEFORE: i64 = 1011;

pub(super) const CODES: &Codes = &[
    // The request's header, its parameters.
    (-2..=-1, Class::Rejected),
    // The signature, the user.
    (-4..=-3, Class::Configuration),
    (1001..=1002, Class::UnknownPrinter),
    (1003..=1003, Class::Offline),
    // "Adding the order failed": mostly an empty tag.
    (1004..=1004, Class::NotTaken),
    // A date, content above 12 KB.
    (1006..=1007, Class::Rejected),
    (1008..=1008, Class::NotTaken),
    // Serial or name missing.
    (1009..=1009, Class::Rejected),
    (1010..=1011, Class::UnknownPrinter),
    (1012..=1012, Class::NotTaken),
    (1013..=1013, Class::Duplicate),
    // The key is too long.
    (1014..=1014, Class::Rejected),
    // A unit made for another account.
    (1022..=1022, Class::UnknownPrinter),
];
