//! Sessions in Redis: one key a session, found by the hash of its secret, and for each account an
//! index of these keys by when they end.

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
/// Most sessions of an account; another one ends the one that would end first.
pub const MOST: isize = 100;
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
    /// Generation of the account's sessions it belongs to; it is over when the account has another.
    pub generation: i64,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When it was last used.
    pub used_at: DateTime<Utc>,
    /// When the password was entered again since it was opened.
    #[serde(default)]
    reauthenticated_at: Option<DateTime<Utc>>,
    /// Address it was opened from.
    pub remote_address: String,
    /// User agent it was opened with.
    pub user_agent: String,
    /// Hash of its secret, which is its key.
    key: String,
}

impl Session {
    /// When the password was last entered.
    pub fn authenticated_at(&self) -> DateTime<Utc> {
        self.reauthenticated_at.unwrap_or(self.created_at)
    }

    fn ends_at(&self) -> DateTime<Utc> {
        (self.created_at + LONGEST).min(self.used_at + IDLE)
    }
}

/// What a session is opened with.
#[derive(Clone, Copy, Debug)]
pub struct NewSession<'a> {
    /// Organisation.
    pub org: OrganisationId,
    /// Account.
    pub account: AccountId,
    /// Present generation of the account's sessions.
    pub generation: i64,
    /// Address it is opened from.
    pub remote_address: &'a str,
    /// User agent it is opened with.
    pub user_agent: &'a str,
}

/// Opens a session and returns its secret.
pub async fn open(
    redis: &mut ConnectionManager,
    clock: &dyn Clock,
    new: NewSession<'_>,
) -> Result<String, Problem> {
    let secret = BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
    let now = clock.now();
    end_surplus(redis, now, new.account).await?;
    let session = Session {
        id: SessionId::new(clock),
        org: new.org,
        account: new.account,
        generation: new.generation,
        created_at: now,
        used_at: now,
        reauthenticated_at: None,
        remote_address: new.remote_address.to_owned(),
        user_agent: new.user_agent.chars().take(USER_AGENT).collect(),
        key: key(&secret),
    };
    write(redis, now, &session, Existence::Any).await?;
    Ok(secret)
}

/// Finds the session of a secret and notes that it was used.
pub async fn touch(
    redis: &mut ConnectionManager,
    clock: &dyn Clock,
    secret: &str,
) -> Result<Option<Session>, Problem> {
    let stored: Option<String> = redis.get(key(secret)).await.map_err(Problem::unavailable)?;
    let Some(mut session) = stored.as_deref().map(parse).transpose()? else {
        return Ok(None);
    };
    let now = clock.now();
    if now > session.ends_at() {
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
        .zrange(index(account), 0, -1)
        .await
        .map_err(Problem::unavailable)?;
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let stored: Vec<Option<String>> = redis.mget(keys).await.map_err(Problem::unavailable)?;
    let stored = stored.iter().flatten().map(String::as_str);
    let mut sessions: Vec<Session> = stored.map(parse).collect::<Result<_, _>>()?;
    sessions.sort_by_key(|session| std::cmp::Reverse(session.created_at));
    Ok(sessions)
}

/// Stores that the password of a session's account was entered now, with the account's present
/// generation of sessions; a session that was ended meanwhile stays ended.
pub async fn update_authenticated(
    redis: &mut ConnectionManager,
    clock: &dyn Clock,
    session: &Session,
    generation: i64,
) -> Result<(), Problem> {
    let now = clock.now();
    let authenticated = Session {
        generation,
        reauthenticated_at: Some(now),
        ..session.clone()
    };
    write(redis, now, &authenticated, Existence::Required).await
}

/// Removes sessions of an account.
pub async fn remove(
    redis: &mut ConnectionManager,
    account: AccountId,
    sessions: &[Session],
) -> Result<(), Problem> {
    let keys: Vec<&str> = sessions.iter().map(|session| &*session.key).collect();
    remove_keys(redis, account, &keys).await
}

async fn remove_keys(
    redis: &mut ConnectionManager,
    account: AccountId,
    keys: &[&str],
) -> Result<(), Problem> {
    if keys.is_empty() {
        return Ok(());
    }
    redis::pipe()
        .atomic()
        .del(keys)
        .ignore()
        .zrem(index(account), keys)
        .ignore()
        .query_async::<()>(redis)
        .await
        .map_err(Problem::unavailable)
}

/// Takes what is over out of the index, and ends what would be too many with one more.
async fn end_surplus(
    redis: &mut ConnectionManager,
    now: DateTime<Utc>,
    account: AccountId,
) -> Result<(), Problem> {
    let (surplus,): (Vec<String>,) = redis::pipe()
        .atomic()
        .zrembyscore(index(account), "-inf", now.timestamp_millis())
        .ignore()
        .zrange(index(account), 0, -MOST)
        .query_async(redis)
        .await
        .map_err(Problem::unavailable)?;
    let surplus: Vec<&str> = surplus.iter().map(String::as_str).collect();
    remove_keys(redis, account, &surplus).await
}

fn parse(stored: &str) -> Result<Session, Problem> {
    serde_json::from_str(stored).map_err(Problem::internal)
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
    let only_existing = (existence == Existence::Required).then_some("XX");
    let ends_at = session.ends_at();
    // Key and index together: a session that is not listed could not be ended.
    redis::pipe()
        .atomic()
        .cmd("SET")
        .arg(&session.key)
        .arg(json)
        .arg("PX")
        .arg((ends_at - now).num_milliseconds().max(1))
        .arg(only_existing)
        .ignore()
        .cmd("ZADD")
        .arg(index(session.account))
        .arg(only_existing)
        .arg(ends_at.timestamp_millis())
        .arg(&session.key)
        .ignore()
        .expire(index(session.account), LONGEST.num_seconds())
        .ignore()
        .query_async::<()>(redis)
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
