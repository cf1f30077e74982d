//! What the last orders of a member show.

use std::collections::BTreeMap;

use chassis::id::BranchId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Orders that are looked at.
pub const LAST_ORDERS: i64 = 50;
const PRODUCTS: usize = 5;
const GROUPS: usize = 5;
const CHOICES: usize = 3;
/// Fewest orders that have a rhythm.
const RHYTHM_FROM: usize = 3;

/// A product in an order, as it was sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderedItem {
    /// Name.
    pub product: String,
    /// Units.
    pub quantity: i32,
    /// Groups with their choices, such as 甜度 and 半糖.
    pub options: Vec<(String, String)>,
}

/// An order that was completed.
#[derive(Clone, Debug)]
pub struct PastOrder {
    /// Branch.
    pub branch: BranchId,
    /// When it was placed.
    pub placed_at: DateTime<Utc>,
    /// ISO weekday, Monday is 1.
    pub weekday: i16,
    /// What was in it.
    pub items: Vec<OrderedItem>,
}

/// What they show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Habits {
    /// Orders looked at.
    pub orders: usize,
    /// Products with how often they were ordered.
    pub products: Vec<(String, i32)>,
    /// Groups and choices with how often they were made.
    pub options: Vec<(String, String, i32)>,
    /// Median of days between two orders.
    pub median_days: Option<i64>,
    /// Branch ordered from most often.
    pub branch: Option<BranchId>,
    /// Orders by weekday, Monday first.
    pub weekdays: [i32; 7],
}

/// Reads habits off completed orders, newest first.
#[must_use]
pub fn of(orders: &[PastOrder]) -> Habits {
    let mut products: BTreeMap<&str, i32> = BTreeMap::new();
    let mut groups: BTreeMap<&str, BTreeMap<&str, i32>> = BTreeMap::new();
    let mut branches: BTreeMap<BranchId, i32> = BTreeMap::new();
    let mut weekdays = [0; 7];
    for order in orders {
        *branches.entry(order.branch).or_default() += 1;
        let weekday = usize::try_from(order.weekday - 1).unwrap_or(7);
        if let Some(count) = weekdays.get_mut(weekday) {
            *count += 1;
        }
        for item in &order.items {
            *products.entry(&item.product).or_default() += item.quantity;
            for (group, choice) in &item.options {
                let choices = groups.entry(group).or_default();
                *choices.entry(choice).or_default() += item.quantity;
            }
        }
    }
    let mut by_use: Vec<_> = groups.into_iter().collect();
    by_use.sort_by_key(|(_, choices)| -choices.values().sum::<i32>());
    let options = by_use
        .into_iter()
        .take(GROUPS)
        .flat_map(|(group, choices)| {
            let top = top(choices, CHOICES).into_iter();
            top.map(move |(choice, count)| (group.to_owned(), choice.to_owned(), count))
        });
    Habits {
        orders: orders.len(),
        products: top(products, PRODUCTS)
            .into_iter()
            .map(|(name, count)| (name.to_owned(), count))
            .collect(),
        options: options.collect(),
        median_days: median_days(orders),
        branch: top(branches, 1).first().map(|(branch, _)| *branch),
        weekdays,
    }
}

fn top<T: Ord>(counts: BTreeMap<T, i32>, most: usize) -> Vec<(T, i32)> {
    let mut all: Vec<_> = counts.into_iter().collect();
    all.sort_by_key(|(_, count)| -count);
    all.truncate(most);
    all
}

fn median_days(orders: &[PastOrder]) -> Option<i64> {
    if orders.len() < RHYTHM_FROM {
        return None;
    }
    let mut gaps: Vec<i64> = orders
        .windows(2)
        .map(|pair| (pair[0].placed_at - pair[1].placed_at).num_hours())
        .collect();
    gaps.sort_unstable();
    // Half a day counts as one.
    Some((gaps[gaps.len() / 2] + 12) / 24)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn order(days_ago: i64, items: &[(&str, &str)]) -> PastOrder {
        let now: DateTime<Utc> = "2026-09-02T04:00:00Z".parse().unwrap();
        let items = items.iter().map(|(product, sugar)| OrderedItem {
            product: (*product).to_owned(),
            quantity: 1,
            options: vec![("甜度".to_owned(), (*sugar).to_owned())],
        });
        PastOrder {
            branch: BranchId::from_uuid(uuid::Uuid::nil()),
            placed_at: now - TimeDelta::days(days_ago),
            weekday: 3,
            items: items.collect(),
        }
    }

    #[test]
    fn the_last_orders_show_what_somebody_likes_and_how_often_they_come() {
        let found = of(&[
            order(0, &[("珍珠奶茶", "半糖"), ("紅茶", "無糖")]),
            order(7, &[("珍珠奶茶", "半糖")]),
            order(14, &[("珍珠奶茶", "全糖")]),
            order(60, &[("綠茶", "半糖")]),
        ]);
        assert_eq!(found.products[0], ("珍珠奶茶".to_owned(), 3));
        assert_eq!(found.options[0], ("甜度".to_owned(), "半糖".to_owned(), 3));
        assert_eq!(found.median_days, Some(7));
        assert_eq!(found.weekdays, [0, 0, 4, 0, 0, 0, 0]);
    }

    #[test]
    fn two_orders_are_no_rhythm() {
        assert_eq!(of(&[order(0, &[]), order(5, &[])]).median_days, None);
        assert_eq!(of(&[]), Habits::default());
    }
}
