//! Optimistic versions: a change names the version it was read at.

use super::Error;

/// Refuses a change of `what` made from another version than the `current` one.
pub fn require(what: &'static str, given: i64, current: i64) -> Result<(), Error> {
    if given == current {
        Ok(())
    } else {
        Err(Error::VersionConflict {
            what,
            given,
            current,
        })
    }
}
