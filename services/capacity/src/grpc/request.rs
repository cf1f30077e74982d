//! What every gRPC service does with its requests.

use chassis::{
    authn::{Actor, Identity},
    error::{CommonReason, Problem, Violations},
    id::{self, BranchId},
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

/// Parses the branch of a request that names nothing else.
pub fn branch(raw: &str) -> Result<BranchId, Problem> {
    let mut violations = Violations::new();
    let branch_id = id::parse("branch_id", raw, &mut violations);
    checked(branch_id, violations)
}

/// The parsed value, or everything that was wrong with it.
pub fn checked<T>(value: Option<T>, violations: Violations) -> Result<T, Problem> {
    violations.into_result()?;
    value.ok_or_else(|| Problem::internal(anyhow::anyhow!("a bad field was not named")))
}

/// Name of the caller as the journal keeps it.
pub fn actor(identity: &Identity) -> String {
    match &identity.actor {
        Actor::Staff { name, .. } => name.clone(),
        _ => String::new(),
    }
}

/// Reads a number within a range.
pub fn within(field: &str, given: i64, range: (i64, i64), violations: &mut Violations) {
    let (min, max) = range;
    if !(min..=max).contains(&given) {
        let params = [("given", given), ("min", min), ("max", max)];
        violations.push_with(field, CommonReason::ValidationFailed, params);
    }
}
