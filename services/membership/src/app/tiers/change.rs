//! The one way tiers of members change: with a record of it and an event.

use chassis::{
    clock::ManualClock,
    db::TenantTx,
    error::Problem,
    id::{AccountId, MemberId},
    outbox::{self, Event},
    time,
};
use chrono::{DateTime, Utc};
use proto::membership::v1::TierChanged;
use uuid::Uuid;

use crate::{
    app::giving::occasions::{self, TierMove},
    domain::{
        programme::{Programme, Version},
        tiers::{judging::Standing, rules::ChangeMode},
    },
    store::{
        new_id,
        tiers::{
            members::{self, TierChange},
            programmes::TierVersion,
        },
    },
};

/// Another tier of a member, or the same for another period.
#[derive(Clone, Debug)]
pub struct Move {
    /// Member.
    pub member: MemberId,
    /// Tier before.
    pub from: Uuid,
    /// Tier from now on.
    pub to: Standing,
    /// Staff who set it, and why.
    pub by: Option<(AccountId, String)>,
}

/// Stores and publishes moves of members.
pub async fn save(
    tx: &mut TenantTx,
    programme: Uuid,
    moves: &[Move],
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let standings: Vec<_> = moves.iter().map(|moved| (moved.member, moved.to)).collect();
    members::save(tx, programme, &standings).await?;
    let changes: Vec<TierChange> = moves
        .iter()
        .map(|moved| TierChange {
            id: new_id(now),
            member: moved.member,
            at: now,
            from: moved.from,
            to: moved.to.tier,
            cause: moved.to.cause,
            valid_until: moved.to.valid_until,
            order: moved.to.order,
            operator: moved.by.as_ref().map(|(account, _)| *account),
            reason: moved
                .by
                .as_ref()
                .map(|(_, reason)| reason.clone())
                .unwrap_or_default(),
        })
        .collect();
    members::insert_changes(tx, programme, &changes).await?;
    let given_for: Vec<TierMove> = changes
        .iter()
        .map(|change| TierMove {
            change: change.id,
            member: change.member,
            from: change.from,
            to: change.to,
        })
        .collect();
    occasions::tiers_changed(tx, programme, &given_for, now).await?;
    let events: Vec<Event> = changes
        .iter()
        .map(|change| {
            let body = TierChanged {
                member_id: change.member.to_string(),
                from_tier_id: change.from.to_string(),
                to_tier_id: change.to.to_string(),
                cause: change.cause.to_string(),
                valid_until: change.valid_until.map(time::to_wire),
            };
            Event::new("membership.tier.changed.v1", change.id, 1, &body)
        })
        .collect();
    outbox::publish(tx, &ManualClock::at(now), &events).await
}

/// The version by whose conditions a member is judged: the one in force, unless it concerns members alone who joined
/// since.
#[must_use]
pub fn governing(
    programme: &Programme<TierVersion>,
    joined_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Option<&Version<TierVersion>> {
    let current = programme.in_force(now)?;
    let mut started: Vec<_> = programme
        .versions
        .iter()
        .filter(|version| !version.withdrawn && version.effective_at <= now)
        .collect();
    started.sort_by_key(|version| std::cmp::Reverse(version.effective_at));
    let concerns = |version: &&&Version<TierVersion>| {
        version.rules.mode != ChangeMode::NewMembers || version.effective_at <= joined_at
    };
    Some(started.iter().find(concerns).copied().unwrap_or(current))
}
