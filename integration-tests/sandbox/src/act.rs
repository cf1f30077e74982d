//! Acting as the person on a system's side: paying, declining, closing the page.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::fields::Fields;

/// What the person does.
#[derive(Debug, Clone, Deserialize)]
pub struct Act {
    pub action: String,
    pub reference: String,
    pub method: Option<String>,
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

impl Act {
    pub fn text(&self, name: &str) -> Option<&str> {
        self.more.get(name)?.as_str()
    }
}

/// What follows for the person.
#[derive(Debug, Default, Serialize)]
pub struct Outcome {
    /// Where the browser is sent.
    pub browser: Option<Browser>,
    /// What the page says when it stays.
    pub note: String,
    /// The payment and method that the bank's page asks about next.
    pub challenge: Option<(String, String)>,
    /// The payment that can be paid later with what the note says.
    pub payable: Option<String>,
}

/// A request that the browser makes next.
#[derive(Debug, Serialize)]
pub struct Browser {
    pub method: &'static str,
    pub url: String,
    pub fields: Fields,
}

impl Outcome {
    pub fn note(note: impl Into<String>) -> Self {
        Self {
            note: note.into(),
            ..Self::default()
        }
    }

    /// The customer gets a number and pays with it later.
    pub fn payable(note: impl Into<String>, reference: impl Into<String>) -> Self {
        Self {
            payable: Some(reference.into()),
            ..Self::note(note)
        }
    }

    /// The customer is sent to the bank's 3-D Secure page.
    pub fn challenge(reference: impl Into<String>, method: impl Into<String>) -> Self {
        Self {
            challenge: Some((reference.into(), method.into())),
            ..Self::note("請完成 3D 驗證")
        }
    }

    pub fn get(url: impl Into<String>) -> Self {
        Self::browser("GET", url, Fields::default())
    }

    pub fn post(url: impl Into<String>, fields: Fields) -> Self {
        Self::browser("POST", url, fields)
    }

    fn browser(method: &'static str, url: impl Into<String>, fields: Fields) -> Self {
        let url = url.into();
        Self {
            browser: Some(Browser {
                method,
                url,
                fields,
            }),
            ..Self::default()
        }
    }
}

/// Something the control API was asked for that is not possible now.
#[derive(Debug)]
pub struct Refused(pub String);

impl Refused {
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let body = Json(json!({ "refused": self.0 }));
        (StatusCode::CONFLICT, body).into_response()
    }
}
