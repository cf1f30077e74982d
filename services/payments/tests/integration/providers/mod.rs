//! The real adapters against the sandbox of their providers: each scenario ends with what is true of the
//! money at the provider, in payments and in the ledger.
//!
//! Scenarios by provider, in the order ecpay, newebpay, linepay, jkopay, tappay, stripe: `x` is a test, a
//! letter says why the scenario cannot happen there.
//!
//! | | | | | | | | |
//! |-----|---|---|---|---|---|---|---|
//! | s01 | x | x | x | x | x | x | paid once |
//! | s02 | x | x | a | x | x | x | callback before the browser |
//! | s03 | x | x | a | x | x | x | callback minutes after the browser |
//! | s04 | x | x | x | x | x | x | neither browser nor callback |
//! | s05 | x | x | a | x | x | x | repeated, also in parallel |
//! | s06 | x | x | a | x | x | x | resent with other bytes |
//! | s07 | x | x | x | x | x | x | late, and after the order ended |
//! | s08 | x | x | a | b | b | x | forged |
//! | s09 | x | x | a | b | b | x | signed, but does not fit |
//! | s10 | x | x | x | x | x | x | no response, carried out |
//! | s11 | x | x | x | x | x | x | no response, not carried out |
//! | s12 | x | x | x | x | x | x | broken responses |
//! | s13 | x | x | x | x | x | x | a refund without response |
//! | s14 | x | x | x | x | x | x | a refund above the rest; the merchant's balance is short (c for linepay, tappay) |
//! | s15 | x | x | x | x | x | d | duplicate reference |
//! | s16 | x | x | x | x | x | x | refund before capture |
//! | s17 | x | x | e | e | e | x | too many calls |
//! | s18 | x | x | x | x | x | x | our clock is wrong; f |
//! | s19 | x | x | x | x | x | x | the provider is restarted |
//!
//! - a: LINE Pay sends no callback; its browser's return only names a payment, see `c05_foreign_number_…`.
//! - b: callbacks of JKOPAY and TapPay are not signed and say nothing: `s08_unsigned_is_only_a_hint`.
//! - c: no code of theirs says that a balance is short.
//! - d: Stripe makes the reference itself; ours is the idempotency key of the call.
//! - e: they document no limit of calls and no response to too many.
//! - f: linepay, jkopay and tappay are sent no time, so that a wrong clock changes nothing.

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
