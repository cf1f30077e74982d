//! A platform for printers.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::{Method, StatusCode, Uri};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::printing::canvas::Canvas;

/// A platform that printers poll: it offers one job until a printer says that it printed.
#[derive(Clone)]
pub struct Platform {
    pub url: String,
    pub inner: Arc<Mutex<Offered>>,
}

#[derive(Default)]
pub struct Offered {
    pub token: Option<String>,
    pub picture: Bytes,
    calls: Vec<String>,
    /// Answers no confirmation.
    is_deaf: bool,
    pub questions: Option<Value>,
}

impl Platform {
    pub async fn open() -> Self {
        let inner = Arc::<Mutex<Offered>>::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/d/s3cret", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(inner.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, inner }
    }

    pub fn offer(&self, token: &str, picture: &Canvas) {
        let mut inner = self.inner.lock();
        inner.token = Some(token.to_owned());
        inner.picture = picture.to_png();
    }

    /// What it was asked since it was asked for last.
    pub fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.inner.lock().calls)
    }
}

async fn answer(
    State(inner): State<Arc<Mutex<Offered>>>,
    method: Method,
    uri: Uri,
    body: Bytes,
) -> Response {
    let mut inner = inner.lock();
    let query = uri.query().unwrap_or_default().to_owned();
    let text = String::from_utf8_lossy(&body).into_owned();
    if uri.path().ends_with("cloudprnt-setting.json") {
        inner.calls.push("settings".to_owned());
        return StatusCode::NOT_FOUND.into_response();
    }
    let json =
        |body: Value| ([("content-type", "application/json")], body.to_string()).into_response();
    let xml = |body: String| ([("content-type", "text/xml; charset=utf-8")], body).into_response();
    if text.starts_with("ConnectionType=GetRequest") {
        inner.calls.push("ask".to_owned());
        let token = inner.token.clone();
        return xml(token.map_or_else(String::new, |token| work(&token)));
    }
    if text.starts_with("ConnectionType=") {
        let file = url::form_urlencoded::parse(&body)
            .find(|(name, _)| name != "ConnectionType" && name != "ID");
        let file = file
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default();
        if file.contains("success=\"true\"") {
            inner.token = None;
        }
        inner.calls.push(file);
        return xml(String::new());
    }
    match method {
        Method::POST => {
            let said: Value = serde_json::from_str(&text).unwrap();
            inner
                .calls
                .push(format!("poll {}", said["statusCode"].as_str().unwrap()));
            if !said["clientAction"].is_null() {
                inner.calls.push(said["clientAction"].to_string());
            }
            if let Some(questions) = inner.questions.take() {
                return json(json!({ "jobReady": false, "clientAction": questions }));
            }
            match &inner.token {
                None => json(json!({ "jobReady": false })),
                Some(token) => json(json!({
                    "jobReady": true, "mediaTypes": ["image/png"], "jobToken": token, "deleteMethod": "DELETE",
                })),
            }
        }
        Method::GET => {
            inner.calls.push("fetch".to_owned());
            let headers = [
                ("content-type", "image/png"),
                ("x-star-cut", "partial; feed=true"),
            ];
            (headers, inner.picture.clone()).into_response()
        }
        _ => {
            inner.calls.push(format!("confirm {query}"));
            if inner.is_deaf {
                return StatusCode::BAD_GATEWAY.into_response();
            }
            if query.contains("code=200") {
                inner.token = None;
            }
            StatusCode::OK.into_response()
        }
    }
}

fn work(token: &str) -> String {
    format!(
        "<PrintRequestInfo Version=\"2.00\"><ePOSPrint><Parameter><devid>local_printer</devid><timeout>60000</timeout>\
         <printjobid>{token}</printjobid></Parameter><PrintData>\
         <epos-print xmlns=\"http://www.epson-pos.com/schemas/2011/03/epos-print\">\
         <image width=\"16\" height=\"2\" color=\"color_1\" mode=\"mono\">gAH//w==</image><cut type=\"feed\"/></epos-print>\
         </PrintData></ePOSPrint></PrintRequestInfo>"
    )
}
