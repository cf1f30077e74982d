//! Which providers there are and where they are called.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::{Adapter, providers};

chassis::text_enum! {
    /// A payment provider that takes money for a branch over the network.
    #[derive(Serialize, Deserialize, sqlx::Type)]
    #[serde(rename_all = "snake_case")]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum Provider {
        /// 綠界 AIO.
        Ecpay = "ecpay",
        /// LINE Pay Online API v3.
        Linepay = "linepay",
        /// 藍新 MPG.
        Newebpay = "newebpay",
        /// TapPay.
        Tappay = "tappay",
        /// 街口 OnlinePay.
        Jkopay = "jkopay",
        /// Stripe.
        Stripe = "stripe",
    }
}

impl Provider {
    /// The adapter that speaks to it.
    #[must_use]
    pub fn adapter(self) -> &'static dyn Adapter {
        match self {
            Self::Ecpay => &providers::ecpay::Ecpay,
            Self::Linepay => &providers::linepay::Linepay,
            Self::Newebpay => &providers::newebpay::Newebpay,
            Self::Tappay => &providers::tappay::Tappay,
            Self::Jkopay => &providers::jkopay::Jkopay,
            Self::Stripe => &providers::stripe::Stripe,
        }
    }
}

chassis::text_enum! {
    /// Whether an account moves real money.
    #[derive(Serialize, Deserialize, sqlx::Type)]
    #[serde(rename_all = "snake_case")]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum Environment {
        /// The provider's test site.
        Test = "test",
        /// The provider itself.
        Live = "live",
    }
}

/// Where a provider is called: configuration, so that the same adapter speaks to production, to the
/// provider's own test site and to our sandbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints {
    /// Base of server calls and pages, without a path.
    pub api: Url,
    /// Base of its settlement files or its browser script, where that is another host.
    pub extra: Url,
}
