//! Stages 0 to 2: what a unit costs before any rule. The line's list amount is
//! [`Line::list`](crate::Line::list).

use crate::amount::Amount;

/// Stage 0: the prices a variant may have at a branch; the first there is counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prices {
    /// The branch's own for the channel.
    pub branch_channel: Option<Amount>,
    /// The branch's own.
    pub branch: Option<Amount>,
    /// The brand's for the channel or method.
    pub brand: Option<Amount>,
    /// The variant's.
    pub variant: Amount,
}

impl Prices {
    /// The unit price.
    #[must_use]
    pub fn unit(self) -> Amount {
        let own = self.branch_channel.or(self.branch).or(self.brand);
        own.unwrap_or(self.variant)
    }
}

/// Which options of a group its free quota covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Free {
    /// The cheapest.
    #[default]
    Cheapest,
    /// The most expensive.
    MostExpensive,
}

/// Stage 1: what each of a group's chosen options, as `(price, quantity)` in the menu's order, adds
/// to one unit after `quota` single ones are free. Ties go by the menu's order.
#[must_use]
pub fn charge_options(chosen: &[(Amount, u32)], quota: u32, free: Free) -> Vec<Amount> {
    let mut order: Vec<_> = (0..chosen.len()).collect();
    match free {
        Free::Cheapest => order.sort_by_key(|&index| chosen[index].0),
        Free::MostExpensive => order.sort_by_key(|&index| std::cmp::Reverse(chosen[index].0)),
    }
    let mut left = quota;
    let mut charged = vec![Amount::ZERO; chosen.len()];
    for index in order {
        let (price, quantity) = chosen[index];
        let covered = left.min(quantity);
        left -= covered;
        charged[index] = price * i64::from(quantity - covered);
    }
    charged
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn dollars(amount: i64) -> Amount {
        Amount::new(amount)
    }

    #[test]
    fn the_nearest_price_counts() {
        let variant = Prices {
            branch_channel: None,
            branch: None,
            brand: None,
            variant: dollars(35),
        };
        let brand = Prices {
            brand: Some(dollars(38)),
            ..variant
        };
        let branch = Prices {
            branch: Some(dollars(40)),
            ..brand
        };
        let channel = Prices {
            branch_channel: Some(dollars(0)),
            ..branch
        };
        let units = [variant, brand, branch, channel].map(|prices| prices.unit().minor());
        assert_eq!(units, [35, 38, 40, 0]);
    }

    #[test]
    fn the_free_quota_covers_single_options() {
        let chosen = [(dollars(10), 2), (dollars(15), 1), (dollars(10), 1)];
        let charged = |quota, free| {
            let charged = charge_options(&chosen, quota, free);
            charged
                .iter()
                .map(|amount| amount.minor())
                .collect::<Vec<_>>()
        };
        assert_eq!(charged(0, Free::Cheapest), [20, 15, 10]);
        assert_eq!(charged(1, Free::Cheapest), [10, 15, 10]);
        assert_eq!(charged(3, Free::Cheapest), [0, 15, 0]);
        assert_eq!(charged(2, Free::MostExpensive), [10, 0, 10]);
        assert_eq!(charged(9, Free::MostExpensive), [0, 0, 0]);
    }
}
