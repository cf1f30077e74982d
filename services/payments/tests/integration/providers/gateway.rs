//! The six providers: their test merchants in the sandbox, and its names for their calls.

use proto::payments::v1::{PaymentKind, Provider};

use crate::common::{Setup, credential_values};

#[derive(Clone)]
pub struct Gateway {
    /// Name of the system in the sandbox, and in addresses of callbacks.
    pub name: &'static str,
    pub setup: Setup,
    /// Units of the wire in one dollar.
    pub unit: i64,
    /// The call that starts an attempt.
    pub start: &'static str,
    /// The call that answers how a paid attempt stands.
    pub query: &'static str,
    /// The callback after payment; empty where the provider sends none.
    pub callback: &'static str,
}

fn gateway<const N: usize>(
    name: &'static str,
    provider: Provider,
    (kind, provider_method): (PaymentKind, &'static str),
    (start, query, callback): (&'static str, &'static str, &'static str),
    credentials: [(&str, &str); N],
) -> Gateway {
    Gateway {
        name,
        setup: Setup {
            provider,
            kind,
            provider_method,
            credentials: credential_values(credentials),
        },
        unit: if provider == Provider::Stripe { 100 } else { 1 },
        start,
        query,
        callback,
    }
}

pub fn ecpay() -> Gateway {
    gateway(
        "ecpay",
        Provider::Ecpay,
        (PaymentKind::Card, "Credit"),
        ("create", "query", "result"),
        [
            ("MerchantID", "3002607"),
            ("HashKey", "pwFHCqoQZGmho4w6"),
            ("HashIV", "EkRm7iFT261dpevs"),
            ("CreditCheckCode", "59997889"),
        ],
    )
}

pub fn newebpay() -> Gateway {
    gateway(
        "newebpay",
        Provider::Newebpay,
        (PaymentKind::Card, "CREDIT"),
        ("create", "query", "notify"),
        [
            ("MerchantID", "MS127874575"),
            ("HashKey", "Fs5cX1TGqYM2PpdbE14a9H83YQSQF5jn"),
            ("HashIV", "C6AcmfqJILwgnhIP"),
        ],
    )
}

pub fn linepay() -> Gateway {
    gateway(
        "linepay",
        Provider::Linepay,
        (PaymentKind::LinePay, ""),
        ("request", "details", ""),
        [
            ("channelId", "1656001001"),
            ("channelSecret", "a917ab6a2367b536f8e5a6e2977e06f4"),
        ],
    )
}

pub fn jkopay() -> Gateway {
    gateway(
        "jkopay",
        Provider::Jkopay,
        (PaymentKind::Jkopay, ""),
        ("entry", "inquiry", "result"),
        [
            ("store_id", "35f12dff-1581-11e9-a054-00505684fd45"),
            ("api_key", "sandbox-api-key-01"),
            ("secret_key", "yizhimai-loopback-secret-01"),
        ],
    )
}

pub fn tappay() -> Gateway {
    gateway(
        "tappay",
        Provider::Tappay,
        (PaymentKind::Card, ""),
        ("pay_by_prime", "query", "notify"),
        [
            ("app_id", "11327"),
            ("app_key", "app_TESTKEY0123456789abcdef"),
            ("partner_key", "partner_TESTKEY0123456789abcdef"),
            ("merchant_id", "yizhimai_CTBC"),
        ],
    )
}

pub fn stripe() -> Gateway {
    gateway(
        "stripe",
        Provider::Stripe,
        (PaymentKind::Card, ""),
        ("create", "read", "payment_intent.succeeded"),
        [
            ("publishable_key", "pk_test_sandbox1"),
            ("secret_key", "sk_test_sandbox1"),
            ("webhook_secret", "whsec_yizhimai_dev"),
        ],
    )
}
