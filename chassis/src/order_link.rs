//! The secret of an order's link: the order's id and a proof that we made it. Nothing is stored; ordering
//! checks what comes back, and what is printed carries the same.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::id::{OrderId, OrganisationId};

const ID_LENGTH: usize = 16;
const PROOF_LENGTH: usize = 12;

/// Makes and checks access tokens with the link key.
#[derive(Clone)]
pub struct LinkKey(Vec<u8>);

impl LinkKey {
    /// Uses the bytes of a secret.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        Self(secret.to_vec())
    }

    /// The token of an order.
    #[must_use]
    pub fn token(&self, org: OrganisationId, order: OrderId) -> String {
        let mut raw = Vec::with_capacity(ID_LENGTH + PROOF_LENGTH);
        raw.extend_from_slice(order.as_uuid().as_bytes());
        raw.extend_from_slice(&self.proof(org, order));
        URL_SAFE_NO_PAD.encode(raw)
    }

    /// The order of a token made for this organisation; `None` for any other text.
    #[must_use]
    pub fn order(&self, org: OrganisationId, token: &str) -> Option<OrderId> {
        let raw = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (id, proof) = raw.split_at_checked(ID_LENGTH)?;
        let order = OrderId::from_uuid(Uuid::from_slice(id).ok()?);
        bool::from(self.proof(org, order).as_slice().ct_eq(proof)).then_some(order)
    }

    fn proof(&self, org: OrganisationId, order: OrderId) -> [u8; PROOF_LENGTH] {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(org.as_uuid().as_bytes());
        mac.update(order.as_uuid().as_bytes());
        let digest = mac.finalize().into_bytes();
        let mut proof = [0; PROOF_LENGTH];
        proof.copy_from_slice(&digest[..PROOF_LENGTH]);
        proof
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn org(n: u128) -> OrganisationId {
        OrganisationId::from_uuid(Uuid::from_u128(n))
    }

    #[test]
    fn a_token_opens_its_order_in_its_organisation_only() {
        let key = LinkKey::new(b"key");
        let order = OrderId::from_uuid(Uuid::from_u128(7));
        let token = key.token(org(1), order);
        assert_eq!(token.len(), 38);
        assert_eq!(key.order(org(1), &token), Some(order));
        assert_eq!(key.order(org(2), &token), None);
        assert_eq!(LinkKey::new(b"other").order(org(1), &token), None);
    }

    #[test]
    fn a_damaged_token_opens_nothing() {
        let key = LinkKey::new(b"key");
        let token = key.token(org(1), OrderId::from_uuid(Uuid::from_u128(7)));
        let changed = format!("B{}", &token[1..]);
        for damaged in ["", "x", &token[..20], &format!("{token}AA"), &changed] {
            assert_eq!(key.order(org(1), damaged), None, "{damaged}");
        }
    }
}
