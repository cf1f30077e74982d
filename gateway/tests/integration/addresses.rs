//! A storefront whose brand or branch took another slug is still found under its old address.

use crate::common::Edge;
use proto::catalog::v1 as catalog;
use reqwest::{Client, Response, redirect::Policy};

async fn page(edge: &Edge, path: &str) -> Response {
    let client = Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .build()
        .unwrap();
    client.get(edge.url(path)).send().await.unwrap()
}

#[tokio::test]
async fn a_page_under_an_old_slug_is_sent_to_the_new_one() {
    let edge = Edge::open().await;
    for (old, new) in [
        ("/old-tea", "/tea"),
        ("/old-tea/north", "/tea/north"),
        ("/tea/old-north", "/tea/north"),
        ("/old-tea/old-north/checkout", "/tea/north/checkout"),
        (
            "/tea/old-north/orders/a?b=c&d=%20",
            "/tea/north/orders/a?b=c&d=%20",
        ),
        ("/old-tea/unknown", "/tea/unknown"),
    ] {
        let answer = page(&edge, old).await;
        assert_eq!(answer.status(), 308, "{old}");
        assert_eq!(answer.headers()["location"], new, "{old}");
        assert_eq!(
            answer.headers()["cache-control"],
            "no-store",
            "the brand may take its old slug back"
        );
    }
    for present in [
        "/",
        "/tea",
        "/tea/",
        "/tea/north",
        "/tea/unknown",
        "/unknown",
        "/unknown/old-north",
        "/%00/north",
        "//tea",
        "/admin/old-tea",
    ] {
        let answer = page(&edge, present).await;
        assert!(!answer.status().is_redirection(), "{present}");
    }
}

#[tokio::test]
async fn the_api_answers_under_an_old_slug() {
    let edge = Edge::open().await;
    edge.fake.on(
        "catalog.v1.CatalogService/GetMenuDocument",
        |_: catalog::GetMenuDocumentRequest| {
            Ok(catalog::GetMenuDocumentResponse {
                etag: "one".to_owned(),
                identity: "{}".into(),
                number: 1,
                ..Default::default()
            })
        },
    );
    for path in [
        "/api/shop/tea/north/menu",
        "/api/shop/old-tea/old-north/menu",
        "/api/shop/tea/old-north/menu",
        "/api/shop/old-tea",
    ] {
        let answer = page(&edge, path).await;
        assert_eq!(answer.status(), 200, "{path}");
    }
    let unknown = page(&edge, "/api/shop/old-tea/unknown/menu").await;
    assert_eq!(unknown.status(), 404);
}
