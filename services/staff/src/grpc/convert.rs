//! Messages ↔ domain values.

use chassis::{
    authn::{Plan, Scope},
    error::Violations,
    id::{self, BranchId, BrandId, SessionId},
};
use proto::{options::v1 as options, staff::v1 as pb};

use crate::{
    domain::{account::Account, organisation::Organisation},
    store::sessions::Session,
};

/// A plan, `basic` when none was named.
pub fn plan(field: &str, raw: i32, violations: &mut Violations) -> Plan {
    match options::Plan::try_from(raw) {
        Ok(options::Plan::Unspecified | options::Plan::Basic) => Plan::Basic,
        Ok(options::Plan::Advanced) => Plan::Advanced,
        Ok(options::Plan::Max) => Plan::Max,
        Err(_) => {
            violations.push(field, "VALIDATION_FAILED");
            Plan::Basic
        }
    }
}

/// A scope; an absent one is empty.
pub fn scope(field: &str, raw: Option<pb::Scope>, violations: &mut Violations) -> Scope {
    let raw = raw.unwrap_or_default();
    let mut scope = Scope {
        organisation: raw.organisation,
        ..Scope::default()
    };
    for (index, brand) in raw.brand_ids.iter().enumerate() {
        scope.brands.extend(id::parse::<BrandId>(
            &format!("{field}.brand_ids[{index}]"),
            brand,
            violations,
        ));
    }
    for (index, branch) in raw.branch_ids.iter().enumerate() {
        scope.branches.extend(id::parse::<BranchId>(
            &format!("{field}.branch_ids[{index}]"),
            branch,
            violations,
        ));
    }
    scope
}

/// An organisation as it is answered.
pub fn organisation(organisation: &Organisation) -> pb::Organisation {
    let plan = match organisation.plan {
        Plan::Basic => options::Plan::Basic,
        Plan::Advanced => options::Plan::Advanced,
        Plan::Max => options::Plan::Max,
    };
    pb::Organisation {
        organisation_id: organisation.id.to_string(),
        code: organisation.code.clone(),
        name: organisation.name.clone(),
        plan: plan.into(),
    }
}

/// An account as it is answered; the hash of its password stays here.
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
            .map(|(key, held)| (key, options::Level::from(held).into()))
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
