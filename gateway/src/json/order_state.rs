//! State of an order.

use proto::ordering::v1 as pb;

use super::wire_enum::wire_enum;

wire_enum! {
    /// State of an order; docs/rules.md, Order states.
    OrderState = pb::OrderState {
        /// 待付款.
        PendingPayment,
        /// 新訂單.
        Placed,
        /// 已接單.
        Accepted,
        /// 製作中.
        Preparing,
        /// 可取餐.
        Ready,
        /// 配送中.
        Delivering,
        /// 已完成.
        Completed,
        /// 已取消.
        Cancelled,
        /// 已拒單.
        Rejected,
        /// 逾時未付.
        Expired,
        /// 未取餐.
        NoShow,
    }
}
