//! When, where and for whom.

use chassis::{
    error::CommonReason,
    sales::{Channel, Method},
    time,
};
use pricing::{
    BranchId, BrandId, MAX_UNITS, MemberTagId, PaymentMethod, TierId,
    rules::{Audience, Basis, Conditions, Hours, Instant, Minimum, Weekday, Who},
};
use prost_types::Timestamp;
use proto::membership::v1::{
    AudienceKind, DailyHours, RuleAudience, RuleConditions, RuleTimeBasis,
};

use super::fields::Fields;

/// Most brands of an organisation.
const MAX_BRANDS: usize = 50;
/// Most branches of a brand.
const MAX_BRANCHES: usize = 2_000;
/// Most values of a list of few kinds.
const MAX_KINDS: usize = 20;
/// Most periods of a day.
const MAX_HOURS: usize = 6;
/// Most tiers, and most tags.
const MAX_GROUPS: usize = 100;

const WEEKDAYS: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

pub(super) fn read(wire: Option<&RuleConditions>, fields: &mut Fields<'_>) -> Conditions {
    let Some(wire) = wire else {
        return Conditions::default();
    };
    let from = instant("starts_at", wire.starts_at.as_ref(), fields);
    let until = instant("ends_at", wire.ends_at.as_ref(), fields);
    if let (Some(from), Some(until)) = (from, until)
        && until < from
    {
        fields.reject("ends_at", CommonReason::PeriodInvalid);
    }
    fields.at_most("payment_kinds", wire.payment_kinds.len(), MAX_KINDS);
    fields.at_most("weekdays", wire.weekdays.len(), WEEKDAYS.len());
    fields.at_most("hours", wire.hours.len(), MAX_HOURS);
    Conditions {
        from,
        until,
        brands: fields.ids("brand_ids", &wire.brand_ids, MAX_BRANDS, BrandId::from_uuid),
        branches: fields.ids(
            "branch_ids",
            &wire.branch_ids,
            MAX_BRANCHES,
            BranchId::from_uuid,
        ),
        methods: fields.words("methods", &wire.methods, MAX_KINDS, method),
        channels: fields.words("channels", &wire.channels, MAX_KINDS, channel),
        payments: fields.each(
            "payment_kinds",
            &wire.payment_kinds,
            |fields, name, word| payment(fields, name, word),
        ),
        basis: basis(wire.time_basis, fields),
        weekdays: fields.each("weekdays", &wire.weekdays, weekday),
        hours: fields.each("hours", &wire.hours, hours),
        audience: audience(wire.audience.as_ref(), &mut fields.nested("audience")),
        minimum: Minimum {
            spend: fields.amount("min_spend", wire.min_spend, 0),
            units: fields.number("min_units", wire.min_units, 0, i64::from(MAX_UNITS)),
            counts_excluded: wire.counts_excluded,
            counts_fees: wire.counts_fees,
            counts_gifts: false,
        },
    }
}

/// The name `pricing` compares methods by.
pub(super) fn method(method: Method) -> pricing::Method {
    pricing::Method::new(method.as_str())
}

/// The name `pricing` compares channels by.
pub(super) fn channel(channel: Channel) -> pricing::Channel {
    pricing::Channel::new(channel.as_str())
}

fn instant(name: &str, wire: Option<&Timestamp>, fields: &mut Fields<'_>) -> Option<Instant> {
    let at = time::from_wire(wire?);
    if at.is_none() {
        fields.invalid(name);
    }
    at.map(|at| at.timestamp())
}

/// A word such as `line_pay`.
fn payment(fields: &mut Fields<'_>, name: &str, word: &str) -> PaymentMethod {
    let is_word = (1..=40).contains(&word.len())
        && word
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if !is_word {
        fields.invalid(name);
    }
    PaymentMethod::new(word.to_owned())
}

fn weekday(fields: &mut Fields<'_>, name: &str, day: &i32) -> Weekday {
    let day: u8 = fields.number(name, *day, 1, 7);
    WEEKDAYS[usize::from(day) - 1]
}

fn hours(fields: &mut Fields<'_>, name: &str, wire: &DailyHours) -> Hours {
    let mut fields = fields.nested(name);
    Hours {
        from: fields.number("from_minute", wire.from_minute, 0, 1_439),
        to: fields.number("to_minute", wire.to_minute, 1, 1_440),
    }
}

fn basis(raw: i32, fields: &mut Fields<'_>) -> Basis {
    match RuleTimeBasis::try_from(raw) {
        Ok(RuleTimeBasis::Unspecified | RuleTimeBasis::Placed) => Basis::Placed,
        Ok(RuleTimeBasis::Wanted) => Basis::Wanted,
        Err(_) => {
            fields.invalid("time_basis");
            Basis::Placed
        }
    }
}

fn audience(wire: Option<&RuleAudience>, fields: &mut Fields<'_>) -> Audience {
    let Some(wire) = wire else {
        return Audience::default();
    };
    let kind = AudienceKind::try_from(wire.kind);
    let asks_of_member = !(wire.tier_ids.is_empty() && wire.tag_ids.is_empty())
        || wire.first_order
        || wire.birth_month;
    // Nobody is a guest and of a tier.
    if kind.is_err() || kind == Ok(AudienceKind::Guests) && asks_of_member {
        fields.invalid("kind");
    }
    Audience {
        who: match kind.unwrap_or_default() {
            AudienceKind::Unspecified | AudienceKind::Everyone => Who::Everyone,
            AudienceKind::Guests => Who::Guests,
            AudienceKind::Members => Who::Members,
        },
        tiers: fields.ids("tier_ids", &wire.tier_ids, MAX_GROUPS, TierId::from_uuid),
        tags: fields.ids("tag_ids", &wire.tag_ids, MAX_GROUPS, MemberTagId::from_uuid),
        segments: Vec::new(),
        first_order: wire.first_order,
        birth_month: wire.birth_month,
    }
}
