//! The daily run: tiers whose validity has ended are kept or lost. What is due are rows, so it may end and begin
//! anywhere.

use chassis::{db::TenantTx, error::Problem, id::MemberId};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::change::{self, Move, governing};
use crate::{
    domain::tiers::{judging, rules::ChangeMode},
    store::tiers::{
        members::{self, Due},
        programmes,
    },
};

/// Members judged in one transaction.
pub const MEMBERS_A_BATCH: i64 = 2_000;

/// Judges members who are due; how many there were.
pub async fn judge_due(
    tx: &mut TenantTx,
    programme: Uuid,
    now: DateTime<Utc>,
) -> Result<usize, Problem> {
    let all = programmes::list(tx).await?;
    let Some(programme) = all.iter().find(|known| known.id == programme) else {
        return Ok(0);
    };
    let due = members::take_due(tx, programme.id, now, MEMBERS_A_BATCH).await?;
    let rules_of = |due: &Due| {
        let version = governing(programme, due.joined_at, now)?;
        Some(&version.rules.rules)
    };
    let starts = |start: &dyn Fn(&Due) -> DateTime<Utc>| -> Vec<(MemberId, DateTime<Utc>)> {
        due.iter().map(|due| (due.member, start(due))).collect()
    };
    let window = starts(&|due| {
        let since = due.standing.since;
        rules_of(due).map_or(now, |rules| rules.window_start(now, since))
    });
    let since = starts(&|due| due.standing.since + chrono::TimeDelta::microseconds(1));
    let window = members::progress(tx, programme.brand, &window).await?;
    let since = members::progress(tx, programme.brand, &since).await?;
    let (mut moves, mut kept) = (Vec::new(), Vec::new());
    for due in &due {
        let Some(rules) = rules_of(due) else {
            continue;
        };
        let counted = |of: &std::collections::HashMap<MemberId, judging::Progress>| {
            of.get(&due.member).copied().unwrap_or_default()
        };
        let (window, since) = (counted(&window), counted(&since));
        let after = judging::judge(rules, &due.standing, &window, &since, now);
        if after.tier == due.standing.tier && after.since == due.standing.since {
            kept.push((due.member, after));
        } else {
            moves.push(Move {
                member: due.member,
                from: due.standing.tier,
                to: after,
                by: None,
            });
        }
    }
    members::save(tx, programme.id, &kept).await?;
    change::save(tx, programme.id, &moves, now).await?;
    Ok(due.len())
}

/// Carries out a version that has taken effect: tiers that are left out are replaced, and where it says so everybody
/// is judged.
pub async fn apply_version(
    tx: &mut TenantTx,
    programme: Uuid,
    number: i64,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    if !programmes::begin_applying(tx, programme, number, now).await? {
        return Ok(());
    }
    let all = programmes::list(tx).await?;
    let Some(programme) = all.iter().find(|known| known.id == programme) else {
        return Ok(());
    };
    let Some(version) = programme.numbered(number) else {
        return Ok(());
    };
    let said = &version.rules;
    members::replace(tx, programme.id, &said.replaced).await?;
    if let (ChangeMode::Recalculate, Some(base)) = (said.mode, said.rules.tiers.first()) {
        members::recalculate(tx, programme.id, programme.brand, base.id, now).await?;
    }
    Ok(())
}
