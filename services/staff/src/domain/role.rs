//! The starter roles of domain-rules §7.4 and what each may do.

use std::{collections::BTreeMap, collections::BTreeSet, str::FromStr};

use chassis::authn::Level;

/// The 37 permission keys of domain-rules §7.1, in the order of the staff screen.
pub const PERMISSIONS: [&str; 37] = [
    "store.catalog",
    "store.hours",
    "store.fulfilment",
    "store.notifications",
    "store.line",
    "store.qrcode",
    "ops.orders",
    "ops.stock",
    "ops.pause",
    "ops.capacity",
    "ops.future",
    "report.transactions",
    "report.daily",
    "report.products",
    "report.branch_products",
    "member.list",
    "member.promotions",
    "member.codes",
    "member.point_rules",
    "member.profiles",
    "member.vip",
    "member.tags",
    "member.coupons",
    "member.manual_send",
    "member.auto_send",
    "member.ledger",
    "member.analytics",
    "member.tag_analytics",
    "device.printers",
    "pay.settings",
    "channel.ubereats",
    "channel.delivery",
    "invoice.settings",
    "invoice.lookup",
    "staff.accounts",
    "staff.attendance",
    "system.settings",
];

/// The sensitive actions of domain-rules §7.3.
pub const ACTIONS: [&str; 22] = [
    "order.cancel_late",
    "order.reopen",
    "order.manual_discount",
    "order.refund",
    "order.price_override",
    "stock.count_approve",
    "points.adjust",
    "coupon.void",
    "send.approve",
    "member.export",
    "member.unmask",
    "member.erase",
    "member.merge",
    "payment.credentials",
    "line.credentials",
    "invoice.void",
    "invoice.track",
    "staff.grant",
    "attendance.correct",
    "audit.view",
    "day.close",
    "test.order",
];

/// A starter role 起始職稱.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// 負責人: everything.
    Owner,
    /// 總部管理者: everything but the plan and credentials.
    HqAdmin,
    /// 店長.
    BranchManager,
    /// 櫃檯.
    Counter,
    /// 廚房.
    Kitchen,
    /// 行銷.
    Marketing,
    /// 會計.
    Accounting,
}

const NAMES: [(Role, &str); 7] = [
    (Role::Owner, "owner"),
    (Role::HqAdmin, "hq_admin"),
    (Role::BranchManager, "branch_manager"),
    (Role::Counter, "counter"),
    (Role::Kitchen, "kitchen"),
    (Role::Marketing, "marketing"),
    (Role::Accounting, "accounting"),
];

impl Role {
    /// Key as stored and sent.
    pub fn key(self) -> &'static str {
        NAMES
            .iter()
            .find(|(role, _)| *role == self)
            .map_or("", |(_, name)| name)
    }

    /// Permission keys with their levels.
    pub fn permissions(self) -> BTreeMap<String, Level> {
        let manage: Vec<usize> = match self {
            Self::Owner | Self::HqAdmin => (1..=37).collect(),
            Self::BranchManager => (1..=15).chain([29, 34, 35, 36]).collect(),
            Self::Counter => vec![7, 9],
            Self::Kitchen => vec![7, 9],
            Self::Marketing => (16..=28).collect(),
            Self::Accounting => vec![33, 34],
        };
        let view: Vec<usize> = match self {
            Self::BranchManager => vec![16],
            Self::Counter => vec![8, 11, 34],
            Self::Accounting => (12..=15).chain([30]).collect(),
            _ => Vec::new(),
        };
        let named = |numbers: Vec<usize>, level: Level| {
            numbers
                .into_iter()
                .map(move |number| (PERMISSIONS[number - 1].to_owned(), level))
        };
        named(view, Level::View)
            .chain(named(manage, Level::Manage))
            .collect()
    }

    /// Sensitive actions.
    pub fn actions(self) -> BTreeSet<String> {
        let all = ACTIONS.iter().map(|action| (*action).to_owned());
        match self {
            Self::Owner => all.collect(),
            Self::HqAdmin => all
                .filter(|action| !action.ends_with(".credentials"))
                .collect(),
            Self::BranchManager => [
                "order.cancel_late",
                "order.reopen",
                "order.refund",
                "stock.count_approve",
                "staff.grant",
                "attendance.correct",
                "day.close",
                "test.order",
            ]
            .map(str::to_owned)
            .into(),
            _ => BTreeSet::new(),
        }
    }

    /// Whether somebody with this role may give the other one: nobody gives what they do not have.
    pub fn may_give(self, other: Self) -> bool {
        let mine = self.permissions();
        other
            .permissions()
            .iter()
            .all(|(key, level)| mine.get(key).is_some_and(|own| own >= level))
            && other.actions().is_subset(&self.actions())
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(key: &str) -> Result<Self, UnknownRole> {
        NAMES
            .iter()
            .find(|(_, name)| *name == key)
            .map(|(role, _)| *role)
            .ok_or_else(|| UnknownRole(key.to_owned()))
    }
}

/// There is no such role.
#[derive(Debug, thiserror::Error)]
#[error("there is no role {0:?}")]
pub struct UnknownRole(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_gives_more_than_they_have() {
        assert!(Role::Owner.may_give(Role::Owner));
        assert!(Role::BranchManager.may_give(Role::Counter));
        assert!(Role::BranchManager.may_give(Role::Kitchen));
        assert!(!Role::BranchManager.may_give(Role::HqAdmin));
        assert!(!Role::HqAdmin.may_give(Role::Owner));
        assert!(!Role::Counter.may_give(Role::BranchManager));
        assert!(!Role::Kitchen.may_give(Role::Marketing));
    }

    #[test]
    fn every_role_reads_back() {
        for (role, name) in NAMES {
            assert_eq!(name.parse::<Role>().unwrap(), role);
            assert_eq!(role.key(), name);
        }
    }
}
