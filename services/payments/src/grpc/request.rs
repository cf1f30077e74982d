//! What all gRPC services do with their requests.

use chassis::error::{CommonReason, Violations};
use payment_adapters::Provider;
use url::Url;

use crate::wire;

/// A gRPC service whose RPCs are methods of the same names, which borrow the request.
macro_rules! rpcs {
    ($service:ident: $trait:path { $($rpc:ident($request:ty) -> $response:ty;)* }) => {
        #[tonic::async_trait]
        impl $trait for $service {
            $(async fn $rpc(
                &self,
                request: tonic::Request<$request>,
            ) -> Result<tonic::Response<$response>, tonic::Status> {
                Ok(tonic::Response::new($service::$rpc(self, &request).await?))
            })*
        }
    };
}
pub(super) use rpcs;

/// Longest address of ours that every provider takes.
const LONGEST_URL: usize = 200;

/// Parses an address that a browser is led to.
pub fn url(field: &str, raw: &str, violations: &mut Violations) -> Option<Url> {
    let parsed = raw.parse::<Url>().ok().filter(|url| {
        let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
        is_web && raw.len() <= LONGEST_URL && url.username().is_empty() && url.password().is_none()
    });
    if parsed.is_none() {
        violations.push_with(
            field,
            CommonReason::ValidationFailed,
            [("max", LONGEST_URL)],
        );
    }
    parsed
}

/// Parses a provider.
pub fn provider(field: &str, number: i32, violations: &mut Violations) -> Option<Provider> {
    let parsed = wire::parse_provider(number);
    if parsed.is_none() {
        violations.push(field, CommonReason::ValidationFailed);
    }
    parsed
}

/// An amount from 0, or from `min`, to 9,999,999.
pub fn amount(field: &str, value: i64, min: i64, violations: &mut Violations) -> i64 {
    let reason = CommonReason::AmountOutOfRange;
    chassis::request::in_range(field, value, min..=9_999_999, reason, violations)
}
