//! Manual adjustments: small ones at once, large ones by a second person.

use chassis::{
    authn::Identity,
    db::TenantTx,
    error::{CommonReason, Problem},
    id::{AccountId, MemberId},
};
use chrono::{DateTime, TimeDelta, Utc};
use proto::{membership::v1::MembershipReason, staff::v1::StaffReason};
use uuid::Uuid;

use super::{
    posting::{self, Credit},
    programmes,
};
use crate::{
    app::scope,
    domain::points::{
        account,
        entry::{About, AccountKey, EntryKind, NewEntry},
    },
    store::{
        new_id,
        points::{
            accounts,
            adjustments::{self, Adjustment, AdjustmentState},
        },
    },
};

/// Points that one person may adjust alone.
const ALONE: i32 = 1_000;
/// How long an adjustment waits for a second person.
pub const WAITS: TimeDelta = TimeDelta::days(7);

/// Requests an adjustment; a small one is applied at once.
pub async fn request(
    tx: &mut TenantTx,
    identity: &Identity,
    account: AccountKey,
    points: i32,
    reason: String,
    now: DateTime<Utc>,
) -> Result<Adjustment, Problem> {
    let (by, _) = identity.staff()?;
    check_scope(tx, identity, account.programme).await?;
    require_member(tx, account.member).await?;
    let mut adjustment = Adjustment {
        id: new_id(now),
        member: account.member,
        programme: account.programme,
        points,
        reason,
        state: AdjustmentState::Waiting,
        requested_by: by,
        requested_at: now,
        decided_by: None,
        decided_at: None,
        decision_note: String::new(),
        entry: None,
    };
    if points.abs() <= ALONE {
        adjustment.entry = Some(apply(tx, identity, &adjustment, by, now).await?);
        adjustment.state = AdjustmentState::Applied;
    }
    adjustments::insert(tx, &adjustment).await?;
    Ok(adjustment)
}

/// Approves or rejects an adjustment of another person.
pub async fn decide(
    tx: &mut TenantTx,
    identity: &Identity,
    id: Uuid,
    approve: bool,
    note: String,
    now: DateTime<Utc>,
) -> Result<(Adjustment, Adjustment), Problem> {
    let (by, _) = identity.staff()?;
    let before = adjustments::lock(tx, id).await?;
    let before = before.ok_or_else(|| Problem::not_found("adjustment"))?;
    check_scope(tx, identity, before.programme).await?;
    let lapsed = before.requested_at + WAITS <= now;
    if before.state != AdjustmentState::Waiting || lapsed {
        return Err(Problem::new(MembershipReason::AdjustmentDecided).param(
            "state",
            if lapsed {
                AdjustmentState::Expired
            } else {
                before.state
            },
        ));
    }
    if before.requested_by == by {
        return Err(
            Problem::new(StaffReason::SelfApproval).message("somebody else has to decide it")
        );
    }
    let mut after = Adjustment {
        state: AdjustmentState::Rejected,
        decided_by: Some(by),
        decided_at: Some(now),
        decision_note: note,
        ..before.clone()
    };
    if approve {
        after.state = AdjustmentState::Applied;
        after.entry = Some(apply(tx, identity, &before, before.requested_by, now).await?);
    }
    adjustments::decide(tx, &after).await?;
    Ok((before, after))
}

async fn check_scope(
    tx: &mut TenantTx,
    identity: &Identity,
    programme: Uuid,
) -> Result<(), Problem> {
    let programme = programmes::get(tx, identity, programme).await?;
    match programme.brand {
        Some(brand) => identity.require_brand(brand),
        None => scope::require_wide(identity),
    }
}

/// Refuses a member whom the organisation does not have, or no longer.
pub async fn require_member(tx: &mut TenantTx, member: MemberId) -> Result<(), Problem> {
    if accounts::find_member(tx, member).await? == Some(member) {
        Ok(())
    } else {
        Err(Problem::not_found("member"))
    }
}

/// Adds the entry of an adjustment. Points that are taken have to be there.
async fn apply(
    tx: &mut TenantTx,
    identity: &Identity,
    adjustment: &Adjustment,
    operator: AccountId,
    now: DateTime<Utc>,
) -> Result<Uuid, Problem> {
    let programme = programmes::get(tx, identity, adjustment.programme).await?;
    let version = programme.in_force(now);
    let version = version.ok_or_else(|| Problem::not_found("points programme"))?;
    let account = adjustment.account();
    let source = format!("adjustment:{}", adjustment.id);
    let entry = NewEntry {
        about: About {
            programme_version: version.number,
            operator: Some(operator),
            reason: adjustment.reason.clone(),
            ..About::default()
        },
        ..NewEntry::new(account, EntryKind::Adjusted, "adjusted", source, now)
    };
    let entry = entry.param("points", adjustment.points);
    if adjustment.points > 0 {
        let credit = Credit {
            entry,
            points: adjustment.points,
            rules: &version.rules,
            order: None,
        };
        let (_, entry) = posting::credit(tx, credit).await?;
        return Ok(entry);
    }
    let balances = accounts::lock(tx, account).await?;
    let lots = accounts::open_lots(tx, account).await?;
    let wanted = -adjustment.points;
    if balances.available() < wanted {
        let reason = MembershipReason::PointsInsufficient;
        let balance = [("balance", balances.available())];
        return Err(Problem::new(reason)
            .param("balance", balances.available())
            .field_with("points", reason, balance));
    }
    let taken = account::take(&lots, wanted);
    let lots = taken
        .into_iter()
        .map(|(lot, points)| (lot, -points))
        .collect();
    let added = posting::post(tx, &[NewEntry { lots, ..entry }]).await?;
    let (id, _) = added
        .first()
        .copied()
        .ok_or_else(|| Problem::new(CommonReason::Internal))?;
    Ok(id)
}
