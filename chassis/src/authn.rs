//! Who is calling, as a signed token says it.
//!
//! The gateway exchanges a session for a short-lived token; every service verifies it itself and
//! trusts no bare header. The server puts the [`Identity`] into the request's extensions.

mod device;
mod limit;
mod request;
mod scope;
mod token;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    audit,
    error::{CommonReason, Problem},
    id::{AccountId, BranchId, BrandId, MemberId, OrganisationId, SessionId},
    text_enum,
};

pub use device::DeviceTokens;
pub use limit::ActionLimit;
pub use request::RequestExt;
pub use scope::Scope;
pub use token::{Signer, Verifier};

/// How long an entered password counts for RPCs that ask for it again.
const PASSWORD_FRESH: TimeDelta = TimeDelta::minutes(5);

/// A caller and what it may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Organisation the call is about; only a service may call without one.
    pub org: Option<OrganisationId>,
    /// Who it is.
    pub actor: Actor,
    /// Permission keys with their level.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub permissions: BTreeMap<String, Level>,
    /// Sensitive actions it may do.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub actions: BTreeSet<String>,
    /// How much it may by these actions; one without an entry has no limit.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub limits: BTreeMap<String, ActionLimit>,
    /// Brands and branches it may touch.
    #[serde(default, skip_serializing_if = "Scope::is_empty")]
    pub scope: Scope,
    /// Plan of the organisation.
    pub plan: Plan,
    /// When a member of staff last entered the password in this session, signing in included.
    #[serde(
        default,
        with = "chrono::serde::ts_seconds_option",
        skip_serializing_if = "Option::is_none"
    )]
    pub authenticated_at: Option<DateTime<Utc>>,
}

/// Kind of caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// A member of staff.
    Staff {
        /// The account.
        account: AccountId,
        /// The session it signed in with.
        session: SessionId,
        /// Name shown in logs of events and orders.
        name: String,
    },
    /// A guest or member in the storefront.
    Customer {
        /// The browser's device id.
        device: String,
        /// Who is signed in; none for a guest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        member: Option<MemberId>,
    },
    /// A paired device of a branch.
    Device {
        /// The device.
        id: String,
    },
    /// A service of the platform.
    Service {
        /// Its name, which is the name of its key.
        name: String,
    },
}

text_enum! {
    /// Level of a permission; each includes the ones before it.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Level: proto::options::v1::Level {
        /// Reading.
        View = "view",
        /// Reading, and the daily steps that an RPC names, such as 製作 and 完成 of an order.
        Operate = "operate",
        /// Reading and changing.
        Manage = "manage",
    }
}

text_enum! {
    /// Plan of an organisation, lowest first.
    #[derive(Default, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Plan: proto::options::v1::Plan {
        /// 基本.
        #[default]
        Basic = "basic",
        /// 進階.
        Advanced = "advanced",
        /// MAX.
        Max = "max",
    }
}

impl Identity {
    /// A service acting for `org`, or for none.
    pub fn service(name: impl Into<String>, org: Option<OrganisationId>) -> Self {
        Self {
            org,
            actor: Actor::Service { name: name.into() },
            permissions: BTreeMap::new(),
            actions: BTreeSet::new(),
            limits: BTreeMap::new(),
            scope: Scope::whole_organisation(),
            plan: Plan::Max,
            authenticated_at: None,
        }
    }

    /// A guest of the storefront.
    pub fn customer(device: impl Into<String>, org: OrganisationId, plan: Plan) -> Self {
        Self {
            org: Some(org),
            actor: Actor::Customer {
                device: device.into(),
                member: None,
            },
            permissions: BTreeMap::new(),
            actions: BTreeSet::new(),
            limits: BTreeMap::new(),
            scope: Scope::default(),
            plan,
            authenticated_at: None,
        }
    }

    /// A member of the organisation in the storefront.
    pub fn member(
        device: impl Into<String>,
        member: MemberId,
        org: OrganisationId,
        plan: Plan,
    ) -> Self {
        let mut identity = Self::customer(device, org, plan);
        if let Actor::Customer {
            member: signed_in, ..
        } = &mut identity.actor
        {
            *signed_in = Some(member);
        }
        identity
    }

    /// The member who calls; none for guests and for everybody else.
    pub const fn member_id(&self) -> Option<MemberId> {
        match &self.actor {
            Actor::Customer { member, .. } => *member,
            _ => None,
        }
    }

    /// Refuses with `PERMISSION_DENIED`, naming the key and the level, without the permission `key`
    /// at `level` or above.
    pub fn require(&self, key: &str, level: Level) -> Result<(), Problem> {
        if self.may(key, level) {
            return Ok(());
        }
        Err(Problem::new(CommonReason::PermissionDenied)
            .param("permission", key)
            .param("level", level)
            .message(format!("needs {key} at level {level}")))
    }

    /// Whether it has the permission `key` at `level` or above.
    pub fn may(&self, key: &str, level: Level) -> bool {
        self.permissions.get(key).is_some_and(|held| *held >= level)
    }

    /// Whether the password was entered within the last five minutes before `now`.
    pub fn entered_password_lately(&self, now: DateTime<Utc>) -> bool {
        self.authenticated_at
            .is_some_and(|at| now - at <= PASSWORD_FRESH)
    }

    /// How much it may by a sensitive action.
    pub fn limit(&self, action: &str) -> ActionLimit {
        self.limits.get(action).copied().unwrap_or_default()
    }

    /// Account and session of a member of staff; rejects every other caller.
    pub fn staff(&self) -> Result<(AccountId, SessionId), Problem> {
        match self.actor {
            Actor::Staff {
                account, session, ..
            } => Ok((account, session)),
            _ => Err(Problem::new(CommonReason::PermissionDenied).message("only for staff")),
        }
    }

    /// Account of a member of staff.
    pub fn account(&self) -> Option<AccountId> {
        match self.actor {
            Actor::Staff { account, .. } => Some(account),
            _ => None,
        }
    }

    /// Refuses with `OUT_OF_SCOPE` when staff or a device may not touch the branch.
    pub fn require_branch(&self, brand: BrandId, branch: BranchId) -> Result<(), Problem> {
        audit::note_place(brand, Some(branch));
        self.require_scope(|scope| scope.allows_branch(brand, branch))
    }

    /// Refuses with `OUT_OF_SCOPE` when staff or a device may not touch the whole brand.
    pub fn require_brand(&self, brand: BrandId) -> Result<(), Problem> {
        audit::note_place(brand, None);
        self.require_scope(|scope| scope.allows_brand(brand))
    }

    /// Refuses with `OUT_OF_SCOPE` when staff or a device may not touch the whole organisation.
    pub fn require_org_scope(&self) -> Result<(), Problem> {
        self.require_scope(|scope| scope.organisation)
    }

    fn require_scope(&self, allows: impl FnOnce(&Scope) -> bool) -> Result<(), Problem> {
        let bound = matches!(self.actor, Actor::Staff { .. } | Actor::Device { .. });
        if bound && !allows(&self.scope) {
            return Err(
                Problem::new(CommonReason::OutOfScope).message("outside the caller's scope")
            );
        }
        Ok(())
    }
}

impl Actor {
    /// Kind in one word, as logs and audit show it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Staff { .. } => "staff",
            Self::Customer { .. } => "customer",
            Self::Device { .. } => "device",
            Self::Service { .. } => "service",
        }
    }

    /// Name to show beside what it did: that of a member of staff, of others their id.
    pub fn name(&self) -> String {
        match self {
            Self::Staff { name, .. } => name.clone(),
            other => other.id(),
        }
    }

    /// Which one of its kind, without a person's name.
    pub fn id(&self) -> String {
        match self {
            Self::Staff { account, .. } => account.to_string(),
            Self::Customer { device, .. } => device.clone(),
            Self::Device { id } => id.clone(),
            Self::Service { name } => name.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::clock::ManualClock;

    #[test]
    fn each_level_includes_the_ones_before_it() {
        use Level::{Manage, Operate, View};
        let mut identity = Identity::service("x", None);
        let levels = [View, Operate, Manage];
        for (index, held) in levels.into_iter().enumerate() {
            identity.permissions.insert("ops.orders".into(), held);
            let may = levels.map(|level| identity.may("ops.orders", level));
            assert_eq!(may, [true, index >= 1, index >= 2], "{held:?}");
        }
        let refused = identity.require("ops.stock", View).unwrap_err();
        assert_eq!(refused.reason, "PERMISSION_DENIED");
        assert_eq!(refused.params["permission"], "ops.stock");
    }

    #[test]
    fn staff_is_held_to_its_scope_and_a_service_is_not() {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH);
        let (brand, branch) = (BrandId::new(&clock), BranchId::new(&clock));
        let service = Identity::service("ordering", None);
        assert!(service.require_branch(brand, branch).is_ok());

        let mut staff = service;
        staff.actor = Actor::Staff {
            account: AccountId::new(&clock),
            session: SessionId::new(&clock),
            name: "Mei".into(),
        };
        staff.scope = Scope::default();
        let refused = staff.require_branch(brand, branch).unwrap_err();
        assert_eq!(refused.reason, "OUT_OF_SCOPE");
        staff.scope.branches.insert(branch);
        assert!(staff.require_branch(brand, branch).is_ok());
        assert!(staff.require_brand(brand).is_err());
        staff.scope.brands.insert(brand);
        assert!(staff.require_brand(brand).is_ok());
        assert!(staff.require_org_scope().is_err());
    }
}
