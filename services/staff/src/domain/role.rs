//! The starter roles (docs/rules.md, Starter roles), and what each may do.

use std::{collections::BTreeMap, collections::BTreeSet, str::FromStr};

use chassis::authn::{ActionLimit, Level};

/// The 37 permission keys (docs/rules.md, Permissions), in the order of the staff screen.
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

/// The sensitive actions (docs/rules.md, Sensitive actions).
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
    /// 品牌管理者: all of a brand but what belongs to the organisation.
    BrandManager,
    /// 店長.
    BranchManager,
    /// 值班主管: runs a shift, changes no settings.
    ShiftLead,
    /// 櫃檯.
    Counter,
    /// 廚房: makes and completes what others have accepted.
    Kitchen,
    /// 行銷.
    Marketing,
    /// 會計.
    Accounting,
    /// 客服: looks things up for customers.
    Support,
}

const NAMES: [(Role, &str); 10] = [
    (Role::Owner, "owner"),
    (Role::HqAdmin, "hq_admin"),
    (Role::BrandManager, "brand_manager"),
    (Role::BranchManager, "branch_manager"),
    (Role::ShiftLead, "shift_lead"),
    (Role::Counter, "counter"),
    (Role::Kitchen, "kitchen"),
    (Role::Marketing, "marketing"),
    (Role::Accounting, "accounting"),
    (Role::Support, "support"),
];

/// What a shift lead may do beyond the permissions.
const OF_SHIFT_LEADS: [&str; 4] = [
    "order.cancel_late",
    "order.reopen",
    "member.unmask",
    "day.close",
];
/// What a branch manager may do besides.
const OF_BRANCH_MANAGERS: [&str; 5] = [
    "order.refund",
    "stock.count_approve",
    "staff.grant",
    "attendance.correct",
    "test.order",
];
/// Most that a branch manager refunds: each time and in a business day.
const REFUNDS_OF_BRANCH_MANAGERS: ActionLimit = ActionLimit {
    each: Some(3_000),
    day: Some(10_000),
};
/// Most that a brand manager refunds.
const REFUNDS_OF_BRAND_MANAGERS: ActionLimit = ActionLimit {
    each: Some(30_000),
    day: Some(100_000),
};
/// What a brand manager may do besides.
const OF_BRAND_MANAGERS: [&str; 5] = [
    "order.manual_discount",
    "order.price_override",
    "points.adjust",
    "coupon.void",
    "send.approve",
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
        use Level::{Manage, Operate, View};
        // Numbers of the keys in the order above, both ends included.
        let held: &[(usize, usize, Level)] = match self {
            Self::Owner | Self::HqAdmin => &[(1, 37, Manage)],
            Self::BrandManager => &[
                (1, 29, Manage),
                (30, 30, View),
                (31, 32, Manage),
                (33, 33, View),
                (34, 36, Manage),
            ],
            Self::BranchManager => &[
                (1, 15, Manage),
                (16, 16, View),
                (29, 29, Manage),
                (34, 36, Manage),
            ],
            Self::ShiftLead => &[
                (7, 9, Manage),
                (10, 13, View),
                (34, 34, View),
                (36, 36, View),
            ],
            Self::Counter => &[
                (7, 7, Manage),
                (8, 8, View),
                (9, 9, Manage),
                (11, 11, View),
                (34, 34, View),
            ],
            Self::Kitchen => &[(7, 7, Operate), (9, 9, Manage)],
            Self::Marketing => &[(16, 28, Manage)],
            Self::Accounting => &[(12, 15, View), (30, 30, View), (33, 34, Manage)],
            Self::Support => &[
                (7, 9, View),
                (11, 12, View),
                (16, 16, View),
                (20, 20, View),
                (26, 26, View),
                (34, 34, View),
            ],
        };
        held.iter()
            .flat_map(|&(first, last, level)| {
                let keys = &PERMISSIONS[first - 1..last];
                keys.iter().map(move |key| ((*key).to_owned(), level))
            })
            .collect()
    }

    /// Sensitive actions.
    pub fn actions(self) -> BTreeSet<String> {
        let of = |lists: &[&[&str]]| {
            let actions = lists.iter().flat_map(|list| list.iter());
            actions.map(|action| (*action).to_owned()).collect()
        };
        match self {
            Self::Owner => of(&[&ACTIONS]),
            Self::HqAdmin => {
                let mut all: BTreeSet<String> = of(&[&ACTIONS]);
                all.retain(|action| !action.ends_with(".credentials"));
                all
            }
            Self::BrandManager => of(&[&OF_SHIFT_LEADS, &OF_BRANCH_MANAGERS, &OF_BRAND_MANAGERS]),
            Self::BranchManager => of(&[&OF_SHIFT_LEADS, &OF_BRANCH_MANAGERS]),
            Self::ShiftLead => of(&[&OF_SHIFT_LEADS]),
            Self::Support => of(&[&["member.unmask"]]),
            Self::Counter | Self::Kitchen | Self::Marketing | Self::Accounting => BTreeSet::new(),
        }
    }

    /// How much it may by its sensitive actions; an action that is left out has no limit.
    pub fn limits(self) -> BTreeMap<String, ActionLimit> {
        let refunds = match self {
            Self::BranchManager => REFUNDS_OF_BRANCH_MANAGERS,
            Self::BrandManager => REFUNDS_OF_BRAND_MANAGERS,
            _ => return BTreeMap::new(),
        };
        [("order.refund".to_owned(), refunds)].into()
    }

    /// Whether somebody with this role may give the other one, or change an account that has it:
    /// only what is strictly below one's own. Owners alone name their equals, or an organisation
    /// could never have a second owner.
    pub fn may_give(self, other: Self) -> bool {
        self == Self::Owner || self.is_above(other)
    }

    fn is_above(self, other: Self) -> bool {
        let (mine, theirs) = (self.permissions(), other.permissions());
        let (my_actions, their_actions) = (self.actions(), other.actions());
        let covers = theirs
            .iter()
            .all(|(key, level)| mine.get(key).is_some_and(|own| own >= level))
            && their_actions.is_subset(&my_actions)
            && their_actions.iter().all(|action| {
                let (own, given) = (self.limits(), other.limits());
                let of = |limits: &BTreeMap<String, ActionLimit>| {
                    limits.get(action).copied().unwrap_or_default()
                };
                of(&given).is_within(&of(&own))
            });
        covers && (mine != theirs || my_actions != their_actions)
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
    fn each_role_gives_only_what_is_strictly_below_it() {
        use Role::*;
        let below = |role: Role| -> Vec<Role> {
            let all = NAMES.into_iter().map(|(other, _)| other);
            all.filter(|other| role.may_give(*other)).collect()
        };
        for (role, given) in [
            (Owner, NAMES.map(|(role, _)| role).to_vec()),
            (
                HqAdmin,
                vec![
                    BrandManager,
                    BranchManager,
                    ShiftLead,
                    Counter,
                    Kitchen,
                    Marketing,
                    Accounting,
                    Support,
                ],
            ),
            (
                BrandManager,
                vec![
                    BranchManager,
                    ShiftLead,
                    Counter,
                    Kitchen,
                    Marketing,
                    Support,
                ],
            ),
            (BranchManager, vec![ShiftLead, Counter, Kitchen]),
            (ShiftLead, vec![Counter, Kitchen]),
            (Counter, vec![Kitchen]),
            (Kitchen, vec![]),
            (Marketing, vec![]),
            (Accounting, vec![]),
            (Support, vec![]),
        ] {
            assert_eq!(below(role), given, "{role:?}");
        }
    }

    /// The starter roles as the numbers of their keys: `m` manage, `o` only 製作/完成, `v` view.
    #[test]
    fn the_roles_hold_what_the_rules_say() {
        for (role, expected) in [
            (Role::Owner, "m1-37"),
            (Role::HqAdmin, "m1-37"),
            (Role::BranchManager, "m1-15 v16 m29 m34-36"),
            (Role::Counter, "m7 v8 m9 v11 v34"),
            (Role::Kitchen, "o7 m9"),
            (Role::Marketing, "m16-28"),
            (Role::Accounting, "v12-15 v30 m33-34"),
        ] {
            let held = role.permissions();
            let mut runs: Vec<(char, usize, usize)> = Vec::new();
            for (number, key) in (1..).zip(PERMISSIONS) {
                let Some(level) = held.get(key) else { continue };
                let letter = match level {
                    Level::View => 'v',
                    Level::Operate => 'o',
                    Level::Manage => 'm',
                };
                match runs.last_mut() {
                    Some(run) if run.0 == letter && run.2 + 1 == number => run.2 = number,
                    _ => runs.push((letter, number, number)),
                }
            }
            let words: Vec<_> = runs
                .into_iter()
                .map(|(letter, first, last)| match first == last {
                    true => format!("{letter}{first}"),
                    false => format!("{letter}{first}-{last}"),
                })
                .collect();
            assert_eq!(words.join(" "), expected, "{role:?}");
        }
    }

    #[test]
    fn only_who_may_manage_accounts_grants() {
        for (role, _) in NAMES {
            let manages = role.permissions().get("staff.accounts") == Some(&Level::Manage);
            assert_eq!(role.actions().contains("staff.grant"), manages, "{role:?}");
        }
    }

    #[test]
    fn every_limit_is_of_an_action_that_the_role_has() {
        for (role, _) in NAMES {
            let actions = role.actions();
            assert!(
                role.limits().keys().all(|action| actions.contains(action)),
                "{role:?}"
            );
        }
        let refunds = |role: Role| role.limits().get("order.refund").copied();
        let (branch, brand) = (refunds(Role::BranchManager), refunds(Role::BrandManager));
        assert!(branch.unwrap().is_within(&brand.unwrap()));
        assert_eq!(refunds(Role::Owner), None);
    }

    #[test]
    fn every_role_reads_back() {
        for (role, name) in NAMES {
            assert_eq!(name.parse::<Role>().unwrap(), role);
            assert_eq!(role.key(), name);
        }
    }

    #[test]
    fn every_action_of_a_role_is_one_of_the_rules() {
        for (role, _) in NAMES {
            let actions = role.actions();
            assert!(
                actions.iter().all(|it| ACTIONS.contains(&it.as_str())),
                "{role:?}"
            );
        }
    }
}
