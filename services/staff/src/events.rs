//! What staff publishes; it consumes nothing.

use chassis::{
    error::Problem,
    id::{AccountId, OrganisationId, SessionId},
    outbox::{self, Event},
    service::Context,
};
use proto::staff::v1::SessionsEnded;

/// Tells that sessions of an account are over.
pub async fn publish_sessions_ended(
    ctx: &Context,
    org: OrganisationId,
    account: AccountId,
    ended: &[SessionId],
) -> Result<(), Problem> {
    let body = SessionsEnded {
        account_id: account.to_string(),
        session_ids: ended.iter().map(ToString::to_string).collect(),
    };
    // Sessions have no version; a repeat or another order changes nothing.
    let event = Event::new("staff.sessions.ended.v1", account.as_uuid(), 0, &body);
    let mut tx = ctx.db.tenant(org).await?;
    outbox::publish(&mut tx, &*ctx.clock, &[event]).await?;
    tx.commit().await?;
    Ok(())
}
