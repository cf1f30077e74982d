//! Members in a storefront: sessions, RPCs that customers call, and signing in.

use std::sync::Arc;

use chassis::{
    authn::{Level, Verifier},
    error::CommonReason,
    id::MemberId,
};
use gateway::{auth::cookies, server};
use parking_lot::Mutex;
use proto::{
    membership::v1::{self as membership, LineLoginResult, MembershipReason},
    staff::v1::StaffReason,
};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::json;
use testkit::keys;

use crate::common::{Edge, problem, refused};

const EXCHANGE: &str = "membership.v1.MemberAccountService/ExchangeMemberSession";
const GET_ME: &str = "membership.v1.MemberAccountService/GetMyAccount";
const UPDATE_ME: &str = "membership.v1.MemberAccountService/UpdateMe";
const SIGN_IN: &str = "membership.v1.MemberAccountService/SignInWithCode";
const FINISH_LINE: &str = "membership.v1.MemberAccountService/FinishLineLogin";
const SIGN_OUT: &str = "membership.v1.MemberAccountService/SignOutMember";
const SECRET: &str = "the-member-secret";
const ME: &str = "/api/members/tea/me";

/// Who called, as the services saw it.
type Seen = Arc<Mutex<Vec<Option<MemberId>>>>;

fn account() -> membership::MyAccount {
    membership::MyAccount {
        member_id: MEMBER.to_owned(),
        gender: membership::Gender::NotGiven.into(),
        joined_at: Some(prost_types::Timestamp::default()),
        ..Default::default()
    }
}

const MEMBER: &str = "01900000-0000-7000-8000-0000000000aa";

fn member() -> MemberId {
    MEMBER.parse().unwrap()
}

/// Membership that knows one session and answers `GetMyAccount`.
fn teach(edge: &Edge) -> Seen {
    let org = edge.org.to_string();
    edge.fake.on(
        EXCHANGE,
        move |request: membership::ExchangeMemberSessionRequest| {
            if request.organisation_id != org || request.session_token != SECRET {
                return Err(problem(StaffReason::SessionExpired));
            }
            Ok(membership::ExchangeMemberSessionResponse {
                member_id: MEMBER.to_owned(),
                session_id: "session-1".to_owned(),
            })
        },
    );
    let seen = Seen::default();
    let noted = seen.clone();
    let verifier = Verifier::from_config(&keys::config(server::NAME), Arc::new(edge.clock.clone()));
    let brand = edge.brand_id.clone();
    edge.fake.on_with_token(
        GET_ME,
        move |token, request: membership::GetMyAccountRequest| {
            assert_eq!(request.brand_id, brand, "the slug became the id");
            let member = verifier.verify(token.unwrap()).unwrap().member_id();
            noted.lock().push(member);
            if member.is_none() {
                return Err(problem(MembershipReason::NeedsLogin));
            }
            Ok(membership::GetMyAccountResponse {
                me: Some(account()),
            })
        },
    );
    seen
}

fn session_cookies(edge: &Edge, secret: &str) -> String {
    let org = edge.org.as_uuid().simple();
    let csrf = cookies::csrf_token(secret);
    format!("yzm_member_{org}={secret}; yzm_member_csrf_{org}={csrf}")
}

fn as_member(edge: &Edge, method: Method, path: &str) -> RequestBuilder {
    edge.request(method, path)
        .header("cookie", session_cookies(edge, SECRET))
}

async fn me(edge: &Edge) -> Response {
    as_member(edge, Method::GET, ME).send().await.unwrap()
}

#[tokio::test]
async fn the_session_of_a_storefront_makes_a_token_of_the_member() {
    let edge = Edge::open().await;
    let seen = teach(&edge);
    let answer = me(&edge).await;
    assert_eq!(answer.status(), 200);
    let body: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(body["me"]["member_id"], MEMBER);
    refused(edge.get(ME).await, 422, "NEEDS_LOGIN").await;
    let stranger = edge
        .request(Method::GET, ME)
        .header("cookie", session_cookies(&edge, "another"));
    refused(stranger.send().await.unwrap(), 422, "NEEDS_LOGIN").await;
    assert_eq!(*seen.lock(), [Some(member()), None, None]);
    refused(edge.get("/api/members/coffee/me").await, 404, "NOT_FOUND").await;
}

#[tokio::test]
async fn a_session_that_ended_is_forgotten_at_once_and_one_in_memory_outlives_membership() {
    let edge = Edge::open().await;
    teach(&edge);
    assert_eq!(me(&edge).await.status(), 200);
    edge.fake
        .on(EXCHANGE, |_: membership::ExchangeMemberSessionRequest| {
            Err::<membership::ExchangeMemberSessionResponse, _>(problem(
                CommonReason::TemporarilyUnavailable,
            ))
        });
    let members = edge.gateway().members();
    assert_eq!(me(&edge).await.status(), 200);
    members.forget_ended(&["session-1".to_owned()]).await;
    refused(me(&edge).await, 503, "TEMPORARILY_UNAVAILABLE").await;
    // A guest is not concerned.
    refused(edge.get(ME).await, 422, "NEEDS_LOGIN").await;
}

#[tokio::test]
async fn nothing_is_changed_with_a_members_cookies_but_from_our_pages() {
    let edge = Edge::open().await;
    teach(&edge);
    edge.fake
        .on(UPDATE_ME, |request: membership::UpdateMeRequest| {
            assert_eq!(request.name.as_deref(), Some("小明"));
            Ok(membership::UpdateMeResponse {
                me: Some(account()),
            })
        });
    let body = json!({ "version": 1, "name": "小明" });
    let update = || as_member(&edge, Method::PUT, ME).json(&body);
    let document = refused(update().send().await.unwrap(), 403, "PERMISSION_DENIED").await;
    assert_eq!(document["params"]["check"], "csrf");
    let token = cookies::csrf_token(SECRET);
    let foreign = update()
        .header("x-csrf-token", &token)
        .header("origin", "https://evil.example");
    refused(foreign.send().await.unwrap(), 403, "PERMISSION_DENIED").await;
    let own = update()
        .header("x-csrf-token", &token)
        .send()
        .await
        .unwrap();
    assert_eq!(own.status(), 200);
    assert_eq!(edge.fake.calls(UPDATE_ME), 1);
}

#[tokio::test]
async fn signing_in_sets_cookies_of_the_organisation_and_signing_out_takes_them() {
    let edge = Edge::open().await;
    teach(&edge);
    edge.fake
        .on(SIGN_IN, |request: membership::SignInWithCodeRequest| {
            assert_eq!(request.code, "123456");
            assert_eq!(request.remote_address, "127.0.0.1");
            Ok(membership::SignInWithCodeResponse {
                session_token: SECRET.to_owned(),
                joined: true,
                me: Some(account()),
            })
        });
    edge.fake
        .on(SIGN_OUT, |request: membership::SignOutMemberRequest| {
            assert_eq!(request.session_token, SECRET);
            Ok(membership::SignOutMemberResponse {})
        });
    let body = json!({ "phone": "0911123456", "code": "123456", "name": "小明",
        "consents": [{ "kind": "terms", "agreed": true, "text_version": "1" }] });
    let answer = edge
        .request(Method::POST, "/api/members/tea/sign-in")
        .json(&body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let set: Vec<String> = answer
        .headers()
        .get_all("set-cookie")
        .iter()
        .map(|value| value.to_str().unwrap().to_owned())
        .collect();
    let name = format!("yzm_member_{}={SECRET}", edge.org.as_uuid().simple());
    let session = set.iter().find(|cookie| cookie.starts_with(&name)).unwrap();
    assert!(
        session.contains("HttpOnly") && session.contains("SameSite=Lax"),
        "{session}"
    );
    let text = answer.text().await.unwrap();
    assert!(!text.contains(SECRET), "no script sees the secret");

    let out = as_member(&edge, Method::POST, "/api/members/tea/sign-out")
        .header("x-csrf-token", cookies::csrf_token(SECRET));
    let out = out.send().await.unwrap();
    assert_eq!(out.status(), 204);
    let cleared = out.headers().get_all("set-cookie").iter();
    let cleared = cleared.filter(|value| value.to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(cleared.count(), 2);
}

#[tokio::test]
async fn line_leads_back_to_the_storefront_with_a_session() {
    let edge = Edge::open().await;
    edge.fake.on(
        FINISH_LINE,
        |request: membership::FinishLineLoginRequest| {
            let signed_in = request.code == "good";
            Ok(membership::FinishLineLoginResponse {
                session_token: if signed_in {
                    SECRET.to_owned()
                } else {
                    String::new()
                },
                return_path: "/tea/north?x=1".to_owned(),
                result: if signed_in {
                    LineLoginResult::SignedIn.into()
                } else {
                    LineLoginResult::Failed.into()
                },
            })
        },
    );
    let browser = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    for (code, word, cookies) in [("good", "signed_in", 2), ("bad", "failed", 0)] {
        let path = format!("/api/line-login/return?state={}.x&code={code}", edge.org);
        let answer = browser.get(edge.url(&path)).send().await.unwrap();
        assert_eq!(answer.status(), 303);
        let to = answer.headers()["location"].to_str().unwrap();
        assert_eq!(to, format!("/tea/north?x=1&line={word}"));
        let set = answer.headers().get_all("set-cookie").iter();
        let set = set.filter(|value| value.to_str().unwrap().starts_with("yzm_member_"));
        assert_eq!(set.count(), cookies, "{code}");
    }
    let lost = browser.get(edge.url("/api/line-login/return?state=x"));
    refused(lost.send().await.unwrap(), 404, "NOT_FOUND").await;
}

#[tokio::test]
async fn an_export_is_sent_part_by_part() {
    const START: &str = "membership.v1.MemberService/StartMemberExport";
    const READ: &str = "membership.v1.MemberService/ReadMemberExport";
    let edge = Edge::open().await;
    edge.sign_in(&[("member.list", Level::View)]);
    edge.fake
        .on(START, |request: membership::StartMemberExportRequest| {
            assert_eq!(request.reason, "名單");
            let filter = request.filter.unwrap();
            assert_eq!(filter.min_orders, Some(3));
            assert_eq!(filter.gender(), membership::Gender::Female);
            assert_eq!(filter.marketing(), membership::ConsentKind::MarketingSms);
            assert_eq!(filter.tag_ids, ["t1"]);
            Ok(membership::StartMemberExportResponse {
                export_id: "e1".to_owned(),
                rows: 2,
                expires_at: None,
            })
        });
    edge.fake
        .on(READ, |request: membership::ReadMemberExportRequest| {
            let first = request.page_token.is_empty();
            Ok(membership::ReadMemberExportResponse {
                csv: if first {
                    "a\r\n".into()
                } else {
                    "b\r\n".into()
                },
                next_page_token: first.then(|| "next".to_owned()),
            })
        });
    let body = json!({ "reason": "名單", "filter": {
        "min_orders": 3, "gender": "female", "marketing": "marketing_sms", "tag_ids": ["t1"],
    } });
    let answer = edge
        .as_staff(Method::POST, "/api/admin/members/export")
        .json(&body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert_eq!(answer.text().await.unwrap(), "a\r\nb\r\n");
}
