//! Tags between proto and domain.

use chassis::time;
use proto::membership::v1::{self as wire, CreateTagBatchResponse};

use crate::{
    app::tags::batches::{Outcome, UNDO_WITHIN},
    store::tags::{
        Tag, TagSource,
        batches::TagBatch,
        owners::{MemberTag, TagChange},
    },
};

pub fn small(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

pub fn batch_response(outcome: &Outcome, invalid: i32) -> CreateTagBatchResponse {
    CreateTagBatchResponse {
        batch: outcome.batch.as_ref().map(batch),
        matched: small(outcome.matched),
        changed: small(outcome.changed),
        full: small(outcome.full),
        invalid_phones: invalid,
        unknown_phones: small(outcome.unknown),
    }
}

pub fn tag(tag: &Tag) -> wire::Tag {
    wire::Tag {
        tag_id: tag.id.to_string(),
        version: tag.version,
        name: tag.name.clone(),
        colour: tag.colour.clone(),
        group_name: tag.group_name.clone(),
        description: tag.description.clone(),
        members: tag.members,
        archived: tag.archived,
        merged_into: tag.merged_into.map(|id| id.to_string()),
        former_names: tag.former_names.clone(),
        created_at: Some(time::to_wire(tag.created_at)),
        rule: tag.rule.as_ref().map(|own| own.rule.wire().clone()),
        rule_paused: tag.rule.as_ref().is_some_and(|own| own.paused),
        rule_applied_at: (tag.rule.as_ref())
            .and_then(|own| own.applied_at)
            .map(time::to_wire),
    }
}

pub fn member_tag(tag: &MemberTag) -> wire::MemberTag {
    wire::MemberTag {
        tag_id: tag.id.to_string(),
        name: tag.name.clone(),
        colour: tag.colour.clone(),
        since: Some(time::to_wire(tag.since)),
        source: tag.source.to_wire(),
        operator: tag.operator.map(|id| id.to_string()),
    }
}

pub fn tag_change(change: &TagChange) -> wire::MemberTagChange {
    wire::MemberTagChange {
        at: Some(time::to_wire(change.at)),
        tag_id: change.tag.to_string(),
        name: change.name.clone(),
        added: change.added,
        source: change.source.to_wire(),
        operator: change.operator.map(|id| id.to_string()),
        batch_id: change.batch.map(|id| id.to_string()),
    }
}

pub fn batch(batch: &TagBatch) -> wire::TagBatch {
    wire::TagBatch {
        batch_id: batch.id.to_string(),
        tag_id: batch.tag.to_string(),
        added: batch.added,
        at: Some(time::to_wire(batch.at)),
        operator: batch.operator.map(|id| id.to_string()).unwrap_or_default(),
        matched: batch.matched,
        changed: batch.changed,
        undo_until: Some(time::to_wire(batch.at + UNDO_WITHIN)),
        undone_at: batch.undone_at.map(time::to_wire),
        undone_by: batch.undone_by.map(|id| id.to_string()),
        source: match batch.operator {
            Some(_) => TagSource::Batch.to_wire(),
            None => TagSource::Rule.to_wire(),
        },
    }
}
