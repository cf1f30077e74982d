//! Line by line what the protocol says, and the exchanges that went wrong elsewhere.

mod deciding;
mod reading;

use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::{Evidence, Handed, Ink, JobToken, NotPrinted, Phase, Remedy};

fn token(attempt: u16) -> JobToken {
    JobToken::new(Uuid::from_u128(7), attempt).unwrap()
}

fn handed(phase: Phase) -> Handed {
    Handed {
        token: token(1),
        phase,
    }
}

fn poll(fields: &Value) -> Poll {
    Poll::read(fields.to_string().as_bytes()).unwrap()
}

fn saying(code: &str) -> Poll {
    poll(&json!({ "statusCode": code }))
}

fn confirmation(code: &str) -> Query {
    Query::read(&format!(
        "mac=00:11:62:1d:9a:b7&code={code}&token={}",
        token(1)
    ))
}

fn not_printed(remedy: Remedy, ink: Ink, code: &str) -> Option<Evidence> {
    Some(Evidence::NotPrinted(NotPrinted {
        remedy,
        ink,
        code: code.to_owned(),
    }))
}

fn body(answer: &crate::Answer) -> Value {
    assert_eq!(
        (answer.status, answer.content_type),
        (200, Some("application/json"))
    );
    serde_json::from_slice(&answer.body).unwrap()
}
