//! Exchanging, listing and ending sessions.

use chassis::{
    authn::Identity,
    error::Problem,
    id::{AccountId, OrganisationId, SessionId},
    service::Context,
};

use super::{identity, sign_in};
use crate::{
    domain::password,
    events,
    store::{self, sessions::Session},
};

/// A session turned into an identity.
pub struct Exchanged {
    /// The identity.
    pub identity: Identity,
    /// The session it was made from.
    pub session: Session,
}

/// Turns the secret of a session into the identity of its account. Refuses with `SESSION_EXPIRED`.
pub async fn exchange(ctx: &Context, secret: &str) -> Result<Exchanged, Problem> {
    let expired = || Problem::new("SESSION_EXPIRED").message("the session is over");
    let mut redis = ctx.redis.clone();
    let session = store::sessions::touch(&mut redis, &*ctx.clock, secret)
        .await?
        .ok_or_else(expired)?;
    let mut tx = ctx.db.tenant(session.org).await?;
    let account = store::accounts::get(&mut tx, session.account).await?;
    let organisation = store::organisations::get(&mut tx).await?;
    tx.commit().await?;
    if !account.enabled {
        return Err(expired());
    }
    Ok(Exchanged {
        identity: identity::of(&organisation, &account, session.id),
        session,
    })
}

/// Ends the session of a secret, if there is one.
pub async fn sign_out(ctx: &Context, secret: &str) -> Result<(), Problem> {
    let mut redis = ctx.redis.clone();
    let session = store::sessions::touch(&mut redis, &*ctx.clock, secret).await?;
    if let Some(session) = session {
        end(ctx, session.org, session.account, |other| {
            other.id == session.id
        })
        .await?;
    }
    Ok(())
}

/// Ends sessions of an account that the filter chooses, and tells everybody.
pub async fn end(
    ctx: &Context,
    org: OrganisationId,
    account: AccountId,
    chosen: impl Fn(&Session) -> bool,
) -> Result<usize, Problem> {
    let ended = store::sessions::end(&mut ctx.redis.clone(), account, chosen).await?;
    if !ended.is_empty() {
        events::publish_sessions_ended(ctx, org, account, &ended).await?;
    }
    Ok(ended.len())
}

/// Changes the password of an account and ends its other sessions.
pub async fn change_password(
    ctx: &Context,
    org: OrganisationId,
    account: AccountId,
    session: SessionId,
    current: String,
    new: String,
) -> Result<(), Problem> {
    let mut tx = ctx.db.tenant(org).await?;
    let stored = store::accounts::get(&mut tx, account).await?;
    tx.commit().await?;
    if !sign_in::verify_password(current, Some(stored.password_hash)).await? {
        return Err(Problem::new("LOGIN_FAILED").field("current_password", "LOGIN_FAILED"));
    }
    let mut violations = chassis::error::Violations::new();
    password::check("new_password", &new, &stored.account, &mut violations);
    violations.into_result()?;

    let hash = sign_in::hash_password(new).await?;
    let mut tx = ctx.db.tenant(org).await?;
    store::accounts::update_password(&mut tx, account, &hash).await?;
    tx.commit().await?;
    end(ctx, org, account, |other| other.id != session).await?;
    Ok(())
}
