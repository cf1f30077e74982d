//! What a statement failed with, classified in one place.

use std::{fmt::Display, num::TryFromIntError};

use crate::error::Problem;

/// A failed statement, or a stored value that cannot be.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database is unavailable, or gave up in favour of another transaction: the same work may
    /// succeed later.
    #[error("the database is unavailable")]
    Unavailable(#[source] sqlx::Error),
    /// A constraint of the schema was violated.
    #[error("the constraint {name} was violated")]
    Constraint {
        /// Its name.
        name: String,
        /// The whole error.
        #[source]
        cause: sqlx::Error,
    },
    /// A stored value is not one that its column can have.
    #[error("{table}.{column} of {key} is not a value it can have")]
    Inconsistent {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
        /// Key of the row.
        key: String,
    },
    /// A statement changed fewer or more rows than those its caller had locked.
    #[error("{changed} rows of {table} were changed instead of {expected}")]
    RowCount {
        /// Table.
        table: &'static str,
        /// Rows the caller had locked.
        expected: usize,
        /// Rows the statement changed.
        changed: u64,
    },
    /// Anything else.
    #[error("a statement failed")]
    Other(#[source] sqlx::Error),
}

impl StoreError {
    /// `column` of the row `key` of `table` holds a value that it cannot have.
    pub fn inconsistent(table: &'static str, column: &'static str, key: impl Display) -> Self {
        Self::Inconsistent {
            table,
            column,
            key: key.to_string(),
        }
    }

    /// Fails unless a statement on `table` changed exactly the `expected` rows.
    pub fn check_row_count(table: &'static str, expected: usize, changed: u64) -> Result<(), Self> {
        if usize::try_from(changed) == Ok(expected) {
            return Ok(());
        }
        Err(Self::RowCount {
            table,
            expected,
            changed,
        })
    }

    /// The same work may succeed later.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// Name of the constraint that was violated.
    #[must_use]
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Self::Constraint { name, .. } => Some(name),
            _ => None,
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if is_unavailable(&error) {
            return Self::Unavailable(error);
        }
        let constraint = error
            .as_database_error()
            .and_then(|database| database.constraint());
        match constraint {
            Some(name) => Self::Constraint {
                name: name.to_owned(),
                cause: error,
            },
            None => Self::Other(error),
        }
    }
}

impl From<TryFromIntError> for StoreError {
    /// A number does not fit its column.
    fn from(error: TryFromIntError) -> Self {
        Self::Other(sqlx::Error::Encode(error.into()))
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if error.is_unavailable() {
            Self::unavailable(error)
        } else {
            Self::internal(error)
        }
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        StoreError::from(error).into()
    }
}

/// Whether `error` means the database is unavailable, so that the same work may succeed later.
#[must_use]
pub fn is_unavailable(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed => true,
        // Connection exceptions, resources exhausted, shutdown, serialisation and deadlock.
        sqlx::Error::Database(database) => database.code().is_some_and(|code| {
            ["08", "53", "57P", "40001", "40P01"]
                .iter()
                .any(|start| code.starts_with(start))
        }),
        _ => false,
    }
}

/// Turns the violation of a constraint into the domain's error where the statement is run.
pub trait OnConstraint<T> {
    /// The error of `rejected` when the constraint `name` was violated; any other failure stays
    /// what it was.
    fn on_constraint<E: From<StoreError>>(
        self,
        name: &str,
        rejected: impl FnOnce() -> E,
    ) -> Result<T, E>;
}

impl<T, F: Into<StoreError>> OnConstraint<T> for Result<T, F> {
    fn on_constraint<E: From<StoreError>>(
        self,
        name: &str,
        rejected: impl FnOnce() -> E,
    ) -> Result<T, E> {
        self.map_err(|error| match error.into() {
            StoreError::Constraint { name: violated, .. } if violated == name => rejected(),
            other => other.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    #[test]
    fn only_an_unavailable_database_may_be_tried_again() {
        let code = |error: sqlx::Error| Problem::from(error).code();
        assert_eq!(code(sqlx::Error::PoolTimedOut), Code::Unavailable);
        assert_eq!(code(sqlx::Error::RowNotFound), Code::Internal);
        let inconsistent = StoreError::inconsistent("brands", "currency", 7);
        assert_eq!(Problem::from(inconsistent).code(), Code::Internal);
    }
}
