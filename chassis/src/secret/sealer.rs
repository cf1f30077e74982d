//! Envelope encryption by AES-256-GCM: credentials under an organisation's data key, the data keys
//! under the master key. Renewing the master key re-wraps the data keys and touches nothing else.

use aes_gcm::{
    Aes256Gcm, KeyInit as _,
    aead::{Aead as _, Payload},
};

use super::Secret;
use crate::id::OrganisationId;

const NONCE_BYTES: usize = 12;

/// What was sealed cannot be opened: another key, organisation or purpose, or altered bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sealed value cannot be opened")]
pub struct SealError;

/// Holds the master key.
#[derive(Clone, Debug)]
pub struct Sealer {
    master: Secret<[u8; 32]>,
}

/// The data key of one organisation, unwrapped.
#[derive(Clone, Debug)]
pub struct DataKey {
    org: OrganisationId,
    key: Secret<[u8; 32]>,
}

impl Sealer {
    /// A sealer under `master`.
    #[must_use]
    pub const fn new(master: Secret<[u8; 32]>) -> Self {
        Self { master }
    }

    /// Makes a data key for `org`; the bytes are what to store of it.
    #[must_use]
    pub fn new_data_key(&self, org: OrganisationId) -> (DataKey, Vec<u8>) {
        let key: [u8; 32] = rand::random();
        let wrapped = seal(self.master.reveal(), &key, org.as_uuid().as_bytes());
        (
            DataKey {
                org,
                key: Secret::new(key),
            },
            wrapped,
        )
    }

    /// Reads back the stored data key of `org`.
    pub fn data_key(&self, org: OrganisationId, wrapped: &[u8]) -> Result<DataKey, SealError> {
        let key = open(self.master.reveal(), wrapped, org.as_uuid().as_bytes())?;
        let key = <[u8; 32]>::try_from(key).map_err(|_| SealError)?;
        Ok(DataKey {
            org,
            key: Secret::new(key),
        })
    }
}

impl DataKey {
    /// Seals `value` for `purpose`, such as `payments.gateway_key`; it opens for the same only.
    #[must_use]
    pub fn seal(&self, purpose: &str, value: &Secret) -> Vec<u8> {
        seal(
            self.key.reveal(),
            value.reveal().as_bytes(),
            &self.context(purpose),
        )
    }

    /// Opens what [`DataKey::seal`] made.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Secret, SealError> {
        let plain = open(self.key.reveal(), sealed, &self.context(purpose))?;
        String::from_utf8(plain)
            .map(Secret::new)
            .map_err(|_| SealError)
    }

    fn context(&self, purpose: &str) -> Vec<u8> {
        [self.org.as_uuid().as_bytes(), purpose.as_bytes()].concat()
    }
}

/// A random nonce, then the ciphertext with its tag.
fn seal(key: &[u8; 32], plain: &[u8], context: &[u8]) -> Vec<u8> {
    let nonce: [u8; NONCE_BYTES] = rand::random();
    let payload = Payload {
        msg: plain,
        aad: context,
    };
    let sealed = Aes256Gcm::new(key.into())
        .encrypt(&nonce.into(), payload)
        .expect("a credential is far shorter than the cipher's limit");
    [&nonce[..], &sealed].concat()
}

fn open(key: &[u8; 32], sealed: &[u8], context: &[u8]) -> Result<Vec<u8>, SealError> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(SealError)?;
    let payload = Payload {
        msg: sealed,
        aad: context,
    };
    Aes256Gcm::new(key.into())
        .decrypt(nonce.into(), payload)
        .map_err(|_| SealError)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    #[test]
    fn only_the_same_key_organisation_and_purpose_open_it() {
        let sealer = Sealer::new(Secret::new([7; 32]));
        let org = OrganisationId::new(&SystemClock);
        let (key, wrapped) = sealer.new_data_key(org);
        let value = Secret::from("channel-secret");
        let sealed = key.seal("line", &value);

        assert_eq!(
            sealer
                .data_key(org, &wrapped)
                .unwrap()
                .open("line", &sealed),
            Ok(value)
        );
        assert_eq!(key.open("uber", &sealed), Err(SealError));
        let other = OrganisationId::new(&SystemClock);
        assert!(sealer.data_key(other, &wrapped).is_err());
        assert!(
            Sealer::new(Secret::new([8; 32]))
                .data_key(org, &wrapped)
                .is_err()
        );
    }

    #[test]
    fn altered_bytes_do_not_open() {
        let sealer = Sealer::new(Secret::new([7; 32]));
        let (key, _) = sealer.new_data_key(OrganisationId::new(&SystemClock));
        let mut sealed = key.seal("line", &Secret::from("channel-secret"));
        for index in 0..sealed.len() {
            sealed[index] ^= 1;
            assert_eq!(key.open("line", &sealed), Err(SealError), "byte {index}");
            sealed[index] ^= 1;
        }
        assert_eq!(key.open("line", &[]), Err(SealError));
    }
}
