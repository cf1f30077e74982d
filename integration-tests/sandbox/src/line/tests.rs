use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::NAME;
use crate::testing::Bench;

const CHANNEL: &str = "2006000001";
const SECRET: &str = "5f4dcc3b5aa765d61d8327deb882cf99";
const STATE: &str = "0123456789abcdef.x";
/// The example of RFC 7636.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

async fn page(bench: &Bench, state: &str, challenge: &str) -> (u16, String) {
    let mut url: url::Url = bench.url(NAME, "/oauth2/v2.1/authorize").parse().unwrap();
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", CHANNEL)
        .append_pair("redirect_uri", "https://shop.example/return")
        .append_pair("state", state)
        .append_pair("scope", "openid profile")
        .append_pair("nonce", "nonce-0123456789")
        .append_pair("code_challenge", challenge)
        .append_pair("code_challenge_method", "S256");
    let response = bench.http.get(url).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn authorize(bench: &Bench, challenge: &str) -> u16 {
    page(bench, STATE, challenge).await.0
}

async fn allow(bench: &Bench) -> String {
    let act = json!({ "action": "allow", "reference": STATE });
    let outcome = bench.act(NAME, act).await;
    let url: url::Url = outcome["browser"]["url"].as_str().unwrap().parse().unwrap();
    let code = url.query_pairs().find(|(name, _)| name == "code");
    code.unwrap().1.into_owned()
}

async fn exchange(bench: &Bench, code: &str, verifier: &str) -> Value {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", "https://shop.example/return"),
        ("client_id", CHANNEL),
        ("client_secret", SECRET),
        ("code_verifier", verifier),
    ];
    let form = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let request = bench
        .http
        .post(bench.url(NAME, "/oauth2/v2.1/token"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form);
    let text = request.send().await.unwrap().text().await.unwrap();
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn a_code_gives_an_id_token_once_and_to_who_began() {
    let bench = Bench::new().await;
    assert_eq!(authorize(&bench, CHALLENGE).await, 200);
    let code = allow(&bench).await;
    let answer = exchange(&bench, &code, "another verifier").await;
    assert_eq!(answer["error"], "invalid_grant");
    assert_eq!(bench.violations().await, ["code_verifier"]);
    let code = allow(&bench).await;
    let answer = exchange(&bench, &code, VERIFIER).await;
    let token = answer["id_token"].as_str().unwrap();
    let claims = token.split('.').nth(1).unwrap();
    let claims: Value =
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    assert_eq!(claims["aud"], CHANNEL);
    assert_eq!(claims["nonce"], "nonce-0123456789");
    let again = exchange(&bench, &code, VERIFIER).await;
    assert_eq!(again["error"], "invalid_grant");
}

#[tokio::test]
async fn each_page_offers_an_account_that_nobody_has_used() {
    let bench = Bench::new().await;
    let mut offered = Vec::new();
    for state in [STATE, "fedcba9876543210.y"] {
        let (_, html) = page(&bench, state, CHALLENGE).await;
        let users = html
            .match_indices("value=\"U")
            .map(|(at, _)| &html[at + 7..at + 40]);
        offered.push(users.last().unwrap().to_owned());
    }
    assert_ne!(offered[0], offered[1]);
    let act =
        json!({ "action": "allow", "reference": STATE, "user": offered[0], "name": "新朋友" });
    let outcome = bench.act(NAME, act).await;
    let url: url::Url = outcome["browser"]["url"].as_str().unwrap().parse().unwrap();
    let (_, code) = url.query_pairs().find(|(name, _)| name == "code").unwrap();
    let token = exchange(&bench, &code, VERIFIER).await;
    let claims = token["id_token"]
        .as_str()
        .unwrap()
        .split('.')
        .nth(1)
        .unwrap();
    let claims: Value =
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    assert_eq!(claims["sub"], offered[0].as_str());
}

#[tokio::test]
async fn a_page_without_a_challenge_is_refused() {
    let bench = Bench::new().await;
    assert_eq!(authorize(&bench, "").await, 400);
    assert_eq!(bench.violations().await, ["parameters"]);
}

#[tokio::test]
async fn somebody_who_does_not_agree_comes_back_with_an_error() {
    let bench = Bench::new().await;
    authorize(&bench, CHALLENGE).await;
    let act = json!({ "action": "deny", "reference": STATE });
    let outcome = bench.act(NAME, act).await;
    let url = outcome["browser"]["url"].as_str().unwrap();
    assert!(
        url.contains("error=ACCESS_DENIED") && url.contains("state="),
        "{url}"
    );
}
