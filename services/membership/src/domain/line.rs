//! LINE Login v2.1: the address of LINE's page, and the checks of an id token.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chassis::secret::Secret;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use url::Url;

/// How long signing in may take.
pub const LOGIN_WITHIN: TimeDelta = TimeDelta::minutes(10);
/// How long an account in LINE waits for a phone.
pub const PENDING_FOR: TimeDelta = TimeDelta::minutes(15);
const ISSUER: &str = "https://access.line.me";
/// Longest difference of clocks.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);
const LONGEST_TOKEN: usize = 8 * 1024;

/// A sign-in that begins: secrets of one try.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Comes back with the browser.
    pub state: String,
    /// Comes back in the id token.
    pub nonce: String,
    /// Proves at the token's exchange that we began it.
    pub code_verifier: String,
}

/// Address of LINE's page.
pub fn authorize_url(
    access: &Url,
    channel_id: &str,
    redirect_uri: &str,
    attempt: &Attempt,
) -> Result<Url, url::ParseError> {
    let mut url = access.join("/oauth2/v2.1/authorize")?;
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", channel_id)
        .append_pair("redirect_uri", redirect_uri)
        .append_pair("state", &attempt.state)
        .append_pair("scope", "openid profile")
        .append_pair("nonce", &attempt.nonce)
        .append_pair("code_challenge", &challenge(&attempt.code_verifier))
        .append_pair("code_challenge_method", "S256")
        .append_pair("ui_locales", "zh-TW");
    Ok(url)
}

fn challenge(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

/// Who signed in at LINE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineUser {
    /// User id.
    pub id: String,
    /// Name shown in LINE; empty when it gave none.
    pub name: String,
}

/// Why an id token is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not three parts of base64 with JSON in them.
    #[error("the id token cannot be read")]
    Malformed,
    /// An algorithm that web login does not use.
    #[error("the id token is not signed with HS256")]
    Algorithm,
    /// Not signed with the channel's secret.
    #[error("the id token has a wrong signature")]
    Signature,
    /// Not of LINE.
    #[error("the id token has another issuer")]
    Issuer,
    /// For another channel.
    #[error("the id token is for another channel")]
    Audience,
    /// Over.
    #[error("the id token is over")]
    Expired,
    /// Of another sign-in.
    #[error("the id token is of another sign-in")]
    Nonce,
    /// No user id.
    #[error("the id token names no user")]
    Subject,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    exp: i64,
    #[serde(default)]
    nonce: Option<String>,
    #[serde(default)]
    name: Option<String>,
}

/// Checks an id token of web login in the order of LINE's documentation.
pub fn check_id_token(
    token: &str,
    channel_id: &str,
    channel_secret: &Secret,
    nonce: &str,
    now: DateTime<Utc>,
) -> Result<LineUser, TokenError> {
    if token.len() > LONGEST_TOKEN {
        return Err(TokenError::Malformed);
    }
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else {
        return Err(TokenError::Malformed);
    };
    let read: Header = read(header)?;
    if read.alg != "HS256" {
        return Err(TokenError::Algorithm);
    }
    let decoded = BASE64_URL_SAFE_NO_PAD.decode(signature);
    let decoded = decoded.map_err(|_| TokenError::Malformed)?;
    let key = channel_secret.reveal().as_bytes();
    let mut mac = <Hmac<Sha256>>::new_from_slice(key).map_err(|_| TokenError::Signature)?;
    mac.update(header.as_bytes());
    mac.update(b".");
    mac.update(claims.as_bytes());
    mac.verify_slice(&decoded)
        .map_err(|_| TokenError::Signature)?;
    let claims: Claims = self::read(claims)?;
    if claims.iss != ISSUER {
        return Err(TokenError::Issuer);
    }
    if claims.aud != channel_id {
        return Err(TokenError::Audience);
    }
    let ends = DateTime::from_timestamp(claims.exp, 0).ok_or(TokenError::Expired)?;
    if ends + LEEWAY <= now {
        return Err(TokenError::Expired);
    }
    if claims.nonce.as_deref() != Some(nonce) {
        return Err(TokenError::Nonce);
    }
    if !is_user_id(&claims.sub) {
        return Err(TokenError::Subject);
    }
    Ok(LineUser {
        id: claims.sub,
        name: claims.name.unwrap_or_default(),
    })
}

fn read<T: for<'de> Deserialize<'de>>(part: &str) -> Result<T, TokenError> {
    let json = BASE64_URL_SAFE_NO_PAD.decode(part);
    let json = json.map_err(|_| TokenError::Malformed)?;
    serde_json::from_slice(&json).map_err(|_| TokenError::Malformed)
}

/// `U` and 32 hexadecimal digits.
fn is_user_id(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == 33 && text.starts_with('U') && text.bytes().skip(1).all(is_digit)
}

/// A path of the storefront: it leads to no other site.
#[must_use]
pub fn is_return_path(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && path.len() <= 500
        && path.bytes().all(|byte| byte.is_ascii_graphic())
        && !path.contains(['\\', '#'])
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const CHANNEL: &str = "1234567890";
    const USER: &str = "U0123456789abcdef0123456789abcdef";

    fn secret() -> Secret {
        Secret::from("0123456789abcdef0123456789abcdef")
    }

    fn now() -> DateTime<Utc> {
        "2026-09-02T04:00:00Z".parse().unwrap()
    }

    fn sign(header: &Value, claims: &Value, key: &str) -> String {
        let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let mut mac = <Hmac<Sha256>>::new_from_slice(key.as_bytes()).unwrap();
        mac.update(signed.as_bytes());
        let signature = BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        format!("{signed}.{signature}")
    }

    fn claims() -> Value {
        json!({ "iss": ISSUER, "sub": USER, "aud": CHANNEL, "exp": now().timestamp() + 3_600,
            "iat": now().timestamp(), "nonce": "n1", "name": "小明" })
    }

    fn check(token: &str) -> Result<LineUser, TokenError> {
        check_id_token(token, CHANNEL, &secret(), "n1", now())
    }

    #[test]
    fn a_token_of_our_channel_and_this_sign_in_names_the_user() {
        let token = sign(&json!({ "alg": "HS256" }), &claims(), secret().reveal());
        let user = check(&token).unwrap();
        assert_eq!((user.id.as_str(), user.name.as_str()), (USER, "小明"));
    }

    #[test]
    fn any_other_token_is_refused_by_name() {
        use TokenError::{
            Algorithm, Audience, Expired, Issuer, Malformed, Nonce, Signature, Subject,
        };
        let header = json!({ "alg": "HS256" });
        let with = |name: &str, value: Value| {
            let mut changed = claims();
            changed[name] = value;
            sign(&header, &changed, secret().reveal())
        };
        let right = sign(&header, &claims(), secret().reveal());
        let cases = [
            ("not a token".to_owned(), Malformed),
            (format!("{right}.x"), Malformed),
            (
                sign(&json!({ "alg": "none" }), &claims(), secret().reveal()),
                Algorithm,
            ),
            (
                sign(&json!({ "alg": "ES256" }), &claims(), secret().reveal()),
                Algorithm,
            ),
            (sign(&header, &claims(), "another"), Signature),
            (with("iss", json!("https://evil.example")), Issuer),
            (with("aud", json!("1234567891")), Audience),
            (with("exp", json!(now().timestamp() - 60)), Expired),
            (with("nonce", json!("n2")), Nonce),
            (with("nonce", Value::Null), Nonce),
            (with("sub", json!("mallory")), Subject),
        ];
        for (token, expected) in cases {
            assert_eq!(check(&token), Err(expected), "{token}");
        }
    }

    #[test]
    fn the_page_is_asked_with_state_nonce_and_challenge() {
        let attempt = Attempt {
            state: "s".into(),
            nonce: "n".into(),
            // The example of RFC 7636.
            code_verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into(),
        };
        let access: Url = "https://access.line.me".parse().unwrap();
        let url = authorize_url(&access, CHANNEL, "https://shop.example/x", &attempt).unwrap();
        let query: std::collections::BTreeMap<_, _> = url.query_pairs().into_owned().collect();
        assert_eq!(
            query["code_challenge"],
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
        assert_eq!(query["code_challenge_method"], "S256");
        assert_eq!(
            (query["state"].as_str(), query["nonce"].as_str()),
            ("s", "n")
        );
        assert!(
            url.as_str()
                .starts_with("https://access.line.me/oauth2/v2.1/authorize?")
        );
    }

    #[test]
    fn a_return_leads_to_no_other_site() {
        for path in ["/tea", "/tea/north?x=1"] {
            assert!(is_return_path(path), "{path}");
        }
        for path in [
            "",
            "tea",
            "//evil.example",
            "/\\evil.example",
            "/a b",
            "/茶",
            "/a#b",
            "https://x",
        ] {
            assert!(!is_return_path(path), "{path}");
        }
    }
}
