//! Calls to Xpyun: JSON with the common fields beside the call's own.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::codes::CODES;
use crate::{CallError, Context, codes, sign};

const MEDIA: &str = "application/json;charset=UTF-8";

#[derive(Serialize)]
struct Signed<'a, T> {
    user: &'a str,
    timestamp: &'a str,
    sign: String,
    debug: &'static str,
    #[serde(flatten)]
    call: &'a T,
}

/// What every call is answered with.
#[derive(Debug, Deserialize)]
pub(super) struct Reply {
    pub(super) code: i64,
    #[serde(default)]
    msg: Option<String>,
    #[serde(default)]
    data: Value,
}

impl Reply {
    /// The reply, or the error that its code means.
    pub(super) fn accepted(self) -> Result<Self, CallError> {
        if self.code == 0 {
            Ok(self)
        } else {
            Err(self.error())
        }
    }

    /// The error that its code means.
    pub(super) fn error(&self) -> CallError {
        codes::error(CODES, self.code, self.msg.as_deref().unwrap_or_default())
    }

    /// Its data, or that `otherwise`.
    pub(super) fn data<T: DeserializeOwned>(self, otherwise: &str) -> Result<T, CallError> {
        serde_json::from_value(self.data).map_err(|_| CallError::unreadable(otherwise))
    }
}

/// Calls `method` and returns the reply, whatever its code.
pub(super) async fn call(
    context: Context<'_>,
    method: &str,
    call: &impl Serialize,
) -> Result<Reply, CallError> {
    let timestamp = sign::time(context.now);
    let signed = Signed {
        user: context.account.user(),
        timestamp: &timestamp,
        sign: sign::sign(context.account, &timestamp),
        debug: "0",
        call,
    };
    let body = serde_json::to_vec(&signed)
        .map_err(|_| CallError::invalid("the request cannot be written"))?;
    let url = context.base.join(method);
    let url = url.map_err(|_| CallError::invalid("the vendor's address is not one"))?;
    context.http.post(&url, MEDIA, body).await
}

/// As [`call`], with any code but success as an error.
pub(super) async fn post(
    context: Context<'_>,
    method: &str,
    subject: &impl Serialize,
) -> Result<Reply, CallError> {
    call(context, method, subject).await?.accepted()
}
