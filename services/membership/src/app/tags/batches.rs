//! Giving a tag to many members or taking it from them, and undoing it.

use std::collections::BTreeSet;

use chassis::{
    authn::Identity,
    db::TenantTx,
    error::{CommonReason, Problem},
};
use chrono::{DateTime, TimeDelta, Utc};
use proto::membership::v1::MembershipReason;
use uuid::Uuid;

use super::automatic;
use crate::{
    app::{scope, tiers::named},
    store::{
        new_id,
        tags::{
            self, TagSource,
            batches::TagBatch,
            filter::{self, MemberFilter},
            owners::{self, Origin},
            rules,
        },
    },
};

/// Most members of a batch.
const MOST_MEMBERS: i64 = 200_000;
/// How long a batch can be undone.
pub const UNDO_WITHIN: TimeDelta = TimeDelta::days(7);

/// Whom a batch is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Members with these phones, in E.164.
    Phones(BTreeSet<String>),
    /// Members who meet a filter.
    Filter(MemberFilter),
}

/// What a batch did, or would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The batch; `None` for a dry run.
    pub batch: Option<TagBatch>,
    /// Members it is for.
    pub matched: i64,
    /// Members it changes.
    pub changed: i64,
    /// Members who have the most tags already.
    pub full: i64,
    /// Phones of nobody.
    pub unknown: i64,
}

/// Carries out a batch, or counts alone.
pub async fn carry_out(
    tx: &mut TenantTx,
    identity: &Identity,
    tag: Uuid,
    add: bool,
    target: &Target,
    dry_run: bool,
    now: DateTime<Utc>,
) -> Result<Outcome, Problem> {
    scope::require_wide(identity)?;
    let (by, _) = identity.staff()?;
    let found = tags::find(tx, tag)
        .await?
        .filter(|tag| !add || !tag.archived);
    if found.is_none() {
        return Err(Problem::not_found("tag"));
    }
    automatic::require_manual(tx, &[tag], |_| "tag_id".to_owned()).await?;
    let (mut members, unknown) = match target {
        Target::Phones(phones) => {
            let phones: Vec<String> = phones.iter().cloned().collect();
            let members = filter::by_phones(tx, &phones).await?;
            let unknown = count(phones.len()) - count(members.len());
            (members, unknown)
        }
        Target::Filter(filter) => (by_filter(tx, filter).await?, 0),
    };
    if members.is_empty() {
        return Err(Problem::new(CommonReason::EmptyTarget).message("no member matches"));
    }
    if count(members.len()) > MOST_MEMBERS {
        let most = [("max", MOST_MEMBERS)];
        return Err(Problem::new(CommonReason::ValidationFailed).field_with(
            "filter",
            CommonReason::ValidationFailed,
            most,
        ));
    }
    if !dry_run {
        members = owners::lock_members(tx, &members).await?;
    }
    let matched = count(members.len());
    let (owners, full) = owners::count_owners(tx, tag, &members).await?;
    let full = if add { full } else { 0 };
    let mut outcome = Outcome {
        batch: None,
        matched,
        changed: if add { matched - owners - full } else { owners },
        full,
        unknown,
    };
    if dry_run {
        return Ok(outcome);
    }
    let mut batch = TagBatch {
        id: new_id(now),
        tag,
        added: add,
        at: now,
        operator: Some(by),
        matched: small(matched),
        changed: 0,
        undone_at: None,
        undone_by: None,
    };
    let origin = Origin {
        source: TagSource::Batch,
        operator: Some(by),
        batch: Some(batch.id),
        at: now,
    };
    let changed = if add {
        owners::give(tx, tag, &members, origin).await?
    } else {
        owners::take(tx, tag, &members, origin).await?
    };
    outcome.changed = i64::try_from(changed).unwrap_or(i64::MAX);
    batch.changed = small(outcome.changed);
    tags::batches::insert(tx, &batch).await?;
    outcome.batch = Some(batch);
    Ok(outcome)
}

async fn by_filter(tx: &mut TenantTx, filter: &MemberFilter) -> Result<Vec<Uuid>, Problem> {
    let base = named::base_programmes(tx, &filter.tiers).await?;
    Ok(filter::by_filter(tx, filter, &base, MOST_MEMBERS + 1).await?)
}

/// Undoes a batch where nothing else changed the tag since; a rule that made it acts no more: the batch, how many members changed and how many did not.
pub async fn undo(
    tx: &mut TenantTx,
    identity: &Identity,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<(TagBatch, i64, i64), Problem> {
    scope::require_wide(identity)?;
    let (by, _) = identity.staff()?;
    let found = tags::batches::find_tag(tx, id).await?;
    let (tag, by_rule) = found.ok_or_else(|| Problem::not_found("batch"))?;
    // A round of the rule locks the rule before its batch.
    if by_rule {
        rules::lock(tx, tag).await?;
    }
    let batch = tags::batches::lock(tx, id).await?;
    let mut batch = batch.ok_or_else(|| Problem::not_found("batch"))?;
    if batch.undone_at.is_some() {
        return Ok((batch, 0, 0));
    }
    if batch.at + UNDO_WITHIN <= now {
        return Err(Problem::new(MembershipReason::UndoClosed)
            .message("a batch can be undone for seven days"));
    }
    // Otherwise the next night would do the same again.
    if by_rule {
        rules::pause(tx, tag).await?;
    }
    let (members, all) = tags::batches::undoable(tx, &batch).await?;
    let members = owners::lock_members(tx, &members).await?;
    let origin = Origin {
        source: TagSource::Undo,
        operator: Some(by),
        batch: Some(id),
        at: now,
    };
    let changed = if batch.added {
        owners::take(tx, batch.tag, &members, origin).await?
    } else {
        owners::give(tx, batch.tag, &members, origin).await?
    };
    tags::batches::note_undone(tx, id, by, now).await?;
    batch.undone_at = Some(now);
    batch.undone_by = Some(by);
    let changed = i64::try_from(changed).unwrap_or(i64::MAX);
    Ok((batch, changed, all - changed))
}

fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

fn small(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
