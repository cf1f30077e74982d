//! Ways to pay that a brand offers.

use chassis::{
    id::{BranchId, BrandId, PaymentMethodId},
    sales::{Channel, Method},
};
use payment_adapters::Provider;
use proto::payments::v1 as wire;

chassis::text_enum! {
    /// What a customer pays by.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum PaymentKind: wire::PaymentKind {
        /// 現金, or whatever the branch takes on site.
        Cash = "cash",
        /// 信用卡.
        Card = "card",
        /// Apple Pay.
        ApplePay = "apple_pay",
        /// Google Pay.
        GooglePay = "google_pay",
        /// LINE Pay.
        LinePay = "line_pay",
        /// 街口.
        Jkopay = "jkopay",
        /// ATM 虛擬帳號.
        Atm = "atm",
        /// 超商代碼 or 條碼.
        ConvenienceStore = "convenience_store",
        /// 轉帳 that staff check by hand.
        Transfer = "transfer",
        /// 電子票證 on site.
        ETicket = "e_ticket",
        /// 平台代收.
        Platform = "platform",
        /// Another method of a provider.
        Other = "other",
    }
}

impl PaymentKind {
    /// A provider takes the money, before the order is placed.
    #[must_use]
    pub const fn is_online(self) -> bool {
        !matches!(
            self,
            Self::Cash | Self::Transfer | Self::ETicket | Self::Platform
        )
    }
}

/// A way to pay. Empty lists of branches, methods and channels mean all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentMethod {
    /// Id.
    pub id: PaymentMethodId,
    /// Brand.
    pub brand: BrandId,
    /// Kind.
    pub kind: PaymentKind,
    /// Provider, of an online one.
    pub provider: Option<Provider>,
    /// The provider's own word.
    pub provider_method: String,
    /// Name at checkout.
    pub name: String,
    /// Text below the name.
    pub text: String,
    /// Offered at checkout.
    pub enabled: bool,
    /// Branches that offer it.
    pub branches: Vec<BranchId>,
    /// Fulfilment methods it is offered for.
    pub methods: Vec<Method>,
    /// Channels it is offered in.
    pub channels: Vec<Channel>,
    /// Least amount of an order.
    pub min_amount: i64,
    /// Most of an order's amount.
    pub max_amount: Option<i64>,
    /// Fee for bookkeeping in basis points.
    pub fee_basis_points: i16,
    /// Fee for bookkeeping of each payment.
    pub fee_fixed: i64,
    /// 訂金 in percent.
    pub deposit_percent: Option<i16>,
}

/// An order that is to be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purchase {
    /// Branch.
    pub branch: BranchId,
    /// How the customer gets it.
    pub method: Method,
    /// Where it comes from.
    pub channel: Channel,
    /// What it costs.
    pub amount: i64,
}

impl PaymentMethod {
    /// Whether it is offered for a purchase.
    #[must_use]
    pub fn allows(&self, purchase: &Purchase) -> bool {
        self.is_offered(purchase)
            && purchase.amount >= self.min_amount
            && self.max_amount.is_none_or(|max| purchase.amount <= max)
    }

    /// Whether it is offered for purchases like this one, whatever they cost.
    #[must_use]
    pub fn is_offered(&self, purchase: &Purchase) -> bool {
        fn is_in<T: PartialEq>(list: &[T], one: &T) -> bool {
            list.is_empty() || list.contains(one)
        }
        self.enabled
            && is_in(&self.branches, &purchase.branch)
            && is_in(&self.methods, &purchase.method)
            && is_in(&self.channels, &purchase.channel)
    }

    /// What has to be paid at once of `amount`: the deposit by half_up and at least 1, else all of it.
    #[must_use]
    pub fn pay_now(&self, amount: i64) -> i64 {
        match self.deposit_percent {
            Some(percent) if amount > 0 => ((amount * i64::from(percent) + 50) / 100).max(1),
            _ => amount,
        }
    }
}

#[cfg(test)]
mod tests {
    use chassis::id::BranchId;
    use uuid::Uuid;

    use super::*;
    use crate::domain::samples::{BRANCH, method};

    fn purchase(amount: i64) -> Purchase {
        Purchase {
            branch: BRANCH,
            method: Method::Pickup,
            channel: Channel::Web,
            amount,
        }
    }

    #[test]
    fn a_method_is_offered_where_every_one_of_its_limits_allows_it() {
        let all = method();
        assert!(all.allows(&purchase(1)));
        let limited = PaymentMethod {
            branches: vec![BRANCH],
            methods: vec![Method::Pickup],
            channels: vec![Channel::Web],
            min_amount: 100,
            max_amount: Some(200),
            ..method()
        };
        for (amount, allowed) in [(99, false), (100, true), (200, true), (201, false)] {
            assert_eq!(limited.allows(&purchase(amount)), allowed, "{amount}");
            assert!(limited.is_offered(&purchase(amount)), "{amount}");
        }
        let elsewhere = [
            Purchase {
                branch: BranchId::from_uuid(Uuid::from_u128(99)),
                ..purchase(100)
            },
            Purchase {
                method: Method::Delivery,
                ..purchase(100)
            },
            Purchase {
                channel: Channel::Counter,
                ..purchase(100)
            },
        ];
        for other in elsewhere {
            assert!(!limited.allows(&other), "{other:?}");
            assert!(!limited.is_offered(&other), "{other:?}");
        }
        let disabled = PaymentMethod {
            enabled: false,
            ..method()
        };
        assert!(!disabled.allows(&purchase(1)));
    }

    #[test]
    fn a_deposit_is_rounded_half_up_and_never_nothing() {
        let percent = |percent| PaymentMethod {
            deposit_percent: Some(percent),
            ..method()
        };
        assert_eq!(percent(30).pay_now(165), 50);
        assert_eq!(percent(50).pay_now(165), 83);
        assert_eq!(percent(1).pay_now(10), 1);
        assert_eq!(method().pay_now(165), 165);
    }
}
