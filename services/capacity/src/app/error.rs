//! What the use cases refuse with.

use std::sync::Arc;

use chassis::{
    db::{self, StoreError},
    error::{CommonReason, Problem, ToProblem},
};
use proto::capacity::v1::CapacityReason;

use crate::domain::{
    holds::batch::HoldRejected,
    hours::affected_orders::OrdersAffected,
    stock::{StockNegative, file::Unreadable},
};

/// Outcomes a caller could act on; everything else is `Unexpected`.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The organisation has no such branch.
    #[error("no such branch")]
    BranchUnknown,
    /// The branch has no such stock item.
    #[error("no such stock item")]
    ItemUnknown,
    /// The order cannot have all it wants.
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
    /// The chassis refused.
    #[error(transparent)]
    Problem(Arc<Problem>),
    /// Anything else; shared by the requests of a batch.
    #[error("{0:#}")]
    Unexpected(Arc<anyhow::Error>),
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Self::Unexpected(Arc::new(error))
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        anyhow::Error::from(error).into()
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        anyhow::Error::from(error).into()
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
            Self::HoldRejected(refused) => refused.to_problem(),
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
            Self::Unexpected(cause) => {
                let cause = anyhow::anyhow!("{cause:#}");
                if is_unavailable(self) {
                    Problem::unavailable(cause)
                } else {
                    Problem::internal(cause)
                }
            }
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        error.to_problem()
    }
}

/// The name of the constraint that refused, anywhere in the chain of causes.
#[must_use]
pub fn constraint(error: &Error) -> Option<&str> {
    let Error::Unexpected(cause) = error else {
        return None;
    };
    let cause = cause
        .chain()
        .find_map(|cause| cause.downcast_ref::<sqlx::Error>())?;
    cause.as_database_error()?.constraint()
}

/// The database cannot be reached at present; trying again at once would not help.
#[must_use]
pub fn is_unavailable(error: &Error) -> bool {
    match error {
        Error::Unexpected(cause) => {
            let mut causes = cause.chain();
            let cause = causes.find_map(|cause| cause.downcast_ref::<sqlx::Error>());
            cause.is_some_and(db::is_unavailable)
        }
        Error::Problem(problem) => problem.is(CommonReason::TemporarilyUnavailable),
        _ => false,
    }
}
