//! Messages ↔ domain values.

use chassis::{
    authn::{Plan, Scope},
    error::Violations,
    id::SessionId,
    request,
};
use proto::staff::v1 as pb;

use crate::{
    domain::{account::Account, organisation::Organisation},
    store::sessions::Session,
};

/// Most brands, and most branches, that a scope names one by one.
const MOST_IDS: usize = 2_000;

/// A plan, `basic` when none is given.
pub fn plan(field: &str, raw: i32, violations: &mut Violations) -> Plan {
    request::optional_choice(field, raw, violations).unwrap_or_default()
}

/// A scope; an absent one is empty.
pub fn scope(field: &str, raw: Option<pb::Scope>, violations: &mut Violations) -> Scope {
    let raw = raw.unwrap_or_default();
    let brands = format!("{field}.brand_ids");
    let branches = format!("{field}.branch_ids");
    let brands = request::ids(&brands, &raw.brand_ids, MOST_IDS, violations);
    let branches = request::ids(&branches, &raw.branch_ids, MOST_IDS, violations);
    Scope {
        organisation: raw.organisation,
        brands: brands.into_iter().collect(),
        branches: branches.into_iter().collect(),
    }
}

/// An organisation on the wire.
pub fn organisation(organisation: &Organisation) -> pb::Organisation {
    pb::Organisation {
        organisation_id: organisation.id.to_string(),
        code: organisation.code.clone(),
        name: organisation.name.clone(),
        plan: organisation.plan.to_wire(),
    }
}

/// An account on the wire; the hash of its password stays here.
pub fn account(account: &Account) -> pb::Account {
    pb::Account {
        account_id: account.id.to_string(),
        account: account.account.clone(),
        name: account.name.clone(),
        role: account.role.key().to_owned(),
        scope: Some(pb::Scope {
            organisation: account.scope.organisation,
            brand_ids: account
                .scope
                .brands
                .iter()
                .map(ToString::to_string)
                .collect(),
            branch_ids: account
                .scope
                .branches
                .iter()
                .map(ToString::to_string)
                .collect(),
        }),
        enabled: account.enabled,
        version: account.version,
        permissions: account
            .role
            .permissions()
            .into_iter()
            .map(|(key, held)| (key, held.to_wire()))
            .collect(),
        actions: account.role.actions().into_iter().collect(),
    }
}

/// Who is signed in.
pub fn me(who: &Account, of: &Organisation) -> pb::Me {
    pb::Me {
        account: Some(account(who)),
        organisation: Some(organisation(of)),
    }
}

/// A session as its owner sees it.
pub fn session(session: &Session, current: SessionId) -> pb::Session {
    pb::Session {
        session_id: session.id.to_string(),
        created_at: Some(chassis::time::to_wire(session.created_at)),
        used_at: Some(chassis::time::to_wire(session.used_at)),
        remote_address: session.remote_address.clone(),
        user_agent: session.user_agent.clone(),
        current: session.id == current,
    }
}
