//! Malformed requests to every operation of the REST API, made from its own description, so that a
//! new operation is attacked from the day it exists.

mod description;
mod mutate;

use std::{sync::Arc, time::Duration};

use anyhow::ensure;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use integration_tests::{Platform, Shop};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::Value;

use description::{Body, Description, Operation};

/// Requests under way at a time; more would measure the limits of connections.
const CONCURRENCY: usize = 6;
/// Parts of texts that Rust and the libraries write for developers, not for callers.
const DEBUG_TEXTS: [&str; 6] = ["Some(", "Error {", "Error(", "panicked", "sqlx", "called `"];

/// Refused as malformed, by its reason, as a problem document; never a failure of ours.
async fn check(what: String, request: RequestBuilder) -> anyhow::Result<()> {
    let answer = request.send().await?;
    let status = answer.status();
    ensure!(
        !status.is_server_error(),
        "{what} answered {status}: {}",
        answer.text().await?
    );
    if status.is_client_error() {
        is_problem(&what, answer).await?;
    }
    Ok(())
}

async fn is_problem(what: &str, answer: Response) -> anyhow::Result<()> {
    let status = answer.status();
    let kind = answer.headers().get("content-type").cloned();
    let text = answer.text().await?;
    ensure!(
        kind.is_some_and(|kind| kind == "application/problem+json"),
        "{what} answered {status} as something else: {text}"
    );
    let problem: Value = serde_json::from_str(&text)?;
    ensure!(
        problem["reason"]
            .as_str()
            .is_some_and(|reason| !reason.is_empty()),
        "{what} answered {status} without a reason: {text}"
    );
    ensure!(
        !DEBUG_TEXTS.iter().any(|part| text.contains(part)),
        "{what} answered {status} with text for developers: {text}"
    );
    Ok(())
}

/// The API and the ids of a shop that exist.
struct Target {
    shop: Shop,
    gateway: String,
    guest: Client,
    description: Description,
}

impl Target {
    async fn open() -> anyhow::Result<Arc<Self>> {
        let platform = Platform::find()?;
        // No connection is used again that the gateway may be about to close, being idle for 10 s.
        let guest = Client::builder()
            .cookie_store(true)
            .pool_idle_timeout(Duration::from_secs(2))
            .build()?;
        let gateway = platform.endpoints.gateway.clone();
        let answer = guest.get(format!("{gateway}/openapi.json")).send().await?;
        Ok(Arc::new(Self {
            shop: platform.shop(100).await?,
            description: Description::new(answer.json().await?),
            gateway,
            guest,
        }))
    }

    /// An id of the shop for a path parameter, so that a request reaches more than the look-up.
    fn id(&self, parameter: &str) -> String {
        let item = &self.shop.items[0];
        match parameter {
            "brand_id" => self.shop.brand_id.clone(),
            "branch_id" => self.shop.branch_id.clone(),
            "product_id" => item.product_id.clone(),
            "sku_id" => item.variant_id.clone(),
            "brand" => format!("b-{}", self.shop.organisation),
            "branch" => "main".to_owned(),
            "number" => "1".to_owned(),
            _ => uuid::Uuid::from_u128(rand::random()).to_string(),
        }
    }

    fn path(&self, operation: &Operation, replaced: Option<(&str, &str)>) -> String {
        let mut path = operation.path.clone();
        for name in &operation.path_parameters {
            let value = match replaced {
                Some((replaced, value)) if replaced == name => value.to_owned(),
                _ => self.id(name),
            };
            path = path.replace(&format!("{{{name}}}"), &value);
        }
        path
    }

    fn request(&self, method: &Method, path: &str) -> RequestBuilder {
        match path.strip_prefix("/api/admin") {
            Some(path) => self.shop.owner.request(method.clone(), path),
            None => {
                let key = format!("{:032x}", rand::random::<u128>());
                self.guest
                    .request(method.clone(), format!("{}{path}", self.gateway))
                    .header("idempotency-key", key)
            }
        }
    }

    /// Every malformed request of an operation, with what is wrong with it.
    fn requests(&self, operation: &Operation) -> Vec<(String, RequestBuilder)> {
        let Operation {
            method,
            path_parameters,
            query_parameters,
            body,
            ..
        } = operation;
        let name = |what: &str| format!("{method} {} with {what}", operation.path);
        let mut requests = Vec::new();
        let well_formed = |request: RequestBuilder| match body {
            Body::Json(schema) => request.json(&self.description.sample(schema)),
            Body::Csv => request.header("content-type", "text/csv").body("name\n"),
            Body::None => request,
        };

        for parameter in path_parameters {
            for value in mutate::PATH_VALUES {
                let path = self.path(operation, Some((parameter, value)));
                let request = well_formed(self.request(method, &path));
                requests.push((name(&format!("{parameter}={value}")), request));
            }
        }
        let path = self.path(operation, None);
        for parameter in query_parameters {
            for value in mutate::QUERY_VALUES {
                let path = format!("{path}?{parameter}={value}");
                let request = well_formed(self.request(method, &path));
                requests.push((name(&format!("{parameter}={value}")), request));
            }
        }
        match body {
            Body::None => {}
            Body::Csv => {
                for content in mutate::FILES {
                    let request = self
                        .request(method, &path)
                        .header("content-type", "text/csv");
                    requests.push((
                        name(&format!("the file {content:?}")),
                        request.body(*content),
                    ));
                }
            }
            Body::Json(schema) => {
                for (what, text) in mutate::documents() {
                    let request = self
                        .request(method, &path)
                        .header("content-type", "application/json");
                    requests.push((name(what), request.body(text)));
                }
                for (what, value) in mutate::members(&self.description.sample(schema)) {
                    requests.push((name(&what), self.request(method, &path).json(&value)));
                }
            }
        }
        requests
    }
}

#[tokio::test]
async fn no_malformed_request_is_a_failure_of_ours() -> anyhow::Result<()> {
    let target = Target::open().await?;
    let mut requests = Vec::new();
    for operation in target.description.operations() {
        requests.extend(target.requests(&operation));
    }
    ensure!(
        requests.len() > 1_000,
        "the description names no operations"
    );
    stream::iter(
        requests
            .into_iter()
            .map(|(what, request)| check(what, request)),
    )
    .buffer_unordered(CONCURRENCY)
    .try_collect::<Vec<()>>()
    .await?;
    Ok(())
}

#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_named_as_such() -> anyhow::Result<()> {
    let target = Target::open().await?;
    let operations = target.description.operations();
    for operation in &operations {
        for method in [
            Method::GET,
            Method::PUT,
            Method::POST,
            Method::DELETE,
            Method::PATCH,
        ] {
            let taken = target.description.has(&operation.path, &method);
            let path = target.path(operation, None);
            if taken {
                continue;
            }
            let answer = target
                .request(&method, &path)
                .json(&Value::Null)
                .send()
                .await?;
            let what = format!("{method} {path}");
            ensure!(
                answer.status() == 405,
                "{what} answered {}",
                answer.status()
            );
            is_problem(&what, answer).await?;
        }
    }
    Ok(())
}
