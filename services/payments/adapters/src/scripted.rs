//! A provider for tests: answers one request after the other as written, and keeps what it was sent.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, LazyLock, Mutex},
};

use axum::{Router, body::Bytes, extract::State, response::IntoResponse};
use chassis::money::{Currency, Money};
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, Method, StatusCode, Uri};
use proptest::prelude::*;
use serde_json::Value;
use url::{Url, form_urlencoded};

use crate::{
    Attempt, AttemptReference, Context, Credentials, Endpoints, Field, Http, HttpSettings, Item,
    Payer, RefundRequest, ReturnUrls,
};

/// What a provider was sent.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

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

type Answers = VecDeque<(u16, String)>;

#[derive(Clone)]
struct Shared {
    answers: Arc<Mutex<Answers>>,
    received: Arc<Mutex<Vec<Received>>>,
}

/// A provider that follows a script; a request beyond it is answered with 500.
pub(crate) struct Scripted {
    shared: Shared,
    http: Http,
    endpoints: Endpoints,
    credentials: Credentials,
}

impl Scripted {
    /// Listens on a free port.
    pub(crate) async fn new(
        fields: &'static [Field],
        values: &[(&str, &str)],
        answers: &[(u16, impl AsRef<str>)],
    ) -> Self {
        let shared = Shared {
            answers: Arc::new(Mutex::new(
                answers
                    .iter()
                    .map(|(status, body)| (*status, body.as_ref().to_owned()))
                    .collect(),
            )),
            received: Arc::default(),
        };
        let router = Router::new().fallback(answer).with_state(shared.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base: Url = format!("http://{}", listener.local_addr().unwrap())
            .parse()
            .unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            shared,
            http: Http::new(HttpSettings::default()).unwrap(),
            endpoints: Endpoints {
                api: base.clone(),
                extra: base,
            },
            credentials: credentials(fields, values),
        }
    }

    pub(crate) fn context(&self) -> Context<'_> {
        Context {
            http: &self.http,
            endpoints: &self.endpoints,
            credentials: &self.credentials,
            now: now(),
        }
    }

    /// Everything that was sent so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.shared.received.lock().unwrap().clone()
    }

    /// Method and path of each request so far.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.received()
            .iter()
            .map(|received| format!("{} {}", received.method, received.uri.path()))
            .collect()
    }
}

async fn answer(
    State(shared): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> impl IntoResponse {
    shared.received.lock().unwrap().push(Received {
        method,
        uri,
        headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    });
    let next = shared.answers.lock().unwrap().pop_front();
    let (status, body) = next.unwrap_or((500, String::new()));
    (StatusCode::from_u16(status).unwrap(), body)
}

pub(crate) fn credentials(fields: &'static [Field], values: &[(&str, &str)]) -> Credentials {
    let values = values
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Credentials::parse(fields, values.collect()).unwrap()
}

/// Calls `f` with a context that reaches nothing.
pub(crate) fn with_context<T>(
    credentials: &Credentials,
    now: DateTime<Utc>,
    f: impl FnOnce(Context<'_>) -> T,
) -> T {
    static NOWHERE: LazyLock<(Http, Endpoints)> = LazyLock::new(|| {
        let url: Url = "https://provider.example.test".parse().unwrap();
        (
            Http::new(HttpSettings::default()).unwrap(),
            Endpoints {
                api: url.clone(),
                extra: url,
            },
        )
    });
    f(Context {
        http: &NOWHERE.0,
        endpoints: &NOWHERE.1,
        credentials,
        now,
    })
}

pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_768_449_990, 0).unwrap()
}

pub(crate) fn twd(amount: i64) -> Money {
    Money::new(amount, Currency::TWD)
}

pub(crate) fn reference(theirs: Option<&str>) -> AttemptReference {
    AttemptReference {
        ours: "YZM0115A00001P01".to_owned(),
        theirs: theirs.map(str::to_owned),
        extra: BTreeMap::new(),
    }
}

/// An attempt over 165 dollars for two items.
pub(crate) fn attempt() -> Attempt {
    let url = |path: &str| Url::parse(&format!("https://pay.example.test/{path}")).unwrap();
    Attempt {
        reference: reference(None),
        created_at: now(),
        expires_at: now() + TimeDelta::minutes(15),
        amount: twd(165),
        items: vec![item("珍珠奶茶 (大)", 2, 55), item("鹹酥雞", 1, 55)],
        branch_name: "一指買 台北一號店".to_owned(),
        store_code: "tp01".to_owned(),
        method: String::new(),
        capture_at_once: true,
        token: None,
        payer: Payer {
            name: "王小明".to_owned(),
            phone: "+886912345678".to_owned(),
            email: String::new(),
        },
        urls: ReturnUrls {
            notify: url("notify"),
            result: url("result"),
            back: url("back"),
        },
    }
}

pub(crate) fn item(name: &str, quantity: u32, unit_amount: i64) -> Item {
    Item {
        name: name.to_owned(),
        quantity,
        unit_amount,
    }
}

/// A refund of 55 out of 165, of which 30 went back before.
pub(crate) fn refund(repeated: bool) -> RefundRequest {
    RefundRequest {
        reference: "YZMRF0001".to_owned(),
        amount: twd(55),
        captured: twd(165),
        refunded_before: twd(30),
        repeated,
        method: String::new(),
    }
}

/// A message with this query and body.
pub(crate) fn callback(headers: &[(&str, &str)], query: &str, body: &[u8]) -> crate::Callback {
    crate::Callback {
        headers: headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        query: query.to_owned(),
        body: bytes::Bytes::copy_from_slice(body),
    }
}

/// A JSON value that holds no other.
pub(crate) fn any_scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[0-9]{0,20}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(serde_json::json!([])),
        Just(serde_json::json!({})),
    ]
}

/// `message` with another value at each of these places, counted over all that it holds.
pub(crate) fn altered(message: &Value, changes: &[(usize, Value)]) -> Value {
    let mut message = message.clone();
    for (place, value) in changes {
        let count = scalars(&mut message).len();
        if let Some(scalar) = scalars(&mut message).get_mut(place % count.max(1)) {
            **scalar = value.clone();
        }
    }
    message
}

fn scalars(value: &mut Value) -> Vec<&mut Value> {
    match value {
        Value::Object(object) => object.values_mut().flat_map(scalars).collect(),
        Value::Array(array) => array.iter_mut().flat_map(scalars).collect(),
        scalar => vec![scalar],
    }
}

/// A message that says that money moved says how much.
pub(crate) fn says_how_much(read: &Result<crate::Notice, crate::Rejection>) -> bool {
    let report = read.as_ref().ok().and_then(|notice| notice.report.as_ref());
    report.is_none_or(|report| {
        let moved = matches!(
            report.state,
            crate::State::Captured | crate::State::Authorized
        );
        !moved || report.amount.is_some_and(|amount| amount.amount() > 0)
    })
}
