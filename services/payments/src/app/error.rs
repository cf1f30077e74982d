//! What the use cases refuse with.

use chassis::{
    db::StoreError,
    error::{CommonReason, Problem},
};
use payment_adapters::{CallError, InvalidCredential};
use proto::{ordering::v1::OrderingReason, payments::v1::PaymentsReason};

use crate::domain::{
    attempt::MOST_ATTEMPTS,
    refund::{ExceedsPaid, NotForPerson},
};

/// Outcomes a caller could act on; everything else is `Problem`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The order has no payment.
    #[error("no such payment")]
    PaymentUnknown,
    /// The payment has no such refund.
    #[error("no such refund")]
    RefundUnknown,
    /// The refund is not one that a person can end so.
    #[error(transparent)]
    NotForPerson(#[from] NotForPerson),
    /// The organisation has no such account.
    #[error("no such account")]
    AccountUnknown,
    /// The organisation has no such settlement.
    #[error("no such settlement")]
    SettlementUnknown,
    /// The settlement has no row at the line.
    #[error("no such row")]
    RowUnknown,
    /// Somebody decided otherwise about the row.
    #[error("somebody decided about the row before")]
    RowDecided,
    /// The method is not offered for the order, or no account takes it.
    #[error("the method is not offered for the order")]
    MethodNotAllowed,
    /// The order has ended.
    #[error("the order has ended")]
    Closed,
    /// What is required has been paid.
    #[error("what is required has been paid")]
    AlreadyPaid,
    /// The payment has used up its attempts.
    #[error("the payment has used up its attempts")]
    AttemptsExhausted,
    /// The amounts do not match.
    #[error("the amounts do not match")]
    AmountMismatch,
    /// The provider or the bank declined.
    #[error("declined with {code}")]
    Declined {
        /// The provider's code.
        code: String,
    },
    /// The provider cannot be called, or refuses our account.
    #[error("the provider is unavailable: {0}")]
    GatewayUnavailable(CallError),
    /// More than what is left.
    #[error(transparent)]
    RefundExceedsPaid(#[from] ExceedsPaid),
    /// The provider refunds no longer.
    #[error("the provider refunds within {days} days")]
    RefundWindowClosed {
        /// How long it does.
        days: i64,
    },
    /// Credentials that cannot be right.
    #[error("the credentials cannot be right")]
    CredentialsInvalid(Vec<InvalidCredential>),
    /// The account was never verified.
    #[error("the account was never verified")]
    VerificationRequired,
    /// Anything else.
    #[error(transparent)]
    Problem(#[from] Problem),
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Problem(error.into())
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Problem(error.into())
    }
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Self::Problem(error.into())
    }
}

/// Name of the field that a credential is wrong in.
const fn credential_name(invalid: &InvalidCredential) -> &'static str {
    match invalid {
        InvalidCredential::Missing(name)
        | InvalidCredential::Characters(name)
        | InvalidCredential::Length(name) => name,
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        let problem = match error {
            Error::PaymentUnknown => return Self::not_found("payment"),
            Error::RefundUnknown => return Self::not_found("refund"),
            Error::NotForPerson(NotForPerson { state }) => {
                Self::new(OrderingReason::IllegalTransition).param("state", state)
            }
            Error::AccountUnknown => return Self::not_found("payment account"),
            Error::SettlementUnknown => return Self::not_found("settlement"),
            Error::RowUnknown => return Self::not_found("settlement row"),
            Error::RowDecided => Self::new(PaymentsReason::RowDecided),
            Error::MethodNotAllowed => Self::new(OrderingReason::MethodNotAllowed)
                .field("method_id", OrderingReason::MethodNotAllowed),
            Error::Closed => Self::new(PaymentsReason::PaymentClosed),
            Error::AlreadyPaid => Self::new(PaymentsReason::AlreadyPaid),
            Error::AttemptsExhausted => {
                Self::new(PaymentsReason::AttemptsExhausted).param("max", MOST_ATTEMPTS)
            }
            Error::AmountMismatch => Self::new(PaymentsReason::AmountMismatch),
            Error::Declined { code } => {
                Self::new(PaymentsReason::PaymentDeclined).param("code", code)
            }
            Error::GatewayUnavailable(cause) => Self {
                cause: Some(cause.into()),
                ..Self::new(PaymentsReason::GatewayUnavailable)
            },
            Error::RefundExceedsPaid(ExceedsPaid { max }) => {
                Self::new(PaymentsReason::RefundExceedsPaid)
                    .param("max", max)
                    .field_with("amount", PaymentsReason::RefundExceedsPaid, [("max", max)])
            }
            Error::RefundWindowClosed { days } => {
                Self::new(PaymentsReason::RefundWindowClosed).param("days", days)
            }
            Error::CredentialsInvalid(invalid) => invalid.iter().fold(
                Self::new(PaymentsReason::CredentialsInvalid),
                |problem, invalid| {
                    let field = format!("credentials.{}", credential_name(invalid));
                    problem.field(field, PaymentsReason::CredentialsInvalid)
                },
            ),
            Error::VerificationRequired => Self::new(PaymentsReason::VerificationRequired),
            Error::Problem(problem) => return problem,
        };
        problem.message(message)
    }
}

impl Error {
    /// The idempotency key was used for another request.
    #[must_use]
    pub fn key_mismatch() -> Self {
        let problem = Problem::new(CommonReason::IdempotencyMismatch)
            .message("the key was used for another request")
            .field("idempotency_key", CommonReason::IdempotencyMismatch);
        Self::Problem(problem)
    }

    /// The first request with the key is still under way.
    #[must_use]
    pub fn under_way() -> Self {
        Self::Problem(Problem::unavailable(anyhow::anyhow!(
            "an attempt with this key is being started"
        )))
    }
}
