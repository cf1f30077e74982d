//! The cookies the gateway sets and reads.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chassis::id::OrganisationId;
use http::{
    HeaderMap, HeaderValue,
    header::{COOKIE, SET_COOKIE},
};
use sha2::{Digest as _, Sha256};

use crate::state::Gateway;

/// Holds the session secret; no script can read it.
pub const SESSION: &str = "yzm_session";
/// Holds what scripts repeat in `X-CSRF-Token`.
pub const CSRF: &str = "yzm_csrf";
/// Holds the customer's device id.
pub const DEVICE: &str = "yzm_device";

/// Cookies of a member's session in an organisation's storefronts, each with the organisation's id behind it.
const MEMBER: &str = "yzm_member";
const MEMBER_CSRF: &str = "yzm_member_csrf";

/// The browser forgets later than the platform does; the platform decides.
const MONTH_SECS: u32 = 30 * 24 * 3_600;
const YEAR_SECS: u32 = 365 * 24 * 3_600;

/// Value of a cookie.
pub fn get<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok());
    let mut pairs = lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.split_once('='));
    pairs
        .find(|(key, _)| key.trim() == name)
        .map(|(_, value)| value.trim())
}

/// The session secret.
pub fn session(headers: &HeaderMap) -> Option<&str> {
    get(headers, SESSION).filter(|secret| !secret.is_empty())
}

/// Name of the cookie with the secret of a member's session.
fn member_name(org: OrganisationId) -> String {
    format!("{MEMBER}_{}", org.as_uuid().simple())
}

/// Name of the cookie with what scripts repeat for a member's session.
pub fn member_csrf_name(org: OrganisationId) -> String {
    format!("{MEMBER_CSRF}_{}", org.as_uuid().simple())
}

/// The secret of a member's session.
pub fn member_session(headers: &HeaderMap, org: OrganisationId) -> Option<&str> {
    get(headers, &member_name(org)).filter(|secret| !secret.is_empty())
}

/// Cookies of a member's fresh session.
pub fn member_signed_in(gateway: &Gateway, org: OrganisationId, session: &str) -> HeaderMap {
    let secure = gateway.config().https();
    let csrf = csrf_token(session);
    set([
        write(&member_name(org), session, YEAR_SECS, true, secure),
        write(&member_csrf_name(org), &csrf, YEAR_SECS, false, secure),
    ])
}

/// Takes the cookies of a member's session away.
pub fn member_signed_out(gateway: &Gateway, org: OrganisationId) -> HeaderMap {
    let secure = gateway.config().https();
    set([
        write(&member_name(org), "", 0, true, secure),
        write(&member_csrf_name(org), "", 0, false, secure),
    ])
}

/// The CSRF token that belongs to a session: only who can read our cookies knows it, and one
/// planted from elsewhere does not fit.
pub fn csrf_token(session: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(
        Sha256::new()
            .chain_update("csrf:")
            .chain_update(session)
            .finalize(),
    )
}

/// Cookies of a fresh session.
pub fn signed_in(gateway: &Gateway, session: &str) -> HeaderMap {
    let secure = gateway.config().https();
    let csrf = csrf_token(session);
    set([
        write(SESSION, session, MONTH_SECS, true, secure),
        write(CSRF, &csrf, MONTH_SECS, false, secure),
    ])
}

/// The CSRF cookie of a session that lost it.
pub fn csrf_only(gateway: &Gateway, session: &str) -> HeaderMap {
    let csrf = csrf_token(session);
    set([write(
        CSRF,
        &csrf,
        MONTH_SECS,
        false,
        gateway.config().https(),
    )])
}

/// Takes the cookies of a session away.
pub fn signed_out(gateway: &Gateway) -> HeaderMap {
    let secure = gateway.config().https();
    set([
        write(SESSION, "", 0, true, secure),
        write(CSRF, "", 0, false, secure),
    ])
}

/// The device cookie as a header value.
pub fn device(gateway: &Gateway, device: &str) -> Option<HeaderValue> {
    let secure = gateway.config().https();
    HeaderValue::try_from(write(DEVICE, device, YEAR_SECS, true, secure)).ok()
}

fn set<const N: usize>(cookies: [String; N]) -> HeaderMap {
    let values = cookies
        .into_iter()
        .filter_map(|cookie| HeaderValue::try_from(cookie).ok());
    values
        .map(|value| (SET_COOKIE, value))
        .fold(HeaderMap::new(), |mut headers, (name, value)| {
            headers.append(name, value);
            headers
        })
}

fn write(name: &str, value: &str, max_age_secs: u32, http_only: bool, secure: bool) -> String {
    let http_only = if http_only { "; HttpOnly" } else { "" };
    let secure = if secure { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age={max_age_secs}; SameSite=Lax{http_only}{secure}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let headers =
            HeaderMap::from_iter([(COOKIE, HeaderValue::from_static("a=1; yzm_session=s; b=2"))]);
        assert_eq!(session(&headers), Some("s"));
        assert_eq!(get(&headers, "b"), Some("2"));
        assert_eq!(get(&headers, "session"), None);
    }

    #[test]
    fn scripts_and_other_sites_cannot_read_a_session_cookie() {
        let cookie = write(SESSION, "s", 60, true, true);
        assert_eq!(
            cookie,
            "yzm_session=s; Path=/; Max-Age=60; SameSite=Lax; HttpOnly; Secure"
        );
        assert!(!write(CSRF, "c", 60, false, false).contains("HttpOnly"));
    }
}
