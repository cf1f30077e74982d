//! Other sites cannot act with a staff member's cookies.

use crate::common::{Edge, SESSION, refused};
use gateway::{auth::cookies, rest::openapi};
use proto::staff::v1 as staff;
use reqwest::Method;
use serde_json::json;

/// Every unsafe operation for staff, with its path filled in.
fn unsafe_operations() -> Vec<(Method, String)> {
    let document = serde_json::to_value(openapi::document()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let method: Method = method.to_uppercase().parse().unwrap();
            if path.starts_with("/api/admin/") && !method.is_safe() {
                let parts = path
                    .split('/')
                    .map(|part| if part.starts_with('{') { "x" } else { part });
                operations.push((method, parts.collect::<Vec<_>>().join("/")));
            }
        }
    }
    operations
}

#[tokio::test]
async fn every_unsafe_operation_demands_the_token() {
    let edge = Edge::open().await;
    edge.sign_in(&[]);
    let token = cookies::csrf_token(SESSION);
    let foreign = cookies::csrf_token("another session");
    let session = format!("yzm_session={SESSION}");
    let operations = unsafe_operations();
    assert!(operations.len() > 20, "{operations:?}");
    for (method, path) in operations
        .into_iter()
        .filter(|(_, path)| path != "/api/admin/sign-in")
    {
        for (cookie, header) in [
            (session.clone(), None),
            (session.clone(), Some(&token)),
            (format!("{session}; yzm_csrf={token}"), None),
            (format!("{session}; yzm_csrf={foreign}"), Some(&foreign)),
        ] {
            let mut request = edge
                .request(method.clone(), &path)
                .header("cookie", &cookie);
            if let Some(header) = header {
                request = request.header("x-csrf-token", header);
            }
            let answer = request.send().await.unwrap();
            let document = refused(answer, 403, "PERMISSION_DENIED").await;
            assert_eq!(
                document["params"]["check"], "csrf",
                "{method} {path} with {cookie}"
            );
        }
    }
}

#[tokio::test]
async fn no_unsafe_operation_is_done_for_another_site() {
    let edge = Edge::open().await;
    for (method, path) in unsafe_operations() {
        let request = edge
            .as_staff(method.clone(), &path)
            .header("origin", "https://evil.example");
        let document = refused(request.send().await.unwrap(), 403, "PERMISSION_DENIED").await;
        assert_eq!(document["params"]["check"], "csrf", "{method} {path}");
    }
}

#[tokio::test]
async fn signing_in_sets_cookies_that_let_one_act() {
    let edge = Edge::open().await;
    edge.sign_in(&[]);
    let organisation_id = edge.org.to_string();
    edge.fake.on(
        "staff.v1.StaffService/SignIn",
        move |_: staff::SignInRequest| {
            let organisation = staff::Organisation {
                organisation_id: organisation_id.clone(),
                plan: 1,
                ..Default::default()
            };
            let me = staff::Me {
                account: Some(staff::Account {
                    scope: Some(staff::Scope::default()),
                    ..Default::default()
                }),
                organisation: Some(organisation),
            };
            Ok(staff::SignInResponse {
                session_token: SESSION.into(),
                me: Some(me),
            })
        },
    );
    let body = json!({"organisation_code": "tea", "account": "owner", "password": "secret"});
    let sign_in = edge.request(Method::POST, "/api/admin/sign-in").json(&body);
    let answer = sign_in
        .header("origin", "http://localhost:8080")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let set: Vec<_> = answer.headers().get_all("set-cookie").iter().collect();
    let set: Vec<_> = set
        .iter()
        .map(|cookie| cookie.to_str().unwrap().to_owned())
        .collect();
    assert!(
        set.iter()
            .any(|cookie| cookie.starts_with("yzm_session=") && cookie.contains("HttpOnly"))
    );
    let csrf = set
        .iter()
        .find_map(|cookie| cookie.strip_prefix("yzm_csrf="))
        .unwrap();
    let csrf = csrf.split(';').next().unwrap();

    let id = "staff.v1.StaffService/EndMySession";
    edge.fake.on(id, |_: staff::EndMySessionRequest| {
        Ok(staff::EndMySessionResponse { ended: 1 })
    });
    let answer = edge
        .request(Method::DELETE, "/api/admin/sessions/other")
        .header("cookie", format!("yzm_session={SESSION}; yzm_csrf={csrf}"))
        .header("x-csrf-token", csrf)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn signing_out_takes_the_cookies_away() {
    let edge = Edge::open().await;
    edge.fake.on(
        "staff.v1.StaffService/SignOut",
        |request: staff::SignOutRequest| {
            assert_eq!(request.session_token, SESSION);
            Ok(staff::SignOutResponse {})
        },
    );
    let answer = edge
        .as_staff(Method::POST, "/api/admin/sign-out")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 204);
    let cookies = answer.headers().get_all("set-cookie");
    assert_eq!(
        cookies
            .iter()
            .filter(|cookie| cookie.to_str().unwrap().contains("Max-Age=0"))
            .count(),
        2
    );
}
