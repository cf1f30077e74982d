//! The reply to a poll.

use serde::Serialize;

use super::{action::Question, fetch::MEDIA_TYPE};
use crate::{Answer, JobToken};

/// What the printer is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply<'a> {
    /// There is nothing to do.
    Nothing,
    /// This try waits to be fetched.
    Job(JobToken),
    /// Answer these; the printer polls again at once. A job is never offered beside questions, as it
    /// would be ignored.
    Ask(&'a [Question]),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    job_ready: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    media_types: Option<[&'static str; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    job_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delete_method: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_action: Option<Vec<Action>>,
}

#[derive(Serialize)]
struct Action {
    request: &'static str,
    options: &'static str,
}

/// The answer to a poll.
#[must_use]
pub fn reply(reply: Reply<'_>) -> Answer {
    let nothing = Body {
        job_ready: false,
        media_types: None,
        job_token: None,
        delete_method: None,
        client_action: None,
    };
    let body = match reply {
        Reply::Nothing => nothing,
        Reply::Job(token) => Body {
            job_ready: true,
            media_types: Some([MEDIA_TYPE]),
            job_token: Some(token.to_string()),
            delete_method: Some("DELETE"),
            ..nothing
        },
        Reply::Ask(questions) => Body {
            client_action: Some(questions.iter().copied().map(Action::of).collect()),
            ..nothing
        },
    };
    Answer {
        status: 200,
        content_type: Some("application/json"),
        body: serde_json::to_vec(&body).unwrap_or_default(),
    }
}

impl Action {
    const fn of(question: Question) -> Self {
        Self {
            request: question.request(),
            options: "",
        }
    }
}
