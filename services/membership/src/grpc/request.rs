//! What all gRPC services do with their requests.

use chassis::{
    error::{CommonReason, Violations},
    text,
};

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

/// Why somebody does what is recorded: 1–200 characters, else `REASON_REQUIRED` or `TEXT_TOO_LONG`.
pub fn reason(raw: &str, violations: &mut Violations) -> String {
    let reason = text::bounded("reason", raw, 0..=200, violations);
    if reason.is_empty() {
        violations.push("reason", CommonReason::ReasonRequired);
    }
    reason
}
