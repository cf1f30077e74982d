//! Callers by role.

use chassis::{
    authn::{Actor, Identity, Level, Plan, Scope},
    authz::Rules,
    clock::SystemClock,
    id::{AccountId, OrganisationId, SessionId},
};
use chrono::TimeDelta;

/// The owner of `org`: every permission and sensitive action that the protos name, on the whole
/// organisation, with the highest plan.
#[must_use]
pub fn owner(org: OrganisationId) -> Identity {
    let mut identity = staff(org, &[], Scope::whole_organisation());
    for rule in Rules::global().iter() {
        if let Some((permission, _)) = &rule.permission {
            identity
                .permissions
                .insert(permission.clone(), Level::Manage);
        }
        identity.actions.extend(rule.action.clone());
    }
    identity
}

/// A member of staff of `org` with these permissions in `scope`.
#[must_use]
pub fn staff(org: OrganisationId, permissions: &[(&str, Level)], scope: Scope) -> Identity {
    Identity {
        org: Some(org),
        actor: Actor::Staff {
            account: AccountId::new(&SystemClock),
            session: SessionId::new(&SystemClock),
            name: "王小明".to_owned(),
        },
        permissions: permissions
            .iter()
            .map(|(key, level)| ((*key).to_owned(), *level))
            .collect(),
        actions: Default::default(),
        limits: Default::default(),
        scope,
        plan: Plan::Max,
        // Later than a test moves its clock: the password counts as just entered.
        authenticated_at: Some(crate::noon() + TimeDelta::weeks(1_000)),
    }
}

/// A guest in a storefront of `org`.
#[must_use]
pub fn customer(org: OrganisationId) -> Identity {
    Identity::customer(crate::unique(), org, Plan::Max)
}

/// The service `name`, acting for `org`.
#[must_use]
pub fn service(name: &str, org: OrganisationId) -> Identity {
    Identity::service(name, Some(org))
}
