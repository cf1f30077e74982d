//! Short-lived tokens signed with Ed25519, and who may sign what.

use std::{collections::HashMap, fmt, sync::Arc};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::TimeDelta;
use ed25519_dalek::{SigningKey, pkcs8::EncodePrivateKey as _};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use moka::sync::Cache;
use serde::{Deserialize, Serialize};

use super::{Actor, Identity};
use crate::{
    clock::SharedClock,
    config::AuthConfig,
    error::{CommonReason, Problem},
};

/// Clocks of two machines may differ by this much.
const LEEWAY_SECS: i64 = 5;
/// Tokens remembered as verified.
const CACHED_TOKENS: u64 = 10_000;

#[derive(Serialize, Deserialize)]
struct Claims<I> {
    iat: i64,
    exp: i64,
    #[serde(flatten)]
    identity: I,
}

/// Signs identities with this service's key.
pub struct Signer {
    key_id: String,
    key: EncodingKey,
    public_key: [u8; 32],
    clock: SharedClock,
}

impl Signer {
    /// A signer with the key of the configuration.
    pub fn from_config(config: &AuthConfig, clock: SharedClock) -> Self {
        Self::new(&config.key_id, config.private_key.0, clock)
    }

    /// A signer with the key `key_id` made from `seed`.
    pub fn new(key_id: impl Into<String>, seed: [u8; 32], clock: SharedClock) -> Self {
        let key = SigningKey::from_bytes(&seed);
        let der = key
            .to_pkcs8_der()
            .expect("an Ed25519 key has a PKCS#8 form");
        Self {
            key_id: key_id.into(),
            key: EncodingKey::from_ed_der(der.as_bytes()),
            public_key: key.verifying_key().to_bytes(),
            clock,
        }
    }

    /// Name of the key, which is the name of the service.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The public key as `AUTH_PUBLIC_KEYS` holds it.
    pub fn public_key(&self) -> String {
        BASE64_STANDARD.encode(self.public_key)
    }

    /// A token that says `identity` for `ttl_secs` seconds from now.
    pub fn sign(&self, identity: &Identity, ttl_secs: u32) -> String {
        let iat = self.clock.now().timestamp();
        let claims = Claims {
            iat,
            exp: iat + i64::from(ttl_secs),
            identity,
        };
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(self.key_id.clone());
        jsonwebtoken::encode(&header, &claims, &self.key).expect("an identity has a JSON form")
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

/// Verifies tokens with the public keys of all that may sign, and remembers what it verified.
pub struct Verifier {
    keys: HashMap<String, DecodingKey>,
    clock: SharedClock,
    verified: Cache<Box<str>, Verified>,
}

#[derive(Clone)]
struct Verified {
    identity: Arc<Identity>,
    exp: i64,
}

impl Verifier {
    /// A verifier with the public keys of the configuration.
    pub fn from_config(config: &AuthConfig, clock: SharedClock) -> Self {
        let keys = config
            .public_keys
            .0
            .iter()
            .map(|(key_id, key)| (key_id.clone(), *key));
        Self::new(keys, clock)
    }

    /// A verifier with these public keys by key id.
    pub fn new(keys: impl IntoIterator<Item = (String, [u8; 32])>, clock: SharedClock) -> Self {
        let keys = keys
            .into_iter()
            .map(|(id, key)| (id, DecodingKey::from_ed_der(&key)));
        Self {
            keys: keys.collect(),
            clock,
            verified: Cache::new(CACHED_TOKENS),
        }
    }

    /// Who the token speaks for; refuses with `UNAUTHENTICATED` and says why in the message only.
    pub fn verify(&self, token: &str) -> Result<Arc<Identity>, Problem> {
        let verified = match self.verified.get(token) {
            Some(verified) => verified,
            None => {
                let verified = self.check(token)?;
                self.verified.insert(token.into(), verified.clone());
                verified
            }
        };
        let late = self.clock.now() - TimeDelta::seconds(LEEWAY_SECS);
        if late.timestamp() >= verified.exp {
            self.verified.invalidate(token);
            return Err(refused("the token has expired"));
        }
        Ok(verified.identity)
    }

    fn check(&self, token: &str) -> Result<Verified, Problem> {
        let unreadable = |_| refused("the token is not readable or its signature is wrong");
        let header = jsonwebtoken::decode_header(token).map_err(unreadable)?;
        let key_id = header
            .kid
            .ok_or_else(|| refused("the token names no key"))?;
        let key = self
            .keys
            .get(&key_id)
            .ok_or_else(|| refused("the token's key is unknown"))?;
        let claims = jsonwebtoken::decode::<Claims<Identity>>(token, key, &signature_only())
            .map_err(unreadable)?
            .claims;
        if !may_sign(&key_id, &claims.identity.actor) {
            return Err(refused(
                "the token's key may not speak for this kind of caller",
            ));
        }
        Ok(Verified {
            identity: Arc::new(claims.identity),
            exp: claims.exp,
        })
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("keys", &self.keys.keys())
            .finish_non_exhaustive()
    }
}

/// Staff signs for accounts, the gateway for customers, and everyone for itself. Nobody signs for
/// devices, which have tokens of their own ([`super::DeviceTokens`]).
fn may_sign(key_id: &str, actor: &Actor) -> bool {
    match actor {
        Actor::Staff { .. } => key_id == "staff",
        Actor::Customer { .. } => key_id == "gateway",
        Actor::Device { .. } => false,
        Actor::Service { name } => key_id == name,
    }
}

/// Times are checked against our clock, not the library's.
fn signature_only() -> Validation {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    validation
}

fn refused(why: &'static str) -> Problem {
    Problem::new(CommonReason::Unauthenticated).message(why)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::{
        authn::Plan,
        clock::ManualClock,
        id::{AccountId, OrganisationId, SessionId},
    };

    struct Bench {
        clock: ManualClock,
        verifier: Verifier,
    }

    fn seed_of(key_id: &str) -> [u8; 32] {
        [u8::try_from(key_id.len()).unwrap(); 32]
    }

    impl Bench {
        fn new() -> Self {
            let clock = ManualClock::at(DateTime::UNIX_EPOCH);
            let keys = ["staff", "gateway", "ordering"].map(|key_id| {
                let signer = Signer::new(key_id, seed_of(key_id), Arc::new(clock.clone()));
                (key_id.to_owned(), signer.public_key)
            });
            let verifier = Verifier::new(keys, Arc::new(clock.clone()));
            Self { clock, verifier }
        }

        fn signer(&self, key_id: &str) -> Signer {
            Signer::new(key_id, seed_of(key_id), Arc::new(self.clock.clone()))
        }

        fn staff(&self) -> Identity {
            Identity {
                actor: Actor::Staff {
                    account: AccountId::new(&self.clock),
                    session: SessionId::new(&self.clock),
                    name: "Mei".into(),
                },
                ..self.customer()
            }
        }

        fn device(&self) -> Identity {
            Identity {
                actor: Actor::Device {
                    id: "printer".into(),
                },
                ..self.customer()
            }
        }

        fn customer(&self) -> Identity {
            Identity::customer("phone", OrganisationId::new(&self.clock), Plan::Advanced)
        }
    }

    #[test]
    fn what_was_signed_is_what_is_verified() {
        let bench = Bench::new();
        let identity = bench.staff();
        let token = bench.signer("staff").sign(&identity, 60);
        assert_eq!(*bench.verifier.verify(&token).unwrap(), identity);
    }

    #[test]
    fn a_token_expires_even_when_it_was_remembered() {
        let bench = Bench::new();
        let token = bench.signer("gateway").sign(&bench.customer(), 60);
        assert!(bench.verifier.verify(&token).is_ok());
        bench.clock.advance(TimeDelta::seconds(60 + LEEWAY_SECS));
        assert_eq!(
            bench.verifier.verify(&token).unwrap_err().reason,
            "UNAUTHENTICATED"
        );
    }

    #[test]
    fn a_key_speaks_only_for_its_own_kind() {
        let bench = Bench::new();
        let cases = [
            ("staff", bench.staff(), true),
            ("gateway", bench.staff(), false),
            ("ordering", bench.staff(), false),
            ("gateway", bench.device(), false),
            ("staff", bench.device(), false),
            ("gateway", bench.customer(), true),
            ("staff", bench.customer(), false),
            ("ordering", Identity::service("ordering", None), true),
            ("ordering", Identity::service("staff", None), false),
        ];
        for (key_id, identity, allowed) in cases {
            let token = bench.signer(key_id).sign(&identity, 60);
            assert_eq!(
                bench.verifier.verify(&token).is_ok(),
                allowed,
                "{key_id} signs {:?}",
                identity.actor
            );
        }
    }

    #[test]
    fn a_changed_or_foreign_token_is_refused() {
        let bench = Bench::new();
        let token = bench.signer("gateway").sign(&bench.customer(), 60);
        let foreign = Signer::new("gateway", [99; 32], Arc::new(bench.clock.clone()));
        let unknown = bench
            .signer("printing")
            .sign(&Identity::service("printing", None), 60);
        let (head, tail) = token.split_at(token.len() - 4);
        let changed = format!("{head}{}", tail.chars().rev().collect::<String>());
        for token in [
            changed,
            foreign.sign(&bench.customer(), 60),
            unknown,
            "nonsense".into(),
            String::new(),
        ] {
            assert_eq!(
                bench.verifier.verify(&token).unwrap_err().reason,
                "UNAUTHENTICATED"
            );
        }
    }
}
