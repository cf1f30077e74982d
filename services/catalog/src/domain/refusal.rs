//! What the catalogue refuses, and the problem each refusal is to the caller.

use chassis::{
    error::{Problem, ToProblem},
    text_file::InvalidEncoding,
};

use super::publish_check::Finding;

/// An outcome that a caller could act on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The thing does not exist, is archived, or belongs to somebody else.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// The thing was changed since the caller read it.
    #[error("the {what} was read at version {given} and is at {current} now")]
    VersionConflict {
        /// Kind of thing.
        what: &'static str,
        /// Version the caller carried.
        given: i64,
        /// Version that is stored.
        current: i64,
    },
    /// A code, slug or name that must be unique is in use.
    #[error("{field} is taken")]
    CodeTaken {
        /// Field of the request.
        field: &'static str,
    },
    /// The thing had too many slugs within the time in which its old ones stay reserved.
    #[error("{field} was changed {limit} times within {days} days")]
    TooManySlugs {
        /// Field of the request.
        field: &'static str,
        /// How many old slugs may be reserved.
        limit: i64,
        /// How long one is reserved, in days.
        days: i64,
    },
    /// The key was used before with another request.
    #[error("the idempotency key was used with another request")]
    IdempotencyMismatch,
    /// The plan of the organisation holds no more of these.
    #[error("the plan allows {limit} {what}")]
    PlanLimit {
        /// Kind of thing.
        what: &'static str,
        /// How many the plan allows.
        limit: i64,
    },
    /// The file is too long.
    #[error("the file has more than {limit} {unit}")]
    FileTooLarge {
        /// `bytes` or `rows`.
        unit: &'static str,
        /// How many are allowed.
        limit: usize,
    },
    /// The file is not a text table in UTF-8 or Big5.
    #[error(transparent)]
    FileType(#[from] InvalidEncoding),
    /// The category has products and no place was named for them.
    #[error("the category has {products} products that need another place")]
    CategoryNotEmpty {
        /// How many products it has.
        products: usize,
    },
    /// Products use the option group.
    #[error("{} products use the option group", .products.len())]
    GroupInUse {
        /// Names of the products.
        products: Vec<String>,
    },
    /// Prices of a brand keep their currency once there are products.
    #[error("the currency is fixed once the brand has products")]
    CurrencyFixed,
    /// The catalogue cannot be published as it is.
    #[error("the catalogue has {} blocking findings", .0.len())]
    Unpublishable(Vec<Finding>),
}

impl ToProblem for Error {
    fn to_problem(&self) -> Problem {
        let message = self.to_string();
        let problem = match self {
            Self::NotFound(what) => return Problem::not_found(what),
            Self::VersionConflict {
                what,
                given,
                current,
            } => Problem::new("VERSION_CONFLICT")
                .param("what", what)
                .param("given", given)
                .param("current", current),
            Self::CodeTaken { field } => Problem::new("CODE_TAKEN").field(*field, "CODE_TAKEN"),
            Self::TooManySlugs { field, limit, days } => Problem::new("VALIDATION_FAILED")
                .field_with(
                    *field,
                    "VALIDATION_FAILED",
                    [("old_slugs", limit), ("days", days)],
                ),
            Self::IdempotencyMismatch => Problem::new("IDEMPOTENCY_MISMATCH"),
            Self::PlanLimit { what, limit } => Problem::new("PLAN_LIMIT")
                .param("what", what)
                .param("limit", limit),
            Self::FileTooLarge { unit, limit } => Problem::new("FILE_TOO_LARGE")
                .param("unit", unit)
                .param("limit", limit),
            Self::FileType(not_text) => return not_text.to_problem(),
            Self::CategoryNotEmpty { products } => Problem::new("VALIDATION_FAILED")
                .param("products", products)
                .field_with(
                    "move_products_to",
                    "VALIDATION_FAILED",
                    [("products", products)],
                ),
            Self::GroupInUse { products } => {
                let names = products.join("、");
                Problem::new("VALIDATION_FAILED")
                    .param("products", &names)
                    .field_with(
                        "option_group_id",
                        "VALIDATION_FAILED",
                        [("products", names)],
                    )
            }
            Self::CurrencyFixed => {
                Problem::new("VALIDATION_FAILED").field("brand.currency", "VALIDATION_FAILED")
            }
            Self::Unpublishable(findings) => unpublishable(findings),
        };
        problem.message(message)
    }
}

fn unpublishable(findings: &[Finding]) -> Problem {
    let shared = findings
        .first()
        .filter(|first| first.reason == "GROUP_UNSATISFIABLE")
        .filter(|first| {
            findings
                .iter()
                .all(|finding| finding.reason == first.reason)
        });
    let mut problem = match shared {
        None => Problem::new("VALIDATION_FAILED"),
        Some(first) => Problem::new(first.reason)
            .param("group", &first.entity_name)
            .param("products", first.product_names.join("、")),
    };
    for finding in findings {
        let mut params = vec![("name", finding.entity_name.clone())];
        if !finding.product_names.is_empty() {
            params.push(("group", finding.entity_name.clone()));
            params.push(("products", finding.product_names.join("、")));
        }
        problem = problem.field_with(
            format!("{}[{}]", finding.entity.name(), finding.entity_id),
            finding.reason,
            params,
        );
    }
    problem
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        error.to_problem()
    }
}
