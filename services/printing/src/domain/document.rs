//! Kinds of slips, and when and how many of them are printed.

use proto::printing::v1 as wire;

chassis::text_enum! {
    /// A kind of slip.
    #[derive(sqlx::Type, serde::Serialize)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    #[serde(rename_all = "snake_case")]
    pub enum Document: wire::Document {
        /// 顧客單.
        CustomerSlip = "customer_slip",
        /// 廚房單.
        KitchenSlip = "kitchen_slip",
        /// 標籤.
        Label = "label",
        /// 取消單.
        CancelSlip = "cancel_slip",
        /// 修改單.
        RevisionSlip = "revision_slip",
        /// 備料表.
        PrepList = "prep_list",
        /// 測試單.
        TestSlip = "test_slip",
    }
}

impl Document {
    /// It shows what was ordered, so that a cancelled or revised order needs another slip beside it, and
    /// its first print accepts the order.
    #[must_use]
    pub const fn shows_order(self) -> bool {
        matches!(self, Self::CustomerSlip | Self::KitchenSlip | Self::Label)
    }

    /// It is printed before what else waits for its device.
    #[must_use]
    pub const fn is_urgent(self) -> bool {
        matches!(self, Self::CancelSlip)
    }

    /// It is printed at a moment of its own, not at a trigger of its rule.
    #[must_use]
    pub const fn has_own_moment(self) -> bool {
        matches!(self, Self::CancelSlip | Self::RevisionSlip)
    }
}

chassis::text_enum! {
    /// When a rule prints.
    #[derive(sqlx::Type, serde::Serialize)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    #[serde(rename_all = "snake_case")]
    pub enum Trigger: wire::PrintTrigger {
        /// 成立.
        Placed = "placed",
        /// 接單.
        Accepted = "accepted",
        /// 釋出製作.
        Preparing = "preparing",
        /// 可取餐.
        Ready = "ready",
        /// 完成.
        Completed = "completed",
        /// 手動.
        Manual = "manual",
    }
}

chassis::text_enum! {
    /// How many slips a rule makes of an order.
    #[derive(sqlx::Type, serde::Serialize)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    #[serde(rename_all = "snake_case")]
    pub enum Per: wire::SlipsPer {
        /// One for the order.
        Order = "order",
        /// One for each station.
        Station = "station",
        /// One for each item.
        Item = "item",
    }
}
