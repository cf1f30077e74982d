//! The platform's keys in tests, and tokens made with them.

use std::collections::BTreeMap;

use chassis::{
    authn::{Actor, Identity, Signer},
    clock::SharedClock,
    config::{AuthConfig, PrivateKey, PublicKeys},
};

/// The section `AUTH_` of `service`.
#[must_use]
pub fn config(service: &str) -> AuthConfig {
    let mut public = BTreeMap::new();
    for name in proto::SERVICES.into_iter().chain(["gateway", service]) {
        let clock = std::sync::Arc::new(chassis::clock::SystemClock);
        let signer = Signer::new(name, seed(name), clock);
        let keys: PublicKeys = format!("{name}={}", signer.public_key()).parse().unwrap();
        public.extend(keys.0);
    }
    AuthConfig {
        key_id: service.to_owned(),
        private_key: PrivateKey(seed(service)),
        public_keys: PublicKeys(public),
    }
}

/// A token for `identity`, signed by the service that may sign it, valid for an hour by `clock`.
#[must_use]
pub fn token(identity: &Identity, clock: SharedClock) -> String {
    let signer = match &identity.actor {
        Actor::Staff { .. } => "staff",
        Actor::Customer { .. } | Actor::Device { .. } => "gateway",
        Actor::Service { name } => name,
    };
    Signer::new(signer, seed(signer), clock).sign(identity, 3_600)
}

/// The key of `service` as `AUTH_PRIVATE_KEY` holds it.
#[must_use]
pub fn private_key(service: &str) -> String {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    BASE64_STANDARD.encode(seed(service))
}

/// A key's seed, the same in every test.
fn seed(name: &str) -> [u8; 32] {
    use sha2::{Digest as _, Sha256};
    Sha256::digest(format!("key of {name} in tests")).into()
}
