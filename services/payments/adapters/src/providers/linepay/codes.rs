//! Return codes (LINE Pay Online API, "Return codes").

use crate::codes::{Class, Codes};

/// What the codes of all calls but `check` mean.
pub(super) const CODES: &Codes = &[
    (1101..=1102, Class::Declined),
    (1104..=1106, Class::Configuration),
    (1110..=1110, Class::Declined),
    (1124..=1124, Class::Rejected),
    (1141..=1142, Class::Declined),
    (1145..=1145, Class::WrongState),
    (1150..=1150, Class::WrongState),
    (1152..=1152, Class::WrongState),
    (1153..=1153, Class::Rejected),
    (1155..=1155, Class::WrongState),
    (1159..=1159, Class::WrongState),
    (1163..=1165, Class::RefundRefused),
    (1169..=1170, Class::Declined),
    (1172..=1172, Class::Duplicate),
    (1177..=1177, Class::Rejected),
    (1178..=1178, Class::Configuration),
    (1179..=1180, Class::WrongState),
    (1183..=1184, Class::Rejected),
    (1198..=1198, Class::WrongState),
    (1280..=1298, Class::Declined),
    (1999..=1999, Class::Rejected),
    (2042..=2042, Class::RefundRefused),
    (2101..=2102, Class::Rejected),
];

/// No transaction of this number or order.
pub(super) fn is_absent(code: &str) -> bool {
    matches!(code, "1150" | "1155" | "1159")
}
