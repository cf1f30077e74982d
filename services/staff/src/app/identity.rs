//! From an account to the identity every other service sees.

use chassis::authn::{Actor, Identity};

use crate::{
    domain::{account::Account, organisation::Organisation},
    store::sessions::Session,
};

/// Seconds an identity token lives. A session that ends is noticed much sooner: the gateway, which exchanges
/// sessions, forgets them on `staff.sessions.ended.v1`.
pub const TOKEN_TTL_SECS: u32 = 60;

/// The identity of an account in one of its sessions.
pub fn of(organisation: &Organisation, account: &Account, session: &Session) -> Identity {
    Identity {
        org: Some(organisation.id),
        actor: Actor::Staff {
            account: account.id,
            session: session.id,
            name: account.name.clone(),
        },
        permissions: account.role.permissions(),
        actions: account.role.actions(),
        limits: account.role.limits(),
        scope: account.scope.clone(),
        plan: organisation.plan,
        authenticated_at: Some(session.authenticated_at()),
    }
}
