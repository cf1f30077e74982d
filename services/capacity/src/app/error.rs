//! What the use cases reject requests with.

use std::sync::Arc;

use chassis::{
    db::StoreError,
    error::{CommonReason, Problem, ToProblem},
};
use proto::capacity::v1::CapacityReason;

use crate::domain::{
    holds::batch::HoldRejected,
    hours::affected_orders::OrdersAffected,
    stock::{StockNegative, file::Unreadable},
};

/// Outcomes a caller could act on; everything else is a `Problem`.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The organisation has no such branch.
    #[error("no such branch")]
    BranchUnknown,
    /// The branch has no such stock item.
    #[error("no such stock item")]
    ItemUnknown,
    /// The branch cannot hold all that was requested.
    #[error(transparent)]
    HoldRejected(#[from] Box<HoldRejected>),
    /// The branch holds nothing for such an order.
    #[error("no such order")]
    OrderUnknown,
    /// The order's hold was given back.
    #[error("the hold was given back")]
    HoldGone,
    /// Staff's movement would leave less than nothing.
    #[error(transparent)]
    StockNegative(#[from] StockNegative),
    /// Nothing is counted for the unit, so no movement can be recorded.
    #[error("the unit is not tracked")]
    NotTracked,
    /// The other branch does not count the unit.
    #[error("the other branch does not count the unit")]
    SkuMismatch,
    /// The organisation has no such brand.
    #[error("no such brand")]
    BrandUnknown,
    /// The brand has no such component.
    #[error("no such component")]
    ComponentUnknown,
    /// The brand has no such template of limits.
    #[error("no such template")]
    TemplateUnknown,
    /// Another component of the brand has the name.
    #[error("another component has the name")]
    NameTaken,
    /// Recipes still take from the component.
    #[error("{recipes} recipes still take from the component")]
    ComponentUsed {
        /// How many.
        recipes: usize,
    },
    /// The file cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The branch has no such version of its hours, or none that can still be taken back.
    #[error("no such version of the hours")]
    HoursVersionUnknown,
    /// The organisation has no such special day.
    #[error("no such special day")]
    SpecialDayUnknown,
    /// Another change of hours waits for the same instant.
    #[error("change {number} waits for the same instant")]
    EffectiveConflict {
        /// Number of the other change.
        number: i64,
    },
    /// Booked orders would lie outside the hours, without a decision.
    #[error(transparent)]
    OrdersAffected(#[from] OrdersAffected),
    /// A problem of the chassis, or a failure that no caller can act on; shared by the requests of a
    /// batch.
    #[error("{}", with_cause(.0))]
    Problem(Arc<Problem>),
}

/// A problem as logs show it.
fn with_cause(problem: &Problem) -> String {
    match &problem.cause {
        Some(cause) => format!("{problem}: {cause:#}"),
        None => problem.to_string(),
    }
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Problem::from(error).into()
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Problem::from(error).into()
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Problem::from(error).into()
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Problem(Arc::new(problem))
    }
}

impl ToProblem for Error {
    fn to_problem(&self) -> Problem {
        match self {
            Self::BranchUnknown => Problem::not_found("branch"),
            Self::OrderUnknown => Problem::not_found("order"),
            Self::ItemUnknown => Problem::not_found("stock item"),
            Self::HoldRejected(rejected) => rejected.to_problem(),
            Self::HoldGone => Problem::new(CapacityReason::HoldGone).message(self.to_string()),
            Self::StockNegative(negative) => negative.to_problem(),
            Self::NotTracked => Problem::new(CommonReason::ValidationFailed)
                .message(self.to_string())
                .field("sku_id", CommonReason::ValidationFailed),
            Self::SkuMismatch => Problem::new(CapacityReason::SkuMismatch)
                .message(self.to_string())
                .field("to_branch_id", CapacityReason::SkuMismatch),
            Self::BrandUnknown => Problem::not_found("brand"),
            Self::ComponentUnknown => Problem::not_found("component"),
            Self::TemplateUnknown => Problem::not_found("template of limits"),
            Self::NameTaken => Problem::new(CommonReason::CodeTaken)
                .message(self.to_string())
                .field("component.name", CommonReason::CodeTaken),
            Self::ComponentUsed { recipes } => Problem::new(CommonReason::ValidationFailed)
                .message(self.to_string())
                .field_with(
                    "component.archived",
                    CommonReason::ValidationFailed,
                    [("recipes", recipes)],
                ),
            Self::Unreadable(Unreadable::TooLarge { unit, limit }) => {
                Problem::new(CommonReason::FileTooLarge)
                    .message(self.to_string())
                    .param("unit", unit)
                    .param("max", limit)
            }
            Self::Unreadable(Unreadable::InvalidEncoding(not_text)) => not_text.to_problem(),
            Self::HoursVersionUnknown => Problem::not_found("version of the hours"),
            Self::SpecialDayUnknown => Problem::not_found("special day"),
            Self::EffectiveConflict { number } => Problem::new(CapacityReason::EffectiveConflict)
                .message(self.to_string())
                .field_with(
                    "effective_at",
                    CapacityReason::EffectiveConflict,
                    [("number", number)],
                ),
            Self::OrdersAffected(affected) => affected.to_problem(),
            Self::Problem(problem) => Problem {
                reason: problem.reason.clone(),
                fields: problem.fields.clone(),
                params: problem.params.clone(),
                message: problem.message.clone(),
                cause: problem
                    .cause
                    .as_ref()
                    .map(|cause| anyhow::anyhow!("{cause:#}")),
            },
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        error.to_problem()
    }
}

/// Whether the database or a peer is unavailable; trying again at once would not help.
#[must_use]
pub fn is_unavailable(error: &Error) -> bool {
    matches!(error, Error::Problem(problem) if problem.is(CommonReason::TemporarilyUnavailable))
}
