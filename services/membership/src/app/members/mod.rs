//! Members.

pub mod addresses;
pub mod card;
pub mod consents;
pub mod duplicates;
pub mod export;
pub mod facts;
pub mod join;
pub mod list;
pub mod merge;
pub mod orders;
pub mod update;

pub use join::link_line;

use chassis::{
    authn::{Actor, Identity},
    db::TenantTx,
    error::{CommonReason, Problem},
    id::{AccountId, MemberId},
    outbox::{self, Event},
};
use proto::membership::v1::{MemberChanged, MembershipReason};
use uuid::Uuid;

use super::Dependencies;
use crate::{
    domain::member::Member,
    store::{self, members::SaveError},
};

impl From<SaveError> for Problem {
    fn from(error: SaveError) -> Self {
        let taken = |field: &str, reason: MembershipReason| {
            Self::new(reason)
                .message("it belongs to another member")
                .field(field, reason)
        };
        match error {
            SaveError::PhoneTaken => taken("phone", MembershipReason::PhoneTaken),
            // Only by two sign-ins at the same time.
            SaveError::LineTaken => Self::unavailable(error),
            SaveError::Store(store) => store.into(),
        }
    }
}

/// What the bus carries of a member.
pub fn event(member: &Member) -> Event {
    let into = member.merged_into.map(|into| into.to_string());
    let body = MemberChanged {
        member_id: member.id.to_string(),
        version: member.version,
        state: member.state.to_string(),
        merged_into: into.unwrap_or_default(),
    };
    let type_ = "membership.member.changed.v1";
    Event::new(type_, member.id.as_uuid(), member.version, &body)
}

/// Publishes that a member changed.
pub async fn publish(
    deps: &Dependencies,
    tx: &mut TenantTx,
    member: &Member,
) -> Result<(), Problem> {
    outbox::publish(tx, &*deps.clock, &[event(member)]).await
}

/// Refuses with `OUT_OF_SCOPE` a caller whose scope is branches alone.
pub fn require_editor(identity: &Identity) -> Result<(), Problem> {
    if branches_of(identity).is_none() {
        return Ok(());
    }
    Err(Problem::new(CommonReason::OutOfScope)
        .message("members are changed with a scope of the organisation or of a brand"))
}

/// The branches that a caller is held to; none for one who sees all members.
pub fn branches_of(identity: &Identity) -> Option<Vec<Uuid>> {
    let scope = &identity.scope;
    let bound = matches!(identity.actor, Actor::Staff { .. });
    if !bound || scope.organisation || !scope.brands.is_empty() {
        return None;
    }
    let branches = scope.branches.iter();
    Some(branches.map(|branch| branch.as_uuid()).collect())
}

/// The account that calls.
pub fn account(identity: &Identity) -> Result<AccountId, Problem> {
    identity
        .account()
        .ok_or_else(|| Problem::new(CommonReason::PermissionDenied).message("only for staff"))
}

/// The member who calls. Refuses a guest with `NEEDS_LOGIN`.
pub fn caller(identity: &Identity) -> Result<MemberId, Problem> {
    let needs_login = || Problem::new(MembershipReason::NeedsLogin).message("nobody is signed in");
    identity.member_id().ok_or_else(needs_login)
}

/// A member as the caller may see one; of other branches it is not there.
pub async fn get(tx: &mut TenantTx, identity: &Identity, id: MemberId) -> Result<Member, Problem> {
    let found = store::members::find(tx, id).await?;
    let found = found.ok_or_else(unknown)?;
    if let Some(branches) = branches_of(identity)
        && !store::member_list::concerns_branches(tx, id, &branches).await?
    {
        return Err(unknown());
    }
    Ok(found)
}

/// The member who calls, locked.
pub async fn lock_caller(tx: &mut TenantTx, identity: &Identity) -> Result<Member, Problem> {
    lock(tx, caller(identity)?).await
}

/// A member that somebody can act for or as, locked.
pub async fn lock(tx: &mut TenantTx, id: MemberId) -> Result<Member, Problem> {
    let found = store::members::lock(tx, id).await?;
    found
        .filter(|member| member.state.exists())
        .ok_or_else(unknown)
}

/// `NOT_FOUND`.
pub fn unknown() -> Problem {
    Problem::not_found("member")
}
