use proto::capacity::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rest::wire_enum::wire_enum;

wire_enum! {
    /// What orders for later days take from, where stock is running.
    StockDeduct = pb::StockDeduct {
        /// 立即扣: from what there is now.
        AtOnce,
        /// 當日扣: from what is expected for their day, which is received by itself when the day begins.
        OnDay,
    }
}

/// Settings of a stock item beside its mode.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StockRules {
    /// Amounts of the week, at most one a weekday; a day without one has the daily amount. 每日限量 begins
    /// a day with them, 當日扣 expects them to be delivered.
    pub weekday_amounts: Vec<WeekdayAmount>,
    /// Amounts of single dates from today on, at most 120; they beat the weekday's.
    pub date_amounts: Vec<DateAmount>,
    /// 每單上限: most units in one order, 1–999; 0 for no limit.
    pub max_per_order: i64,
    /// 顯示剩餘: customers see how many are left from this number down, 1–99; 0 for never.
    pub show_last: i32,
    /// What orders for later days take from, for running mode; left out of a change it stays as it is.
    pub deduct: Option<StockDeduct>,
}

/// Units of one weekday.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WeekdayAmount {
    /// ISO weekday, 1 Monday … 7 Sunday.
    pub weekday: i32,
    /// Units, 0–999,999.
    pub amount: i64,
}

/// Units of one date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DateAmount {
    /// Business day.
    #[schema(format = Date)]
    pub business_day: String,
    /// Units, 0–999,999.
    pub amount: i64,
}

/// Counters of one business day of an item that has days of their own.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StockDay {
    /// Business day.
    #[schema(format = Date)]
    pub business_day: String,
    /// Units not yet committed.
    pub on_hand: i64,
    /// Units held for orders not yet placed.
    pub held: i64,
    /// Units left to sell.
    pub available: i64,
    /// 超訂: units promised beyond the day's amount.
    pub shortfall: i64,
    /// Units planned for the day: its limit, or 預計到貨.
    pub planned: i64,
}

impl From<pb::StockRules> for StockRules {
    fn from(rules: pb::StockRules) -> Self {
        let weekday = |it: pb::WeekdayAmount| WeekdayAmount {
            weekday: it.weekday,
            amount: it.amount,
        };
        let date = |it: pb::DateAmount| DateAmount {
            business_day: it.business_day,
            amount: it.amount,
        };
        Self {
            weekday_amounts: rules.weekday_amounts.into_iter().map(weekday).collect(),
            date_amounts: rules.date_amounts.into_iter().map(date).collect(),
            max_per_order: rules.max_per_order,
            show_last: rules.show_last,
            deduct: StockDeduct::from_wire_or_none(rules.deduct),
        }
    }
}

impl From<StockRules> for pb::StockRules {
    fn from(rules: StockRules) -> Self {
        let weekday = |it: WeekdayAmount| pb::WeekdayAmount {
            weekday: it.weekday,
            amount: it.amount,
        };
        let date = |it: DateAmount| pb::DateAmount {
            business_day: it.business_day,
            amount: it.amount,
        };
        Self {
            weekday_amounts: rules.weekday_amounts.into_iter().map(weekday).collect(),
            date_amounts: rules.date_amounts.into_iter().map(date).collect(),
            max_per_order: rules.max_per_order,
            show_last: rules.show_last,
            deduct: rules.deduct.map(StockDeduct::to_wire).unwrap_or_default(),
        }
    }
}

impl From<pb::StockDay> for StockDay {
    fn from(day: pb::StockDay) -> Self {
        Self {
            business_day: day.business_day,
            on_hand: day.on_hand,
            held: day.held,
            available: day.available,
            shortfall: day.shortfall,
            planned: day.planned,
        }
    }
}
