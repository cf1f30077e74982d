//! Rejected requests as RFC 9457 problem documents.

use std::{collections::BTreeMap, fmt::Display};

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use chassis::{
    error::{Code, CommonReason, FieldProblem, Problem, Reason},
    telemetry,
};
use http::{
    HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER},
};
use proto::{ProblemReason as _, gateway::v1::GatewayReason};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// The result of a handler.
pub type Result<T> = std::result::Result<T, Rejection>;

/// The JSON of every rejection; sent as `application/problem+json`.
///
/// It has a further member where the client needs one to go on: the fresh `quote` with
/// `QUOTE_CHANGED`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument {
    /// Address that names the reason.
    #[serde(rename = "type")]
    pub type_: String,
    /// Short name of the class of problem, in English.
    pub title: &'static str,
    /// HTTP status.
    pub status: u16,
    /// Stable reason, such as `OUT_OF_STOCK`; what the web apps translate.
    pub reason: String,
    /// Developer-readable text; never shown to a user.
    pub detail: String,
    /// Data for the sentence.
    pub params: BTreeMap<String, String>,
    /// Every problem found, each at its field.
    pub fields: Vec<ProblemField>,
    /// Trace to give to support.
    pub trace_id: Option<String>,
    /// Further members by name.
    #[serde(flatten)]
    #[schema(ignore)]
    pub enclosed: BTreeMap<&'static str, Value>,
}

/// One problem at one field.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemField {
    /// Path as in the request, such as `lines[2].quantity`.
    pub field: String,
    /// Stable reason.
    pub reason: String,
    /// Data for the sentence.
    pub params: BTreeMap<String, String>,
}

/// A rejected request, as it is answered.
#[derive(Debug)]
pub struct Rejection {
    problem: Problem,
    enclosed: Option<Box<(&'static str, Value)>>,
}

impl Rejection {
    /// A refusal for `reason`.
    pub fn new(reason: impl Into<Reason>) -> Self {
        Problem::new(reason).into()
    }

    /// Nothing at this address takes the request's method.
    pub fn wrong_method() -> Self {
        Self::new(GatewayReason::HttpMethodNotAllowed).message("nothing here takes this method")
    }

    /// A failure of ours; the caller learns nothing of the cause.
    pub fn internal(cause: anyhow::Error) -> Self {
        Problem::internal(cause).into()
    }

    /// Sets the developer-readable text.
    #[must_use]
    pub fn message(self, message: impl Into<String>) -> Self {
        Self {
            problem: self.problem.message(message),
            ..self
        }
    }

    /// Adds data for the sentence.
    #[must_use]
    pub fn param(self, name: &'static str, value: impl Display) -> Self {
        Self {
            problem: self.problem.param(name, value),
            ..self
        }
    }

    /// Adds a wrong field.
    #[must_use]
    pub fn field(self, field: impl Into<String>, reason: impl Into<Reason>) -> Self {
        Self {
            problem: self.problem.field(field, reason),
            ..self
        }
    }

    /// Adds what the client needs to go on, as a further member of the document.
    #[must_use]
    pub fn enclosing(mut self, name: &'static str, json: Value) -> Self {
        self.enclosed = Some(Box::new((name, json)));
        self
    }

    /// Whether it says that nobody is signed in.
    pub fn is_unauthenticated(&self) -> bool {
        self.problem.code() == Code::Unauthenticated
    }

    /// Whether it certainly changed nothing; a service that did not answer may have done it.
    pub fn is_certain(&self) -> bool {
        !matches!(
            self.problem.code(),
            Code::Unavailable | Code::Deadline | Code::Internal
        )
    }

    /// Whether this is its reason.
    pub fn is(&self, reason: impl Into<Reason>) -> bool {
        self.problem.is(reason)
    }

    /// The reason.
    pub fn reason(&self) -> &str {
        &self.problem.reason
    }
}

impl From<Problem> for Rejection {
    fn from(problem: Problem) -> Self {
        Self {
            problem,
            enclosed: None,
        }
    }
}

impl From<tonic::Status> for Rejection {
    /// Takes over what the service said; paths lose the name of the message the body became.
    fn from(status: tonic::Status) -> Self {
        Self::from_status(&status, as_sent)
    }
}

impl Rejection {
    /// Takes over what the service said, with the paths of fields as `as_sent` makes them.
    pub fn from_status(status: &tonic::Status, as_sent: impl Fn(&str) -> String) -> Self {
        let mut problem = Problem::from_status(status);
        for field in &mut problem.fields {
            field.field = as_sent(&field.field);
        }
        problem.into()
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let code = self.problem.code();
        self.log(code);
        let retry_after = self.problem.params.get("retry_after_secs").cloned();
        let status = StatusCode::from_u16(code.http()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self.into_document(code))).into_response();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(Ok(secs)) = retry_after.map(HeaderValue::try_from) {
            headers.insert(RETRY_AFTER, secs);
        }
        response
    }
}

impl Rejection {
    fn log(&self, code: Code) {
        let reason = &*self.problem.reason;
        match &self.problem.cause {
            Some(cause) => {
                tracing::error!(
                    problem.reason = reason,
                    error = format!("{cause:#}"),
                    "request failed"
                );
            }
            None if code == Code::Internal => {
                tracing::error!(problem.reason = reason, error = %self.problem, "request failed");
            }
            None => tracing::info!(problem.reason = reason, "request refused"),
        }
    }

    fn into_document(self, code: Code) -> ProblemDocument {
        let internal = code == Code::Internal;
        let problem = self.problem;
        let reason = if internal {
            CommonReason::Internal.word().to_owned()
        } else {
            problem.reason.to_string()
        };
        let fields = problem.fields.into_iter().map(ProblemField::from).collect();
        ProblemDocument {
            type_: format!("urn:yizhimai:problem:{reason}"),
            title: title(code),
            status: code.http(),
            reason,
            detail: if internal {
                String::new()
            } else {
                problem.message
            },
            params: if internal {
                BTreeMap::new()
            } else {
                problem.params
            },
            fields: if internal { Vec::new() } else { fields },
            trace_id: telemetry::trace_id(),
            enclosed: self.enclosed.into_iter().map(|member| *member).collect(),
        }
    }
}

impl From<FieldProblem> for ProblemField {
    fn from(field: FieldProblem) -> Self {
        Self {
            field: field.field,
            reason: field.reason.to_string(),
            params: field.params,
        }
    }
}

/// The path as it is in a body, which becomes the message's `cart`.
fn as_sent(path: &str) -> String {
    path.strip_prefix("cart.").unwrap_or(path).to_owned()
}

fn title(code: Code) -> &'static str {
    match code {
        Code::Invalid => "The request is wrong",
        Code::Unauthenticated => "Not signed in",
        Code::Forbidden => "Not allowed",
        Code::NotFound => "Not found",
        Code::WrongMethod => "Method not allowed",
        Code::TooSlow => "Sent too slowly",
        Code::Conflict => "The state of things forbids it",
        Code::Gone => "It is over",
        Code::TooLarge => "Too large",
        Code::UnsupportedMedia => "Unsupported type",
        Code::Unprocessable => "Against a rule",
        Code::TooMany => "Too often",
        Code::Unavailable => "Unavailable",
        Code::Deadline => "Not in time",
        Code::Internal => "Our failure",
    }
}
