//! What all gRPC services do with their requests.

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

use chassis::{
    authn::Identity,
    error::{CommonReason, Problem, Violations},
    id::MemberId,
};
use proto::membership::v1::MembershipReason;
use uuid::Uuid;

/// Parses an id that has no type of its own.
pub fn uuid(field: &str, raw: &str, violations: &mut Violations) -> Option<Uuid> {
    let parsed = raw.parse().ok();
    if parsed.is_none() {
        violations.push(field, CommonReason::ValidationFailed);
    }
    parsed
}

/// As [`uuid`], for one that may be left out.
pub fn optional_uuid(field: &str, raw: &str, violations: &mut Violations) -> Option<Uuid> {
    if raw.is_empty() {
        None
    } else {
        uuid(field, raw, violations)
    }
}

/// The member who calls; guests are refused.
pub fn signed_in(identity: &Identity) -> Result<MemberId, Problem> {
    identity.member_id().ok_or_else(|| {
        Problem::new(MembershipReason::NeedsLogin).message("only for members who are signed in")
    })
}

/// A reason that staff gives: 1 to 200 characters.
pub fn reason(field: &str, raw: &str, violations: &mut Violations) -> String {
    let reason = chassis::text::bounded(field, raw, 0..=200, violations);
    if reason.is_empty() && raw.chars().count() <= 200 {
        violations.push(field, CommonReason::ReasonRequired);
    }
    reason
}
