//! What is available of stock-keeping units, and whether it suffices for an order.

use std::collections::{BTreeMap, HashMap};

use chassis::{business_day::BusinessDay, id::SkuId};

use super::{
    Bucket, BucketKey, Part, StockItem,
    recipes::{OverLimit, Recipes, Shared},
};

/// Units an order lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MissingUnits {
    /// The unit.
    pub sku_id: SkuId,
    /// How many were requested.
    pub wanted: i64,
    /// How many are left.
    pub left: i64,
}

/// What a request lacks of stock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shortage {
    /// Units that are short.
    pub missing: Vec<MissingUnits>,
    /// Units of which one order may not have as many.
    pub over_limit: Vec<OverLimit>,
    /// Short units that the order needs only as a part of others.
    pub shared: BTreeMap<SkuId, Shared>,
}

/// What an order that is to be rescheduled has taken from the stock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RescheduledParts {
    /// The business day it is booked for.
    pub from: BusinessDay,
    /// What it has taken.
    pub parts: Vec<Part>,
}

/// The stock of units.
#[derive(Clone, Debug, Default)]
pub struct StockLevels {
    /// What units are made of.
    pub recipes: Recipes,
    /// Settings of the units that are counted.
    pub items: HashMap<SkuId, StockItem>,
    /// Their buckets that exist.
    pub buckets: HashMap<BucketKey, Bucket>,
}

impl StockLevels {
    /// What an order for `day` made on `today` takes, or what it lacks.
    pub fn allocate(
        &self,
        wanted: &BTreeMap<SkuId, i64>,
        day: BusinessDay,
        today: BusinessDay,
    ) -> Result<Vec<Part>, Shortage> {
        let (mut parts, mut shortage) = (Vec::new(), Shortage::default());
        for (sku_id, need) in self.recipes.expand(wanted) {
            let Some(item) = self.items.get(&sku_id) else {
                continue;
            };
            let quantity = need.quantity;
            let max = item.rules.max_per_order;
            let too_many = max > 0 && quantity > max;
            if too_many {
                shortage.over_limit.push(OverLimit {
                    sku_id,
                    wanted: quantity,
                    max,
                });
            }
            let taken = item.bucket_day(day, today);
            let left = taken.map(|day| self.bucket(item, day).available());
            let missing = left.filter(|left| quantity > *left);
            if let Some(left) = missing {
                shortage.missing.push(MissingUnits {
                    sku_id,
                    wanted: quantity,
                    left,
                });
            }
            if too_many || missing.is_some() {
                shortage
                    .shared
                    .extend(Shared::of(sku_id, need, &self.recipes).map(|shared| (sku_id, shared)));
            } else if let Some(bucket_day) = taken {
                parts.push(Part {
                    sku_id,
                    bucket_day,
                    quantity,
                });
            }
        }
        if shortage.missing.is_empty() && shortage.over_limit.is_empty() {
            Ok(parts)
        } else {
            Err(shortage)
        }
    }

    /// Whether a booked order could be rescheduled to `day`, with what it has taken from the stock:
    /// where that is of another bucket than before, the new one must have as much.
    #[must_use]
    pub fn can_reschedule(
        &self,
        order: &RescheduledParts,
        day: BusinessDay,
        today: BusinessDay,
    ) -> bool {
        day == order.from
            || order.parts.iter().all(|part| {
                let item = self.items.get(&part.sku_id);
                let taken = item.and_then(|item| Some((item, item.bucket_day(day, today)?)));
                taken.is_none_or(|(item, bucket_day)| {
                    bucket_day == part.bucket_day
                        || self.bucket(item, bucket_day).available() >= part.quantity
                })
            })
    }

    fn bucket(&self, item: &StockItem, bucket_day: BusinessDay) -> Bucket {
        self.buckets
            .get(&(item.sku_id, bucket_day))
            .copied()
            .unwrap_or_else(|| item.initial(bucket_day))
    }
}
