//! Keeps other sites from acting with the cookies of staff and members.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use chassis::{error::CommonReason, id::OrganisationId};
use http::{
    HeaderMap,
    header::{HOST, ORIGIN},
};
use subtle::ConstantTimeEq as _;
use url::Url;

use super::cookies;
use crate::{
    problem::{Rejection, Result},
    state::Gateway,
};

const HEADER: &str = "x-csrf-token";
/// Has no session yet, so only its origin can be checked.
const SIGN_IN: &str = "/api/admin/sign-in";

/// Lets an unsafe request through only from our own pages and with the session's token.
pub async fn guard(
    State(gateway): State<Gateway>,
    request: Request,
    next: Next,
) -> Result<Response> {
    if !request.method().is_safe() {
        check(&gateway, request.uri().path(), request.headers())?;
    }
    Ok(next.run(request).await)
}

fn check(gateway: &Gateway, path: &str, headers: &HeaderMap) -> Result<()> {
    check_origin(gateway, headers)?;
    if path == SIGN_IN {
        return Ok(());
    }
    let session =
        cookies::session(headers).ok_or_else(|| Rejection::new(CommonReason::Unauthenticated))?;
    check_token(headers, session, cookies::CSRF)
}

/// Refuses an unsafe request of a customer from another site, and one that acts with a member's session
/// without its token.
pub fn check_member(gateway: &Gateway, org: OrganisationId, headers: &HeaderMap) -> Result<()> {
    check_origin(gateway, headers)?;
    match cookies::member_session(headers, org) {
        Some(session) => check_token(headers, session, &cookies::member_csrf_name(org)),
        None => Ok(()),
    }
}

/// Refuses a request from another site.
pub fn check_origin(gateway: &Gateway, headers: &HeaderMap) -> Result<()> {
    if same_origin(&gateway.config().public_url, headers) {
        return Ok(());
    }
    Err(refused("the request comes from another site"))
}

fn check_token(headers: &HeaderMap, session: &str, cookie: &str) -> Result<()> {
    let expected = cookies::csrf_token(session);
    let is_token = |found: Option<&str>| {
        found.is_some_and(|found| bool::from(found.as_bytes().ct_eq(expected.as_bytes())))
    };
    let header = headers.get(HEADER).and_then(|value| value.to_str().ok());
    if !is_token(header) || !is_token(cookies::get(headers, cookie)) {
        return Err(refused(
            "send the session's csrf cookie again as the header X-CSRF-Token",
        ));
    }
    Ok(())
}

/// A browser names the origin of every unsafe request; a client that names none is no browser.
fn same_origin(public_url: &Url, headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(ORIGIN) else {
        return true;
    };
    let Some(origin) = origin
        .to_str()
        .ok()
        .and_then(|origin| Url::parse(origin).ok())
    else {
        return false;
    };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let here = host.and_then(|host| Url::parse(&format!("{}://{host}", origin.scheme())).ok());
    origin.origin() == public_url.origin()
        || here.is_some_and(|here| here.origin() == origin.origin())
}

fn refused(why: &'static str) -> Rejection {
    Rejection::new(CommonReason::PermissionDenied)
        .message(why)
        .param("check", "csrf")
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn from(origin: Option<&'static str>, host: &'static str) -> bool {
        let mut headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static(host))]);
        if let Some(origin) = origin {
            headers.insert(ORIGIN, HeaderValue::from_static(origin));
        }
        same_origin(&Url::parse("https://shop.example").unwrap(), &headers)
    }

    #[test]
    fn only_our_own_origin_passes() {
        for (origin, host, passes) in [
            (Some("https://shop.example"), "gateway.internal", true),
            (Some("http://127.0.0.1:8080"), "127.0.0.1:8080", true),
            (Some("http://127.0.0.1:9090"), "127.0.0.1:8080", false),
            (Some("https://shop.example.evil"), "gateway.internal", false),
            (Some("null"), "gateway.internal", false),
            (None, "gateway.internal", true),
        ] {
            assert_eq!(from(origin, host), passes, "{origin:?} at {host}");
        }
    }
}
