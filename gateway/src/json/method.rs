//! How an order gets to the customer.

use super::wire_enum::wire_enum;

wire_enum! {
    /// How an order gets to the customer.
    Method = proto::common::v1::Method {
        /// 自取.
        Pickup,
        /// 外送.
        Delivery,
        /// 現場.
        OnSite,
    }
}
