//! A request to change the state of an order , and why it may be refused.

use chassis::error::{CommonReason, Problem, ToProblem};
use proto::ordering::v1::OrderingReason;

use super::{
    order_history::CancelReason,
    order_state::{IllegalTransition, OrderState},
};

/// A request to change the state of an order .
#[derive(Clone, Debug)]
pub struct TransitionRequest {
    /// State wanted.
    pub to: OrderState,
    /// Reason of a cancellation or rejection.
    pub cancel_reason: Option<CancelReason>,
    /// Reason in words.
    pub reason: String,
    /// The money was received.
    pub cash_received: bool,
    /// Complete although unpaid.
    pub override_payment: bool,
}

/// What a member of staff may do beyond making and handing over what was accepted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rights {
    /// `ops.orders` at the level to manage.
    pub manage: bool,
    /// `order.cancel_late`.
    pub cancel_late: bool,
    /// `order.reopen`.
    pub reopen: bool,
}

impl TransitionRequest {
    /// It ends the order without hand-over, which needs a reason.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        matches!(self.to, OrderState::Cancelled | OrderState::Rejected)
    }

    /// It closes the order with its money received.
    #[must_use]
    pub const fn takes_cash(&self) -> bool {
        matches!(self.to, OrderState::Completed) && self.cash_received
    }
}

/// Why an order was not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The rules have no such transition.
    #[error(transparent)]
    Illegal(#[from] IllegalTransition),
    /// A reason is required.
    #[error("a reason is required in {field}")]
    ReasonRequired {
        /// The field.
        field: &'static str,
    },
    /// The order is not paid.
    #[error("{due} is still to be paid")]
    PaymentDue {
        /// What is still to be paid.
        due: i64,
    },
    /// The permission covers only making and handing over.
    #[error("it requires ops.orders at level manage")]
    LevelDenied,
    /// A sensitive action is not granted.
    #[error("the action {action} is not granted")]
    ActionDenied {
        /// The action.
        action: &'static str,
    },
    /// It is too late to reschedule it.
    #[error("an order that is {} cannot be rescheduled", state.as_str())]
    NotReschedulable {
        /// Present state.
        state: OrderState,
    },
    /// Its history is full; it can only be ended.
    #[error("the history of the order has reached {max} entries")]
    HistoryFull {
        /// Most entries.
        max: i64,
    },
    /// Nothing can be undone.
    #[error("the last step cannot be undone")]
    NothingToUndo {
        /// Present state.
        state: OrderState,
    },
}

impl ToProblem for Error {
    fn to_problem(&self) -> Problem {
        let problem = match self {
            Self::Illegal(illegal) => Problem::new(OrderingReason::IllegalTransition)
                .param("state", illegal.from.as_str())
                .param("to", illegal.to.as_str()),
            Self::ReasonRequired { field } => Problem::new(CommonReason::ReasonRequired)
                .field(*field, CommonReason::ReasonRequired),
            Self::PaymentDue { due } => Problem::new(OrderingReason::PaymentDue).param("due", due),
            Self::LevelDenied => Problem::new(CommonReason::PermissionDenied)
                .param("permission", "ops.orders")
                .param("level", "manage"),
            Self::ActionDenied { action } => {
                Problem::new(CommonReason::PermissionDenied).param("action", action)
            }
            Self::HistoryFull { max } => {
                Problem::new(OrderingReason::OrderLocked).param("max", max)
            }
            Self::NothingToUndo { state } | Self::NotReschedulable { state } => {
                Problem::new(OrderingReason::IllegalTransition).param("state", state.as_str())
            }
        };
        problem.message(self.to_string())
    }
}
