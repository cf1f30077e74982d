//! The password again: confirmed at the gateway, and noticed by requests that need it.

use std::sync::Arc;

use chassis::{
    authn::{Identity, Scope, Verifier},
    clock::Clock as _,
    error::Problem,
};
use chrono::TimeDelta;
use parking_lot::Mutex;
use proto::staff::v1::{self as staff, StaffReason};
use reqwest::{Method, Response};
use serde_json::json;
use testkit::{identities, keys};

use crate::common::{Edge, SESSION, refused};

const CONFIRM: &str = "staff.v1.StaffService/Reauthenticate";
const EXCHANGE: &str = "staff.v1.StaffService/ExchangeSession";
const CREATE: &str = "staff.v1.StaffService/CreateAccount";
const LIST: &str = "staff.v1.StaffService/ListAccounts";

async fn confirm(edge: &Edge, password: &str) -> Response {
    edge.as_staff(Method::POST, "/api/admin/session/reauthenticate")
        .json(&json!({ "password": password }))
        .send()
        .await
        .unwrap()
}

async fn create_account(edge: &Edge) -> Response {
    let body = json!({
        "account": "clerk", "name": "林小華", "role": "counter", "password": "x",
        "scope": {"brand_ids": [], "branch_ids": []},
    });
    edge.as_staff(Method::POST, "/api/admin/accounts")
        .header("idempotency-key", "k")
        .json(&body)
        .send()
        .await
        .unwrap()
}

/// Lets the session be that of somebody who entered the password so many minutes ago; the count can be
/// changed.
fn entered(edge: &Edge, minutes: i64) -> Arc<Mutex<i64>> {
    let minutes = Arc::new(Mutex::new(minutes));
    let (org, clock, ago) = (edge.org, edge.clock.clone(), minutes.clone());
    edge.fake
        .on(EXCHANGE, move |request: staff::ExchangeSessionRequest| {
            assert_eq!(request.session_token, SESSION);
            let identity = Identity {
                authenticated_at: Some(clock.now() - TimeDelta::minutes(*ago.lock())),
                ..identities::staff(org, &[], Scope::whole_organisation())
            };
            Ok(staff::ExchangeSessionResponse {
                identity_token: keys::token(&identity, Arc::new(clock.clone())),
                expires_in_secs: 60,
                session_id: "session-1".to_owned(),
                account_id: String::new(),
                organisation_id: org.to_string(),
            })
        });
    minutes
}

/// Has the service refuse by what the gateway's token says, as services do.
fn judge_by_token(edge: &Edge) {
    let clock = edge.clock.clone();
    let verifier = Verifier::from_config(&keys::config("staff"), Arc::new(clock.clone()));
    edge.fake
        .on_with_token(CREATE, move |token, _: staff::CreateAccountRequest| {
            let identity = verifier.verify(token.unwrap()).unwrap();
            if !identity.entered_password_lately(clock.now()) {
                return Err(Problem::new(StaffReason::ReauthRequired).into());
            }
            Ok(staff::CreateAccountResponse {
                account: Some(staff::Account {
                    scope: Some(staff::Scope::default()),
                    ..Default::default()
                }),
            })
        });
}

#[tokio::test]
async fn a_password_is_confirmed_by_staff_in_the_persons_name() {
    let edge = Edge::open().await;
    entered(&edge, 6);
    edge.fake
        .on_with_token(CONFIRM, |token, request: staff::ReauthenticateRequest| {
            assert!(token.is_some());
            assert_eq!(request.remote_address, "127.0.0.1");
            if request.password == "right" {
                Ok(staff::ReauthenticateResponse {})
            } else {
                let reason = StaffReason::LoginFailed;
                Err(Problem::new(reason).field("password", reason).into())
            }
        });
    assert_eq!(confirm(&edge, "right").await.status(), 204);
    let document = refused(confirm(&edge, "wrong").await, 401, "LOGIN_FAILED").await;
    assert_eq!(document["fields"][0]["field"], "password");
    let without_session = edge
        .request(Method::POST, "/api/admin/session/reauthenticate")
        .json(&json!({"password": "right"}))
        .send()
        .await
        .unwrap();
    refused(without_session, 401, "UNAUTHENTICATED").await;
}

#[tokio::test]
async fn confirmations_of_an_address_are_limited_with_its_sign_ins() {
    let edge = Edge::open_with(|config| config.sign_ins_per_minute = 2).await;
    entered(&edge, 6);
    edge.fake.on(CONFIRM, |_: staff::ReauthenticateRequest| {
        Ok(staff::ReauthenticateResponse {})
    });
    for _ in 0..2 {
        assert_eq!(confirm(&edge, "right").await.status(), 204);
    }
    refused(confirm(&edge, "right").await, 429, "RATE_LIMITED").await;
}

#[tokio::test]
async fn a_password_entered_through_another_gateway_counts_at_once() {
    let edge = Edge::open().await;
    let minutes = entered(&edge, 6);
    judge_by_token(&edge);
    refused(create_account(&edge).await, 401, "REAUTH_REQUIRED").await;
    *minutes.lock() = 0;
    assert_eq!(create_account(&edge).await.status(), 201);
}

#[tokio::test]
async fn only_what_needs_the_password_asks_for_a_newer_token() {
    let edge = Edge::open().await;
    entered(&edge, 6);
    judge_by_token(&edge);
    edge.fake.on(LIST, |_: staff::ListAccountsRequest| {
        Ok(staff::ListAccountsResponse::default())
    });
    for _ in 0..3 {
        let listed = edge.as_staff(Method::GET, "/api/admin/accounts");
        assert_eq!(listed.send().await.unwrap().status(), 200);
    }
    assert_eq!(edge.fake.calls(EXCHANGE), 1);
    refused(create_account(&edge).await, 401, "REAUTH_REQUIRED").await;
    assert_eq!(edge.fake.calls(EXCHANGE), 2);
}
