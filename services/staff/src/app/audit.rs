//! Looking through the audit records.

use chassis::{
    authn::Identity,
    error::{CommonReason, Problem},
    id::OrganisationId,
    service::Context,
};

use super::accounts;
use crate::store::{
    self,
    audit_records::{Search, StoredRecord},
};

/// Lists at most `limit` records within the caller's scope before the place `before`, newest first.
pub async fn list(
    ctx: &Context,
    org: OrganisationId,
    caller: &Identity,
    search: &Search,
    before: i64,
    limit: i64,
) -> Result<Vec<StoredRecord>, Problem> {
    let viewer = caller
        .account()
        .ok_or_else(|| Problem::new(CommonReason::PermissionDenied))?;
    let mut tx = ctx.db.tenant(org).await?;
    let scope = accounts::with_branches(&mut tx, &caller.scope).await?;
    let records =
        store::audit_records::list(&mut tx, &scope, viewer, search, before, limit).await?;
    tx.commit().await?;
    Ok(records)
}
