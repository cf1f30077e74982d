//! An order as far as printing it is decided by it.

use chassis::{
    id::{BranchId, CategoryId, OrderId, OrderLineId, ProductId},
    sales::{Channel, Method},
};

use super::document::Trigger;

chassis::text_enum! {
    /// State of an order.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum OrderState: proto::ordering::v1::OrderState {
        /// 待付款.
        PendingPayment = "pending_payment",
        /// 新訂單.
        Placed = "placed",
        /// 已接單.
        Accepted = "accepted",
        /// 製作中.
        Preparing = "preparing",
        /// 可取餐.
        Ready = "ready",
        /// 配送中.
        Delivering = "delivering",
        /// 已完成.
        Completed = "completed",
        /// 已取消.
        Cancelled = "cancelled",
        /// 已拒單.
        Rejected = "rejected",
        /// 逾時未付.
        Expired = "expired",
        /// 未取餐.
        NoShow = "no_show",
    }
}

impl OrderState {
    /// What is on paper about it is not true any more.
    #[must_use]
    pub const fn is_void(self) -> bool {
        matches!(self, Self::Cancelled | Self::Rejected | Self::Expired)
    }

    /// Something may still be made or handed over.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            Self::PendingPayment
                | Self::Placed
                | Self::Accepted
                | Self::Preparing
                | Self::Ready
                | Self::Delivering
        )
    }

    /// The trigger of the step that leads to it.
    #[must_use]
    pub const fn trigger(self) -> Option<Trigger> {
        match self {
            Self::Placed => Some(Trigger::Placed),
            Self::Accepted => Some(Trigger::Accepted),
            Self::Preparing => Some(Trigger::Preparing),
            Self::Ready => Some(Trigger::Ready),
            Self::Completed => Some(Trigger::Completed),
            Self::PendingPayment
            | Self::Delivering
            | Self::Cancelled
            | Self::Rejected
            | Self::Expired
            | Self::NoShow => None,
        }
    }
}

/// An order in one of its revisions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Id.
    pub id: OrderId,
    /// Branch.
    pub branch: BranchId,
    /// Revision.
    pub revision: i32,
    /// How the customer gets it.
    pub method: Method,
    /// Where it came from.
    pub channel: Channel,
    /// What is to be paid.
    pub total: i64,
    /// All of that was paid.
    pub paid: bool,
    /// A test order.
    pub test: bool,
    /// Lines in force, in the cart's order.
    pub lines: Vec<Line>,
}

/// A line of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Id.
    pub id: OrderLineId,
    /// Product.
    pub product: ProductId,
    /// Its categories.
    pub categories: Vec<CategoryId>,
    /// 工作站; empty for none.
    pub station: String,
    /// 出單標籤; empty for none.
    pub print_tag: String,
}
