//! What rules did to orders, summed up.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use chrono::{NaiveDate, TimeDelta};
use pricing::{Amount, BranchId, GiftState, Priced, ProductId};
use uuid::Uuid;

use super::PastOrder;

/// Most orders that are listed.
const MAX_ORDERS: usize = 20;

/// What a replay found. Sums are those of the orders that were reproduced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplayReport {
    /// Orders that were read.
    pub orders: u64,
    /// Those whose price with the rules of then is the same to the dollar.
    pub reproduced: u64,
    /// Some of those whose price is not.
    pub mismatches: Vec<Mismatch>,
    /// Orders that the rules change.
    pub touched: u64,
    /// Goods as they were sold.
    pub net_before: Amount,
    /// Goods with the rules.
    pub net_after: Amount,
    /// Less for delivery with the rules; below zero for more.
    pub fees_off: Amount,
    /// Gifts with the rules beyond those of then, at list price.
    pub gifts: Amount,
    /// By branch, the largest discount first.
    pub branches: Vec<BranchEffect>,
    /// By product, the largest discount first.
    pub products: Vec<ProductEffect>,
    /// By business day, in their order.
    pub days: Vec<DayEffect>,
    /// Orders with the largest discounts, the largest first.
    pub largest: Vec<OrderEffect>,
}

/// An order that was not reproduced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Order.
    pub order: Uuid,
    /// 訂單編號.
    pub number: String,
    /// Branch.
    pub branch: BranchId,
    /// What was to be paid.
    pub sold: Amount,
    /// What it comes to now; none when it has no price.
    pub now: Option<Amount>,
}

impl Mismatch {
    pub(super) fn of(order: &PastOrder, now: Option<Amount>) -> Self {
        Self {
            order: order.order,
            number: order.number.clone(),
            branch: order.context.branch,
            sold: order.sold.total,
            now,
        }
    }
}

/// What rules did on a business day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayEffect {
    /// Business day, YYYY-MM-DD.
    pub business_day: String,
    /// Orders that they change.
    pub touched: u64,
    /// As it was sold.
    pub sold: DaySales,
    /// Goods with the rules.
    pub net_after: Amount,
    /// The same weekday before, as it was sold; none where the orders do not reach back over the whole of it.
    pub week_before: Option<DaySales>,
}

/// What was sold on a business day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DaySales {
    /// Orders.
    pub orders: u64,
    /// Goods.
    pub net: Amount,
}

/// What rules did in a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BranchEffect {
    /// Branch.
    pub branch: BranchId,
    /// Orders that they change.
    pub touched: u64,
    /// Goods as they were sold.
    pub net_before: Amount,
    /// Goods with the rules.
    pub net_after: Amount,
}

/// What rules did to a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProductEffect {
    /// Product.
    pub product: ProductId,
    /// Units that were sold.
    pub units: u64,
    /// What they came to.
    pub net_before: Amount,
    /// What they come to with the rules.
    pub net_after: Amount,
}

/// What rules did to an order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OrderEffect {
    /// Extra discount of goods and fees.
    pub off: Amount,
    /// Order.
    pub order: Uuid,
    /// 訂單編號.
    pub number: String,
    /// Branch.
    pub branch: BranchId,
    /// Goods as they were sold.
    pub net_before: Amount,
    /// Goods with the rules.
    pub net_after: Amount,
}

/// Units or orders, and nets without and with the rules.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    count: u64,
    before: Amount,
    after: Amount,
}

impl Sum {
    fn extra(&self) -> Amount {
        self.before - self.after
    }
}

/// A business day.
#[derive(Clone, Copy, Debug, Default)]
struct Day {
    touched: u64,
    sold: DaySales,
    after: Amount,
}

/// Sums so far.
#[derive(Debug, Default)]
pub(super) struct Effects {
    report: ReplayReport,
    branches: BTreeMap<BranchId, Sum>,
    days: BTreeMap<String, Day>,
    products: BTreeMap<ProductId, Sum>,
    largest: BTreeSet<OrderEffect>,
}

impl Effects {
    pub fn not_reproduced(&mut self, order: Mismatch) {
        self.report.orders += 1;
        if self.report.mismatches.len() < MAX_ORDERS {
            self.report.mismatches.push(order);
        }
    }

    pub fn add(&mut self, order: &PastOrder, before: &Priced, after: &Priced) {
        let report = &mut self.report;
        let (gifts_before, gifts_after) = (gifts(before), gifts(after));
        let touched = before.total != after.total
            || before.goods != after.goods
            || gifts_before != gifts_after;
        report.orders += 1;
        report.reproduced += 1;
        report.touched += u64::from(touched);
        report.net_before += before.goods;
        report.net_after += after.goods;
        report.fees_off += (before.total - before.goods) - (after.total - after.goods);
        report.gifts += gifts_after - gifts_before;

        let branch = self.branches.entry(order.context.branch).or_default();
        branch.count += u64::from(touched);
        branch.before += before.goods;
        branch.after += after.goods;
        let day = self.days.entry(order.business_day.clone()).or_default();
        day.touched += u64::from(touched);
        day.sold.orders += 1;
        day.sold.net += before.goods;
        day.after += after.goods;
        let lines = order.cart.lines().iter();
        for ((line, before), after) in lines.zip(&before.lines).zip(&after.lines) {
            let product = self.products.entry(line.product).or_default();
            product.count += u64::from(line.quantity);
            product.before += before.net;
            product.after += after.net;
        }
        let off = before.total - after.total;
        if off > Amount::ZERO {
            self.largest.insert(OrderEffect {
                off,
                order: order.order,
                number: order.number.clone(),
                branch: order.context.branch,
                net_before: before.goods,
                net_after: after.goods,
            });
            if self.largest.len() > MAX_ORDERS {
                self.largest.pop_first();
            }
        }
    }

    pub fn report(&self) -> ReplayReport {
        let branches = self.branches.iter().map(|(branch, sum)| BranchEffect {
            branch: *branch,
            touched: sum.count,
            net_before: sum.before,
            net_after: sum.after,
        });
        let mut branches: Vec<_> = branches.collect();
        branches.sort_by_key(|one| Reverse(one.net_before - one.net_after));
        let mut products: Vec<_> = self.products.iter().collect();
        products.sort_by_key(|(_, sum)| Reverse(sum.extra()));
        let products = products.into_iter().map(|(product, sum)| ProductEffect {
            product: *product,
            units: sum.count,
            net_before: sum.before,
            net_after: sum.after,
        });
        ReplayReport {
            days: self.days(),
            branches,
            products: products.collect(),
            largest: self.largest.iter().rev().cloned().collect(),
            ..self.report.clone()
        }
    }

    fn days(&self) -> Vec<DayEffect> {
        // The first day may have begun before the first order that was read.
        let first = self.days.keys().next().and_then(|day| date(day));
        let sold = |before: NaiveDate| {
            let known = self.days.get(&before.to_string());
            known.map(|day| day.sold).unwrap_or_default()
        };
        let days = self.days.iter().map(|(business_day, day)| DayEffect {
            business_day: business_day.clone(),
            touched: day.touched,
            sold: day.sold,
            net_after: day.after,
            week_before: date(business_day)
                .map(|date| date - TimeDelta::days(7))
                .filter(|before| first.is_some_and(|first| *before > first))
                .map(sold),
        });
        days.collect()
    }
}

fn date(business_day: &str) -> Option<NaiveDate> {
    business_day.parse().ok()
}

/// Gifts of an order at list price.
fn gifts(priced: &Priced) -> Amount {
    let given = priced
        .gifts
        .iter()
        .filter(|gift| gift.state == GiftState::Given);
    given
        .map(|gift| gift.item.list * i64::from(gift.quantity))
        .sum()
}
