//! Parses rules of limits.

use std::collections::{BTreeMap, BTreeSet};

use chassis::{
    clock::Clock,
    error::Violations,
    id::{self, LimitRuleId},
    sales::{Channel, Method},
    text,
    text_enum::WireEnum as _,
};
use chrono::NaiveDate;
use proto::capacity::v1::{self as wire, CapacityReason};

use crate::domain::{
    limits::{Days, LimitTarget, MOST_RULES, Measure, Rule, Window, parse::validate},
    local_time::parse_date,
};

const INVALID: CapacityReason = CapacityReason::CapacityInvalid;
const MOST_LABEL: usize = 20;
const MOST_NAME: usize = 60;

/// Parses and validates rules, by the length of a branch's slots where one is meant; one without an id is
/// new.
pub fn rules(
    clock: &dyn Clock,
    field: &str,
    rules: &[wire::LimitRule],
    slot_minutes: Option<u32>,
    violations: &mut Violations,
) -> Vec<Rule> {
    if rules.len() > MOST_RULES {
        let params = [("max", MOST_RULES), ("given", rules.len())];
        violations.push_with(field, INVALID, params);
    }
    let mut known = BTreeSet::new();
    let read = rules.iter().take(MOST_RULES).enumerate();
    let rules: Vec<_> = read
        .filter_map(|(index, read)| {
            let place = format!("{field}[{index}]");
            let rule = rule(clock, &place, read, violations)?;
            if !known.insert(rule.rule_id) {
                violations.push(format!("{place}.rule_id"), INVALID);
            }
            Some((index, rule))
        })
        .collect();
    let by_place = rules.iter().map(|(index, rule)| (*index, rule));
    validate(field, by_place, slot_minutes, violations);
    rules.into_iter().map(|(_, rule)| rule).collect()
}

fn rule(
    clock: &dyn Clock,
    field: &str,
    rule: &wire::LimitRule,
    violations: &mut Violations,
) -> Option<Rule> {
    let rule_id = if rule.rule_id.is_empty() {
        Some(LimitRuleId::new(clock))
    } else {
        id::parse(&format!("{field}.rule_id"), &rule.rule_id, violations)
    };
    let measure = match rule.measure() {
        wire::LimitMeasure::Unspecified => invalid(format!("{field}.measure"), violations),
        wire::LimitMeasure::Orders => Some(Measure::Orders),
        wire::LimitMeasure::Units => Some(Measure::Units),
        wire::LimitMeasure::MakeMinutes => Some(Measure::MakeMinutes),
        wire::LimitMeasure::Amount => Some(Measure::Amount),
    };
    let target = target(&format!("{field}.target"), rule.target.as_ref(), violations);
    let window = window(&format!("{field}.window"), rule.window.as_ref(), violations);
    let days = days(&format!("{field}.days"), rule.days.as_ref(), violations);
    let shares = shares(&format!("{field}.shares"), &rule.shares, violations);
    let early_hours = u8::try_from(rule.early_hours).ok();
    if early_hours.is_none() {
        violations.push(format!("{field}.early_hours"), INVALID);
    }
    let (target, target_name) = target?;
    Some(Rule {
        rule_id: rule_id?,
        measure: measure?,
        target,
        target_name,
        window: window?,
        days: days?,
        limit: rule.limit,
        people: i64::from(rule.people()),
        shares,
        reserved_for_counter: rule.reserved_for_counter,
        early_hours: early_hours?,
        enabled: rule.enabled,
    })
}

fn invalid<T>(field: String, violations: &mut Violations) -> Option<T> {
    violations.push(field, INVALID);
    None
}

/// The target, and its name where it does not name itself.
fn target(
    field: &str,
    target: Option<&wire::LimitTarget>,
    violations: &mut Violations,
) -> Option<(LimitTarget, String)> {
    use wire::LimitTargetKind as Kind;
    let Some(target) = target else {
        return invalid(field.to_owned(), violations);
    };
    let (id, name) = (format!("{field}.id"), format!("{field}.name"));
    let name = match target.kind() {
        Kind::Tag | Kind::Station => {
            text::bounded_label(&name, target.name(), 0..=MOST_LABEL, violations)
        }
        _ => text::bounded(&name, target.name(), 0..=MOST_NAME, violations),
    };
    let read = match target.kind() {
        Kind::Unspecified => return invalid(format!("{field}.kind"), violations),
        Kind::All => LimitTarget::All,
        Kind::Method => match Method::from_wire(target.method().into()) {
            Some(method) => LimitTarget::Method(method),
            None => return invalid(format!("{field}.method"), violations),
        },
        Kind::Category => LimitTarget::Category(id::parse(&id, target.id(), violations)?),
        Kind::Product => LimitTarget::Product(id::parse(&id, target.id(), violations)?),
        Kind::Variant => LimitTarget::Variant(id::parse(&id, target.id(), violations)?),
        Kind::Tag => return Some((LimitTarget::Tag(name), String::new())),
        Kind::Station => return Some((LimitTarget::Station(name), String::new())),
    };
    Some((read, name))
}

fn window(
    field: &str,
    window: Option<&wire::LimitWindow>,
    violations: &mut Violations,
) -> Option<Window> {
    use wire::LimitWindowKind as Kind;
    let Some(window) = window else {
        return invalid(field.to_owned(), violations);
    };
    let mut number = |name: &str, given: i32| {
        let read = u16::try_from(given).ok();
        if read.is_none() {
            violations.push(format!("{field}.{name}"), INVALID);
        }
        read
    };
    match window.kind() {
        Kind::Unspecified => invalid(format!("{field}.kind"), violations),
        Kind::Slot => Some(Window::Slot),
        Kind::Rolling => Some(Window::Rolling(number("minutes", window.minutes())?)),
        Kind::Daypart => {
            let from = number("from_minute", window.from_minute());
            let to = number("to_minute", window.to_minute());
            let name = format!("{field}.name");
            Some(Window::Daypart {
                name: text::bounded(&name, window.name(), 0..=MOST_LABEL, violations),
                from: from?,
                to: to?,
            })
        }
        Kind::Day => Some(Window::Day),
    }
}

fn days(field: &str, days: Option<&wire::LimitDays>, violations: &mut Violations) -> Option<Days> {
    let every = wire::LimitDays::default();
    let days = days.unwrap_or(&every);
    let mut date = |name: &str, raw: Option<&str>| -> Option<Option<NaiveDate>> {
        let Some(raw) = raw else {
            return Some(None);
        };
        let read = parse_date(raw);
        if read.is_none() {
            violations.push(format!("{field}.{name}"), INVALID);
        }
        read.map(Some)
    };
    let only = date("date", days.date.as_deref());
    let from = date("from_date", days.from_date.as_deref());
    let to = date("to_date", days.to_date.as_deref());
    let (only, from, to) = (only?, from?, to?);
    let Some(only) = only else {
        let weekdays = days
            .weekdays
            .iter()
            // What is no weekday is left for the rules to refuse.
            .map(|weekday| u8::try_from(*weekday).unwrap_or(u8::MAX));
        return Some(Days::Week {
            weekdays: weekdays.collect(),
            from,
            to,
        });
    };
    if !days.weekdays.is_empty() || from.is_some() || to.is_some() {
        return invalid(format!("{field}.date"), violations);
    }
    Some(Days::Date(only))
}

fn shares(
    field: &str,
    shares: &[wire::ChannelShare],
    violations: &mut Violations,
) -> BTreeMap<Channel, u8> {
    let mut read = BTreeMap::new();
    for (index, share) in shares.iter().enumerate() {
        let field = format!("{field}[{index}]");
        let Some(of) = Channel::from_wire(share.channel) else {
            violations.push(format!("{field}.channel"), INVALID);
            continue;
        };
        let percent = u8::try_from(share.percent)
            .ok()
            .filter(|percent| *percent <= 100);
        let Some(percent) = percent else {
            let params = [("given", share.percent), ("min", 0), ("max", 100)];
            violations.push_with(format!("{field}.percent"), INVALID, params);
            continue;
        };
        if read.insert(of, percent).is_some() {
            violations.push(format!("{field}.channel"), INVALID);
        }
    }
    read
}
