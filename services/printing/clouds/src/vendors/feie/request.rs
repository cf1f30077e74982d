//! Calls to Feie: a form with the common fields before the call's own.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use url::form_urlencoded;

use super::codes::CODES;
use crate::{CallError, Context, codes, sign};

const MEDIA: &str = "application/x-www-form-urlencoded";

/// What every call is answered with.
#[derive(Debug, Deserialize)]
pub(super) struct Reply {
    pub(super) ret: i64,
    #[serde(default)]
    msg: Option<String>,
    #[serde(default)]
    data: Value,
}

impl Reply {
    /// The reply, or the error that its code means.
    pub(super) fn accepted(self) -> Result<Self, CallError> {
        if self.ret == 0 {
            Ok(self)
        } else {
            let text = self.msg.as_deref().unwrap_or_default();
            Err(codes::error(CODES, self.ret, text))
        }
    }

    /// Its data, or that `otherwise`.
    pub(super) fn data<T: DeserializeOwned>(self, otherwise: &str) -> Result<T, CallError> {
        serde_json::from_value(self.data).map_err(|_| CallError::unreadable(otherwise))
    }
}

/// Calls `name` and returns the reply, whatever its code.
pub(super) async fn call(
    context: Context<'_>,
    name: &str,
    fields: &[(&str, &str)],
) -> Result<Reply, CallError> {
    let time = sign::time(context.now);
    let signature = sign::sign(context.account, &time);
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("user", context.account.user())
        .append_pair("stime", &time)
        .append_pair("sig", &signature)
        .append_pair("apiname", name)
        .extend_pairs(fields)
        .finish();
    context.http.post(context.base, MEDIA, form).await
}

/// As [`call`], with any code but success as an error.
pub(super) async fn post(
    context: Context<'_>,
    name: &str,
    fields: &[(&str, &str)],
) -> Result<Reply, CallError> {
    call(context, name, fields).await?.accepted()
}
