//! Where orders come from and how they get to the customer.

use serde::{Deserialize, Serialize};

crate::text_enum! {
    /// How an order gets to the customer.
    #[derive(Default, Serialize, Deserialize, sqlx::Type)]
    #[serde(rename_all = "snake_case")]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum Method: proto::common::v1::Method {
        /// 自取.
        #[default]
        Pickup = "pickup",
        /// 外送.
        Delivery = "delivery",
        /// 現場.
        OnSite = "on_site",
    }
}

crate::text_enum! {
    /// Where an order comes from.
    #[derive(Default, Serialize, Deserialize, sqlx::Type)]
    #[serde(rename_all = "snake_case")]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum Channel: proto::common::v1::Channel {
        /// The brand's own storefront.
        #[default]
        Web = "web",
        /// The storefront inside LINE.
        Line = "line",
        /// The code on a table.
        QrTable = "qr_table",
        /// Staff at the counter.
        Counter = "counter",
        /// Uber Eats.
        UberEats = "uber_eats",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text_enum::WireEnum as _;

    #[test]
    fn json_has_the_words_of_the_database() {
        for method in Method::ALL {
            assert_eq!(serde_json::to_value(method).unwrap(), method.as_str());
        }
        for channel in Channel::ALL {
            assert_eq!(serde_json::to_value(channel).unwrap(), channel.as_str());
        }
    }

    #[test]
    fn an_unspecified_or_unknown_number_is_no_value() {
        for channel in Channel::ALL {
            assert_eq!(Channel::from_wire(channel.to_wire()), Some(channel));
        }
        assert_eq!((Method::from_wire(0), Method::from_wire(99)), (None, None));
    }
}
