//! The real adapters against the sandbox of their providers: each scenario ends with what is true of the
//! money at the provider, in payments and in the ledger.

mod bench;
mod callbacks;
mod cases;
mod edge;
mod failures;
mod gateway;
mod normal;
mod references;
mod refunds;

use bench::Bench;
use gateway::Gateway;

/// One test of `scenario` for each of these providers.
macro_rules! for_providers {
    ($scenario:ident: $($provider:ident),+ $(,)?) => {
        mod $scenario {
            $(
                #[tokio::test]
                async fn $provider() {
                    super::$scenario($crate::providers::gateway::$provider()).await;
                }
            )+
        }
    };
}
use for_providers;
