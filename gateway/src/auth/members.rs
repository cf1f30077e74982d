use std::{sync::Arc, time::Duration};

use chassis::{
    error::Problem,
    id::{MemberId, OrganisationId},
};
use http::HeaderMap;
use moka::future::Cache;
use proto::{membership::v1::ExchangeMemberSessionRequest, staff::v1::StaffReason};
use sha2::{Digest as _, Sha256};

use super::cookies;
use crate::{problem::Result, state::Gateway};

/// Longest that an ended session may still be believed, should its event be lost.
const TTL: Duration = Duration::from_secs(5);
/// How long a session is believed while membership is away.
const STALE_TTL: Duration = Duration::from_secs(600);
const CAPACITY: u64 = 100_000;

type Key = [u8; 32];

/// Members by their sessions, each for at most five seconds, or ten minutes while membership is away.
pub struct Members {
    fresh: Cache<Key, Option<Arc<SignedIn>>>,
    stale: Cache<Key, Arc<SignedIn>>,
}

/// What a session was exchanged into.
#[derive(Debug)]
struct SignedIn {
    member: MemberId,
    /// The session; not its secret.
    session_id: String,
}

impl Default for Members {
    fn default() -> Self {
        Self {
            fresh: Cache::builder()
                .max_capacity(CAPACITY)
                .time_to_live(TTL)
                .build(),
            stale: Cache::builder()
                .max_capacity(CAPACITY)
                .time_to_live(STALE_TTL)
                .build(),
        }
    }
}

impl Members {
    /// The member whose session the cookies of an organisation's storefront hold; none for a guest, and
    /// for a session that has ended.
    pub async fn signed_in(
        &self,
        gateway: &Gateway,
        org: OrganisationId,
        headers: &HeaderMap,
    ) -> Result<Option<MemberId>> {
        let Some(session) = cookies::member_session(headers, org) else {
            return Ok(None);
        };
        let key = key(org, session);
        let found = self
            .fresh
            .try_get_with(key, exchange(gateway, org, session))
            .await;
        let problem = match found {
            Ok(found) => {
                match &found {
                    Some(signed_in) => self.stale.insert(key, signed_in.clone()).await,
                    None => self.stale.invalidate(&key).await,
                }
                return Ok(found.map(|found| found.member));
            }
            Err(status) => Problem::from_status(&status),
        };
        match self.stale.get(&key).await {
            Some(known) => Ok(Some(known.member)),
            None => Err(problem.into()),
        }
    }

    /// Forgets a session by its secret.
    pub async fn forget(&self, org: OrganisationId, session: &str) {
        let key = key(org, session);
        self.stale.invalidate(&key).await;
        self.fresh.invalidate(&key).await;
    }

    /// Forgets sessions by their ids.
    pub async fn forget_ended(&self, session_ids: &[String]) {
        let ended = |found: &SignedIn| session_ids.contains(&found.session_id);
        for (key, found) in &self.stale {
            if ended(&found) {
                self.stale.invalidate(&*key).await;
                self.fresh.invalidate(&*key).await;
            }
        }
    }

    /// Forgets everything.
    pub fn forget_all(&self) {
        self.stale.invalidate_all();
        self.fresh.invalidate_all();
    }
}

async fn exchange(
    gateway: &Gateway,
    org: OrganisationId,
    session: &str,
) -> std::result::Result<Option<Arc<SignedIn>>, tonic::Status> {
    let request = ExchangeMemberSessionRequest {
        organisation_id: org.to_string(),
        session_token: session.to_owned(),
    };
    let own = gateway.as_gateway(Some(org));
    let answer = match own.member_accounts().exchange_member_session(request).await {
        Ok(answer) => answer.into_inner(),
        Err(status) if Problem::from_status(&status).is(StaffReason::SessionExpired) => {
            return Ok(None);
        }
        Err(status) => return Err(status),
    };
    let member = answer.member_id.parse();
    let member =
        member.map_err(|_| tonic::Status::internal("the session's member is not an id"))?;
    Ok(Some(Arc::new(SignedIn {
        member,
        session_id: answer.session_id,
    })))
}

/// The secret itself is not kept.
fn key(org: OrganisationId, session: &str) -> Key {
    Sha256::new()
        .chain_update(org.as_uuid().as_bytes())
        .chain_update(session)
        .finalize()
        .into()
}
