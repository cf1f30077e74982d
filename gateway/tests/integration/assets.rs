//! The web apps' files.

use std::{fs, path::PathBuf};

use crate::common::{Edge, refused};
use reqwest::{Method, Response};

/// Two built apps in a folder that goes away.
struct Built(PathBuf);

impl Built {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(testkit::organisation().to_string());
        for (name, text) in [
            ("storefront/dist/index.html", "<title>store</title>"),
            ("storefront/dist/sw.js", "worker"),
            ("storefront/dist/manifest.webmanifest", "{}"),
            ("storefront/dist/assets/index-Ab3dE5gH.js", "plain"),
            ("storefront/dist/assets/index-Ab3dE5gH.js.br", "brotli"),
            ("storefront/dist/assets/index-Ab3dE5gH.js.gz", "gzip"),
            ("admin/dist/index.html", "<title>admin</title>"),
            ("admin/dist/assets/admin/index-Xy9_-zAb.css", "css"),
        ] {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self(folder)
    }
}

impl Drop for Built {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer
        .headers()
        .get(name)
        .map(|value| value.to_str().unwrap())
        .unwrap_or_default()
}

#[tokio::test]
async fn a_hashed_file_is_kept_and_sent_compressed() {
    let built = Built::new();
    let edge = Edge::open_with(|config| config.ui_dir = built.0.clone()).await;
    let path = "/assets/store/assets/index-Ab3dE5gH.js";
    for (accepted, body) in [
        ("br, gzip", "brotli"),
        ("gzip", "gzip"),
        ("identity", "plain"),
    ] {
        let request = edge
            .request(Method::GET, path)
            .header("accept-encoding", accepted);
        let answer = request.send().await.unwrap();
        assert_eq!(
            header(&answer, "cache-control"),
            "public, max-age=31536000, immutable"
        );
        assert_eq!(
            header(&answer, "content-type"),
            "text/javascript; charset=utf-8"
        );
        assert_eq!(answer.text().await.unwrap(), body);
    }
    let css = edge.get("/assets/admin/index-Xy9_-zAb.css").await;
    assert!(header(&css, "cache-control").contains("immutable"));
    let worker = edge.get("/sw.js").await;
    assert_eq!(header(&worker, "cache-control"), "no-cache");
    let tag = header(&worker, "etag").to_owned();
    let again = edge
        .request(Method::GET, "/sw.js")
        .header("if-none-match", tag)
        .send()
        .await;
    assert_eq!(again.unwrap().status(), 304);
}

#[tokio::test]
async fn each_app_has_its_shell_and_its_policy() {
    let built = Built::new();
    let edge = Edge::open_with(|config| {
        config.ui_dir = built.0.clone();
        config.public_url = "https://shop.example".parse().unwrap();
        config.payment_forms = "https://pay.example".to_owned();
        config.payment_fields = "https://card.example".to_owned();
    })
    .await;
    for (path, title) in [
        ("/", "store"),
        ("/tea/north", "store"),
        ("/tea/north/orders/token", "store"),
        ("/administration", "store"),
        ("/admin", "admin"),
        ("/admin/orders", "admin"),
    ] {
        let answer = edge.get(path).await;
        let policy = header(&answer, "content-security-policy").to_owned();
        assert!(policy.contains("default-src 'self'"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        for limit in [
            "script-src 'self' https://card.example;",
            "frame-src https://card.example;",
            "form-action 'self' https://pay.example;",
        ] {
            assert!(policy.contains(limit), "{limit} in {policy}");
        }
        assert_eq!(
            policy.contains("unsafe-inline"),
            title == "admin",
            "{path}: {policy}"
        );
        assert_eq!(header(&answer, "cache-control"), "no-cache");
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
        assert!(header(&answer, "strict-transport-security").starts_with("max-age="));
        assert!(answer.text().await.unwrap().contains(title), "{path}");
    }
    refused(edge.get("/favicon.png").await, 404, "NOT_FOUND").await;
    refused(edge.get("/../Cargo.toml").await, 404, "NOT_FOUND").await;
}

#[tokio::test]
async fn an_app_that_is_not_built_says_so() {
    let edge = Edge::open().await;
    let answer = edge.get("/tea").await;
    assert_eq!(answer.status(), 503);
    assert!(answer.text().await.unwrap().contains("not built"));
}
