//! Exchanging, listing and ending sessions, and changing one's password.

use chassis::{
    audit,
    authn::Identity,
    error::{Problem, Violations},
    id::{AccountId, OrganisationId, SessionId},
    service::Context,
};
use proto::staff::v1::StaffReason;

use super::{accounts, identity, passwords::PasswordQueue};
use crate::{
    domain::{account::Account, password},
    events,
    store::{self, failures::Attempt, sessions::Session},
};

/// A session turned into an identity.
pub struct Exchanged {
    /// The identity.
    pub identity: Identity,
    /// The session it was made from.
    pub session: Session,
}

/// A change of one's own password, as typed.
pub struct PasswordChange {
    /// Present password.
    pub current: String,
    /// New password.
    pub new: String,
    /// Address the person comes from.
    pub remote_address: String,
}

/// Turns the secret of a session into the identity of its account. Refuses with `SESSION_EXPIRED`,
/// also a session that Redis still has although its account ended it.
pub async fn exchange(ctx: &Context, secret: &str) -> Result<Exchanged, Problem> {
    let mut redis = ctx.redis.clone();
    let session = store::sessions::touch(&mut redis, &*ctx.clock, secret)
        .await?
        .ok_or_else(expired)?;
    let (account, organisation) = accounts::me(ctx, session.org, session.account).await?;
    if !account.enabled || account.session_generation != session.generation {
        return Err(expired());
    }
    Ok(Exchanged {
        identity: identity::of(&organisation, &account, &session),
        session,
    })
}

/// Ends the session of a secret, if there is one.
pub async fn sign_out(ctx: &Context, secret: &str) -> Result<(), Problem> {
    let mut redis = ctx.redis.clone();
    let session = store::sessions::touch(&mut redis, &*ctx.clock, secret).await?;
    if let Some(session) = session {
        audit::on_behalf_of(session.account);
        end(ctx, session.org, session.account, |other| {
            other.id == session.id
        })
        .await?;
    }
    Ok(())
}

/// Ends the sessions of an account that the filter chooses, and returns how many there were.
pub async fn end(
    ctx: &Context,
    org: OrganisationId,
    account: AccountId,
    chosen: impl Fn(&Session) -> bool,
) -> Result<usize, Problem> {
    let mut redis = ctx.redis.clone();
    let mut ended = store::sessions::list(&mut redis, account).await?;
    ended.retain(chosen);
    store::sessions::remove(&mut redis, account, &ended).await?;
    let mut tx = ctx.db.tenant(org).await?;
    events::publish_sessions_ended(&mut tx, &*ctx.clock, account, &ended).await?;
    tx.commit().await?;
    Ok(ended.len())
}

/// The open sessions of an account that is about to begin another generation of them. Redis being
/// away keeps nobody from that: the generation alone refuses the old ones.
pub(super) async fn outdated(ctx: &Context, account: AccountId) -> Vec<Session> {
    let found = store::sessions::list(&mut ctx.redis.clone(), account).await;
    found.unwrap_or_else(|error| {
        tracing::warn!(account.id = %account, %error, "the sessions to end are not known");
        Vec::new()
    })
}

/// Removes sessions of a generation that is over. They are refused already, so failing is no error.
pub(super) async fn clear(ctx: &Context, account: AccountId, outdated: &[Session]) {
    let removed = store::sessions::remove(&mut ctx.redis.clone(), account, outdated).await;
    if let Err(error) = removed {
        tracing::warn!(account.id = %account, %error, "sessions that are over stay in Redis");
    }
}

/// Changes the password of an account and ends its other sessions. A wrong present password counts
/// as a failed sign-in. Refuses with `LOGIN_FAILED`, `LOGIN_LOCKED` and `PASSWORD_WEAK`.
pub async fn change_password(
    ctx: &Context,
    org: OrganisationId,
    account: AccountId,
    session: SessionId,
    change: PasswordChange,
) -> Result<(), Problem> {
    let (present, _) = accounts::me(ctx, org, account).await?;
    let mut violations = Violations::new();
    password::check(
        "new_password",
        &change.new,
        &present.account,
        &mut violations,
    );
    violations.into_result()?;

    let typed = TypedPassword {
        field: "current_password",
        password: change.current,
        remote_address: change.remote_address,
    };
    let (queue, _) = verify_password(ctx, org, account, typed).await?;
    let hash = queue.hash(change.new).await?;

    let (own, others): (Vec<_>, Vec<_>) = outdated(ctx, account)
        .await
        .into_iter()
        .partition(|other| other.id == session);
    let mut tx = ctx.db.tenant(org).await?;
    let generation = store::accounts::update_password(&mut tx, account, &hash).await?;
    events::publish_sessions_ended(&mut tx, &*ctx.clock, account, &others).await?;
    tx.commit().await?;

    clear(ctx, account, &others).await;
    let mut redis = ctx.redis.clone();
    for own in &own {
        let updated =
            store::sessions::update_authenticated(&mut redis, &*ctx.clock, own, generation).await;
        if let Err(error) = updated {
            // The password is changed; this session has to sign in with it.
            tracing::warn!(account.id = %account, %error, "the present session is not renewed");
        }
    }
    Ok(())
}

/// Stores in a session that its password was entered again. A wrong one counts as a failed sign-in.
/// Refuses with `LOGIN_FAILED`, `LOGIN_LOCKED`, and with `SESSION_EXPIRED` where the account has ended
/// the session.
pub async fn reauthenticate(
    ctx: &Context,
    org: OrganisationId,
    account: AccountId,
    session: SessionId,
    typed: TypedPassword,
) -> Result<(), Problem> {
    // Until the session is stored no change of the password comes in between.
    let (_queue, present) = verify_password(ctx, org, account, typed).await?;
    let mut redis = ctx.redis.clone();
    let sessions = store::sessions::list(&mut redis, account).await?;
    let own = sessions
        .iter()
        .find(|own| own.id == session && own.generation == present.session_generation)
        .ok_or_else(expired)?;
    let generation = present.session_generation;
    store::sessions::update_authenticated(&mut redis, &*ctx.clock, own, generation).await
}

/// The password of an account that is signed in, as typed.
pub struct TypedPassword {
    /// Field of the request that it stands in.
    pub field: &'static str,
    /// Password.
    pub password: String,
    /// Address the person comes from.
    pub remote_address: String,
}

/// Verifies the password of an account that is signed in, and returns the account as it is then, with
/// the queue in which no other password of it is verified or changed meanwhile.
async fn verify_password(
    ctx: &Context,
    org: OrganisationId,
    account: AccountId,
    typed: TypedPassword,
) -> Result<(PasswordQueue, Account), Problem> {
    let (present, organisation) = accounts::me(ctx, org, account).await?;
    let attempt = Attempt::new(&organisation.code, &present.account, &typed.remote_address);
    let mut redis = ctx.redis.clone();
    let queue = PasswordQueue::enter(attempt.account_key()).await;
    attempt.check(&mut redis).await?;
    // Read again: the password may have changed while this waited.
    let (present, _) = accounts::me(ctx, org, account).await?;
    let hash = present.password_hash.clone();
    if !queue.verify(typed.password, Some(hash)).await? {
        attempt.failed(&mut redis).await?;
        attempt.check(&mut redis).await?;
        return Err(
            Problem::new(StaffReason::LoginFailed).field(typed.field, StaffReason::LoginFailed)
        );
    }
    attempt.succeeded(&mut redis).await?;
    Ok((queue, present))
}

fn expired() -> Problem {
    Problem::new(StaffReason::SessionExpired).message("the session is over")
}
