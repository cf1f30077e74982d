//! How many rules act in a branch at one time.

use std::collections::BTreeMap;

use chassis::{error::Problem, time};
use chrono::{DateTime, Utc};
use pricing::rules::{MAX_BRAND_RULES, MAX_EXCLUSIVE, MAX_RULES};
use proto::membership::v1::{BenefitRule, Exclusivity, MembershipReason};

/// Refuses rules of a brand that are too many for one branch at any time from now on: they would make every quote
/// of the branch slow.
pub fn check_counts(rules: &[BenefitRule], now: DateTime<Utc>) -> Result<(), Problem> {
    if rules.len() > MAX_BRAND_RULES {
        return Err(too_many(MembershipReason::TooManyRules, MAX_BRAND_RULES));
    }
    let alone: Vec<_> = rules.iter().filter(|rule| stands_alone(rule)).collect();
    if most_at_once(&alone, now) > MAX_EXCLUSIVE {
        return Err(too_many(MembershipReason::TooManyExclusive, MAX_EXCLUSIVE));
    }
    let all: Vec<_> = rules.iter().collect();
    if most_at_once(&all, now) > MAX_RULES {
        return Err(too_many(MembershipReason::TooManyRules, MAX_RULES));
    }
    Ok(())
}

fn too_many(reason: MembershipReason, max: usize) -> Problem {
    Problem::new(reason)
        .message(format!("more than {max} rules would act in a branch"))
        .param("max", max)
}

fn stands_alone(rule: &BenefitRule) -> bool {
    rule.exclusivity() == Exclusivity::Order
}

/// Most rules that act in one branch at one time. That can only begin now or with the start of a rule.
fn most_at_once(rules: &[&BenefitRule], now: DateTime<Utc>) -> usize {
    let period = |rule: &BenefitRule| {
        let conditions = rule.conditions.as_ref();
        let at = |at: Option<&prost_types::Timestamp>| at.and_then(time::from_wire);
        (
            at(conditions.and_then(|found| found.starts_at.as_ref())),
            at(conditions.and_then(|found| found.ends_at.as_ref())),
        )
    };
    let periods: Vec<_> = rules.iter().map(|rule| period(rule)).collect();
    let starts = periods.iter().filter_map(|(start, _)| *start);
    let instants = starts.filter(|start| *start > now).chain([now]);
    instants
        .map(|at| {
            let acts = |(start, end): &(Option<DateTime<Utc>>, Option<DateTime<Utc>>)| {
                start.is_none_or(|start| start <= at) && end.is_none_or(|end| end >= at)
            };
            let acting = rules
                .iter()
                .zip(&periods)
                .filter(|(_, period)| acts(period));
            most_in_a_branch(acting.map(|(rule, _)| *rule))
        })
        .max()
        .unwrap_or_default()
}

fn most_in_a_branch<'a>(rules: impl Iterator<Item = &'a BenefitRule>) -> usize {
    let mut everywhere = 0;
    let mut by_branch = BTreeMap::<&str, usize>::new();
    for rule in rules {
        let branches = rule.conditions.as_ref().map(|found| &found.branch_ids[..]);
        match branches {
            None | Some([]) => everywhere += 1,
            Some(branches) => {
                for branch in branches {
                    *by_branch.entry(branch).or_default() += 1;
                }
            }
        }
    }
    everywhere + by_branch.into_values().max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proto::membership::v1::RuleConditions;

    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-09-02T04:00:00Z".parse().unwrap()
    }

    fn alone(conditions: RuleConditions) -> BenefitRule {
        BenefitRule {
            exclusivity: Exclusivity::Order.into(),
            conditions: Some(conditions),
            ..BenefitRule::default()
        }
    }

    fn reason(rules: &[BenefitRule]) -> Option<String> {
        let problem = check_counts(rules, now()).err()?;
        Some(problem.reason.to_string())
    }

    #[test]
    fn twenty_rules_may_stand_alone_in_a_branch() {
        let mut rules = vec![alone(RuleConditions::default()); 20];
        assert_eq!(reason(&rules), None);
        rules.push(alone(RuleConditions::default()));
        assert_eq!(reason(&rules).as_deref(), Some("TOO_MANY_EXCLUSIVE"));
    }

    #[test]
    fn branches_and_periods_apart_do_not_add_up() {
        let branch = |id: &str| {
            alone(RuleConditions {
                branch_ids: vec![id.to_owned()],
                ..RuleConditions::default()
            })
        };
        let mut rules = vec![branch("a"); 20];
        rules.extend(vec![branch("b"); 20]);
        assert_eq!(reason(&rules), None);

        let tomorrow = now() + TimeDelta::days(1);
        let until = alone(RuleConditions {
            ends_at: Some(time::to_wire(tomorrow - TimeDelta::seconds(1))),
            ..RuleConditions::default()
        });
        let from = alone(RuleConditions {
            starts_at: Some(time::to_wire(tomorrow)),
            ..RuleConditions::default()
        });
        let mut rules = vec![until; 20];
        rules.extend(vec![from.clone(); 20]);
        assert_eq!(reason(&rules), None);
        rules.push(from);
        assert_eq!(reason(&rules).as_deref(), Some("TOO_MANY_EXCLUSIVE"));
    }

    #[test]
    fn two_hundred_rules_act_in_a_branch() {
        let mut rules = vec![BenefitRule::default(); 200];
        assert_eq!(reason(&rules), None);
        rules.push(BenefitRule::default());
        assert_eq!(reason(&rules).as_deref(), Some("TOO_MANY_RULES"));
    }
}
