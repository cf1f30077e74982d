//! Who may call an RPC, as the proto declares it beside the RPC.
//!
//! The rules are read once, out of the descriptor set, and asked by path on every call. A process
//! whose protos leave one RPC undeclared does not start.

mod rules;

use chrono::{DateTime, Utc};
use proto::staff::v1::StaffReason;

use crate::{
    authn::{Actor, Identity, Level, Plan},
    error::{CommonReason, Problem},
};

pub use rules::Rules;

/// The rule of one RPC.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Path of the RPC: `/yizhimai.staff.v1.StaffService/SignIn`.
    pub path: String,
    /// Kinds of caller that may call.
    pub callers: Callers,
    /// Permission, with its level, that staff need.
    pub permission: Option<(String, Level)>,
    /// Sensitive action that staff need as well.
    pub action: Option<String>,
    /// Lowest plan that opens the RPC.
    pub plan: Plan,
    /// Whether a client may repeat the call.
    pub idempotent: bool,
    /// Whether the call is written to the audit log.
    pub audited: bool,
    /// Whether staff must have entered the password lately.
    pub reauth: bool,
    /// Whether the caller sends a stream of messages, which cannot be looked into before it is answered.
    pub streamed: bool,
    /// Shape of the request, by which audit masks it.
    pub input: prost_reflect::MessageDescriptor,
}

/// A set of kinds of caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Callers {
    /// Anybody, with or without a token.
    pub public: bool,
    /// Members of staff.
    pub staff: bool,
    /// Guests and members of the storefront.
    pub customer: bool,
    /// Paired devices.
    pub device: bool,
    /// Other services.
    pub service: bool,
}

impl Callers {
    fn allow(self, actor: &Actor) -> bool {
        self.public
            || match actor {
                Actor::Staff { .. } => self.staff,
                Actor::Customer { .. } => self.customer,
                Actor::Device { .. } => self.device,
                Actor::Service { .. } => self.service,
            }
    }

    fn is_empty(self) -> bool {
        self == Self::default()
    }
}

impl Rule {
    /// Refuses a caller the rule does not let in: signed in first, then the kind of caller, then
    /// some scope at all, then the permission and the action, then the plan, then the password, for
    /// which only those are asked who may call at all.
    pub fn check(&self, caller: Option<&Identity>, now: DateTime<Utc>) -> Result<(), Problem> {
        let Some(identity) = caller else {
            return if self.callers.public {
                Ok(())
            } else {
                Err(unauthenticated())
            };
        };
        if !self.callers.allow(&identity.actor) {
            return Err(self.denied().message("this kind of caller may not call it"));
        }
        match identity.actor {
            Actor::Staff { .. } => {
                self.check_staff(identity)?;
                self.check_plan(identity)?;
                self.check_password(identity, now)
            }
            Actor::Customer { .. } | Actor::Device { .. } => self.check_plan(identity),
            Actor::Service { .. } => Ok(()),
        }
    }

    fn check_staff(&self, identity: &Identity) -> Result<(), Problem> {
        if let Some((key, level)) = &self.permission {
            if identity.scope.is_empty() {
                return Err(Problem::new(CommonReason::NoScope)
                    .message("the account may work in no branch"));
            }
            identity.require(key, *level)?;
        }
        match &self.action {
            Some(action) if !identity.actions.contains(action) => Err(self
                .denied()
                .param("action", action)
                .message(format!("needs {action}"))),
            _ => Ok(()),
        }
    }

    fn check_plan(&self, identity: &Identity) -> Result<(), Problem> {
        if identity.plan >= self.plan {
            return Ok(());
        }
        Err(Problem::new(CommonReason::PlanRequired)
            .param("plan", self.plan)
            .message("not in this plan"))
    }

    fn check_password(&self, identity: &Identity, now: DateTime<Utc>) -> Result<(), Problem> {
        if !self.reauth || identity.entered_password_lately(now) {
            return Ok(());
        }
        Err(Problem::new(StaffReason::ReauthRequired).message("enter the password again"))
    }

    fn denied(&self) -> Problem {
        Problem::new(CommonReason::PermissionDenied)
    }
}

pub(crate) fn unauthenticated() -> Problem {
    Problem::new(CommonReason::Unauthenticated).message("a valid identity token is needed")
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::{
        authn::Scope,
        clock::ManualClock,
        id::{AccountId, OrganisationId, SessionId},
    };

    fn rule(callers: Callers) -> Rule {
        let input = Rules::global()
            .get("/yizhimai.staff.v1.StaffService/SignIn")
            .expect("the RPC is declared")
            .input
            .clone();
        Rule {
            path: "/x.Y/Z".into(),
            callers,
            permission: Some(("ops.orders".into(), Level::Manage)),
            action: Some("ops.refund".into()),
            plan: Plan::Advanced,
            idempotent: false,
            audited: false,
            reauth: true,
            streamed: false,
            input,
        }
    }

    fn staff() -> Identity {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH);
        Identity {
            org: Some(OrganisationId::new(&clock)),
            actor: Actor::Staff {
                account: AccountId::new(&clock),
                session: SessionId::new(&clock),
                name: "Mei".into(),
            },
            permissions: [("ops.orders".to_owned(), Level::Manage)].into(),
            actions: ["ops.refund".to_owned()].into(),
            limits: [].into(),
            scope: Scope::whole_organisation(),
            plan: Plan::Advanced,
            authenticated_at: Some(DateTime::UNIX_EPOCH),
        }
    }

    fn refusal(rule: &Rule, caller: Option<&Identity>) -> String {
        refusal_after(TimeDelta::zero(), rule, caller)
    }

    fn refusal_after(passed: TimeDelta, rule: &Rule, caller: Option<&Identity>) -> String {
        match rule.check(caller, DateTime::UNIX_EPOCH + passed) {
            Ok(()) => "ok".to_owned(),
            Err(problem) => problem.reason.to_string(),
        }
    }

    fn denied(rule: &Rule, caller: &Identity) -> Problem {
        rule.check(Some(caller), DateTime::UNIX_EPOCH).unwrap_err()
    }

    #[test]
    fn the_password_counts_for_five_minutes_and_is_asked_last() {
        let rule = rule(Callers {
            staff: true,
            service: true,
            ..Callers::default()
        });
        let mut caller = staff();
        let after = |seconds: i64, caller: &Identity| {
            refusal_after(TimeDelta::seconds(seconds), &rule, Some(caller))
        };
        assert_eq!(after(300, &caller), "ok");
        assert_eq!(after(301, &caller), "REAUTH_REQUIRED");
        let service = Identity::service("ordering", None);
        assert_eq!(after(301, &service), "ok");
        caller.authenticated_at = None;
        assert_eq!(after(0, &caller), "REAUTH_REQUIRED");
        caller.plan = Plan::Basic;
        assert_eq!(after(0, &caller), "PLAN_REQUIRED");
    }

    #[test]
    fn each_lack_of_staff_has_its_own_reason_in_the_stated_order() {
        let rule = rule(Callers {
            staff: true,
            ..Callers::default()
        });
        let mut caller = staff();
        assert_eq!(refusal(&rule, None), "UNAUTHENTICATED");
        assert_eq!(refusal(&rule, Some(&caller)), "ok");
        caller.plan = Plan::Basic;
        assert_eq!(refusal(&rule, Some(&caller)), "PLAN_REQUIRED");
        caller.actions.clear();
        assert_eq!(denied(&rule, &caller).params["action"], "ops.refund");
        caller.permissions.insert("ops.orders".into(), Level::View);
        assert_eq!(denied(&rule, &caller).params["permission"], "ops.orders");
        caller.scope = Scope::default();
        assert_eq!(refusal(&rule, Some(&caller)), "NO_SCOPE");
    }

    #[test]
    fn a_kind_of_caller_that_is_not_declared_is_denied() {
        let service = Identity::service("ordering", None);
        let cases = [
            (
                Callers {
                    staff: true,
                    ..Callers::default()
                },
                "PERMISSION_DENIED",
            ),
            (
                Callers {
                    service: true,
                    ..Callers::default()
                },
                "ok",
            ),
            (
                Callers {
                    public: true,
                    ..Callers::default()
                },
                "ok",
            ),
        ];
        for (callers, outcome) in cases {
            assert_eq!(
                refusal(&rule(callers), Some(&service)),
                outcome,
                "{callers:?}"
            );
        }
    }

    #[test]
    fn the_public_needs_no_token() {
        assert_eq!(
            refusal(
                &rule(Callers {
                    public: true,
                    ..Callers::default()
                }),
                None
            ),
            "ok"
        );
    }
}
