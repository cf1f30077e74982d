//! Members between proto and domain.

use chassis::{
    error::{CommonReason, Violations},
    id::{self, TagId},
    request, text, time,
};
use chrono::{DateTime, Utc};
use proto::membership::v1 as wire;
use uuid::Uuid;

use crate::{
    app::members::{consents::Choice, duplicates::ShownPair, list::Row},
    domain::{
        contact::{self, Address},
        habits::Habits,
        member::{
            ConsentKind, Gender, Member, MemberState, UNDO_MERGE_WITHIN, mask_email, mask_line_user,
        },
    },
    store::{
        addresses::StoredAddress, consents::Consent, member_list::Filter,
        member_orders::ListedOrder, merges::Merge, notes::Note, sessions::Session,
    },
};

const PRODUCTS_OF_ORDER: usize = 5;
const MOST_SPENT: i64 = 999_999_999_999;
/// Most tiers and tags of a filter.
const MOST_TIERS: usize = 10;
const MOST_TAGS: usize = 50;

pub fn row(row: &Row) -> wire::MemberRow {
    let member = &row.member;
    wire::MemberRow {
        member_id: member.id.to_string(),
        version: member.version,
        state: member.state.to_wire(),
        name: member.name.clone(),
        phone: member.phone.as_deref().map(text::mask_phone),
        line_user: member.line_user.as_deref().map(mask_line_user),
        last_delivery_area: String::new(),
        orders: member.orders,
        birth_day: member.birthday.map(|date| date.format("%m-%d").to_string()),
        gender: member.gender.to_wire(),
        joined_at: Some(time::to_wire(member.joined_at)),
        last_order_at: member.last_order_at.map(time::to_wire),
        spent: member.spent,
        tier_id: row.tier.map(|tier| tier.to_string()),
        points: row.points,
        tag_ids: row.tags.iter().map(ToString::to_string).collect(),
        source: member.source.to_wire(),
        source_branch_id: member.source_branch.map(|branch| branch.to_string()),
        marketing: member
            .marketing()
            .into_iter()
            .map(ConsentKind::to_wire)
            .collect(),
    }
}

pub fn email(member: &Member) -> Option<String> {
    member.email.as_deref().map(mask_email)
}

pub fn consent(consent: &Consent) -> wire::Consent {
    wire::Consent {
        kind: consent.kind.to_wire(),
        agreed: consent.agreed,
        text_version: consent.text_version.clone(),
        source: consent.source.to_wire(),
        at: Some(time::to_wire(consent.at)),
    }
}

pub fn address(stored: &StoredAddress) -> wire::MemberAddress {
    let address = stored.address.clone();
    wire::MemberAddress {
        address_id: stored.id.to_string(),
        label: address.label,
        postal_code: address.postal_code,
        city: address.city,
        district: address.district,
        street: address.street,
        note: address.note,
        preferred: address.preferred,
    }
}

/// Without street and remark.
pub fn masked_address(stored: &StoredAddress) -> wire::MemberAddress {
    wire::MemberAddress {
        street: String::new(),
        note: String::new(),
        ..address(stored)
    }
}

pub fn note(note: &Note) -> wire::MemberNote {
    wire::MemberNote {
        note_id: note.id.to_string(),
        text: note.text.clone(),
        account_id: note.account.to_string(),
        at: Some(time::to_wire(note.at)),
    }
}

pub fn order(order: &ListedOrder) -> wire::MemberOrder {
    wire::MemberOrder {
        order_id: order.id.to_string(),
        order_number: order.number.clone(),
        brand_id: order.brand.to_string(),
        branch_id: order.branch.to_string(),
        state: order.state.clone(),
        total: order.total,
        placed_at: Some(time::to_wire(order.placed_at)),
        products: order
            .items
            .iter()
            .take(PRODUCTS_OF_ORDER)
            .map(|item| format!("{} × {}", item.product, item.quantity))
            .collect(),
    }
}

pub fn habits(habits: &Habits) -> wire::MemberHabits {
    let products = habits.products.iter().map(|(name, count)| wire::Habit {
        name: name.clone(),
        choice: String::new(),
        count: *count,
    });
    let options = habits
        .options
        .iter()
        .map(|(group, choice, count)| wire::Habit {
            name: group.clone(),
            choice: choice.clone(),
            count: *count,
        });
    wire::MemberHabits {
        orders: i32::try_from(habits.orders).unwrap_or(i32::MAX),
        products: products.collect(),
        options: options.collect(),
        median_days: habits.median_days.and_then(|days| i32::try_from(days).ok()),
        branch_id: habits.branch.map(|branch| branch.to_string()),
        weekdays: habits.weekdays.to_vec(),
    }
}

pub fn contact(member: &Member, addresses: &[StoredAddress]) -> wire::MemberContact {
    wire::MemberContact {
        name: member.name.clone(),
        phone: member.phone.clone(),
        email: member.email.clone(),
        birthday: member.birthday.map(|date| date.to_string()),
        line_user: member.line_user.clone(),
        addresses: addresses.iter().map(address).collect(),
    }
}

pub fn account(member: &Member, consents: &[Consent], now: DateTime<Utc>) -> wire::MyAccount {
    wire::MyAccount {
        member_id: member.id.to_string(),
        version: member.version,
        name: member.name.clone(),
        phone: member.phone.clone(),
        email: member.email.clone(),
        birthday: member.birthday.map(|date| date.to_string()),
        birthday_changeable_at: member.birthday_changeable_at(now).map(time::to_wire),
        gender: member.gender.to_wire(),
        has_line: member.line_user.is_some(),
        joined_at: Some(time::to_wire(member.joined_at)),
        consents: consents.iter().map(consent).collect(),
        orders: member.orders,
        blocked: member.state == MemberState::Blocked,
        prepays: member.state == MemberState::Prepays,
    }
}

pub fn session(session: &Session, device: &str) -> wire::MemberSession {
    wire::MemberSession {
        session_id: session.id.to_string(),
        created_at: Some(time::to_wire(session.created_at)),
        used_at: Some(time::to_wire(session.used_at)),
        user_agent: session.user_agent.clone(),
        current: session.device == device,
    }
}

pub fn merge(merge: &Merge) -> wire::MemberMerge {
    wire::MemberMerge {
        merge_id: merge.id.to_string(),
        member_id: merge.member.to_string(),
        merged_member_id: merge.merged.to_string(),
        reason: merge.reason.clone(),
        account_id: merge.account.to_string(),
        at: Some(time::to_wire(merge.at)),
        undo_until: Some(time::to_wire(merge.at + UNDO_MERGE_WITHIN)),
        undone_at: merge.undone_at.map(time::to_wire),
    }
}

pub fn pair(shown: &ShownPair) -> wire::DuplicatePair {
    let causes = [
        (shown.pair.line, wire::DuplicateCause::Line),
        (shown.pair.phone, wire::DuplicateCause::Phone),
        (shown.pair.email, wire::DuplicateCause::Email),
        (shown.pair.birthday, wire::DuplicateCause::NameAndBirthday),
    ];
    wire::DuplicatePair {
        older: Some(row(&shown.older)),
        newer: Some(row(&shown.newer)),
        causes: causes
            .into_iter()
            .filter_map(|(holds, cause)| holds.then_some(cause.into()))
            .collect(),
    }
}

/// Consents that are given or withdrawn, each kind once.
pub fn choices(
    raw: &[wire::ConsentChoice],
    at_least: usize,
    violations: &mut Violations,
) -> Vec<Choice> {
    let most = ConsentKind::ALL.len();
    if !(at_least..=most).contains(&raw.len()) {
        let params = [("min", at_least), ("max", most)];
        violations.push_with("consents", CommonReason::ValidationFailed, params);
        return Vec::new();
    }
    let mut choices: Vec<Choice> = Vec::new();
    for (index, raw) in raw.iter().enumerate() {
        let field = |name: &str| format!("consents[{index}].{name}");
        let kind = request::choice::<ConsentKind>(&field("kind"), raw.kind, violations);
        let text_version = text::bounded(
            &field("text_version"),
            &raw.text_version,
            1..=40,
            violations,
        );
        let Some(kind) = kind else { continue };
        if choices.iter().any(|known| known.kind == kind) {
            violations.push(field("kind"), CommonReason::ValidationFailed);
        }
        choices.push(Choice {
            kind,
            agreed: raw.agreed,
            text_version,
        });
    }
    choices
}

/// An address that is saved.
pub fn parse_address(
    raw: Option<&wire::AddressInput>,
    violations: &mut Violations,
) -> Option<Address> {
    let raw = request::required("address", raw, violations)?;
    Some(Address {
        label: text::bounded("address.label", &raw.label, 0..=20, violations),
        postal_code: contact::postal_code("address.postal_code", &raw.postal_code, violations),
        city: text::bounded("address.city", &raw.city, 1..=20, violations),
        district: text::bounded("address.district", &raw.district, 1..=20, violations),
        street: text::bounded("address.street", &raw.street, 1..=100, violations),
        note: text::bounded("address.note", &raw.note, 0..=100, violations),
        preferred: raw.preferred,
    })
}

/// Which members.
pub fn filter(raw: Option<&wire::MemberFilter>, violations: &mut Violations) -> Filter {
    let Some(raw) = raw else {
        return Filter::default();
    };
    let text = text::bounded("filter.text", &raw.text, 0..=60, violations);
    let mut states = Vec::new();
    for (index, state) in raw.states.iter().take(10).enumerate() {
        let field = format!("filter.states[{index}]");
        states.extend(request::choice::<MemberState>(&field, *state, violations));
    }
    let branch = raw.source_branch_id.as_deref().unwrap_or_default();
    let branch: Option<chassis::id::BranchId> =
        id::parse_optional("filter.source_branch_id", branch, violations);
    if let Some(month) = raw.birth_month {
        let reason = CommonReason::ValidationFailed;
        request::in_range("filter.birth_month", month, 1..=12, reason, violations);
    }
    let reason = CommonReason::AmountOutOfRange;
    for (field, spent) in [
        ("filter.min_spent", raw.min_spent),
        ("filter.max_spent", raw.max_spent),
    ] {
        if let Some(spent) = spent {
            request::in_range(field, spent, 0..=MOST_SPENT, reason, violations);
        }
    }
    let filter = Filter {
        text,
        states,
        joined_from: time::parse_optional(
            "filter.joined_from",
            raw.joined_from.as_ref(),
            violations,
        ),
        joined_until: time::parse_optional(
            "filter.joined_until",
            raw.joined_until.as_ref(),
            violations,
        ),
        last_order_from: time::parse_optional(
            "filter.last_order_from",
            raw.last_order_from.as_ref(),
            violations,
        ),
        last_order_until: time::parse_optional(
            "filter.last_order_until",
            raw.last_order_until.as_ref(),
            violations,
        ),
        min_orders: raw.min_orders,
        max_orders: raw.max_orders,
        min_spent: raw.min_spent,
        max_spent: raw.max_spent,
        birth_month: raw.birth_month,
        gender: raw.gender.and_then(|gender| {
            request::optional_choice::<Gender>("filter.gender", gender, violations)
        }),
        source_branch: branch.map(|branch| -> Uuid { branch.as_uuid() }),
        has_line: raw.has_line,
        marketing: raw.marketing.and_then(|kind| {
            request::optional_choice::<ConsentKind>("filter.marketing", kind, violations)
        }),
        tiers: marks("filter.tier_ids", &raw.tier_ids, MOST_TIERS, violations),
        base_programmes: Vec::new(),
        tags: marks("filter.tag_ids", &raw.tag_ids, MOST_TAGS, violations),
        of_branches: None,
    };
    for (field, from, until) in [
        (
            "filter.joined_until",
            filter.joined_from,
            filter.joined_until,
        ),
        (
            "filter.last_order_until",
            filter.last_order_from,
            filter.last_order_until,
        ),
    ] {
        if let (Some(from), Some(until)) = (from, until)
            && until <= from
        {
            violations.push(field, CommonReason::PeriodInvalid);
        }
    }
    filter
}

fn marks(field: &str, raw: &[String], most: usize, violations: &mut Violations) -> Vec<Uuid> {
    let ids = request::ids::<TagId>(field, raw, most, violations);
    ids.into_iter().map(Uuid::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_consent_is_given_once() {
        let choice = |kind: wire::ConsentKind, version: &str| wire::ConsentChoice {
            kind: kind.into(),
            agreed: true,
            text_version: version.to_owned(),
        };
        let count = |raw: &[wire::ConsentChoice]| {
            let mut violations = Violations::new();
            choices(raw, 1, &mut violations);
            violations.len()
        };
        let terms = choice(wire::ConsentKind::Terms, "2026-09");
        assert_eq!(count(std::slice::from_ref(&terms)), 0);
        assert_eq!(count(&[terms.clone(), terms.clone()]), 1);
        assert_eq!(count(&[]), 1);
        assert_eq!(count(&[choice(wire::ConsentKind::Unspecified, "")]), 2);
        assert_eq!(count(&vec![terms; 5]), 1);
    }
}
