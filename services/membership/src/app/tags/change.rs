//! Creating, renaming, merging and archiving tags.

use chassis::{
    authn::Identity,
    db::{OnConstraint as _, TenantTx},
    error::{self, CommonReason, Problem},
};
use chrono::{DateTime, Utc};
use proto::membership::v1::MembershipReason;
use uuid::Uuid;

use super::{automatic, usage};
use crate::{
    app::scope,
    domain::{
        tag_rule::{MOST_AUTOMATIC, TagRule},
        tags::{MOST_ACTIVE, folded, is_similar},
    },
    store::{
        new_id,
        tags::{
            self, OwnRule, Tag, TagSource,
            owners::{self, Origin},
            rules,
        },
    },
};

/// Most former names that are kept.
const MOST_FORMER: usize = 20;

/// What staff says of a tag.
#[derive(Clone, Debug, PartialEq)]
pub struct TagFields {
    /// Name.
    pub name: String,
    /// Colour.
    pub colour: String,
    /// Group.
    pub group_name: String,
    /// Description.
    pub description: String,
    /// Although others are close.
    pub allow_similar: bool,
    /// Rule of an automatic tag.
    pub rule: Option<TagRule>,
    /// The rule does not act.
    pub rule_paused: bool,
}

impl TagFields {
    fn own_rule(&self, before: Option<&OwnRule>) -> Option<OwnRule> {
        let rule = self.rule.clone()?;
        Some(OwnRule {
            rule,
            paused: self.rule_paused,
            applied_at: before.and_then(|before| before.applied_at),
        })
    }
}

/// Stores the rule of a tag where it changed. One that acts is applied to everybody at once.
async fn save_rule(
    tx: &mut TenantTx,
    tag: Uuid,
    before: Option<&OwnRule>,
    after: Option<&OwnRule>,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    match (before, after) {
        (None, None) => Ok(()),
        (Some(_), None) => Ok(rules::delete(tx, tag).await?),
        (Some(before), Some(after)) if before == after => Ok(()),
        (before, Some(after)) => {
            automatic::check(tx, &after.rule).await?;
            if before.is_none() {
                check_automatic(&tags::list(tx, true).await?)?;
            }
            let round_at = (!after.paused).then_some(now);
            Ok(rules::upsert(tx, tag, &after.rule, round_at).await?)
        }
    }
}

fn check_automatic(all: &[Tag]) -> Result<(), Problem> {
    let automatic = all.iter().filter(|tag| tag.rule.is_some()).count();
    if automatic < MOST_AUTOMATIC {
        return Ok(());
    }
    Err(Problem::new(MembershipReason::TagLimit).param("max", MOST_AUTOMATIC))
}

/// Creates a tag.
pub async fn create(
    tx: &mut TenantTx,
    identity: &Identity,
    fields: TagFields,
    now: DateTime<Utc>,
) -> Result<Tag, Problem> {
    scope::require_wide(identity)?;
    tags::lock_names(tx).await?;
    let active = tags::list(tx, false).await?;
    check_limit(active.len())?;
    let name_folded = folded(&fields.name);
    check_name(&active, None, &name_folded, fields.allow_similar)?;
    let rule = fields.own_rule(None);
    let tag = Tag {
        id: new_id(now),
        version: 1,
        name: fields.name,
        name_folded,
        colour: fields.colour,
        group_name: fields.group_name,
        description: fields.description,
        former_names: Vec::new(),
        archived: false,
        merged_into: None,
        created_at: now,
        members: 0,
        rule,
    };
    tags::insert(tx, &tag)
        .await
        .on_constraint("tags_name", taken)?;
    save_rule(tx, tag.id, None, tag.rule.as_ref(), now).await?;
    Ok(tag)
}

/// Changes a tag: it before and after.
pub async fn update(
    tx: &mut TenantTx,
    identity: &Identity,
    id: Uuid,
    version: i64,
    fields: TagFields,
    now: DateTime<Utc>,
) -> Result<(Tag, Tag), Problem> {
    scope::require_wide(identity)?;
    tags::lock_names(tx).await?;
    let before = get(tx, id, version).await?;
    let name_folded = folded(&fields.name);
    if !before.archived && name_folded != before.name_folded {
        let active = tags::list(tx, false).await?;
        check_name(&active, Some(id), &name_folded, fields.allow_similar)?;
    }
    let mut former_names = before.former_names.clone();
    if before.name != fields.name {
        former_names.insert(0, before.name.clone());
        former_names.truncate(MOST_FORMER);
    }
    let mut rule = fields.own_rule(before.rule.as_ref());
    // An archived tag is given to nobody.
    if let Some(rule) = &mut rule {
        rule.paused |= before.archived;
    }
    let after = Tag {
        version: before.version + 1,
        rule,
        name: fields.name,
        name_folded,
        colour: fields.colour,
        group_name: fields.group_name,
        description: fields.description,
        former_names,
        ..before.clone()
    };
    tags::update(tx, &after)
        .await
        .on_constraint("tags_name", taken)?;
    save_rule(tx, id, before.rule.as_ref(), after.rule.as_ref(), now).await?;
    Ok((before, after))
}

/// Archives a tag, or brings it back: it before and after.
pub async fn archive(
    tx: &mut TenantTx,
    identity: &Identity,
    id: Uuid,
    version: i64,
    archived: bool,
) -> Result<(Tag, Tag), Problem> {
    scope::require_wide(identity)?;
    tags::lock_names(tx).await?;
    let before = get(tx, id, version).await?;
    if archived {
        check_unused(tx, id).await?;
    } else if before.archived {
        let active = tags::list(tx, false).await?;
        check_limit(active.len())?;
        check_name(&active, Some(id), &before.name_folded, true)?;
    }
    let mut rule = before.rule.clone();
    if let Some(rule) = &mut rule {
        rule.paused |= archived;
        if archived {
            rules::pause(tx, id).await?;
        }
    }
    let after = Tag {
        version: before.version + 1,
        rule,
        archived,
        merged_into: before.merged_into.filter(|_| archived),
        ..before.clone()
    };
    tags::update(tx, &after)
        .await
        .on_constraint("tags_name", taken)?;
    Ok((before, after))
}

/// Merges a tag into another, whose members become those of both: the one that stays.
pub async fn merge(
    tx: &mut TenantTx,
    identity: &Identity,
    id: Uuid,
    version: i64,
    into: Uuid,
    now: DateTime<Utc>,
) -> Result<Tag, Problem> {
    scope::require_wide(identity)?;
    tags::lock_names(tx).await?;
    let merged = get(tx, id, version).await?;
    let stays = tags::find(tx, into)
        .await?
        .filter(|tag| !tag.archived && tag.id != id);
    if stays.is_none() {
        return Err(Problem::not_found("tag").field("into_tag_id", CommonReason::NotFound));
    }
    automatic::require_manual(tx, &[into], |_| "into_tag_id".to_owned()).await?;
    check_unused(tx, id).await?;
    rules::delete(tx, id).await?;
    let origin = Origin {
        source: TagSource::Merge,
        operator: identity.account(),
        batch: None,
        at: now,
    };
    let members = owners::members_of(tx, id).await?;
    owners::lock_members(tx, &members).await?;
    // Taken first, so that a member with the most tags has the other instead.
    owners::take(tx, id, &members, origin).await?;
    owners::give(tx, into, &members, origin).await?;
    let archived = Tag {
        version: merged.version + 1,
        archived: true,
        merged_into: Some(into),
        ..merged
    };
    tags::update(tx, &archived).await?;
    let stays = tags::find(tx, into).await?;
    stays.ok_or_else(|| Problem::not_found("tag"))
}

async fn get(tx: &mut TenantTx, id: Uuid, version: i64) -> Result<Tag, Problem> {
    let tag = tags::find(tx, id).await?;
    let tag = tag.ok_or_else(|| Problem::not_found("tag"))?;
    error::check_version(version, tag.version)?;
    Ok(tag)
}

fn taken() -> Problem {
    Problem::new(CommonReason::CodeTaken).field("name", CommonReason::CodeTaken)
}

fn check_limit(active: usize) -> Result<(), Problem> {
    if i64::try_from(active).unwrap_or(i64::MAX) < MOST_ACTIVE {
        return Ok(());
    }
    Err(Problem::new(MembershipReason::TagLimit).param("max", MOST_ACTIVE))
}

fn check_name(
    active: &[Tag],
    own: Option<Uuid>,
    name: &str,
    allow_similar: bool,
) -> Result<(), Problem> {
    let others = || active.iter().filter(move |tag| Some(tag.id) != own);
    if others().any(|tag| tag.name_folded == name) {
        return Err(taken());
    }
    let similar: Vec<&str> = others()
        .filter(|tag| !allow_similar && is_similar(&tag.name_folded, name))
        .map(|tag| tag.name.as_str())
        .take(5)
        .collect();
    if similar.is_empty() {
        return Ok(());
    }
    let names = similar.join("、");
    let reason = MembershipReason::TagSimilar;
    Err(Problem::new(reason)
        .param("names", &names)
        .field_with("name", reason, [("names", names)]))
}

async fn check_unused(tx: &mut TenantTx, tag: Uuid) -> Result<(), Problem> {
    let rules = usage::rules_using(tx, tag).await?;
    if rules.is_empty() {
        return Ok(());
    }
    Err(Problem::new(MembershipReason::TagInUse).param("rules", rules.join("、")))
}
