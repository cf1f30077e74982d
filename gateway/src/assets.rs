//! The web apps' files, served from memory as they were built.

mod file;

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
};

use axum::{
    body::Body,
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use chassis::error::Problem;
use http::{
    HeaderMap, HeaderValue, Method, StatusCode,
    header::{ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION},
};

use crate::{
    config::GatewayConfig,
    problem::{Rejection, Result},
    state::Gateway,
};
use file::File;

const STORE_IMAGES: &str = "img-src 'self' data:";
/// The component library of the admin writes its styles at run time.
const ADMIN_STYLES: &str = "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:";
const NOT_BUILT: &str = "<!doctype html><meta charset=utf-8><title>Not built</title>\
     <p>The web apps are not built: run <code>npm run build</code> in gateway/ui.";

/// All files by their path in the address.
pub struct Assets {
    files: HashMap<String, File>,
    store: Option<File>,
    admin: Option<File>,
    store_policy: HeaderValue,
    admin_policy: HeaderValue,
}

impl Assets {
    /// Reads both apps; one that is not built is answered with a page that says so.
    pub fn load(config: &GatewayConfig) -> Self {
        let mut files = HashMap::new();
        let store = load_app(
            &config.ui_dir.join("storefront/dist"),
            "/assets/store/",
            &mut files,
        );
        let admin = load_app(&config.ui_dir.join("admin/dist"), "/", &mut files);
        Self {
            files,
            store,
            admin,
            store_policy: policy(config, STORE_IMAGES),
            admin_policy: policy(config, ADMIN_STYLES),
        }
    }

    /// Whether an app's shell answers the path.
    fn is_page(&self, path: &str) -> bool {
        let last = path.rsplit('/').next().unwrap_or_default();
        let is_ours = is_below(path, "/api") || is_below(path, "/assets");
        !self.files.contains_key(path) && !is_ours && !last.contains('.')
    }

    fn respond(&self, path: &str, request: &HeaderMap) -> Result<Response> {
        if let Some(file) = self.files.get(path) {
            return Ok(file.respond(request));
        }
        if !self.is_page(path) {
            return Err(Problem::not_found("page").into());
        }
        let (shell, policy) = if is_below(path, "/admin") {
            (&self.admin, &self.admin_policy)
        } else {
            (&self.store, &self.store_policy)
        };
        let mut response = shell
            .as_ref()
            .map_or_else(not_built, |file| file.respond(request));
        let headers = response.headers_mut();
        headers.insert(CONTENT_SECURITY_POLICY, policy.clone());
        Ok(response)
    }
}

/// Answers what no endpoint does: a file, the shell of an app, the way to a storefront's new
/// address, or a problem.
pub async fn serve(State(gateway): State<Gateway>, request: Request) -> Result<Response> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let path = request.uri().path();
        if is_below(path, "/api") {
            return Err(Problem::not_found("endpoint").into());
        }
        let allow = [(ALLOW, HeaderValue::from_static("GET, HEAD"))];
        return Ok((allow, Rejection::wrong_method()).into_response());
    }
    let path = request.uri().path();
    let is_store = gateway.assets().is_page(path) && !is_below(path, "/admin");
    if is_store && let Some(present) = gateway.storefronts().moved(&gateway, path).await {
        return redirect(&present, request.uri().query());
    }
    gateway.assets().respond(path, request.headers())
}

/// Everything only from us, and nobody may frame us; but paying leads to a provider's page by a form, or
/// loads a provider's fields for cards.
fn policy(config: &GatewayConfig, own: &str) -> HeaderValue {
    let (forms, fields) = (&config.payment_forms, &config.payment_fields);
    let text = format!(
        "default-src 'self'; {own}; script-src 'self' {fields}; connect-src 'self' {fields}; \
         frame-src {fields}; form-action 'self' {forms}; object-src 'none'; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    HeaderValue::try_from(text).unwrap_or_else(|_| {
        tracing::error!("GATEWAY_PAYMENT_FORMS or GATEWAY_PAYMENT_FIELDS are no origins");
        HeaderValue::from_static("default-src 'self'; frame-ancestors 'none'")
    })
}

/// Sends a page to its new address. Browsers must not remember it: the old slug may come back.
fn redirect(path: &str, query: Option<&str>) -> Result<Response> {
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    let location = HeaderValue::try_from(format!("{path}{query}"));
    let location = location.map_err(|error| Rejection::internal(error.into()))?;
    let headers = [
        (LOCATION, location),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((StatusCode::PERMANENT_REDIRECT, headers).into_response())
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn not_built() -> Response {
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
    ];
    (
        StatusCode::SERVICE_UNAVAILABLE,
        headers,
        Body::from(NOT_BUILT),
    )
        .into_response()
}

/// Reads a built app under `base` and gives its shell. Files at its top also stand at the root,
/// where a service worker must be to control all pages.
fn load_app(dist: &Path, base: &str, files: &mut HashMap<String, File>) -> Option<File> {
    let mut found = Vec::new();
    if let Err(error) = walk(dist, &mut found) {
        tracing::warn!(ui.dist = %dist.display(), %error, "a web app is not built");
        return None;
    }
    let mut shell = None;
    for path in found {
        let Ok(relative) = path.strip_prefix(dist) else {
            continue;
        };
        let name = relative.to_string_lossy().into_owned();
        if name.ends_with(".br") || name.ends_with(".gz") {
            continue;
        }
        match File::read(&path) {
            Ok(file) if name == "index.html" => shell = Some(file),
            Ok(file) => {
                if !name.contains('/') {
                    files
                        .entry(format!("/{name}"))
                        .or_insert_with(|| file.clone());
                }
                files.insert(format!("{base}{name}"), file);
            }
            Err(error) => tracing::warn!(ui.file = %path.display(), %error, "a file is not served"),
        }
    }
    shell
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}
