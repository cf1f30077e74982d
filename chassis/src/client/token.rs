//! Tokens of this service, one an organisation, signed anew shortly before they expire.

use std::sync::Arc;

use anyhow::Context as _;
use http::HeaderValue;
use moka::sync::Cache;

use crate::{
    authn::{Identity, Signer},
    clock::SharedClock,
    id::OrganisationId,
};

const TTL_SECS: u32 = 300;
const RENEW_BEFORE_SECS: i64 = 60;
const CACHED_ORGANISATIONS: u64 = 10_000;

pub(super) struct ServiceTokens {
    signer: Arc<Signer>,
    clock: SharedClock,
    signed: Cache<Option<OrganisationId>, Signed>,
}

#[derive(Clone)]
struct Signed {
    header: HeaderValue,
    renew_at: i64,
}

impl ServiceTokens {
    pub(super) fn new(signer: Arc<Signer>, clock: SharedClock) -> Self {
        Self {
            signer,
            clock,
            signed: Cache::new(CACHED_ORGANISATIONS),
        }
    }

    /// The `authorization` header of this service acting for `org`.
    pub(super) fn header(&self, org: Option<OrganisationId>) -> HeaderValue {
        let now = self.clock.now().timestamp();
        if let Some(signed) = self.signed.get(&org).filter(|signed| now < signed.renew_at) {
            return signed.header;
        }
        let identity = Identity::service(self.signer.key_id(), org);
        let token = self.signer.sign(&identity, TTL_SECS);
        let header = bearer(&token).expect("a token is made of header characters");
        let renew_at = now + i64::from(TTL_SECS) - RENEW_BEFORE_SECS;
        self.signed.insert(
            org,
            Signed {
                header: header.clone(),
                renew_at,
            },
        );
        header
    }
}

pub(super) fn bearer(token: &str) -> anyhow::Result<HeaderValue> {
    let mut header = HeaderValue::try_from(format!("Bearer {token}"))
        .context("the token has characters that no header may hold")?;
    header.set_sensitive(true);
    Ok(header)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;
    use crate::clock::ManualClock;

    #[test]
    fn a_token_is_kept_until_shortly_before_it_expires() {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH);
        let signer = Arc::new(Signer::new("ordering", [1; 32], Arc::new(clock.clone())));
        let tokens = ServiceTokens::new(signer, Arc::new(clock.clone()));
        let org = Some(OrganisationId::new(&clock));
        let first = tokens.header(org);
        clock.advance(TimeDelta::seconds(239));
        assert_eq!(tokens.header(org), first);
        assert_ne!(tokens.header(None), first);
        clock.advance(TimeDelta::seconds(1));
        assert_ne!(tokens.header(org), first);
    }
}
