//! A vendor for tests: answers one request after the other as written, and keeps what it was sent.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, body::Bytes, extract::State, response::IntoResponse};
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, StatusCode, Uri};
use url::{Url, form_urlencoded};

use crate::{Account, Content, Context, Http, HttpSettings, Job, Voice};

/// How a request is answered.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// So.
    Text(u16, String),
    /// Never.
    Silence,
}

/// What a vendor was sent.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) path: String,
    pub(crate) media: String,
    pub(crate) body: String,
}

impl Received {
    /// The fields of a form.
    pub(crate) fn form(&self) -> BTreeMap<String, String> {
        form_urlencoded::parse(self.body.as_bytes())
            .into_owned()
            .collect()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

#[derive(Clone, Default)]
struct Shared {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    received: Arc<Mutex<Vec<Received>>>,
}

/// A vendor that follows a script; a request beyond it is answered with 500.
pub(crate) struct Scripted {
    shared: Shared,
    http: Http,
    base: Url,
    account: Account,
}

impl Scripted {
    /// Listens on a free port and answers with 200 and these texts.
    pub(crate) async fn new(answers: &[&str]) -> Self {
        let answers = answers
            .iter()
            .map(|text| Answer::Text(200, (*text).to_owned()));
        Self::with(answers.collect()).await
    }

    /// Listens on a free port.
    pub(crate) async fn with(answers: Vec<Answer>) -> Self {
        // Long for an answer, short for one that never comes.
        let is_silent = answers
            .iter()
            .any(|answer| matches!(answer, Answer::Silence));
        let timeout = Duration::from_millis(if is_silent { 200 } else { 30_000 });
        let shared = Shared::default();
        shared.answers.lock().unwrap().extend(answers);
        let router = Router::new().fallback(answer).with_state(shared.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/api/", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            shared,
            http: Http::new(HttpSettings {
                timeout,
                ..HttpSettings::default()
            })
            .unwrap(),
            base: base.parse().unwrap(),
            account: account(),
        }
    }

    pub(crate) fn context(&self) -> Context<'_> {
        Context {
            http: &self.http,
            base: &self.base,
            account: &self.account,
            now: now(),
        }
    }

    /// Everything that was sent so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.shared.received.lock().unwrap().clone()
    }
}

async fn answer(
    State(shared): State<Shared>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> axum::response::Response {
    let media = headers.get("content-type");
    shared.received.lock().unwrap().push(Received {
        path: uri.path().to_owned(),
        media: media.map_or("", |value| value.to_str().unwrap()).to_owned(),
        body: String::from_utf8(body.to_vec()).unwrap(),
    });
    let answer = shared.answers.lock().unwrap().pop_front();
    match answer {
        Some(Answer::Text(status, text)) => {
            (StatusCode::from_u16(status).unwrap(), text).into_response()
        }
        Some(Answer::Silence) => std::future::pending().await,
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

pub(crate) fn account() -> Account {
    Account::parse("shop@example.test", "a0b1c2d3e4f5").unwrap()
}

pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_768_449_990, 0).unwrap()
}

/// A job of two copies that must be on paper within two hours.
pub(crate) fn job<'a>(serial: &'a str, content: Content<'a>) -> Job<'a> {
    Job {
        key: "0190f1c2.1",
        serial,
        content,
        copies: 2,
        voice: Voice::NewOrder,
        expires_at: now() + TimeDelta::hours(2),
    }
}
