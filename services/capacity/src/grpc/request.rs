//! What every gRPC service does with its requests.

use chassis::{
    authn::{Actor, Identity},
    error::{CommonReason, Problem, Violations},
    id::{self, BranchId},
};
use prost::Message;
use sha2::{Digest as _, Sha256};

use crate::app::once::Once;

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

/// Parses the size of a page: 20, 50 or 100, or `default` where none is given.
pub fn page_size(given: i32, default: i64, violations: &mut Violations) -> i64 {
    match given {
        0 => default,
        20 | 50 | 100 => given.into(),
        _ => {
            violations.push("page_size", CommonReason::ValidationFailed);
            default
        }
    }
}

/// Parses the token of a page: items have numbers below it. The first page has none.
pub fn page_token(given: &str, violations: &mut Violations) -> i64 {
    match given {
        "" => i64::MAX,
        token => token.parse().unwrap_or_else(|_| {
            violations.push("page_token", CommonReason::ValidationFailed);
            0
        }),
    }
}

/// Cuts what was read with one item more than the page holds; returns the token of the next page, if
/// there is one.
pub fn cut_page<T>(items: &mut Vec<T>, size: i64, token: impl Fn(&T) -> String) -> Option<String> {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let more = items.len() > size;
    items.truncate(size);
    items.last().filter(|_| more).map(token)
}

/// Reads an idempotency key with the request it came with.
pub fn once(key: &str, request: &impl Message, violations: &mut Violations) -> Once {
    if !(1..=128).contains(&key.len()) || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        violations.push("idempotency_key", CommonReason::ValidationFailed);
    }
    Once {
        key: key.to_owned(),
        body_hash: Sha256::digest(request.encode_to_vec()).to_vec(),
    }
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
