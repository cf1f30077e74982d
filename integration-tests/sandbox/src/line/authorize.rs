//! The page where a person lets an application know who they are.

use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::{Authorisation, CODES, Granted, NAME, PEOPLE, REQUESTS};
use crate::{
    act::{Act, Outcome, Refused},
    fields::Fields,
    incoming::Call,
    pages,
    sandbox::{Sandbox, merchants},
};

const BAND: &str = "模擬 LINE 登入";
const NEW_PERSON: &str = "新朋友";

pub async fn page(call: Call) -> Response {
    let query = Fields::parse(call.incoming.query.as_bytes());
    let channel: Option<Value> = call
        .sandbox
        .state
        .get(&merchants(NAME), query.text("client_id"));
    let Some(channel) = channel else {
        call.violation("client_id", query.text("client_id"));
        return pages::titled(StatusCode::BAD_REQUEST, BAND, BAND, "<h1>查無頻道</h1>");
    };
    let wrong = wrong(&query);
    if !wrong.is_empty() {
        call.violation("parameters", wrong.join(", "));
        let body = format!(
            "<h1>400 Bad Request</h1><p>{}</p>",
            pages::escape(&wrong.join(", "))
        );
        return pages::titled(StatusCode::BAD_REQUEST, BAND, BAND, &body);
    }
    let authorisation = Authorisation {
        client_id: query.text("client_id").to_owned(),
        redirect_uri: query.text("redirect_uri").to_owned(),
        state: query.text("state").to_owned(),
        nonce: query.text("nonce").to_owned(),
        challenge: query.text("code_challenge").to_owned(),
    };
    call.sandbox
        .state
        .change(|tx| tx.put(REQUESTS, &authorisation.state, &authorisation));
    let name = channel["name"].as_str().unwrap_or_default();
    let mut body = format!("<h1>{}</h1><p>選擇登入的帳號</p>", pages::escape(name));
    for (user, name) in PEOPLE {
        body += &format!(
            "<form method=\"post\" action=\"/sandbox/act\">{}{}{}\
             <button name=\"action\" value=\"allow\">{}</button></form>",
            pages::hidden("reference", &authorisation.state),
            pages::hidden("user", user),
            pages::hidden("name", name),
            pages::escape(name)
        );
    }
    body += &format!(
        "<form method=\"post\" action=\"/sandbox/act\">{}{}\
         <p><label>其他帳號 <input name=\"user\" required pattern=\"U[0-9a-f]{{32}}\" value=\"{}\"></label></p>\
         <button name=\"action\" value=\"allow\">用其他帳號登入</button></form>",
        pages::hidden("reference", &authorisation.state),
        pages::hidden("name", NEW_PERSON),
        new_user(&authorisation.state)
    );
    body += &format!(
        "<form method=\"post\" action=\"/sandbox/act\">{}\
         <button class=\"plain\" name=\"action\" value=\"deny\">取消</button></form>",
        pages::hidden("reference", &authorisation.state)
    );
    pages::titled(StatusCode::OK, BAND, BAND, &body).into_response()
}

/// An account in LINE that nobody has used: who asked first.
fn new_user(state: &str) -> String {
    let digest = hex::encode(Sha256::digest(state));
    format!("U{}", &digest[..32])
}

/// What an application does wrong, by the documentation and by what is wise.
fn wrong(query: &Fields) -> Vec<&'static str> {
    let scopes: Vec<&str> = query.text("scope").split(' ').collect();
    let redirect = Url::parse(query.text("redirect_uri"));
    let checks = [
        ("response_type", query.text("response_type") == "code"),
        ("redirect_uri", redirect.is_ok_and(|url| url.has_host())),
        ("state", query.text("state").len() >= 16),
        ("scope", scopes.contains(&"openid")),
        ("nonce", query.text("nonce").len() >= 16),
        ("code_challenge", query.text("code_challenge").len() == 43),
        (
            "code_challenge_method",
            query.text("code_challenge_method") == "S256",
        ),
    ];
    let wrong = checks.into_iter().filter(|(_, right)| !right);
    wrong.map(|(name, _)| name).collect()
}

/// - `allow`: `user` (the first of the page's people when left out), named `name`, agrees.
/// - `deny`: the person does not.
pub fn act(sandbox: &Sandbox, act: &Act) -> Result<Outcome, Refused> {
    let now = sandbox.clock.now();
    sandbox.state.change(|tx| {
        let request: Authorisation = tx
            .get(REQUESTS, &act.reference)
            .ok_or_else(|| Refused::new("no request with this state"))?;
        let mut url = Url::parse(&request.redirect_uri)
            .map_err(|_| Refused::new("the redirect_uri is not a URL"))?;
        match act.action.as_str() {
            "allow" => {
                let number = tx.next_number("line.code");
                let code = format!("sandbox-code-{number:08}");
                let granted = Granted {
                    user: act.text("user").unwrap_or(PEOPLE[0].0).to_owned(),
                    name: act.text("name").unwrap_or(PEOPLE[0].1).to_owned(),
                    at: now,
                    authorisation: request.clone(),
                };
                tx.put(CODES, &code, &granted);
                url.query_pairs_mut()
                    .append_pair("code", &code)
                    .append_pair("state", &request.state);
            }
            "deny" => {
                url.query_pairs_mut()
                    .append_pair("error", "ACCESS_DENIED")
                    .append_pair("error_description", "The user denied the request.")
                    .append_pair("state", &request.state);
            }
            other => return Err(Refused::new(format!("no action {other:?}"))),
        }
        Ok(Outcome::get(url))
    })
}
