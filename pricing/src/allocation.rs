//! How an amount is split so that its parts add up to it.

use std::cmp::Reverse;

use crate::{amount::Amount, groups::Groups};

/// Splits `whole` in proportion to `weights` by largest remainder, ties going to the first.
///
/// Neither may be below zero. No part is above its weight while `whole` is not above their sum.
/// When no weight is above zero, all count alike.
#[must_use]
pub fn allocate(whole: i64, weights: &[i64]) -> Vec<i64> {
    let mut parts = Vec::with_capacity(weights.len());
    allocate_onto(&mut parts, whole, weights);
    parts
}

/// The same, after what `parts` has.
fn allocate_onto(parts: &mut Vec<i64>, whole: i64, weights: &[i64]) {
    let Some(&first) = weights.first() else {
        return;
    };
    let start = parts.len();
    if weights.iter().all(|&weight| weight == first) {
        let count = weights.len() as i64;
        let (each, left) = (whole / count, whole % count);
        parts.extend((0..count).map(|index| each + i64::from(index < left)));
        return;
    }
    let total: i64 = weights.iter().sum();
    parts.extend(weights.iter().map(|weight| whole * weight / total));
    let parts = &mut parts[start..];
    let left = (whole - parts.iter().sum::<i64>()) as usize;
    if left > 0 {
        // A total order, so that which come first does not depend on how they are found.
        let remainder = |(index, weight): (usize, &i64)| {
            (Reverse(whole * weight - parts[index] * total), index)
        };
        let mut order: Vec<_> = weights.iter().enumerate().map(remainder).collect();
        order.select_nth_unstable(left - 1);
        for &(_, index) in &order[..left] {
            parts[index] += 1;
        }
    }
}

/// Takes `off` from units: from their groups in proportion to what they have, ties going to the
/// smaller item key; within a group what is *left* is split in the same way, so that the first
/// units keep the extra dollar and are refunded last.
///
/// `units` are sorted and have `parts` to take from, one each, which add up to at least `off`.
/// Gives what each unit loses.
pub(crate) fn spread(groups: &Groups, off: Amount, units: &[usize], parts: &[i64]) -> Vec<i64> {
    let runs: Vec<_> = units
        .chunk_by(|&one, &other| groups.of_unit[one] == groups.of_unit[other])
        .map(<[usize]>::len)
        .collect();
    let mut rest = parts;
    let sums: Vec<i64> = runs
        .iter()
        .map(|&len| {
            let (run, after) = rest.split_at(len);
            rest = after;
            run.iter().sum()
        })
        .collect();

    let mut shares = Vec::with_capacity(units.len());
    let of_groups = allocate(off.minor(), &sums);
    for ((len, sum), off) in runs.into_iter().zip(sums).zip(of_groups) {
        let start = shares.len();
        let parts = &parts[start..start + len];
        allocate_onto(&mut shares, sum - off, parts);
        for (share, part) in shares[start..].iter_mut().zip(parts) {
            *share = part - *share;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn allocation_follows_the_largest_remainder() {
        let cases: &[(i64, &[i64], &[i64])] = &[
            (10, &[129, 54], &[7, 3]),
            (10, &[1, 1, 1], &[4, 3, 3]),
            (100, &[1, 2], &[33, 67]),
            (2, &[35; 5], &[1, 1, 0, 0, 0]),
            (5, &[0, 3, 0], &[0, 5, 0]),
            (5, &[0, 0], &[3, 2]),
            (5, &[], &[]),
        ];
        for (whole, weights, expected) in cases {
            assert_eq!(
                allocate(*whole, weights),
                *expected,
                "{whole} by {weights:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn parts_add_up_and_stay_below_their_weights(
            weights in prop::collection::vec(0_i64..10_000, 1..40), share in 0_i64..=10_000,
        ) {
            let total: i64 = weights.iter().sum();
            let whole = total * share / 10_000;
            let parts = allocate(whole, &weights);
            prop_assert_eq!(parts.iter().sum::<i64>(), whole);
            for (part, weight) in parts.iter().zip(&weights) {
                prop_assert!(*part >= 0 && part <= weight);
                prop_assert!((part * total - whole * weight).abs() < total.max(1));
            }
        }
    }
}
