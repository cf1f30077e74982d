//! How a unit is counted, and the arithmetic of its counters.

pub mod file;
pub mod import;
pub mod ledger;
pub mod levels;
pub mod recipes;

use std::collections::BTreeMap;

use chassis::{
    business_day::BusinessDay,
    error::{Problem, ToProblem},
    id::SkuId,
};
use chrono::{Datelike as _, Days, NaiveDate};
use proto::capacity::v1::CapacityReason;
use serde::Serialize;

/// Most units a stock may have.
pub const MOST_UNITS: i64 = 999_999;

/// Deliveries of more days that were not received are left to a count.
const MOST_DAYS_BEHIND: u64 = 31;

/// How a unit's stock is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum StockMode {
    /// 不追蹤.
    Untracked,
    /// 庫存.
    Running,
    /// 每日限量.
    Daily,
}

/// Kind of a movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum MovementKind {
    /// 進貨.
    Received,
    /// 盤點.
    Counted,
    /// 調整.
    Adjusted,
    /// 報廢.
    Scrapped,
    /// Held for an order.
    Held,
    /// A hold given back.
    Released,
    /// Sold.
    Committed,
    /// 退回.
    Returned,
    /// 每日重置.
    DailyReset,
    /// 調撥出.
    TransferredOut,
    /// 調撥入.
    TransferredIn,
    /// 預計到貨: from the bucket of a day that has begun to the running one.
    Arrived,
    /// 期初: the sum of older movements, which are no longer kept one by one.
    Opening,
}

/// What orders for later days take from, where stock is running.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum Deduct {
    /// 立即扣: from what there is now.
    #[default]
    AtOnce,
    /// 當日扣: from what is expected for their day.
    OnDay,
}

/// From this number down customers see what is left, by default.
pub const SHOW_LAST: i64 = 5;

/// Settings of a stock item beside its mode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rules {
    /// Amounts of the weekdays that have one of their own, Monday first.
    pub weekdays: [Option<i64>; 7],
    /// Amounts of single dates.
    pub dates: BTreeMap<BusinessDay, i64>,
    /// 每單上限; 0 for none.
    pub max_per_order: i64,
    /// 顯示剩餘: from this number down; 0 for never.
    pub show_last: i64,
    /// What orders for later days take from.
    pub deduct: Deduct,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            weekdays: [None; 7],
            dates: BTreeMap::new(),
            max_per_order: 0,
            show_last: SHOW_LAST,
            deduct: Deduct::AtOnce,
        }
    }
}

/// Settings of a stock item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StockItem {
    /// Unit it counts.
    pub sku_id: SkuId,
    /// How it is counted.
    pub mode: StockMode,
    /// Units a business day has, for daily mode; units expected each day, for 當日扣.
    pub daily_amount: i64,
    /// Low-stock threshold, 0 for none.
    pub low_threshold: i64,
    /// Further settings.
    pub rules: Rules,
    /// Last day whose receipts are in the running stock; `None` where 當日扣 never was.
    pub received_until: Option<BusinessDay>,
    /// Version of the settings.
    pub version: i64,
}

impl StockItem {
    /// An item without settings: not counted.
    #[must_use]
    pub fn untracked(sku_id: SkuId) -> Self {
        Self {
            sku_id,
            mode: StockMode::Untracked,
            daily_amount: 0,
            low_threshold: 0,
            rules: Rules::default(),
            received_until: None,
            version: 0,
        }
    }

    /// These settings in the place of `before`, from `today` on.
    ///
    /// When 當日扣 is switched on, today's delivery is in the running stock already.
    #[must_use]
    pub fn replacing(mut self, before: &Self, today: BusinessDay) -> Self {
        self.version = before.version + 1;
        self.received_until = if self.is_expecting() && !before.is_expecting() {
            Some(today)
        } else {
            before.received_until
        };
        self
    }

    /// 當日扣: what is planned for a day is received when the day begins.
    #[must_use]
    pub fn is_expecting(&self) -> bool {
        self.mode == StockMode::Running && self.rules.deduct == Deduct::OnDay
    }

    /// Days ahead have units of their own.
    #[must_use]
    pub fn has_days(&self) -> bool {
        self.mode == StockMode::Daily || self.is_expecting()
    }

    /// The receipts of `day` are in the running stock; what its bucket gets back belongs there too.
    #[must_use]
    pub fn has_received(&self, day: BusinessDay) -> bool {
        let until = self.received_until.filter(|until| day <= *until);
        self.mode == StockMode::Running && day != running_day() && until.is_some()
    }

    /// Days that have begun and whose receipts are not in the running stock yet.
    pub fn days_to_receive(&self, today: BusinessDay) -> impl Iterator<Item = BusinessDay> {
        let long_ago = BusinessDay::on(today.date() - Days::new(MOST_DAYS_BEHIND));
        let first = self.received_until.map_or(today, BusinessDay::next);
        let days = std::iter::successors(Some(first.max(long_ago)), |day| Some(day.next()));
        days.take_while(move |day| *day <= today)
    }

    /// The day of the bucket that an order of `day` takes from; `None` when nothing is counted.
    #[must_use]
    pub fn bucket_day(&self, day: BusinessDay, today: BusinessDay) -> Option<BusinessDay> {
        match self.mode {
            StockMode::Untracked => None,
            StockMode::Daily => Some(day),
            // A process whose clock is behind does not take from what another has received already.
            StockMode::Running => {
                let ahead = self.is_expecting() && day > today && !self.has_received(day);
                Some(if ahead { day } else { running_day() })
            }
        }
    }

    /// Units planned for a business day: the date's own, else the weekday's, else the daily amount.
    #[must_use]
    pub fn amount_on(&self, day: BusinessDay) -> i64 {
        let weekday = day.date().weekday().num_days_from_monday() as usize;
        let date = self.rules.dates.get(&day).copied();
        date.or(self.rules.weekdays[weekday])
            .unwrap_or(self.daily_amount)
    }

    /// The initial counters of the bucket of `day`.
    #[must_use]
    pub fn initial(&self, day: BusinessDay) -> Bucket {
        let on_hand = if self.has_days() && day != running_day() {
            self.amount_on(day)
        } else {
            0
        };
        Bucket {
            on_hand,
            ..Bucket::default()
        }
    }
}

/// The day under which the one bucket of a running stock is kept.
#[must_use]
pub fn running_day() -> BusinessDay {
    BusinessDay::on(NaiveDate::default())
}

/// Which bucket: the unit and the day it is for.
pub type BucketKey = (SkuId, BusinessDay);

/// What orders do to a bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BucketChange {
    /// Change of the balance on hand.
    pub balance: i64,
    /// Change of the units held.
    pub held: i64,
}

/// Counters of one bucket; see the comment at `stock_buckets` in the migration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Bucket {
    /// Units on hand, never below 0.
    pub on_hand: i64,
    /// Units held for orders not yet placed.
    pub held: i64,
    /// Units sold although a count had not found them.
    pub owed: i64,
    /// Units promised beyond what a count found.
    pub shortfall: i64,
}

/// Units taken from one bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The unit.
    pub sku_id: SkuId,
    /// Day of the bucket.
    pub bucket_day: BusinessDay,
    /// How many.
    pub quantity: i64,
}

/// Staff's movement cannot be: it would leave less than nothing.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{on_hand} on hand, {quantity} asked of them")]
pub struct StockNegative {
    /// Units on hand.
    pub on_hand: i64,
    /// Requested change.
    pub quantity: i64,
}

impl ToProblem for StockNegative {
    fn to_problem(&self) -> Problem {
        Problem::new(CapacityReason::StockNegative)
            .message(self.to_string())
            .param("on_hand", self.on_hand)
            .param("quantity", self.quantity)
            .field_with(
                "quantity",
                CapacityReason::StockNegative,
                [("on_hand", self.on_hand), ("quantity", self.quantity)],
            )
    }
}

impl Bucket {
    /// Units left to sell, never below 0.
    #[must_use]
    pub fn available(&self) -> i64 {
        (self.on_hand - self.held).max(0)
    }

    /// received + adjusted − committed; below 0 only by what a count had not found.
    #[must_use]
    pub const fn balance(&self) -> i64 {
        self.on_hand - self.owed
    }

    /// What an order does to it: `balance` and `held` change. Never raises the shortfall.
    #[must_use]
    pub fn after_order(&self, balance: i64, held: i64) -> Self {
        let after = self.with(self.balance() + balance, self.held + held);
        Self {
            shortfall: after.shortfall.min(self.shortfall),
            ..after
        }
    }

    /// A count of a moment: holds made since are kept, and what they shortage is the shortfall.
    #[must_use]
    pub fn counted(&self, count: i64) -> Self {
        self.with(count, self.held)
    }

    /// A change by staff, refused when fewer than 0 units would be left.
    pub fn adjusted(&self, quantity: i64) -> Result<Self, StockNegative> {
        if quantity < 0 && self.on_hand + quantity < 0 {
            return Err(StockNegative {
                on_hand: self.on_hand,
                quantity,
            });
        }
        Ok(self.with(self.balance() + quantity, self.held))
    }

    /// A day's amount raised or lowered by `change`; lowering it below what is sold is allowed.
    #[must_use]
    pub fn with_amount_changed(&self, change: i64) -> Self {
        self.with(self.balance() + change, self.held)
    }

    fn with(&self, balance: i64, held: i64) -> Self {
        Self {
            on_hand: balance.max(0),
            owed: (-balance).max(0),
            held,
            shortfall: (held - balance).max(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bucket(on_hand: i64, held: i64) -> Bucket {
        Bucket {
            on_hand,
            held,
            ..Bucket::default()
        }
    }

    #[test]
    fn a_count_below_what_is_held_is_accepted_and_leaves_nothing_to_sell() {
        let counted = bucket(10, 5).counted(3);
        assert_eq!(
            counted,
            Bucket {
                on_hand: 3,
                held: 5,
                owed: 0,
                shortfall: 2
            }
        );
        assert_eq!(counted.available(), 0);

        let sold = counted.after_order(-5, -5);
        assert_eq!(
            sold,
            Bucket {
                on_hand: 0,
                held: 0,
                owed: 2,
                shortfall: 2
            }
        );

        let received = sold.adjusted(10).unwrap();
        assert_eq!(received, bucket(8, 0), "what was owed is covered first");
    }

    #[test]
    fn giving_a_hold_back_ends_the_shortfall() {
        assert_eq!(bucket(10, 5).counted(3).after_order(0, -5), bucket(3, 0));
    }

    #[test]
    fn staff_cannot_take_more_than_there_is() {
        assert!(bucket(2, 0).adjusted(-3).is_err());
        assert_eq!(bucket(5, 4).adjusted(-3).unwrap().shortfall, 2);
    }

    #[test]
    fn a_date_beats_the_weekday_and_the_weekday_the_default() {
        let day = |raw: &str| raw.parse::<BusinessDay>().unwrap();
        let mut weekdays = [None; 7];
        weekdays[5] = Some(40);
        let item = StockItem {
            sku_id: SkuId::from_uuid(uuid::Uuid::nil()),
            mode: StockMode::Daily,
            daily_amount: 20,
            low_threshold: 0,
            rules: Rules {
                weekdays,
                dates: [(day("2026-09-12"), 0)].into(),
                ..Rules::default()
            },
            received_until: None,
            version: 1,
        };
        for (on, amount) in [
            ("2026-09-04", 20),
            ("2026-09-05", 40),
            ("2026-09-12", 0),
            ("2026-09-19", 40),
        ] {
            assert_eq!(item.initial(day(on)).available(), amount, "{on}");
        }
    }

    #[test]
    fn lowering_a_day_below_what_is_sold_is_undone_exactly() {
        let sold = bucket(20, 0).after_order(0, 18).after_order(-18, -18);
        let lowered = sold.with_amount_changed(5 - 20);
        assert_eq!(lowered.available(), 0);
        assert_eq!(lowered.with_amount_changed(20 - 5), bucket(2, 0));
    }

    proptest! {
        #[test]
        fn the_constraints_hold_whatever_happens(
            steps in prop::collection::vec((0_u8..6, 0_i64..20), 0..60),
        ) {
            let mut bucket = Bucket::default();
            for (step, quantity) in steps {
                bucket = match step {
                    0 if quantity <= bucket.available() => bucket.after_order(0, quantity),
                    1 => { let q = quantity.min(bucket.held); bucket.after_order(-q, -q) }
                    2 => bucket.after_order(0, -quantity.min(bucket.held)),
                    3 => bucket.counted(quantity),
                    4 => bucket.adjusted(quantity - 10).unwrap_or(bucket),
                    5 => bucket.after_order(quantity, 0),
                    _ => bucket,
                };
                let Bucket { on_hand, held, owed, shortfall } = bucket;
                prop_assert!(on_hand >= 0 && held >= 0 && shortfall >= 0);
                prop_assert!(owed >= 0 && (owed == 0 || on_hand == 0));
                prop_assert!(held + owed <= on_hand + shortfall);
                prop_assert_eq!(shortfall, (held - bucket.balance()).max(0), "no more allowance than needed");
            }
        }
    }
}
