//! Menus come from memory, encoded as the browser likes.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use crate::common::{Edge, SHOP, problem, refused};
use chassis::error::CommonReason;
use proto::catalog::v1 as catalog;
use reqwest::{Method, Response};

const RPC: &str = "catalog.v1.CatalogService/GetMenuDocument";

fn document(number: i64) -> catalog::GetMenuDocumentResponse {
    catalog::GetMenuDocumentResponse {
        etag: format!("menu-{number}"),
        identity: format!("{{\"number\":{number}}}").into(),
        gzip: format!("gzip {number}").into(),
        br: format!("br {number}").into(),
        number,
    }
}

fn publish(edge: &Edge, number: i64) {
    edge.fake
        .on(RPC, move |request: catalog::GetMenuDocumentRequest| {
            let present = document(number);
            if request.known_etag == present.etag {
                return Ok(catalog::GetMenuDocumentResponse {
                    etag: present.etag,
                    ..Default::default()
                });
            }
            Ok(present)
        });
}

async fn menu(edge: &Edge, headers: &[(&str, &str)]) -> Response {
    let mut request = edge.request(Method::GET, &format!("{SHOP}/menu"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

#[tokio::test]
async fn each_browser_gets_the_encoding_it_takes() {
    let edge = Edge::open().await;
    publish(&edge, 1);
    for (accepted, encoding, body, tag) in [
        ("gzip, deflate, br", Some("br"), "br 1", "\"menu-1-br\""),
        ("gzip", Some("gzip"), "gzip 1", "\"menu-1-gzip\""),
        ("identity", None, "{\"number\":1}", "\"menu-1\""),
    ] {
        let answer = menu(&edge, &[("accept-encoding", accepted)]).await;
        let header = |name| {
            answer
                .headers()
                .get(name)
                .map(|value| value.to_str().unwrap())
        };
        assert_eq!(header("content-encoding"), encoding);
        assert_eq!(header("etag"), Some(tag));
        assert_eq!(header("vary"), Some("accept-encoding"));
        assert_eq!(header("cache-control"), Some("no-cache"));
        assert_eq!(header("content-type"), Some("application/json"));
        assert_eq!(answer.text().await.unwrap(), body);
    }
    assert_eq!(edge.fake.calls(RPC), 1, "only the first reading asks");
}

#[tokio::test]
async fn who_has_the_menu_is_not_sent_it_again() {
    let edge = Edge::open().await;
    publish(&edge, 1);
    for (known, status) in [
        ("\"menu-1-br\"", 304),
        ("W/\"menu-1\"", 304),
        ("\"menu-0\", \"menu-1-gzip\"", 304),
        ("\"menu-0\"", 200),
        ("\"menu-10\"", 200),
    ] {
        let answer = menu(&edge, &[("if-none-match", known)]).await;
        assert_eq!(answer.status().as_u16(), status, "{known}");
        assert!(answer.headers().contains_key("etag"));
        assert_eq!(answer.text().await.unwrap().is_empty(), status == 304);
    }
}

#[tokio::test]
async fn a_published_menu_is_read_at_once() {
    let edge = Edge::open().await;
    publish(&edge, 1);
    assert_eq!(
        menu(&edge, &[]).await.text().await.unwrap(),
        "{\"number\":1}"
    );
    publish(&edge, 2);
    assert_eq!(
        menu(&edge, &[]).await.text().await.unwrap(),
        "{\"number\":1}"
    );
    edge.gateway().menus().expire(&edge.branch_id);
    assert_eq!(
        menu(&edge, &[]).await.text().await.unwrap(),
        "{\"number\":2}"
    );
}

#[tokio::test]
async fn a_menu_outlives_an_outage_of_catalog() {
    let edge = Edge::open().await;
    publish(&edge, 1);
    assert_eq!(menu(&edge, &[]).await.status(), 200);
    let received = Arc::new(AtomicBool::new(false));
    edge.fake.on(RPC, {
        let received = received.clone();
        move |_: catalog::GetMenuDocumentRequest| {
            received.store(true, Ordering::Relaxed);
            Err::<catalog::GetMenuDocumentResponse, _>(problem(
                CommonReason::TemporarilyUnavailable,
            ))
        }
    });
    edge.gateway().menus().expire(&edge.branch_id);
    assert_eq!(menu(&edge, &[]).await.status(), 200);
    assert!(received.load(Ordering::Relaxed));
}

#[tokio::test]
async fn a_branch_without_a_menu_has_none() {
    let edge = Edge::open().await;
    edge.fake.on(RPC, |_: catalog::GetMenuDocumentRequest| {
        Err::<catalog::GetMenuDocumentResponse, _>(problem(CommonReason::NotFound))
    });
    refused(menu(&edge, &[]).await, 404, "NOT_FOUND").await;
}
