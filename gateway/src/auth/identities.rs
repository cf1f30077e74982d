use std::{sync::Arc, time::Duration};

use chassis::{
    authn::{Actor, Identity, Verifier},
    error::Problem,
};
use moka::future::Cache;
use proto::staff::v1::ExchangeSessionRequest;
use sha2::{Digest as _, Sha256};

use super::{Bearer, bearer};
use crate::{problem::Result, state::Gateway};

/// Longest that an ended session may still be believed, should its event be lost.
const TTL: Duration = Duration::from_secs(5);
const CAPACITY: u64 = 20_000;

/// Identity tokens by session, each for at most five seconds.
pub struct Identities {
    verifier: Verifier,
    cache: Cache<[u8; 32], Arc<Exchanged>>,
}

/// What a session was exchanged into.
#[derive(Debug)]
pub struct Exchanged {
    /// Token to forward.
    pub(super) bearer: Bearer,
    /// What the token says.
    pub identity: Arc<Identity>,
    /// The session; not its secret.
    pub session_id: String,
}

impl Identities {
    /// No identities yet.
    pub fn new(verifier: Verifier) -> Self {
        Self {
            verifier,
            cache: Cache::builder()
                .max_capacity(CAPACITY)
                .time_to_live(TTL)
                .build(),
        }
    }

    /// Exchanges a session secret; requests of one session at the same time ask once.
    ///
    /// Refuses with `SESSION_EXPIRED`.
    pub async fn get(&self, gateway: &Gateway, session: &str) -> Result<Arc<Exchanged>> {
        let exchange = self.exchange(gateway, session);
        self.cache
            .try_get_with(key(session), exchange)
            .await
            .map_err(|refused| match &*refused {
                ExchangeError::Refused(status) => status.clone().into(),
                ExchangeError::Broken(why) => Problem::internal(anyhow::anyhow!("{why}")).into(),
            })
    }

    /// Forgets a session by its secret.
    pub async fn forget(&self, session: &str) {
        self.cache.invalidate(&key(session)).await;
    }

    /// Forgets sessions by their ids.
    pub async fn forget_ended(&self, session_ids: &[String]) {
        for (key, exchanged) in &self.cache {
            if session_ids.contains(&exchanged.session_id) {
                self.cache.invalidate(&*key).await;
            }
        }
    }

    /// Forgets everything.
    pub fn forget_all(&self) {
        self.cache.invalidate_all();
    }

    async fn exchange(
        &self,
        gateway: &Gateway,
        session: &str,
    ) -> std::result::Result<Arc<Exchanged>, ExchangeError> {
        let request = ExchangeSessionRequest {
            session_token: session.to_owned(),
        };
        let answer = gateway
            .as_gateway(None)
            .staff()
            .exchange_session(request)
            .await;
        let answer = answer.map_err(ExchangeError::Refused)?.into_inner();
        let identity = self
            .verifier
            .verify(&answer.identity_token)
            .map_err(ExchangeError::broken)?;
        if !matches!(identity.actor, Actor::Staff { .. }) {
            return Err(ExchangeError::Broken(
                "a session became something else than staff".into(),
            ));
        }
        let bearer = bearer(&answer.identity_token).map_err(ExchangeError::broken)?;
        Ok(Arc::new(Exchanged {
            bearer,
            identity,
            session_id: answer.session_id,
        }))
    }
}

/// Why an exchange failed; shared between the requests that waited for it.
enum ExchangeError {
    Refused(tonic::Status),
    Broken(String),
}

impl ExchangeError {
    fn broken(problem: Problem) -> Self {
        Self::Broken(format!("the exchanged token cannot be used: {problem}"))
    }
}

/// The secret itself is not kept.
fn key(session: &str) -> [u8; 32] {
    Sha256::digest(session).into()
}
