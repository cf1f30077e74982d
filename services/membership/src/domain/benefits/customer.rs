//! Whom limits of a customer count.

use std::fmt::Write as _;

use chassis::id::{MemberId, OrganisationId};
use sha2::{Digest as _, Sha256};

use super::hold::UseClass;

/// A member, a guest with a phone, or somebody unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// The member.
    pub member: Option<MemberId>,
    key: String,
}

impl Customer {
    /// The customer of a request; a phone counts for guests alone. The phone itself is kept nowhere.
    #[must_use]
    pub fn new(org: OrganisationId, member: Option<MemberId>, guest_phone: &str) -> Self {
        let key = match member {
            Some(member) => member.to_string(),
            None if guest_phone.is_empty() => String::new(),
            None => {
                let digest = Sha256::digest(format!("{org}\n{guest_phone}"));
                digest[..16].iter().fold("p".to_owned(), |mut key, byte| {
                    let _ = write!(key, "{byte:02x}");
                    key
                })
            }
        };
        Self { member, key }
    }

    /// The customer of a stored hold.
    #[must_use]
    pub fn known(member: Option<MemberId>, key: &str) -> Self {
        Self {
            member,
            key: key.to_owned(),
        }
    }

    /// Whether limits of a customer count them for rules of a class: of promotions they count members alone.
    #[must_use]
    pub fn counts_for(&self, class: UseClass) -> bool {
        !self.key.is_empty() && (self.member.is_some() || class == UseClass::Code)
    }

    /// What stands for the customer in counters; empty for somebody unknown.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn org(number: u128) -> OrganisationId {
        OrganisationId::from_uuid(Uuid::from_u128(number))
    }

    #[test]
    fn a_phone_stands_in_no_key_and_counts_in_one_organisation() {
        let phone = "+886911123456";
        let guest = Customer::new(org(1), None, phone);
        assert_eq!(guest.key(), Customer::new(org(1), None, phone).key());
        assert_ne!(guest.key(), Customer::new(org(2), None, phone).key());
        assert!(!guest.key().contains("911123456"));
        assert_eq!(Customer::new(org(1), None, "").key(), "");
    }

    #[test]
    fn a_member_counts_whatever_the_phone() {
        let member = Some(MemberId::from_uuid(Uuid::from_u128(7)));
        let one = Customer::new(org(1), member, "+886911123456");
        assert_eq!(one, Customer::new(org(1), member, ""));
    }
}
