//! The customer's device, known by a cookie and by nothing else.

use axum::{
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::Response,
};
use http::{header::SET_COOKIE, request::Parts};

use super::cookies;
use crate::{
    problem::{Rejection, Result},
    state::Gateway,
};

const ID_CHARS: usize = 32;

/// Id of the customer's device, 32 hexadecimal digits.
#[derive(Debug, Clone)]
pub struct Device(pub String);

/// Gives a device without an id one, and passes the id to the handler.
pub async fn remember(
    State(gateway): State<Gateway>,
    mut request: Request,
    next: Next,
) -> Response {
    let known = cookies::get(request.headers(), cookies::DEVICE).filter(|id| is_id(id));
    if let Some(id) = known {
        let device = Device(id.to_owned());
        request.extensions_mut().insert(device);
        return next.run(request).await;
    }
    let device = Device(format!("{:032x}", rand::random::<u128>()));
    request.extensions_mut().insert(device.clone());
    let mut response = next.run(request).await;
    if let Some(cookie) = cookies::device(&gateway, &device.0) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

fn is_id(id: &str) -> bool {
    id.len() == ID_CHARS && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl<S: Sync> FromRequestParts<S> for Device {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        let device = parts.extensions.get().cloned();
        device.ok_or_else(|| Rejection::internal(anyhow::anyhow!("a shop route without its layer")))
    }
}
