//! Rules of print points.

use chassis::{
    authn::Identity,
    db::TenantTx,
    error::{Problem, check_version},
    id::PrintRuleId,
};

use super::{Dependencies, print_points, refusals};
use crate::{domain::print_rule::PrintRule, store};

/// Rules that a print point may have.
pub const MOST_RULES: i64 = 30;

/// Creates a rule, in the transaction of its idempotency key.
pub async fn create(
    deps: &Dependencies,
    tx: &mut TenantTx,
    identity: &Identity,
    rule: &PrintRule,
) -> Result<(), Problem> {
    let point = print_points::lock(tx, identity, rule.point).await?;
    let known = store::print_rules::list_of(tx, &[point.id]).await?;
    if known.len() >= usize::try_from(MOST_RULES).unwrap_or_default() {
        return Err(refusals::limit("rules", MOST_RULES));
    }
    Ok(store::print_rules::insert(tx, rule, deps.clock.now()).await?)
}

/// Loads a rule that is locked, and checks who wants to change it.
pub async fn lock(
    tx: &mut TenantTx,
    identity: &Identity,
    id: PrintRuleId,
) -> Result<PrintRule, Problem> {
    let rule = store::print_rules::lock(tx, id).await?;
    let rule = rule.ok_or_else(|| Problem::not_found("print rule"))?;
    print_points::get(tx, identity, rule.point).await?;
    Ok(rule)
}

/// Changes a rule whose row is locked.
pub async fn update(
    tx: &mut TenantTx,
    before: &PrintRule,
    version: i64,
    after: PrintRule,
) -> Result<PrintRule, Problem> {
    check_version(version, before.version)?;
    let after = PrintRule {
        version: before.version + 1,
        ..after
    };
    store::print_rules::update(tx, &after).await?;
    Ok(after)
}

/// Archives a rule whose row is locked.
pub async fn archive(tx: &mut TenantTx, rule: &PrintRule, version: i64) -> Result<(), Problem> {
    check_version(version, rule.version)?;
    Ok(store::print_rules::archive(tx, rule.id).await?)
}
