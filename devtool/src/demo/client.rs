//! A client of the gateway's REST API, signed in as staff.

use anyhow::{Context as _, ensure};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};

/// A signed-in session.
pub struct Staff {
    http: Client,
    base: String,
    csrf: String,
    password: String,
}

impl Staff {
    /// Signs in.
    pub async fn sign_in(
        base: &str,
        organisation: &str,
        account: &str,
        password: &str,
    ) -> anyhow::Result<Self> {
        let http = Client::builder().cookie_store(true).build()?;
        let body =
            json!({"organisation_code": organisation, "account": account, "password": password});
        let answer = http
            .post(format!("{base}/api/admin/sign-in"))
            .header("origin", base)
            .json(&body)
            .send()
            .await?;
        let csrf = answer
            .cookies()
            .find(|cookie| cookie.name() == "yzm_csrf")
            .map(|cookie| cookie.value().to_owned());
        checked("sign-in", answer).await?;
        Ok(Self {
            http,
            base: base.to_owned(),
            csrf: csrf.context("no CSRF cookie was set")?,
            password: password.to_owned(),
        })
    }

    /// Calls an endpoint below `/api/admin`; one that needs the password again gets it.
    pub async fn call(&self, method: Method, path: &str, body: Value) -> anyhow::Result<Value> {
        self.call_with_key(&fresh_key(), method, path, body).await
    }

    /// As [`Self::call`], under this idempotency key.
    pub async fn call_with_key(
        &self,
        key: &str,
        method: Method,
        path: &str,
        body: Value,
    ) -> anyhow::Result<Value> {
        let send = async || {
            let mut request = self.request_with_key(key, method.clone(), path);
            if method != Method::GET {
                request = request.json(&body);
            }
            request.send().await
        };
        let response = send().await?;
        // The session stays signed in for hours: 401 says that the password is too long ago.
        if response.status() == StatusCode::UNAUTHORIZED {
            let password = json!({"password": self.password});
            let confirm = self.request(Method::POST, "/session/reauthenticate");
            checked("reauthenticate", confirm.json(&password).send().await?).await?;
            return checked(path, send().await?).await;
        }
        checked(path, response).await
    }

    /// Sends a file to an endpoint below `/api/admin`.
    pub async fn upload(
        &self,
        path: &str,
        content: impl Into<reqwest::Body>,
    ) -> anyhow::Result<Value> {
        let request = self
            .request(Method::POST, path)
            .header("content-type", "text/csv");
        checked(path, request.body(content).send().await?).await
    }

    /// A request to an endpoint below `/api/admin`, with a fresh idempotency key.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.request_with_key(&fresh_key(), method, path)
    }

    fn request_with_key(&self, key: &str, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http
            .request(method, format!("{}/api/admin{path}", self.base))
            .header("origin", &self.base)
            .header("x-csrf-token", &self.csrf)
            .header("idempotency-key", key)
    }
}

fn fresh_key() -> String {
    format!("demo-{:032x}", rand::random::<u128>())
}

/// The JSON of a good answer, or the problem in one line.
pub async fn checked(what: &str, answer: Response) -> anyhow::Result<Value> {
    let status = answer.status();
    let text = answer.text().await?;
    ensure!(status.is_success(), "{what} answered {status}: {text}");
    if text.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(&text).with_context(|| format!("{what} answered no JSON"))
}

/// A text member of an answer.
pub fn text<'a>(value: &'a Value, pointer: &str) -> anyhow::Result<&'a str> {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .with_context(|| format!("the answer has no {pointer}: {value}"))
}
