//! The stages, in the order of computation. Each sees the amounts on its entry for conditions and
//! acts on the amounts as they are.
//!
//! | stage | module |
//! |---|---|
//! | 0 unit price, 1 options, 2 line list | [`list`] |
//! | A item rules | [`a_item`] |
//! | B multi-item rules | [`b_multi`] |
//! | C order rules, D tiers, E codes, F coupons | [`c_to_f_in_turn`] |
//! | G points | [`g_points`] |
//! | H fees and delivery rules | [`h_fees`] |
//! | points earned | [`earning`] |

pub(crate) mod a_item;
pub(crate) mod b_multi;
pub(crate) mod c_to_f_in_turn;
pub(crate) mod earning;
pub(crate) mod g_points;
pub(crate) mod h_fees;
pub mod list;

use crate::{
    bill::{Bill, Entry},
    candidate::Candidate,
    effects::Measured,
};

/// Splits off the rules that may act on these amounts; notes why the others may not.
fn judge(
    bill: &mut Bill<'_>,
    candidates: &[Candidate<'_>],
    rules: &[usize],
    entry: &Entry,
) -> Vec<(usize, Measured)> {
    let mut judged = Vec::with_capacity(rules.len());
    for &index in rules {
        match entry.judge(&candidates[index]) {
            Ok(measured) => judged.push((index, measured)),
            Err(reason) => bill.reject(index, reason),
        }
    }
    judged
}
