//! 暫停銷售 as a cart meets it: which lines are paused, and which products fall with their options.

use std::collections::{BTreeMap, HashMap};

use chassis::{
    error::{FieldProblem, Problem, Reason},
    id::{CategoryId, OptionId, ProductId, SkuId, VariantId},
    sales::Method,
};
use chrono::{DateTime, SecondsFormat, Utc};
use proto::capacity::v1::CapacityReason;

use super::{
    menu::{Menu, OptionGroup},
    quote::{PricedLine, Quote},
};

/// What is paused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A product with all its variants.
    Product(ProductId),
    /// A variant.
    Variant(VariantId),
    /// An option, wherever it is offered.
    Option(OptionId),
    /// Every product of a category.
    Category(CategoryId),
    /// Every product made at a station.
    Station(String),
    /// Every product with a print tag.
    Tag(String),
    /// A whole method.
    Method(Method),
    /// The whole branch.
    Branch,
}

/// A pause in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    /// What is paused.
    pub target: Target,
    /// Why, by its stable name.
    pub why: &'static str,
    /// When it ends by itself; `None` when nobody knows.
    pub ends_at: Option<DateTime<Utc>>,
}

/// What cannot be had at one time, and why.
#[derive(Clone, Debug, Default)]
pub struct Pauses {
    list: Vec<Pause>,
    left: HashMap<SkuId, i64>,
}

impl Pauses {
    /// The pauses that still last at `at`, beside what is left of tracked units.
    #[must_use]
    pub fn at(
        at: DateTime<Utc>,
        pauses: impl IntoIterator<Item = Pause>,
        left: HashMap<SkuId, i64>,
    ) -> Self {
        let lasts = |pause: &Pause| pause.ends_at.is_none_or(|end| at < end);
        Self {
            list: pauses.into_iter().filter(lasts).collect(),
            left,
        }
    }

    /// Everything of a cart that is paused, as an order would be refused for it.
    #[must_use]
    pub fn problems(&self, menu: &Menu, quote: &Quote) -> Vec<FieldProblem> {
        let whole = [
            ("branch_id", Target::Branch),
            ("method", Target::Method(quote.method)),
        ];
        let mut problems: Vec<_> = whole
            .into_iter()
            .filter_map(|(field, target)| Some(refusal(field, self.longest(&target)?, None)))
            .collect();
        for (index, line) in quote.lines.iter().enumerate() {
            let field = format!("lines[{index}]");
            problems.extend(self.line_problems(menu, line, &field));
        }
        problems
    }

    fn line_problems(&self, menu: &Menu, line: &PricedLine, field: &str) -> Vec<FieldProblem> {
        let Some(product) = menu.products.get(&line.product) else {
            return Vec::new();
        };
        let categories = product.categories.iter().copied().map(Target::Category);
        let whole = [
            Target::Product(line.product),
            Target::Variant(line.variant),
            // No pause is of a station or tag without a name, so a product without one meets none.
            Target::Station(product.station.clone()),
            Target::Tag(product.print_tag.clone()),
        ];
        let mut problems: Vec<_> = whole
            .into_iter()
            .chain(categories)
            .filter_map(|target| Some(refusal(field, self.longest(&target)?, Some(&product.name))))
            .collect();
        let groups = product.groups.iter().filter_map(|id| menu.groups.get(id));
        for group in groups {
            if let Some((why, back_at)) = self.falls(group) {
                problems.push(fallen(field, &product.name, group, why, back_at));
                continue;
            }
            let chosen = line.options.iter().filter(|sold| {
                let mut options = group.options.iter();
                options.any(|option| option.id == sold.option)
            });
            problems.extend(chosen.filter_map(|sold| {
                let pause = self.longest(&Target::Option(sold.option))?;
                Some(refusal(field, pause, Some(&sold.name)))
            }));
        }
        problems
    }

    /// Whether a required group can no longer be satisfied because of a pause: why, and when it
    /// can be again as far as that is known. Its minimum is never relaxed.
    fn falls(&self, group: &OptionGroup) -> Option<(&'static str, Option<DateTime<Utc>>)> {
        let mut choices = 0;
        let mut paused = Vec::new();
        for option in &group.options {
            let most = i64::from(option.max_quantity);
            let sku = SkuId::from_uuid(option.id.as_uuid());
            let stocked = self.left.get(&sku).map_or(most, |left| most.min(*left));
            match self.longest(&Target::Option(option.id)) {
                None => choices += stocked,
                Some(pause) => paused.push((pause, stocked)),
            }
        }
        let least = i64::from(group.min);
        if choices >= least || paused.is_empty() {
            return None;
        }
        let why = paused[0].0.why;
        paused.retain(|(pause, stocked)| pause.ends_at.is_some() && *stocked > 0);
        paused.sort_by_key(|(pause, _)| pause.ends_at);
        for (pause, stocked) in paused {
            choices += stocked;
            if choices >= least {
                return Some((why, pause.ends_at));
            }
        }
        Some((why, None))
    }

    /// The pause of a target that ends last.
    fn longest(&self, target: &Target) -> Option<&Pause> {
        let of_target = self.list.iter().filter(|pause| pause.target == *target);
        of_target.max_by_key(|pause| (pause.ends_at.is_none(), pause.ends_at))
    }
}

fn refusal(field: &str, pause: &Pause, name: Option<&str>) -> FieldProblem {
    let mut params = BTreeMap::from([("why".to_owned(), pause.why.to_owned())]);
    params.extend(ends(pause.ends_at));
    params.extend(name.map(|name| ("name".to_owned(), name.to_owned())));
    FieldProblem::new(field, CapacityReason::Paused, params)
}

fn fallen(
    field: &str,
    product: &str,
    group: &OptionGroup,
    why: &'static str,
    back_at: Option<DateTime<Utc>>,
) -> FieldProblem {
    let params = [("name", product), ("group", &group.name), ("why", why)];
    let mut problem = FieldProblem::new(field, CapacityReason::Paused, params);
    problem.params.extend(ends(back_at));
    problem
}

fn ends(at: Option<DateTime<Utc>>) -> Option<(String, String)> {
    let at = at?.to_rfc3339_opts(SecondsFormat::Secs, true);
    Some(("ends_at".to_owned(), at))
}

/// Adds names to refused lines: capacity knows ids only.
#[must_use]
pub fn named<'a>(
    mut problem: Problem,
    menu: &Menu,
    lines: impl IntoIterator<Item = &'a PricedLine>,
) -> Problem {
    let lines: Vec<&PricedLine> = lines.into_iter().collect();
    for field in &mut problem.fields {
        if field.reason != Reason::from(CapacityReason::Paused) {
            continue;
        }
        let index = field
            .field
            .strip_prefix("lines[")
            .and_then(|rest| rest.strip_suffix(']')?.parse::<usize>().ok());
        let Some(line) = index.and_then(|index| lines.get(index)) else {
            continue;
        };
        let option = field.params.get("target_id").and_then(|id| {
            let option: OptionId = id.parse().ok()?;
            line.options.iter().find(|sold| sold.option == option)
        });
        let product = menu.products.get(&line.product);
        let name = option
            .map(|sold| &sold.name)
            .or(product.map(|product| &product.name));
        if let Some(name) = name {
            field.params.insert("name".to_owned(), name.clone());
        }
    }
    if let [only] = problem.fields.as_slice() {
        problem.params = only.params.clone();
    }
    problem
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        pricing::{FeeSettings, price},
        samples::*,
    };

    const RED: u128 = 101;
    const HALF: u128 = 301;
    const FULL: u128 = 302;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(minute * 60, 0).unwrap()
    }

    fn pause(target: Target, ends_at: Option<i64>) -> Pause {
        Pause {
            target,
            why: "equipment",
            ends_at: ends_at.map(at),
        }
    }

    fn option(n: u128) -> Target {
        Target::Option(id!(OptionId, n))
    }

    /// Two red teas with half sugar and a gift box, judged at minute 0.
    fn problems(pauses: &[Pause], left: &[(u128, i64)]) -> Vec<FieldProblem> {
        let lines = vec![line(RED, 201, 2, &[(HALF, 1)]), line(103, 204, 1, &[])];
        let quote = price(&menu(), &cart(lines), &FeeSettings::default(), NOON).unwrap();
        let left = left.iter().map(|(n, left)| (id!(SkuId, *n), *left));
        Pauses::at(at(0), pauses.to_vec(), left.collect()).problems(&menu(), &quote)
    }

    fn reported(problems: &[FieldProblem]) -> Vec<(&str, &str)> {
        assert!(problems.iter().all(|problem| problem.reason == "PAUSED"));
        problems
            .iter()
            .map(|problem| {
                (
                    problem.field.as_str(),
                    problem.params.get("name").map_or("", String::as_str),
                )
            })
            .collect()
    }

    #[test]
    fn everything_that_is_paused_is_reported_at_its_line() {
        for (target, reported_at) in [
            (
                Target::Product(id!(ProductId, RED)),
                vec![("lines[0]", "紅玉紅茶")],
            ),
            (
                Target::Variant(id!(VariantId, 204)),
                vec![("lines[1]", "茶葉禮盒")],
            ),
            (option(HALF), vec![("lines[0]", "半糖")]),
            (
                Target::Category(id!(CategoryId, 501)),
                vec![("lines[0]", "紅玉紅茶"), ("lines[1]", "茶葉禮盒")],
            ),
            (
                Target::Station("吧台".into()),
                vec![("lines[0]", "紅玉紅茶")],
            ),
            (Target::Tag("禮盒".into()), vec![("lines[1]", "茶葉禮盒")]),
            (Target::Station("冷飲".into()), vec![]),
            (Target::Branch, vec![("branch_id", "")]),
            (Target::Method(Method::Pickup), vec![("method", "")]),
            (Target::Method(Method::OnSite), vec![]),
            (option(FULL), vec![]),
        ] {
            assert_eq!(
                reported(&problems(&[pause(target.clone(), None)], &[])),
                reported_at,
                "{target:?}"
            );
        }
    }

    #[test]
    fn a_pause_is_no_matter_from_its_end_on_and_the_longest_counts() {
        let tea = Target::Product(id!(ProductId, RED));
        let pause = |ends_at| pause(tea.clone(), ends_at);
        assert!(problems(&[pause(Some(0))], &[]).is_empty());
        let both = problems(&[pause(Some(9)), pause(Some(5))], &[]);
        assert_eq!(both.len(), 1);
        assert_eq!(both[0].params["ends_at"], "1970-01-01T00:09:00Z");
        let open = problems(&[pause(Some(9)), pause(None)], &[]);
        assert!(!open[0].params.contains_key("ends_at"));
    }

    /// E10: the minimum stays; the product is what cannot be had.
    #[test]
    fn a_required_group_without_choices_takes_its_product_down() {
        let both = problems(
            &[pause(option(HALF), Some(9)), pause(option(FULL), Some(5))],
            &[],
        );
        assert_eq!(reported(&both), [("lines[0]", "紅玉紅茶")]);
        assert_eq!(both[0].params["group"], "甜度");
        assert_eq!(both[0].params["ends_at"], "1970-01-01T00:05:00Z");

        let one_sold_out = problems(&[pause(option(HALF), Some(9))], &[(FULL, 0)]);
        assert_eq!(one_sold_out[0].params["group"], "甜度");
        assert_eq!(one_sold_out[0].params["ends_at"], "1970-01-01T00:09:00Z");

        let never = problems(
            &[pause(option(HALF), Some(9)), pause(option(FULL), None)],
            &[(HALF, 0)],
        );
        assert!(
            !never[0].params.contains_key("ends_at"),
            "nobody knows when"
        );

        // Sold out alone is reported as such, at the option.
        assert!(problems(&[], &[(HALF, 0), (FULL, 0)]).is_empty());
        // A group that need not be chosen from takes nothing down.
        let toppings = [311, 312, 313].map(|n| pause(option(n), None));
        assert!(problems(&toppings, &[]).is_empty());
    }

    #[test]
    fn a_refusal_of_capacity_gets_the_names_the_customer_knows() {
        let lines = vec![line(RED, 201, 2, &[(HALF, 1)])];
        let quote = price(&menu(), &cart(lines), &FeeSettings::default(), NOON).unwrap();
        let refusal = |id: u128| {
            let id = id!(OptionId, id).to_string();
            Problem::new(CapacityReason::Paused).field_with(
                "lines[0]",
                CapacityReason::Paused,
                [("target_id", id)],
            )
        };
        let name = |id| named(refusal(id), &menu(), &quote.lines).params["name"].clone();
        assert_eq!(name(HALF), "半糖");
        assert_eq!(name(RED), "紅玉紅茶");
    }
}
