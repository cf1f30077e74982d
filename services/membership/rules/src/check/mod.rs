//! What is wrong in a rule, each fault at its field.

mod conditions;
mod effect;
mod fields;
mod limits;
mod points;
mod target;

use chassis::{error::Violations, text};
use pricing::{
    Class, Classes, Exclusive, RuleId,
    rules::{MAX_PRIORITY, Rule},
};
use proto::membership::v1::{BenefitClass, BenefitRule, Exclusivity};

use fields::Fields;
pub use limits::MAX_BUDGET;
pub use points::check_points;

/// Priority of a rule that names none.
const DEFAULT_PRIORITY: i32 = 500;
/// Most characters of a rule's name.
const MAX_NAME: usize = 60;
/// Most characters of a group's name.
const MAX_GROUP: usize = 40;
/// Most classes a rule can name.
const MAX_CLASSES: usize = 5;

/// The rule of a message whose id and version are filled in; notes every fault at its field below
/// `field`. A gift has no list price yet.
pub fn check_rule(wire: &BenefitRule, field: &str, violations: &mut Violations) -> Option<Rule> {
    let before = violations.len();
    let rule = read(wire, &mut Fields::new(field, violations));
    // Faults that no field above has: none known, and none may reach prices.
    if violations.len() == before && rule.check().is_err() {
        Fields::new(field, violations).invalid("");
    }
    (violations.len() == before).then_some(rule)
}

/// Reads all fields. What is wrong is noted and stands as some value, which nobody gets.
fn read(wire: &BenefitRule, fields: &mut Fields<'_>) -> Rule {
    let class = class(fields, "benefit_class", wire.benefit_class);
    let effect = effect::read(
        wire.effect.as_ref(),
        class,
        wire.conditions.as_ref(),
        &mut fields.nested("effect"),
    );
    Rule {
        id: fields.id("rule_id", &wire.rule_id, RuleId::from_uuid),
        version: fields.number("version", wire.version, 1, i64::MAX),
        name: fields.text("name", &wire.name, MAX_NAME).into(),
        class,
        priority: fields.number(
            "priority",
            wire.priority.unwrap_or(DEFAULT_PRIORITY),
            0,
            i64::from(MAX_PRIORITY),
        ),
        exclusive: exclusive(wire, fields),
        beside: beside(fields, &wire.not_beside),
        conditions: conditions::read(wire.conditions.as_ref(), &mut fields.nested("conditions")),
        target: target::read(wire.target.as_ref(), &mut fields.nested("target")),
        with_extras: wire.with_extras,
        effect,
        limits: limits::read(wire.limits.as_ref(), &mut fields.nested("limits")),
    }
}

/// The class of a rule. Points are no rule: their programme says what they do.
fn class(fields: &mut Fields<'_>, name: &str, raw: i32) -> Class {
    match class_of(raw) {
        Some(Class::Points) | None => {
            fields.invalid(name);
            Class::Promotion
        }
        Some(class) => class,
    }
}

fn class_of(raw: i32) -> Option<Class> {
    Some(match BenefitClass::try_from(raw).ok()? {
        BenefitClass::Unspecified => return None,
        BenefitClass::Promotion => Class::Promotion,
        BenefitClass::Tier => Class::Tier,
        BenefitClass::Code => Class::Code,
        BenefitClass::Coupon => Class::Coupon,
        BenefitClass::Points => Class::Points,
    })
}

fn exclusive(wire: &BenefitRule, fields: &mut Fields<'_>) -> Exclusive {
    let name = "exclusive_group";
    let kind = Exclusivity::try_from(wire.exclusivity);
    if kind == Ok(Exclusivity::Group) {
        let group = fields.text(name, &wire.exclusive_group, MAX_GROUP);
        // Groups are compared as wholes: neither case nor width makes two of one.
        return Exclusive::Group(text::folded(&group));
    }
    if !wire.exclusive_group.is_empty() {
        fields.invalid(name);
    }
    match kind {
        Ok(Exclusivity::Unspecified | Exclusivity::None) => Exclusive::None,
        Ok(Exclusivity::Order) => Exclusive::Order,
        Ok(Exclusivity::Group) | Err(_) => {
            fields.invalid("exclusivity");
            Exclusive::None
        }
    }
}

/// All classes without those named.
fn beside(fields: &mut Fields<'_>, without: &[i32]) -> Classes {
    fields.at_most("not_beside", without.len(), MAX_CLASSES);
    let mut beside = Classes::ALL;
    for (index, raw) in without.iter().enumerate() {
        match class_of(*raw) {
            Some(class) => beside = beside.without(class),
            None => fields.invalid(&format!("not_beside[{index}]")),
        }
    }
    beside
}
