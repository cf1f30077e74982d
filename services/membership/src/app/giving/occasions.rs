//! What happens to one member and is an occasion: it is noted in the transaction in which it happens.

use chassis::{db::TenantTx, error::Problem, id::MemberId};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{domain::benefits::giving::Occasion, store};

/// Notes that somebody joined.
pub async fn joined(
    tx: &mut TenantTx,
    member: MemberId,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let rules = store::giving::list_active(tx, Occasion::Joined).await?;
    let due: Vec<_> = rules
        .iter()
        .map(|rule| (rule.id, member, "joined".to_owned()))
        .collect();
    if !due.is_empty() {
        store::giving::insert_due(tx, &due, now).await?;
    }
    Ok(())
}

/// A change of a member's tier.
#[derive(Clone, Copy, Debug)]
pub struct TierMove {
    /// The change.
    pub change: Uuid,
    /// Member.
    pub member: MemberId,
    /// Tier before.
    pub from: Uuid,
    /// Tier now.
    pub to: Uuid,
}

/// Notes that members reached tiers, of the changes that lead up.
pub async fn tiers_changed(
    tx: &mut TenantTx,
    programme: Uuid,
    moves: &[TierMove],
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    if moves.iter().all(|moved| moved.from == moved.to) {
        return Ok(());
    }
    let rules = store::giving::list_active(tx, Occasion::TierReached).await?;
    if rules.is_empty() {
        return Ok(());
    }
    let all = store::tiers::programmes::list(tx).await?;
    let programme = all.iter().find(|known| known.id == programme);
    let Some(version) = programme.and_then(|programme| programme.in_force(now)) else {
        return Ok(());
    };
    let tiers = &version.rules.rules;
    let rises = |moved: &&TierMove| tiers.place(moved.from) < tiers.place(moved.to);
    let up: Vec<_> = moves.iter().filter(rises).collect();
    let mut due = Vec::new();
    for rule in rules {
        let reached = up
            .iter()
            .filter(|moved| rule.draft.tiers.contains(&moved.to));
        due.extend(reached.map(|moved| (rule.id, moved.member, format!("tier {}", moved.change))));
    }
    if !due.is_empty() {
        store::giving::insert_due(tx, &due, now).await?;
    }
    Ok(())
}
