//! For tests: a sandbox in this process, its control API, and a shop that receives callbacks.

use std::{collections::VecDeque, path::PathBuf, sync::Arc, time::Duration};

use axum::{Router, body::Bytes, extract::State, http::StatusCode, response::IntoResponse};
use http::{HeaderMap, Uri};
use parking_lot::Mutex;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{CONTROL, Running, Settings};

pub struct Bench {
    pub running: Running,
    pub http: Client,
    pub shop: Shop,
}

impl Bench {
    /// A sandbox at noon of 2026-01-15 in Taipei.
    pub async fn new() -> Self {
        Self::with(Settings::default(), Shop::open().await).await
    }

    pub async fn with(settings: Settings, shop: Shop) -> Self {
        let running = crate::start(settings).await.unwrap();
        let http = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(20))
            .build()
            .unwrap();
        let bench = Self {
            running,
            http,
            shop,
        };
        bench.set_clock("2026-01-15T04:00:00Z").await;
        bench
    }

    pub fn url(&self, system: &str, path: &str) -> String {
        self.running.url(system) + path
    }

    pub async fn control(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let url = self.url(CONTROL, path);
        let mut request = self.http.request(method, url);
        if !body.is_null() {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        (status, body)
    }

    pub async fn get(&self, path: &str) -> Value {
        self.control(Method::GET, path, Value::Null).await.1
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.control(Method::POST, path, body).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    pub async fn set_clock(&self, instant: &str) {
        self.post("/clock", json!({ "set": instant })).await;
    }

    pub async fn advance(&self, seconds: i64) {
        self.post("/clock", json!({ "advance_seconds": seconds }))
            .await;
    }

    pub async fn arm(&self, fault: Value) {
        self.post("/faults", fault).await;
    }

    /// Acts as the customer and waits for the callbacks that follow at once.
    pub async fn act(&self, system: &str, action: Value) -> Value {
        let outcome = self.post(&format!("/{system}/act"), action).await;
        self.settle().await;
        outcome
    }

    pub async fn settle(&self) {
        let answer = self.post("/settle", json!({})).await;
        assert_eq!(answer["settled"], true);
    }

    /// Waits until so many calls have arrived and used up the faults armed for them.
    pub async fn arrived(&self, calls: usize) {
        loop {
            let requests = self.get("/requests").await.as_array().unwrap().len();
            let faults = self.get("/faults").await.as_array().unwrap().len();
            if requests >= calls && faults == 0 {
                return;
            }
            tokio::task::yield_now().await;
        }
    }

    /// The rules that were broken.
    pub async fn violations(&self) -> Vec<String> {
        let violations = self.get("/violations").await;
        let rules = violations.as_array().unwrap().iter();
        rules
            .map(|violation| violation["rule"].as_str().unwrap().to_owned())
            .collect()
    }

    pub async fn money(&self, reference: &str) -> Value {
        self.get(&format!("/money?reference={reference}")).await
    }

    pub async fn deliveries(&self, reference: &str) -> Vec<Value> {
        let deliveries = self
            .get(&format!("/deliveries?reference={reference}"))
            .await;
        deliveries.as_array().unwrap().clone()
    }
}

/// A request that the shop received.
#[derive(Debug, Clone)]
pub struct Received {
    pub path: String,
    pub headers: HeaderMap,
    pub body: String,
}

#[derive(Clone)]
pub struct Shop {
    pub url: String,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    received: Vec<Received>,
    answers: VecDeque<(u16, &'static str)>,
    usual: (u16, &'static str),
}

impl Shop {
    /// A shop that answers `1|OK`.
    pub async fn open() -> Self {
        let inner = Arc::new(Mutex::new(Inner {
            usual: (200, "1|OK"),
            ..Inner::default()
        }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(receive).with_state(inner.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, inner }
    }

    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Answers the next requests so, before the usual answer.
    pub fn answer(&self, answers: &[(u16, &'static str)]) {
        self.inner.lock().answers.extend(answers);
    }

    pub fn usually(&self, status: u16, body: &'static str) {
        self.inner.lock().usual = (status, body);
    }

    pub fn received(&self) -> Vec<Received> {
        self.inner.lock().received.clone()
    }
}

async fn receive(
    State(inner): State<Arc<Mutex<Inner>>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> impl IntoResponse {
    let mut inner = inner.lock();
    inner.received.push(Received {
        path: uri.to_string(),
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    });
    let usual = inner.usual;
    let (status, body) = inner.answers.pop_front().unwrap_or(usual);
    (StatusCode::from_u16(status).unwrap(), body)
}

/// A state file that is deleted when the test ends.
pub struct StateFile(pub PathBuf);

impl StateFile {
    pub fn new(name: &str) -> Self {
        let name = format!("sandbox-{name}-{}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    pub fn settings(&self) -> Settings {
        Settings {
            state: Some(self.0.clone()),
            ..Settings::default()
        }
    }
}

impl Drop for StateFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
