use std::collections::BTreeMap;

use proto::{options::v1 as options, staff::v1 as pb};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    problem::Rejection,
    rest::{convert::present, wire_enum::wire_enum},
};

wire_enum! {
    /// Level of a permission; each includes the ones before it.
    Level = options::Level {
        /// Reading.
        View,
        /// Reading and the daily steps, such as 製作 and 完成 of an order.
        Operate,
        /// Reading and changing.
        Manage,
    }
}

/// A staff account.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Account {
    /// Id.
    #[schema(format = Uuid)]
    pub account_id: String,
    /// Account name.
    pub account: String,
    /// Display name.
    pub name: String,
    /// Role key.
    pub role: String,
    /// Where it may work.
    pub scope: Scope,
    /// Whether it may sign in.
    pub enabled: bool,
    /// Version for the next change.
    pub version: i64,
    /// Permissions in effect by key.
    pub permissions: BTreeMap<String, Level>,
    /// Sensitive actions in effect.
    pub actions: Vec<String>,
}

/// Where an account may work.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// Every brand and branch of the organisation.
    #[serde(default)]
    #[schema(required)]
    pub organisation: bool,
    /// These brands with all their branches.
    #[serde(default)]
    #[schema(required)]
    pub brand_ids: Vec<String>,
    /// These branches.
    #[serde(default)]
    #[schema(required)]
    pub branch_ids: Vec<String>,
}

/// Answer with one account.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountAnswer {
    /// The account.
    pub account: Account,
}

impl TryFrom<pb::Account> for Account {
    type Error = Rejection;

    fn try_from(account: pb::Account) -> Result<Self, Rejection> {
        let permissions = account.permissions.into_iter();
        let permissions = permissions.map(|held| Ok((held.key, Level::from_wire(held.level)?)));
        Ok(Self {
            permissions: permissions.collect::<Result<_, Rejection>>()?,
            scope: account.scope.unwrap_or_default().into(),
            account_id: account.account_id,
            account: account.account,
            name: account.name,
            role: account.role,
            enabled: account.enabled,
            version: account.version,
            actions: account.actions,
        })
    }
}

impl From<pb::Scope> for Scope {
    fn from(scope: pb::Scope) -> Self {
        Self {
            organisation: scope.organisation,
            brand_ids: scope.brand_ids,
            branch_ids: scope.branch_ids,
        }
    }
}

impl From<Scope> for pb::Scope {
    fn from(scope: Scope) -> Self {
        Self {
            organisation: scope.organisation,
            brand_ids: scope.brand_ids,
            branch_ids: scope.branch_ids,
        }
    }
}

impl TryFrom<Option<pb::Account>> for AccountAnswer {
    type Error = Rejection;

    fn try_from(account: Option<pb::Account>) -> Result<Self, Rejection> {
        Ok(Self {
            account: present(account, "the account")?.try_into()?,
        })
    }
}
