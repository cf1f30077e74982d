//! Option groups and their options.

use std::collections::BTreeSet;

use chassis::{
    clock::Clock,
    error::{CommonReason, Violations},
    id::{OptionGroupId, OptionId},
    text,
};

const MOST_CHOICES: i16 = 20;
const MOST_OPTIONS: usize = 50;
const HIGHEST_PRICE: i64 = 9_999;
const MOST_OF_ONE: i16 = 10;

/// A group of options that products share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionGroup {
    /// Id.
    pub id: OptionGroupId,
    /// Name such as 甜度.
    pub name: String,
    /// Fewest choices; from 1 on the group is required.
    pub min: i16,
    /// Most choices.
    pub max: i16,
    /// How many of the cheapest choices are free.
    pub free_count: i16,
    /// Options in order.
    pub options: Vec<Choice>,
    /// Version for the next change.
    pub version: i64,
}

/// An option of a group; a stock-keeping unit of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Id.
    pub id: OptionId,
    /// Name such as 半糖.
    pub name: String,
    /// Price in the minor unit.
    pub price: i64,
    /// Most of it in one line.
    pub max_quantity: i16,
    /// Chosen beforehand.
    pub default_chosen: bool,
}

/// A group as the caller wants it, its texts normalised already.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// Name.
    pub name: String,
    /// Fewest choices.
    pub min: i32,
    /// Most choices.
    pub max: i32,
    /// Free choices.
    pub free_count: i32,
    /// Options in order.
    pub options: Vec<ChoiceDraft>,
}

/// An option as the caller wants it; without an id it is a new one.
#[derive(Clone, Debug, Default)]
pub struct ChoiceDraft {
    /// Id of the option it changes.
    pub id: Option<OptionId>,
    /// Name.
    pub name: String,
    /// Price.
    pub price: i64,
    /// Most of it in one line; 0 means 1.
    pub max_quantity: i32,
    /// Chosen beforehand.
    pub default_chosen: bool,
}

impl OptionGroup {
    /// Whether a customer could choose as many as the group asks for.
    #[must_use]
    pub fn is_satisfiable(&self) -> bool {
        let orderable: i32 = self
            .options
            .iter()
            .map(|option| i32::from(option.max_quantity))
            .sum();
        self.min <= self.max && orderable >= i32::from(self.min)
    }

    /// Makes the group of a draft; options keep the ids they name if those are in `existing`.
    pub fn from_draft(
        id: OptionGroupId,
        draft: Draft,
        existing: &[Choice],
        clock: &dyn Clock,
        violations: &mut Violations,
    ) -> Self {
        draft.check(violations);
        let known: BTreeSet<OptionId> = existing.iter().map(|option| option.id).collect();
        let mut options = Vec::with_capacity(draft.options.len());
        for (index, option) in draft.options.into_iter().enumerate() {
            if option.id.is_some_and(|id| !known.contains(&id)) {
                violations.push(
                    format!("option_group.options[{index}].option_id"),
                    CommonReason::NotFound,
                );
            }
            options.push(Choice {
                id: option.id.unwrap_or_else(|| OptionId::new(clock)),
                name: option.name,
                price: option.price,
                max_quantity: narrow(option.max_quantity.max(1)),
                default_chosen: option.default_chosen,
            });
        }
        Self {
            id,
            name: draft.name,
            min: narrow(draft.min),
            max: narrow(draft.max),
            free_count: narrow(draft.free_count),
            options,
            version: 1,
        }
    }
}

/// What is out of range has been refused by the check before; it only has to fit here.
fn narrow(number: i32) -> i16 {
    i16::try_from(number).unwrap_or(i16::MAX)
}

impl Draft {
    fn check(&self, violations: &mut Violations) {
        let most = i32::from(MOST_CHOICES);
        if !(0..=most).contains(&self.min) {
            violations.push_with(
                "option_group.min",
                CommonReason::ValidationFailed,
                [("min", 0), ("max", most)],
            );
        }
        if !(self.min..=most).contains(&self.max) {
            violations.push_with(
                "option_group.max",
                CommonReason::ValidationFailed,
                [("min", self.min), ("max", most)],
            );
        }
        if !(0..=most).contains(&self.free_count) {
            violations.push_with(
                "option_group.free_count",
                CommonReason::ValidationFailed,
                [("min", 0), ("max", most)],
            );
        }
        if self.options.is_empty() || self.options.len() > MOST_OPTIONS {
            violations.push_with(
                "option_group.options",
                CommonReason::ValidationFailed,
                [("min", 1), ("max", MOST_OPTIONS)],
            );
        }
        let chosen = self
            .options
            .iter()
            .filter(|option| option.default_chosen)
            .count();
        if i32::try_from(chosen).is_ok_and(|chosen| chosen > self.max) {
            violations.push_with(
                "option_group.options",
                CommonReason::ValidationFailed,
                [("default_chosen", chosen)],
            );
        }
        self.check_options(violations);
    }

    fn check_options(&self, violations: &mut Violations) {
        let mut names = BTreeSet::new();
        let mut ids = BTreeSet::new();
        for (index, option) in self.options.iter().enumerate() {
            let path = format!("option_group.options[{index}]");
            if !names.insert(text::folded(&option.name)) {
                violations.push(format!("{path}.name"), CommonReason::CodeTaken);
            }
            if option.id.is_some_and(|id| !ids.insert(id)) {
                violations.push(format!("{path}.option_id"), CommonReason::ValidationFailed);
            }
            if !(0..=HIGHEST_PRICE).contains(&option.price) {
                violations.push_with(
                    format!("{path}.price"),
                    CommonReason::AmountOutOfRange,
                    [("min", 0), ("max", HIGHEST_PRICE)],
                );
            }
            if !(0..=i32::from(MOST_OF_ONE)).contains(&option.max_quantity) {
                violations.push_with(
                    format!("{path}.max_quantity"),
                    CommonReason::ValidationFailed,
                    [("min", 1), ("max", MOST_OF_ONE)],
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chassis::clock::ManualClock;
    use chrono::DateTime;

    use super::*;

    fn refused(draft: Draft) -> Vec<String> {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH);
        let mut violations = Violations::new();
        OptionGroup::from_draft(
            OptionGroupId::new(&clock),
            draft,
            &[],
            &clock,
            &mut violations,
        );
        let fields = violations.into_result().err().map(|problem| problem.fields);
        fields
            .into_iter()
            .flatten()
            .map(|field| field.field)
            .collect()
    }

    fn sweetness(names: &[&str]) -> Draft {
        let options = names.iter().map(|name| ChoiceDraft {
            name: (*name).to_owned(),
            ..ChoiceDraft::default()
        });
        Draft {
            name: "甜度".to_owned(),
            min: 1,
            max: 1,
            options: options.collect(),
            free_count: 0,
        }
    }

    #[test]
    fn an_ordinary_group_is_taken() {
        assert_eq!(refused(sweetness(&["正常", "半糖"])), Vec::<String>::new());
    }

    #[test]
    fn every_wrong_field_is_named() {
        let mut draft = sweetness(&["正常", "正常"]);
        draft.min = 3;
        draft.max = 2;
        draft.options[0].price = -1;
        draft.options[0].max_quantity = 11;
        assert_eq!(
            refused(draft),
            [
                "option_group.max",
                "option_group.options[0].price",
                "option_group.options[0].max_quantity",
                "option_group.options[1].name",
            ]
        );
    }

    #[test]
    fn more_defaults_than_choices_are_refused() {
        let mut draft = sweetness(&["正常", "半糖"]);
        for option in &mut draft.options {
            option.default_chosen = true;
        }
        assert_eq!(refused(draft), ["option_group.options"]);
    }

    #[test]
    fn a_foreign_option_cannot_be_taken_over() {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH);
        let mut draft = sweetness(&["正常"]);
        draft.options[0].id = Some(OptionId::new(&clock));
        assert_eq!(refused(draft), ["option_group.options[0].option_id"]);
    }
}
