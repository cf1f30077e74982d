//! What is given back for units of a line.

use crate::{amount::Amount, priced::PricedUnit};

/// What is given back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Refund {
    /// Money.
    pub amount: Amount,
    /// Points.
    pub points: u32,
}

/// What `count` units more of a line give back, when `before` have been: the last first, each at
/// its own net. None when there are not so many left.
#[must_use]
pub fn refund(units: &[PricedUnit], before: usize, count: usize) -> Option<Refund> {
    let end = units.len().checked_sub(before)?;
    let back = &units[end.checked_sub(count)?..end];
    Some(Refund {
        amount: back.iter().map(|unit| unit.net).sum(),
        points: back.iter().map(|unit| unit.points).sum(),
    })
}
