use proto::capacity::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;

use super::rules::{StockDay, StockRules};
use crate::{
    problem::Rejection,
    rest::{convert::present, wire_enum::wire_enum},
};

wire_enum! {
    /// How a unit's stock is counted.
    StockMode = pb::StockMode {
        /// 不追蹤.
        Untracked,
        /// 庫存.
        Running,
        /// 每日限量.
        Daily,
    }
}

/// Stock of one unit in one branch.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StockItem {
    /// Branch.
    #[schema(format = Uuid)]
    pub branch_id: String,
    /// Variant, option or component it counts.
    #[schema(format = Uuid)]
    pub sku_id: String,
    /// Mode.
    pub mode: StockMode,
    /// Units on hand (running) or today's amount not yet committed (daily).
    pub on_hand: i64,
    /// Units held for orders not yet placed.
    pub held: i64,
    /// Units left to sell.
    pub available: i64,
    /// Units a business day has, for daily mode; units expected each day, for 當日扣.
    pub daily_amount: i64,
    /// Low-stock threshold, 0 for none.
    pub low_threshold: i64,
    /// Further settings.
    pub rules: StockRules,
    /// 超訂: units promised beyond what there is, 0 in ordinary life.
    pub shortfall: i64,
    /// Coming business days that something is booked for; for 當日扣 also those of the next seven that
    /// something is expected for.
    pub days: Vec<StockDay>,
    /// Version for the next change of the settings.
    pub version: i64,
}

impl TryFrom<pb::StockItem> for StockItem {
    type Error = Rejection;

    fn try_from(item: pb::StockItem) -> Result<Self, Rejection> {
        Ok(Self {
            mode: StockMode::from_wire(item.mode)?,
            branch_id: item.branch_id,
            sku_id: item.sku_id,
            on_hand: item.on_hand,
            held: item.held,
            available: item.available,
            daily_amount: item.daily_amount,
            low_threshold: item.low_threshold,
            rules: present(item.rules, "the rules")?.into(),
            shortfall: item.shortfall,
            days: item.days.into_iter().map(StockDay::from).collect(),
            version: item.version,
        })
    }
}
