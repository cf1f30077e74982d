//! How many brands and branches a plan holds (docs/rules.md, Plans).

use chassis::authn::Plan;

use super::Error;

/// Refuses one more brand when the organisation has `existing`.
pub fn allow_brand(plan: Plan, existing: i64) -> Result<(), Error> {
    let limit = match plan {
        Plan::Basic => 1,
        Plan::Advanced => 3,
        Plan::Max => 50,
    };
    below("brands", limit, existing)
}

/// Refuses one more branch when the organisation has `in_organisation` and the brand `in_brand`.
pub fn allow_branch(plan: Plan, in_organisation: i64, in_brand: i64) -> Result<(), Error> {
    match plan {
        Plan::Basic => below("branches", 3, in_organisation),
        Plan::Advanced => below("branches", 30, in_organisation),
        Plan::Max => below("branches", 2_000, in_brand),
    }
}

fn below(what: &'static str, limit: i64, existing: i64) -> Result<(), Error> {
    if existing < limit {
        Ok(())
    } else {
        Err(Error::PlanLimit { what, limit })
    }
}
