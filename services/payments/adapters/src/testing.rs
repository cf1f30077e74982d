//! A provider that answers what a test says, over HTTP.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use axum::{
    Router,
    extract::{Request, State},
    http::StatusCode,
};
use bytes::Bytes;
use parking_lot::Mutex;
use url::{Url, form_urlencoded};

use crate::{Endpoints, Http, HttpSettings};

/// A call that arrived.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) path: String,
    pub(crate) body: Bytes,
}

impl Call {
    /// The fields of its form.
    pub(crate) fn form(&self) -> BTreeMap<String, String> {
        form_urlencoded::parse(&self.body).into_owned().collect()
    }
}

#[derive(Default)]
struct Script {
    answers: VecDeque<(u16, String)>,
    calls: Vec<Call>,
}

/// A provider on loopback.
pub(crate) struct Upstream {
    pub(crate) http: Http,
    pub(crate) endpoints: Endpoints,
    script: Arc<Mutex<Script>>,
}

impl Upstream {
    /// Starts one that gives `answers`, status and body, in their order; then 599.
    pub(crate) async fn start(answers: Vec<(u16, String)>) -> Self {
        let script = Arc::new(Mutex::new(Script {
            answers: answers.into(),
            calls: Vec::new(),
        }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let router = Router::new().fallback(answer).with_state(script.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            http: Http::new(HttpSettings::default()).unwrap(),
            endpoints: Endpoints {
                extra: api.clone(),
                api,
            },
            script,
        }
    }

    /// What arrived so far.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.script.lock().calls.clone()
    }
}

async fn answer(
    State(script): State<Arc<Mutex<Script>>>,
    request: Request,
) -> (StatusCode, String) {
    let path = request.uri().path().to_owned();
    let body = axum::body::to_bytes(request.into_body(), 1 << 20)
        .await
        .unwrap();
    let mut script = script.lock();
    script.calls.push(Call { path, body });
    let (status, body) = script.answers.pop_front().unwrap_or((599, String::new()));
    (StatusCode::from_u16(status).unwrap(), body)
}
