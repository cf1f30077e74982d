//! Sessions in Redis: one key a session, found by the hash of its secret; a set of them an account.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chassis::{
    clock::Clock,
    error::Problem,
    id::{AccountId, OrganisationId, SessionId},
};
use chrono::{DateTime, TimeDelta, Utc};
use redis::{AsyncCommands as _, aio::ConnectionManager};
use sha2::{Digest as _, Sha256};

/// Unused for this long, a session is over.
const IDLE: TimeDelta = TimeDelta::hours(12);
/// However much it is used, a session is over after this long.
const LONGEST: TimeDelta = TimeDelta::days(7);
/// Most characters kept of a user agent.
const USER_AGENT: usize = 400;

/// A session.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Session {
    /// Id; not the secret.
    pub id: SessionId,
    /// Organisation.
    pub org: OrganisationId,
    /// Account.
    pub account: AccountId,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When it was last used.
    pub used_at: DateTime<Utc>,
    /// Address it was opened from.
    pub remote_address: String,
    /// User agent it was opened with.
    pub user_agent: String,
    /// Hash of its secret, which is its key.
    key: String,
}

/// Opens a session and answers its secret.
pub async fn open(
    redis: &mut ConnectionManager,
    clock: &dyn Clock,
    org: OrganisationId,
    account: AccountId,
    remote_address: &str,
    user_agent: &str,
) -> Result<String, Problem> {
    let secret = BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
    let now = clock.now();
    let session = Session {
        id: SessionId::new(clock),
        org,
        account,
        created_at: now,
        used_at: now,
        remote_address: remote_address.to_owned(),
        user_agent: user_agent.chars().take(USER_AGENT).collect(),
        key: key(&secret),
    };
    // Listed first: a session that is not listed could not be ended.
    redis
        .hset::<_, _, _, ()>(index(account), session.id.to_string(), &session.key)
        .await
        .map_err(Problem::unavailable)?;
    write(redis, now, &session, Existence::Any).await?;
    Ok(secret)
}

/// Finds the session of a secret and notes that it was used.
pub async fn touch(
    redis: &mut ConnectionManager,
    clock: &dyn Clock,
    secret: &str,
) -> Result<Option<Session>, Problem> {
    let Some(mut session) = read(redis, &key(secret)).await? else {
        return Ok(None);
    };
    let now = clock.now();
    if now - session.created_at > LONGEST || now - session.used_at > IDLE {
        return Ok(None);
    }
    // Once a minute is often enough for a limit of twelve hours.
    if now - session.used_at > TimeDelta::minutes(1) {
        session.used_at = now;
        write(redis, now, &session, Existence::Required).await?;
    }
    Ok(Some(session))
}

/// Lists an account's sessions, newest first.
pub async fn list(
    redis: &mut ConnectionManager,
    account: AccountId,
) -> Result<Vec<Session>, Problem> {
    let keys: Vec<String> = redis
        .hvals(index(account))
        .await
        .map_err(Problem::unavailable)?;
    let mut sessions = Vec::new();
    for key in keys {
        sessions.extend(read(redis, &key).await?);
    }
    sessions.sort_by_key(|session: &Session| std::cmp::Reverse(session.created_at));
    Ok(sessions)
}

/// Ends sessions of an account that the filter chooses, and answers their ids.
pub async fn end(
    redis: &mut ConnectionManager,
    account: AccountId,
    chosen: impl Fn(&Session) -> bool,
) -> Result<Vec<SessionId>, Problem> {
    let mut ended = Vec::new();
    for session in list(redis, account).await?.into_iter().filter(chosen) {
        redis::pipe()
            .atomic()
            .del(&session.key)
            .ignore()
            .hdel(index(account), session.id.to_string())
            .ignore()
            .query_async::<()>(redis)
            .await
            .map_err(Problem::unavailable)?;
        ended.push(session.id);
    }
    Ok(ended)
}

async fn read(redis: &mut ConnectionManager, key: &str) -> Result<Option<Session>, Problem> {
    let stored: Option<String> = redis.get(key).await.map_err(Problem::unavailable)?;
    stored
        .map(|json| serde_json::from_str(&json).map_err(Problem::internal))
        .transpose()
}

/// Whether a session must still be there to be written: one that was ended meanwhile stays ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Existence {
    Any,
    Required,
}

async fn write(
    redis: &mut ConnectionManager,
    now: DateTime<Utc>,
    session: &Session,
    existence: Existence,
) -> Result<(), Problem> {
    let json = serde_json::to_string(session).map_err(Problem::internal)?;
    let expires = (session.created_at + LONGEST).min(session.used_at + IDLE);
    redis::cmd("SET")
        .arg(&session.key)
        .arg(json)
        .arg("PX")
        .arg((expires - now).num_milliseconds().max(1))
        .arg((existence == Existence::Required).then_some("XX"))
        .query_async::<()>(redis)
        .await
        .map_err(Problem::unavailable)?;
    redis
        .expire::<_, ()>(index(session.account), LONGEST.num_seconds())
        .await
        .map_err(Problem::unavailable)
}

/// The secret itself is stored nowhere.
fn key(secret: &str) -> String {
    format!(
        "staff:session:{}",
        BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(secret.as_bytes()))
    )
}

fn index(account: AccountId) -> String {
    format!("staff:sessions:{account}")
}
