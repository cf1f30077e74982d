//! Between the messages of pauses and the domain, both ways.

use std::collections::BTreeSet;

use chassis::{
    error::{CommonReason, Violations},
    id::{self, PauseId},
    request::{self, PageRequest},
    sales::{Channel, Method},
    text,
    text_enum::WireEnum as _,
};
use chrono::{DateTime, Utc};
use proto::capacity::v1 as wire;

use crate::{
    app::pauses::PauseScope,
    domain::{
        local_time::is_of_business,
        pauses::{ActivePause, End, Ending, LONGEST_NAME, MOST_MINUTES, Reason, Target},
    },
    store::pauses::{PauseInBranch, orders::MatchingOrder},
    wire::{ids, instant, timestamp},
};

const MOST_BRANCHES: usize = 200;
const MOST_CHANNELS: usize = 10;

/// Reads what is to be paused.
pub fn target(
    field: &str,
    target: Option<&wire::PauseTarget>,
    violations: &mut Violations,
) -> Option<Target> {
    let target = target.cloned().unwrap_or_default();
    let id = format!("{field}.id");
    match target.kind() {
        wire::PauseTargetKind::Unspecified => {
            violations.push(field, CommonReason::EmptyTarget);
            None
        }
        wire::PauseTargetKind::Product => {
            id::parse(&id, target.id(), violations).map(Target::Product)
        }
        wire::PauseTargetKind::Variant => {
            id::parse(&id, target.id(), violations).map(Target::Variant)
        }
        wire::PauseTargetKind::Option => {
            id::parse(&id, target.id(), violations).map(Target::Option)
        }
        wire::PauseTargetKind::Category => {
            id::parse(&id, target.id(), violations).map(Target::Category)
        }
        wire::PauseTargetKind::Method => {
            let method = Method::from_wire(target.method().into());
            if method.is_none() {
                violations.push(format!("{field}.method"), CommonReason::EmptyTarget);
            }
            method.map(Target::Method)
        }
        wire::PauseTargetKind::Branch => Some(Target::Branch),
        wire::PauseTargetKind::Station => {
            label(field, target.name(), violations).map(Target::Station)
        }
        wire::PauseTargetKind::Tag => label(field, target.name(), violations).map(Target::Tag),
    }
}

/// Reads the name of a station or print tag; a product without one is not meant by it.
fn label(field: &str, name: &str, violations: &mut Violations) -> Option<String> {
    let field = format!("{field}.name");
    let name = text::bounded_label(&field, name, 0..=LONGEST_NAME, violations);
    if name.is_empty() {
        violations.push(field, CommonReason::EmptyTarget);
        return None;
    }
    Some(name)
}

/// A target on the wire.
pub fn wire_target(target: &Target) -> wire::PauseTarget {
    let kind = match target {
        Target::Product(_) => wire::PauseTargetKind::Product,
        Target::Variant(_) => wire::PauseTargetKind::Variant,
        Target::Option(_) => wire::PauseTargetKind::Option,
        Target::Category(_) => wire::PauseTargetKind::Category,
        Target::Method(_) => wire::PauseTargetKind::Method,
        Target::Branch => wire::PauseTargetKind::Branch,
        Target::Station(_) => wire::PauseTargetKind::Station,
        Target::Tag(_) => wire::PauseTargetKind::Tag,
    };
    let method = match target {
        Target::Method(method) => Some(method.to_wire()),
        _ => None,
    };
    wire::PauseTarget {
        kind: kind.into(),
        id: target.id().map(|id| id.to_string()),
        method,
        name: target.name().map(str::to_owned),
    }
}

/// Reads the scope of a pause.
pub fn scope(
    scope: wire::PauseScope,
    branch_ids: &[String],
    brand_id: &str,
    violations: &mut Violations,
) -> Option<PauseScope> {
    match scope {
        wire::PauseScope::Unspecified => {
            violations.push("scope", CommonReason::ValidationFailed);
            None
        }
        wire::PauseScope::Brand => {
            id::parse("brand_id", brand_id, violations).map(PauseScope::Brand)
        }
        wire::PauseScope::Branches => {
            if branch_ids.is_empty() {
                violations.push_with("branch_ids", CommonReason::ValidationFailed, [("min", 1)]);
            }
            let branch_ids = ids("branch_ids", branch_ids, MOST_BRANCHES, violations);
            Some(PauseScope::Branches(branch_ids.into_iter().collect()))
        }
    }
}

/// Reads the channels a pause concerns; each once.
pub fn channels(numbers: &[i32], violations: &mut Violations) -> BTreeSet<Channel> {
    if numbers.len() > MOST_CHANNELS {
        violations.push_with(
            "channels",
            CommonReason::ValidationFailed,
            [("max", MOST_CHANNELS)],
        );
    }
    let mut read = BTreeSet::new();
    for (index, number) in numbers.iter().take(MOST_CHANNELS).enumerate() {
        let field = format!("channels[{index}]");
        if !Channel::from_wire(*number).is_some_and(|channel| read.insert(channel)) {
            violations.push(field, CommonReason::ValidationFailed);
        }
    }
    read
}

/// Reads when a pause ends; today unless something else is said.
pub fn end(end: Option<&wire::PauseEnd>, violations: &mut Violations) -> Option<End> {
    let end = end.copied().unwrap_or_default();
    let Ok(kind) = wire::PauseEndKind::try_from(end.kind) else {
        violations.push("end.kind", CommonReason::ValidationFailed);
        return None;
    };
    match kind {
        wire::PauseEndKind::Unspecified | wire::PauseEndKind::Today => Some(End::Today),
        wire::PauseEndKind::Restocked => Some(End::Restocked),
        wire::PauseEndKind::Manual => Some(End::Manual),
        wire::PauseEndKind::Minutes => {
            let minutes = u16::try_from(end.minutes()).ok();
            let minutes = minutes.filter(|_| (1..=MOST_MINUTES).contains(&end.minutes()));
            if minutes.is_none() {
                let params = [("given", end.minutes()), ("min", 1), ("max", MOST_MINUTES)];
                violations.push_with("end.minutes", CommonReason::SettingRange, params);
            }
            minutes.map(End::Minutes)
        }
        wire::PauseEndKind::At => match &end.at {
            Some(at) => instant("end.at", at, violations).map(End::At),
            None => {
                violations.push("end.at", CommonReason::ValidationFailed);
                None
            }
        },
    }
}

fn wire_end(end: End) -> wire::PauseEnd {
    let (kind, minutes, at) = match end {
        End::Today => (wire::PauseEndKind::Today, None, None),
        End::Minutes(minutes) => (wire::PauseEndKind::Minutes, Some(minutes.into()), None),
        End::At(at) => (wire::PauseEndKind::At, None, Some(timestamp(at))),
        End::Restocked => (wire::PauseEndKind::Restocked, None, None),
        End::Manual => (wire::PauseEndKind::Manual, None, None),
    };
    wire::PauseEnd {
        kind: kind.into(),
        minutes,
        at,
    }
}

/// Reads why; 其他 needs a word to the other staff.
pub fn reason(number: i32, note: &str, violations: &mut Violations) -> Option<Reason> {
    let reason = match wire::PauseReason::try_from(number) {
        Ok(wire::PauseReason::OutOfStock) => Reason::OutOfStock,
        Ok(wire::PauseReason::Equipment) => Reason::Equipment,
        Ok(wire::PauseReason::Staffing) => Reason::Staffing,
        Ok(wire::PauseReason::FoodSafety) => Reason::FoodSafety,
        Ok(wire::PauseReason::Other) => Reason::Other,
        Ok(wire::PauseReason::Unspecified) => {
            violations.push("reason", CommonReason::ReasonRequired);
            return None;
        }
        Err(_) => {
            violations.push("reason", CommonReason::ValidationFailed);
            return None;
        }
    };
    if reason == Reason::Other && note.is_empty() {
        violations.push("note", CommonReason::ReasonRequired);
    }
    Some(reason)
}

const fn wire_reason(reason: Reason) -> wire::PauseReason {
    match reason {
        Reason::OutOfStock => wire::PauseReason::OutOfStock,
        Reason::Equipment => wire::PauseReason::Equipment,
        Reason::Staffing => wire::PauseReason::Staffing,
        Reason::FoodSafety => wire::PauseReason::FoodSafety,
        Reason::Other => wire::PauseReason::Other,
    }
}

fn wire_channels(channels: &BTreeSet<Channel>) -> Vec<i32> {
    channels.iter().map(|channel| channel.to_wire()).collect()
}

/// A pause as staff see it in a branch.
pub fn pause((pause, place): &PauseInBranch) -> wire::Pause {
    let scope = if pause.whole_brand {
        wire::PauseScope::Brand
    } else {
        wire::PauseScope::Branches
    };
    let ending = place.ending.map(|ending| match ending {
        Ending::Time => wire::PauseEnding::Time,
        Ending::Restocked => wire::PauseEnding::Restocked,
        Ending::Resumed => wire::PauseEnding::Resumed,
    });
    wire::Pause {
        pause_id: pause.pause_id.to_string(),
        target: Some(wire_target(&pause.target)),
        target_name: pause.target_name.clone(),
        scope: scope.into(),
        brand_id: pause.brand_id.to_string(),
        branch_count: pause.branch_count.try_into().unwrap_or(i32::MAX),
        channels: wire_channels(&pause.channels),
        reason: wire_reason(pause.reason).into(),
        note: pause.note.clone(),
        end: Some(wire_end(pause.end)),
        ends_at: place.ends_at.map(timestamp),
        locked: pause.locked,
        started_at: Some(timestamp(pause.started_at)),
        started_by: pause.started_by.clone(),
        ended_at: place.ended_at.map(timestamp),
        ending: ending.map(Into::into),
        ended_by: place.ended_by.clone(),
        version: pause.version,
    }
}

/// A pause as customers may know it.
pub fn public_pause(pause: &ActivePause) -> wire::PublicPause {
    wire::PublicPause {
        target: Some(wire_target(&pause.target)),
        channels: wire_channels(&pause.channels),
        reason: wire_reason(pause.reason).into(),
        ends_at: pause.ends_at.map(timestamp),
    }
}

/// An order that contains a target, on the wire.
pub fn order(order: &MatchingOrder) -> wire::OrderWithTarget {
    wire::OrderWithTarget {
        order_id: order.order_id.to_string(),
        branch_id: order.branch_id.to_string(),
        promised_at: Some(timestamp(order.promised_at)),
    }
}

/// Parses a page request of the history.
pub fn page(
    size: i32,
    token: &str,
    violations: &mut Violations,
) -> PageRequest<(DateTime<Utc>, PauseId)> {
    let page: PageRequest<(DateTime<Utc>, PauseId)> = request::page(size, token, violations);
    if page
        .after
        .is_some_and(|(at, _)| !is_of_business(at.date_naive()))
    {
        violations.push("page_token", CommonReason::ValidationFailed);
    }
    page
}

/// Where a pause stands in the history.
pub fn place_in_history((pause, place): &PauseInBranch) -> (DateTime<Utc>, PauseId) {
    (place.ended_at.unwrap_or_default(), pause.pause_id)
}

#[cfg(test)]
mod tests {
    use chassis::{id::ProductId, sales::Method};

    use super::*;

    #[test]
    fn targets_and_ends_come_back_as_they_were() {
        let mut violations = Violations::new();
        for sent in [
            Target::Product(ProductId::from_uuid(uuid::Uuid::from_u128(1))),
            Target::Method(Method::OnSite),
            Target::Branch,
            Target::Station("吧台".to_owned()),
            Target::Tag("冷飲".to_owned()),
        ] {
            let read = target("target", Some(&wire_target(&sent)), &mut violations);
            assert_eq!(read, Some(sent));
        }
        let at = DateTime::from_timestamp(1_788_321_600, 0).unwrap();
        for sent in [
            End::Today,
            End::Minutes(90),
            End::At(at),
            End::Restocked,
            End::Manual,
        ] {
            assert_eq!(end(Some(&wire_end(sent)), &mut violations), Some(sent));
        }
        assert_eq!(end(None, &mut violations), Some(End::Today));
        assert!(violations.is_empty());
    }

    #[test]
    fn what_cannot_be_meant_is_named_at_its_field() {
        let mut violations = Violations::new();
        target("target", None, &mut violations);
        for name in [" ".to_owned(), "吧".repeat(21)] {
            let station = wire::PauseTarget {
                kind: wire::PauseTargetKind::Station.into(),
                name: Some(name),
                ..Default::default()
            };
            target("target", Some(&station), &mut violations);
        }
        let minutes = wire::PauseEnd {
            kind: wire::PauseEndKind::Minutes.into(),
            minutes: Some(1_441),
            at: None,
        };
        end(Some(&minutes), &mut violations);
        channels(&[1, 1, 0, 77], &mut violations);
        reason(wire::PauseReason::Other.into(), "", &mut violations);
        reason(0, "", &mut violations);
        page(0, "soon", &mut violations);
        let fields = violations.into_result().unwrap_err().fields;
        let found: Vec<_> = fields
            .iter()
            .map(|found| (found.field.as_str(), &*found.reason))
            .collect();
        assert_eq!(
            found,
            [
                ("target", "EMPTY_TARGET"),
                ("target.name", "EMPTY_TARGET"),
                ("target.name", "TEXT_TOO_LONG"),
                ("end.minutes", "SETTING_RANGE"),
                ("channels[1]", "VALIDATION_FAILED"),
                ("channels[2]", "VALIDATION_FAILED"),
                ("channels[3]", "VALIDATION_FAILED"),
                ("note", "REASON_REQUIRED"),
                ("reason", "REASON_REQUIRED"),
                ("page_token", "VALIDATION_FAILED"),
            ]
        );
    }
}
