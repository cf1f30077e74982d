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

/// A page of records, newest first.
pub struct Page {
    /// Its records.
    pub records: Vec<StoredRecord>,
    /// Where the next page begins, if there is one.
    pub next: Option<i64>,
}

/// Lists the records within the caller's scope before the place `before`.
pub async fn list(
    ctx: &Context,
    org: OrganisationId,
    caller: &Identity,
    search: &Search,
    before: i64,
    page_size: u8,
) -> Result<Page, Problem> {
    let viewer = caller
        .account()
        .ok_or_else(|| Problem::new(CommonReason::PermissionDenied))?;
    let mut tx = ctx.db.tenant(org).await?;
    let scope = accounts::with_branches(&mut tx, &caller.scope).await?;
    // One more than asked for shows whether there is another page.
    let limit = i64::from(page_size) + 1;
    let mut records =
        store::audit_records::list(&mut tx, &scope, viewer, search, before, limit).await?;
    tx.commit().await?;
    let more = records.len() > usize::from(page_size);
    records.truncate(usize::from(page_size));
    let next = records.last().filter(|_| more).map(|record| record.seq);
    Ok(Page { records, next })
}
