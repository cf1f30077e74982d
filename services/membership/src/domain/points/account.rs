//! What an account is made of, and which of its lots are used first.

use chrono::{DateTime, TimeDelta, Utc};
use pricing::allocate;
use uuid::Uuid;

/// How long points of an expired lot last that come back.
pub const RETURNED_LASTS: TimeDelta = TimeDelta::days(30);

/// The sums of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balances {
    /// Points of the member.
    pub balance: i32,
    /// Part of it that open orders hold.
    pub held: i32,
    /// 待入帳.
    pub pending: i32,
    /// 待扣點數.
    pub debt: i32,
}

impl Balances {
    /// Points that can be used or taken.
    #[must_use]
    pub const fn available(&self) -> i32 {
        self.balance - self.held
    }
}

/// Points that end together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lot {
    /// Id.
    pub id: Uuid,
    /// Points left.
    pub remaining: i32,
    /// Part of it that open orders hold.
    pub held: i32,
    /// When they end.
    pub expires_at: Option<DateTime<Utc>>,
}

impl Lot {
    /// Points that can be used or taken.
    #[must_use]
    pub const fn available(&self) -> i32 {
        self.remaining - self.held
    }

    /// Whether it has ended.
    #[must_use]
    pub fn has_expired(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }
}

/// Takes up to `points` from lots in their order: how many of each.
#[must_use]
pub fn take<'a>(lots: impl IntoIterator<Item = &'a Lot>, points: i32) -> Vec<(Uuid, i32)> {
    let mut left = points;
    let mut taken = Vec::new();
    for lot in lots {
        let part = lot.available().min(left);
        if part > 0 {
            taken.push((lot.id, part));
            left -= part;
        }
    }
    taken
}

/// Takes up to `points`, of `first` before all others.
#[must_use]
pub fn take_first_of(lots: &[Lot], first: Option<Uuid>, points: i32) -> Vec<(Uuid, i32)> {
    let (preferred, others): (Vec<_>, Vec<_>) = lots.iter().partition(|lot| Some(lot.id) == first);
    take(preferred.into_iter().chain(others), points)
}

/// A lot that an order has used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsedLot {
    /// Lot.
    pub lot: Uuid,
    /// Points used of it.
    pub points: i32,
    /// Of these, how many came back.
    pub returned: i32,
}

/// Gives `points` back to the lots they were used of, in proportion to what is not back yet. Whatever the steps,
/// all of them together give each lot what was used of it.
#[must_use]
pub fn give_back(used: &[UsedLot], points: i32) -> Vec<(Uuid, i32)> {
    let left: Vec<i64> = used
        .iter()
        .map(|lot| i64::from(lot.points - lot.returned))
        .collect();
    let whole = i64::from(points).min(left.iter().sum());
    let shares = allocate(whole, &left).into_iter();
    let shares = shares.map(|share| i32::try_from(share).unwrap_or(0));
    let lots = used.iter().map(|lot| lot.lot).zip(shares);
    lots.filter(|&(_, points)| points > 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lot(id: u128, remaining: i32, held: i32) -> Lot {
        Lot {
            id: Uuid::from_u128(id),
            remaining,
            held,
            expires_at: None,
        }
    }

    #[test]
    fn lots_are_taken_in_order_without_what_is_held() {
        let lots = [lot(1, 10, 4), lot(2, 3, 3), lot(3, 20, 0)];
        let of = |id, points| (Uuid::from_u128(id), points);
        assert_eq!(take(&lots, 8), [of(1, 6), of(3, 2)]);
        assert_eq!(take(&lots, 99), [of(1, 6), of(3, 20)]);
        let third = Some(Uuid::from_u128(3));
        assert_eq!(take_first_of(&lots, third, 22), [of(3, 20), of(1, 2)]);
    }

    #[test]
    fn points_come_back_in_any_number_of_steps() {
        for step in 1..=28 {
            let mut used = [(1, 17), (2, 1), (3, 10)].map(|(id, points)| UsedLot {
                lot: Uuid::from_u128(id),
                points,
                returned: 0,
            });
            let mut back = 0;
            while back < 28 {
                let given = give_back(&used, step.min(28 - back));
                for (id, points) in given {
                    let lot = used.iter_mut().find(|lot| lot.lot == id).unwrap();
                    lot.returned += points;
                    back += points;
                }
            }
            assert!(
                used.iter().all(|lot| lot.returned == lot.points),
                "{step}: {used:?}"
            );
        }
    }
}
