//! Sessions of members in storefronts: an opaque secret of which the digest is stored.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chassis::{
    db::TenantTx,
    error::Problem,
    id::{MemberId, MemberSessionId, OrganisationId},
    outbox::{self, Event},
};
use chrono::TimeDelta;
use proto::{membership::v1::MemberSessionsEnded, staff::v1::StaffReason};
use sha2::{Digest as _, Sha256};

use super::Dependencies;
use crate::{
    domain::member::Member,
    store::{self, sessions::Session},
};

/// A session that nobody uses so long is over.
const IDLE: TimeDelta = TimeDelta::days(60);
/// A session is over after so long, however it is used.
const LONGEST: TimeDelta = TimeDelta::days(365);
/// Use is noted at most so often.
const TOUCH_EVERY: TimeDelta = TimeDelta::hours(1);
/// Most sessions of a member.
const MOST: i64 = 20;
const LONGEST_USER_AGENT: usize = 400;
const SECRET_BYTES: usize = 32;

/// Opens a session on a device, in the place of the one that the member had there. Returns its secret.
pub async fn open(
    deps: &Dependencies,
    tx: &mut TenantTx,
    member: &Member,
    device: &str,
    user_agent: &str,
) -> Result<String, Problem> {
    let now = deps.clock.now();
    let mut ended = store::sessions::delete_of_device(tx, device, member.id).await?;
    let secret = BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; SECRET_BYTES]>());
    let session = Session {
        id: MemberSessionId::new(&*deps.clock),
        member: member.id,
        generation: member.session_generation,
        device: device.to_owned(),
        user_agent: user_agent.chars().take(LONGEST_USER_AGENT).collect(),
        created_at: now,
        used_at: now,
        ends_at: now + LONGEST,
    };
    store::sessions::insert(tx, &session, &hash(&secret)).await?;
    ended.extend(store::sessions::delete_oldest(tx, member.id, MOST).await?);
    publish_ended(deps, tx, member.id, &ended).await?;
    Ok(secret)
}

/// The session of a secret. Refuses with `SESSION_EXPIRED`.
pub async fn exchange(
    deps: &Dependencies,
    org: OrganisationId,
    secret: &str,
) -> Result<Session, Problem> {
    let now = deps.clock.now();
    let mut tx = deps.db.tenant(org).await?;
    let found = store::sessions::find(&mut tx, &hash(secret)).await?;
    let lives = |session: &Session| session.ends_at > now && session.used_at + IDLE > now;
    let session = found
        .filter(lives)
        .ok_or_else(|| Problem::new(StaffReason::SessionExpired).message("the session is over"))?;
    if session.used_at + TOUCH_EVERY <= now {
        store::sessions::touch(&mut tx, session.id, now).await?;
        tx.commit().await?;
    }
    Ok(session)
}

/// Ends the session of a secret; one that is unknown is over already.
pub async fn sign_out(
    deps: &Dependencies,
    org: OrganisationId,
    secret: &str,
) -> Result<(), Problem> {
    let mut tx = deps.db.tenant(org).await?;
    let hash = hash(secret);
    let found = store::sessions::find(&mut tx, &hash).await?;
    let ended = store::sessions::delete_by_secret(&mut tx, &hash).await?;
    if let (Some(session), Some(id)) = (found, ended) {
        publish_ended(deps, &mut tx, session.member, &[id]).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Ends one session of a member, or all; those of `keep_device` stay where given. How many ended.
pub async fn end(
    deps: &Dependencies,
    tx: &mut TenantTx,
    member: MemberId,
    only: Option<MemberSessionId>,
    keep_device: Option<&str>,
) -> Result<usize, Problem> {
    let ended = store::sessions::delete(tx, member, only, keep_device).await?;
    publish_ended(deps, tx, member, &ended).await?;
    Ok(ended.len())
}

async fn publish_ended(
    deps: &Dependencies,
    tx: &mut TenantTx,
    member: MemberId,
    ended: &[MemberSessionId],
) -> Result<(), Problem> {
    if ended.is_empty() {
        return Ok(());
    }
    let body = MemberSessionsEnded {
        session_ids: ended.iter().map(ToString::to_string).collect(),
    };
    let version = deps.clock.now().timestamp_micros();
    let type_ = "membership.member.sessions_ended.v1";
    let event = Event::new(type_, member.as_uuid(), version, &body);
    outbox::publish(tx, &*deps.clock, &[event]).await
}

fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret).to_vec()
}
