//! Splitting whole amounts in proportion.

/// Splits `amount` by `weights`: each has the whole part of its share, and what is left goes to the
/// largest remainders, the first of equals.
pub(crate) fn by_largest_remainder(amount: i64, weights: &[i64]) -> Vec<i64> {
    let all: i128 = weights.iter().copied().map(i128::from).sum();
    if all == 0 {
        return vec![0; weights.len()];
    }
    let exact = |weight: i64| i128::from(amount) * i128::from(weight);
    let mut shares: Vec<i64> = Vec::new();
    for &weight in weights {
        shares.push(i64::try_from(exact(weight) / all).expect("a share is not above the amount"));
    }
    let mut left = amount - shares.iter().sum::<i64>();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|&place| std::cmp::Reverse(exact(weights[place]) % all));
    for place in order {
        if left > 0 {
            shares[place] += 1;
            left -= 1;
        }
    }
    shares
}

/// Splits what is taken off units of one item: what is *left* is split, so that the first units keep
/// the extra dollar.
pub(crate) fn within_item(off: i64, amounts: &[i64]) -> Vec<i64> {
    let all: i64 = amounts.iter().sum();
    let left = by_largest_remainder(all - off, amounts);
    let pairs = amounts.iter().zip(left);
    pairs.map(|(amount, left)| amount - left).collect()
}
