//! A problem on the wire: a gRPC status whose details carry reason, fields and data.

use std::collections::HashMap;

use prost::Message as _;
use proto::{ProblemReason as _, common::v1 as wire};
use tonic::{Code as GrpcCode, Status};
use tonic_types::pb::{ErrorInfo, Status as RichStatus};

use super::{Code, CommonReason, FieldProblem, Problem, Reason, reason::of_status};

/// Most bytes that the problems of fields take. A status is a header, and what is beyond the size of
/// headers that a client accepts would reach it as an outage: the first problems are sent instead.
const MAX_FIELD_BYTES: usize = 48 * 1024;
/// Most characters of the text for developers, which is sent twice and percent-encoded once.
const MAX_MESSAGE_CHARS: usize = 1_000;
/// Headers that clients accept, in bytes: the above in base64 and more than once over.
pub(crate) const MAX_HEADER_BYTES: u32 = 128 * 1024;

const DOMAIN: &str = "yizhimai";
const ERROR_INFO_URL: &str = "type.googleapis.com/google.rpc.ErrorInfo";
const PROBLEM_DETAIL_URL: &str = "type.googleapis.com/yizhimai.common.v1.ProblemDetail";

impl From<Problem> for Status {
    /// Writes the problem into a status and logs a cause, which goes no further than the log.
    fn from(problem: Problem) -> Self {
        let code = problem.code();
        log(&problem, code);
        let message = match code {
            Code::Internal => "internal error".to_owned(),
            _ if problem.message.is_empty() => problem.reason.to_string(),
            _ => problem.message.chars().take(MAX_MESSAGE_CHARS).collect(),
        };
        let details = RichStatus {
            code: i32::from(code.grpc()),
            message: message.clone(),
            details: vec![error_info(&problem), problem_detail(&problem)],
        };
        Self::with_details(code.grpc(), message, details.encode_to_vec().into())
    }
}

impl Problem {
    /// Reads the problem out of a status; one without our details is judged by its code alone.
    pub fn from_status(status: &Status) -> Self {
        if let Some(detail) = find_detail(status.details()) {
            return Self {
                reason: Reason::from_wire(detail.reason, status.code()),
                fields: detail.fields.into_iter().map(FieldProblem::from).collect(),
                params: detail.params.into_iter().collect(),
                message: status.message().to_owned(),
                cause: None,
            };
        }
        let reason = of_status(status.code());
        if reason == CommonReason::Internal {
            return Self::internal(status.clone());
        }
        // What the library says is for the log: it names its own types and addresses.
        Self {
            cause: Some(status.clone().into()),
            ..Self::new(reason)
        }
    }
}

impl From<Status> for Problem {
    fn from(status: Status) -> Self {
        Self::from_status(&status)
    }
}

fn log(problem: &Problem, code: Code) {
    match (&problem.cause, code) {
        (Some(cause), Code::Internal) => {
            tracing::error!(problem.reason = %problem.reason, error = format!("{cause:#}"), "request failed");
        }
        (None, Code::Internal) => {
            tracing::error!(problem.reason = %problem.reason, error = %problem, "request failed");
        }
        (Some(cause), _) => {
            tracing::warn!(problem.reason = %problem.reason, error = format!("{cause:#}"), "request refused");
        }
        (None, _) => {
            tracing::debug!(problem.reason = %problem.reason, "request refused");
        }
    }
}

fn error_info(problem: &Problem) -> prost_types::Any {
    let info = ErrorInfo {
        reason: public_reason(problem).to_owned(),
        domain: DOMAIN.to_owned(),
        metadata: HashMap::new(),
    };
    prost_types::Any {
        type_url: ERROR_INFO_URL.to_owned(),
        value: info.encode_to_vec(),
    }
}

fn problem_detail(problem: &Problem) -> prost_types::Any {
    let hide = problem.code() == Code::Internal;
    let detail = wire::ProblemDetail {
        reason: public_reason(problem).to_owned(),
        fields: if hide {
            Vec::new()
        } else {
            bounded_fields(&problem.fields)
        },
        params: if hide {
            HashMap::new()
        } else {
            problem.params.clone().into_iter().collect()
        },
    };
    prost_types::Any {
        type_url: PROBLEM_DETAIL_URL.to_owned(),
        value: detail.encode_to_vec(),
    }
}

fn bounded_fields(fields: &[FieldProblem]) -> Vec<wire::FieldProblem> {
    let mut bytes = 0;
    let fields = fields.iter().cloned().map(wire::FieldProblem::from);
    let fits = fields.take_while(|field| {
        bytes += field.encoded_len();
        bytes <= MAX_FIELD_BYTES
    });
    fits.collect()
}

fn public_reason(problem: &Problem) -> &str {
    if problem.code() == Code::Internal {
        CommonReason::Internal.word()
    } else {
        &problem.reason
    }
}

fn find_detail(details: &[u8]) -> Option<wire::ProblemDetail> {
    if details.is_empty() {
        return None;
    }
    let status = RichStatus::decode(details).ok()?;
    let any = status
        .details
        .iter()
        .find(|any| any.type_url == PROBLEM_DETAIL_URL)?;
    wire::ProblemDetail::decode(any.value.as_slice()).ok()
}

impl From<FieldProblem> for wire::FieldProblem {
    fn from(problem: FieldProblem) -> Self {
        Self {
            field: problem.field,
            reason: problem.reason.to_string(),
            description: String::new(),
            params: problem.params.into_iter().collect(),
        }
    }
}

impl From<wire::FieldProblem> for FieldProblem {
    fn from(problem: wire::FieldProblem) -> Self {
        Self {
            field: problem.field,
            reason: Reason::from_wire(problem.reason, GrpcCode::InvalidArgument),
            params: problem.params.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proto::capacity::v1::CapacityReason;
    use tonic_types::StatusExt as _;

    use super::*;

    #[test]
    fn a_problem_survives_the_wire_whole() {
        let problem = Problem::new(CapacityReason::OutOfStock)
            .message("sold out")
            .param("left", 0)
            .field_with(
                "lines[0].quantity",
                CapacityReason::OutOfStock,
                [("sku_id", "tea")],
            );
        let fields = problem.fields.clone();

        let status = Status::from(problem);
        assert_eq!(status.code(), GrpcCode::Aborted);
        assert_eq!(
            status.get_details_error_info().unwrap().reason,
            "OUT_OF_STOCK"
        );

        let read = Problem::from_status(&status);
        assert_eq!(read.reason, "OUT_OF_STOCK");
        assert_eq!(read.message, "sold out");
        assert_eq!(read.fields, fields);
        assert_eq!(read.params["left"], "0");
    }

    #[test]
    fn a_status_fits_the_headers_that_clients_accept() {
        let long = "長".repeat(500);
        let problem = (0..10_000).fold(
            Problem::new(CapacityReason::OutOfStock).message(long.repeat(100)),
            |problem, line| {
                let sku = [("sku_id", &long)];
                problem.field_with(format!("lines[{line}]"), CapacityReason::OutOfStock, sku)
            },
        );
        let status = Status::from(problem);
        let headers = status.details().len() * 4 / 3 + status.message().len() * 3;
        assert!(headers < MAX_HEADER_BYTES as usize, "{headers} bytes");
        let read = Problem::from_status(&status);
        assert_eq!(read.fields[0].field, "lines[0]");
        assert!(read.fields.len() > 20, "{}", read.fields.len());
    }

    #[test]
    fn an_internal_problem_never_shows_its_cause() {
        let problem = Problem::internal(anyhow::anyhow!("password is hunter2"))
            .message("hunter2 again")
            .param("secret", "hunter2");
        let status = Status::from(problem);
        assert_eq!(status.message(), "internal error");
        assert!(!String::from_utf8_lossy(status.details()).contains("hunter2"));
        assert_eq!(Problem::from_status(&status).reason, "INTERNAL");
    }

    #[test]
    fn a_foreign_status_is_judged_by_its_code() {
        let reason = |code| Problem::from_status(&Status::new(code, "x")).reason;
        assert_eq!(reason(GrpcCode::Unavailable), "TEMPORARILY_UNAVAILABLE");
        assert_eq!(reason(GrpcCode::DeadlineExceeded), "DEADLINE_EXCEEDED");
        assert_eq!(reason(GrpcCode::OutOfRange), "FILE_TOO_LARGE");
        assert_eq!(reason(GrpcCode::DataLoss), "INTERNAL");
        let refused =
            Problem::from_status(&Status::unavailable("tcp connect error (os error 111)"));
        assert_eq!(refused.message, "");
    }
}
