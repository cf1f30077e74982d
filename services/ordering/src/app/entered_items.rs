//! What the customer entered beside the goods: codes, coupons, points, with what membership said of each.

use std::collections::BTreeSet;

use chassis::error::{CommonReason, FieldProblem, Problem};
use pricing::rules::Rule;
use proto::{
    ProblemReason as _,
    membership::v1::{EnteredBenefit, FindBenefitsResponse},
};
use uuid::Uuid;

use super::{price_cart::Pricing, quote::to_utc, rule_documents::list_price};
use crate::domain::{
    benefits::{EnteredKind, Params, Rejection, field_of},
    price_inputs::{EnteredItem, Found},
};

/// A code or a coupon that is there already.
const NOT_COMBINABLE: &str = "NOT_COMBINABLE";
/// A code or a coupon that gives nothing here.
const NO_EFFECT: &str = "NO_EFFECT";

impl Pricing<'_> {
    /// What the customer entered, in the cart's order.
    pub fn entered(
        &self,
        found: Option<&Result<FindBenefitsResponse, Problem>>,
    ) -> Result<Vec<EnteredItem>, Problem> {
        let entered = &self.cart.entered;
        let codes = entered.codes.iter().cloned();
        let coupons = entered.coupons.iter().map(Uuid::to_string);
        let kinds = [
            (EnteredKind::Code, codes.collect::<Vec<_>>()),
            (EnteredKind::Coupon, coupons.collect()),
        ];
        let mut items = Vec::new();
        for (kind, texts) in kinds {
            for (place, text) in texts.iter().enumerate() {
                let item = match found {
                    Some(Ok(response)) => {
                        let benefits = match kind {
                            EnteredKind::Code => &response.codes,
                            _ => &response.coupons,
                        };
                        let benefit = benefits.get(place).cloned().unwrap_or_default();
                        self.item(kind, place, text, &benefit)?
                    }
                    Some(Err(problem)) => {
                        let (reason, params) = not_looked_up(problem);
                        EnteredItem::unusable(kind, place, text, &reason, params)
                    }
                    None => continue,
                };
                items.push(item);
            }
        }
        Self::refuse_repeated(&mut items);
        self.keep_latest_choices(&mut items);
        if entered.points > 0 {
            items.push(self.points(found));
        }
        Ok(items)
    }

    fn points(&self, found: Option<&Result<FindBenefitsResponse, Problem>>) -> EnteredItem {
        let entered = &self.cart.entered;
        let unusable = match found {
            Some(Err(problem)) if self.buyer.member.is_some() => Some(not_looked_up(problem)),
            _ => None,
        };
        let (reason, params) = unusable.clone().unwrap_or_default();
        let mut item = EnteredItem::unusable(EnteredKind::Points, 0, "", &reason, params);
        item.insisted = entered.insists_on_points;
        if unusable.is_none() {
            item.found = Found::Points(entered.points);
        }
        item
    }

    /// A code or a coupon with what membership said of it.
    pub fn item(
        &self,
        kind: EnteredKind,
        place: usize,
        text: &str,
        benefit: &EnteredBenefit,
    ) -> Result<EnteredItem, Problem> {
        let found = match &benefit.rule {
            Some(rule) => match benefit_rules::rule(rule, &list_price(self.menu))? {
                Some(rule) if class_of(&rule) == Some(kind) => Found::Rule(Box::new(rule)),
                // It gives what this branch does not have.
                _ => unusable(NO_EFFECT, Params::new()),
            },
            None if benefit.reason.is_empty() => {
                return Err(Problem::internal(anyhow::anyhow!(
                    "membership says nothing of a code or coupon"
                )));
            }
            None => unusable(&benefit.reason, to_params(&benefit.params)),
        };
        Ok(EnteredItem {
            kind,
            place,
            entered: text.to_owned(),
            code: benefit.code_id.parse().ok(),
            coupon: benefit.coupon_id.parse().ok(),
            ends_at: to_utc(benefit.ends_at),
            insisted: self.cart.entered.insisted.iter().any(|one| one == text),
            found,
        })
    }

    /// The same code or coupon counts once.
    fn refuse_repeated(items: &mut [EnteredItem]) {
        let mut seen = BTreeSet::new();
        for item in items {
            let Found::Rule(rule) = &item.found else {
                continue;
            };
            if !seen.insert(item.coupon.unwrap_or_else(|| rule.id.as_uuid())) {
                item.found = unusable(NOT_COMBINABLE, Params::new());
            }
        }
    }

    /// Of more choices than there are places for the latest count, so that whoever changes their mind gets what
    /// they chose last.
    fn keep_latest_choices(&self, items: &mut [EnteredItem]) {
        let places = self.rules.places();
        let kinds = [
            (EnteredKind::Code, places.codes),
            (EnteredKind::Coupon, places.coupons),
        ];
        let chosen = &self.cart.entered.insisted;
        let chosen_at = |item: &EnteredItem| chosen.iter().rposition(|one| *one == item.entered);
        for (kind, places) in kinds {
            let is_chosen = |item: &&mut EnteredItem| {
                item.kind == kind && item.insisted && matches!(item.found, Found::Rule(_))
            };
            let mut of_kind: Vec<_> = items.iter_mut().filter(is_chosen).collect();
            of_kind.sort_by_key(|item| std::cmp::Reverse(chosen_at(item)));
            for item in of_kind.into_iter().skip(places) {
                item.insisted = false;
            }
        }
    }

    /// Everything that could not be looked up, at its field.
    pub fn problems(&self, problem: &Problem) -> Vec<FieldProblem> {
        let entered = &self.cart.entered;
        let codes = (0..entered.codes.len()).map(|place| field_of(EnteredKind::Code, place));
        let coupons = (0..entered.coupons.len()).map(|place| field_of(EnteredKind::Coupon, place));
        let points = (entered.points > 0 && self.buyer.member.is_some())
            .then(|| field_of(EnteredKind::Points, 0));
        let mut fields: Vec<String> = codes.chain(coupons).chain(points).collect();
        if fields.is_empty() && self.buyer.member.is_some() {
            fields.push("member".to_owned());
        }
        let is_limit = problem.is(CommonReason::RateLimited);
        let problem = |field| {
            if is_limit {
                FieldProblem::new(field, CommonReason::RateLimited, problem.params.clone())
            } else {
                let nothing = std::iter::empty::<(String, String)>();
                FieldProblem::new(field, CommonReason::TemporarilyUnavailable, nothing)
            }
        };
        fields.into_iter().map(problem).collect()
    }
}

fn unusable(reason: &str, params: Params) -> Found {
    Found::Unusable(Rejection {
        reason: reason.to_owned(),
        params,
    })
}

/// The reason of something that could not be looked up.
fn not_looked_up(problem: &Problem) -> (String, Params) {
    if problem.is(CommonReason::RateLimited) {
        return (problem.reason.to_string(), problem.params.clone());
    }
    let away = CommonReason::TemporarilyUnavailable.word();
    (away.to_owned(), Params::new())
}

fn class_of(rule: &Rule) -> Option<EnteredKind> {
    match rule.class {
        pricing::Class::Code => Some(EnteredKind::Code),
        pricing::Class::Coupon => Some(EnteredKind::Coupon),
        pricing::Class::Promotion | pricing::Class::Tier | pricing::Class::Points => None,
    }
}

fn to_params(params: &std::collections::HashMap<String, String>) -> Params {
    let params = params.iter();
    params
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
