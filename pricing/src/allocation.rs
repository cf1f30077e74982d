//! How an amount is split so that its parts add up to it.

use crate::{amount::Amount, groups::Groups};

/// Splits `whole` in proportion to `weights` by largest remainder, ties going to the first.
///
/// Neither may be below zero. No part is above its weight while `whole` is not above their sum.
/// When no weight is above zero, all count alike.
#[must_use]
pub fn allocate(whole: i64, weights: &[i64]) -> Vec<i64> {
    let Some(&first) = weights.first() else {
        return Vec::new();
    };
    if weights.iter().all(|&weight| weight == first) {
        return evenly(whole, weights.len());
    }
    let total: i64 = weights.iter().sum();
    let mut parts: Vec<i64> = weights
        .iter()
        .map(|weight| whole * weight / total)
        .collect();
    let left = whole - parts.iter().sum::<i64>();
    if left > 0 {
        let mut by_remainder: Vec<usize> = (0..parts.len()).collect();
        by_remainder.sort_by_key(|&index| std::cmp::Reverse(whole * weights[index] % total));
        for &index in by_remainder.iter().take(left as usize) {
            parts[index] += 1;
        }
    }
    parts
}

fn evenly(whole: i64, parts: usize) -> Vec<i64> {
    let count = parts as i64;
    let (each, left) = (whole / count, whole % count);
    (0..count)
        .map(|index| each + i64::from(index < left))
        .collect()
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
    let mut at = 0;
    let sums: Vec<i64> = runs
        .iter()
        .map(|len| {
            at += len;
            parts[at - len..at].iter().sum()
        })
        .collect();

    let mut shares = Vec::with_capacity(units.len());
    let of_groups = allocate(off.minor(), &sums);
    for ((len, sum), off) in runs.into_iter().zip(sums).zip(of_groups) {
        let parts = &parts[shares.len()..shares.len() + len];
        let left = allocate(sum - off, parts);
        shares.extend(parts.iter().zip(left).map(|(part, left)| part - left));
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
