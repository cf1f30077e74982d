//! What only members of some tiers may order: products, and times (專屬商品, 專屬時段).

use std::collections::BTreeSet;

use chassis::{
    error::{CommonReason, FieldProblem, Reason},
    id::{BranchId, CategoryId, ProductId, VariantId},
    sales::Method,
    text_enum::WireEnum as _,
    time,
};
use chrono::{DateTime, Utc};
use pricing::{
    TierId,
    rules::{Moment, Weekday},
};
use proto::membership::v1::{self as wire, MembershipReason};
use uuid::Uuid;

/// Something that is for some tiers alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TierExclusive {
    tiers: BTreeSet<TierId>,
    /// Name of the lowest of them.
    tier_name: String,
    from: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
    products: Option<Products>,
    hours: Vec<Hours>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Products {
    products: BTreeSet<Uuid>,
    variants: BTreeSet<Uuid>,
    categories: BTreeSet<Uuid>,
    excluded_products: BTreeSet<Uuid>,
    excluded_categories: BTreeSet<Uuid>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Hours {
    methods: Vec<Method>,
    weekdays: Vec<i32>,
    from_minute: u16,
    to_minute: u16,
}

/// Who orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Customer {
    /// Nobody known.
    Guest,
    /// A member, of a tier or of none.
    Member(Option<TierId>),
    /// A member of whom nothing could be looked up.
    Unknown,
}

impl TierExclusive {
    /// What a brand published, for one branch; `None` where it holds nothing there.
    pub fn of(sent: &wire::TierExclusive, branch: BranchId) -> anyhow::Result<Option<Self>> {
        let branch = branch.to_string();
        let is_here = |hours: &&wire::ExclusiveHours| {
            hours.branch_ids.is_empty() || hours.branch_ids.contains(&branch)
        };
        let hours = sent.hours.iter().filter(is_here).map(Hours::of);
        let hours: Vec<_> = hours.collect::<anyhow::Result<_>>()?;
        let products = sent.products.as_ref().map(Products::of).transpose()?;
        let tiers = ids(&sent.tier_ids)?;
        let found = Self {
            tiers: tiers.into_iter().map(TierId::from_uuid).collect(),
            tier_name: sent.tier_name.clone(),
            from: sent.starts_at.as_ref().and_then(time::from_wire),
            until: sent.ends_at.as_ref().and_then(time::from_wire),
            products,
            hours,
        };
        let holds_something = found.products.is_some() || !found.hours.is_empty();
        Ok(holds_something.then_some(found))
    }

    fn is_in_force(&self, now: DateTime<Utc>) -> bool {
        self.from.is_none_or(|from| from <= now)
            && self
                .until
                .is_none_or(|until| now.timestamp() <= until.timestamp())
    }
}

impl Products {
    fn of(sent: &wire::ProductTarget) -> anyhow::Result<Self> {
        Ok(Self {
            products: ids(&sent.product_ids)?,
            variants: ids(&sent.variant_ids)?,
            categories: ids(&sent.category_ids)?,
            excluded_products: ids(&sent.excluded_product_ids)?,
            excluded_categories: ids(&sent.excluded_category_ids)?,
        })
    }

    fn hold(&self, product: ProductId, variant: VariantId, categories: &[CategoryId]) -> bool {
        let of = |known: &BTreeSet<Uuid>| categories.iter().any(|id| known.contains(&id.as_uuid()));
        let is_in = self.products.contains(&product.as_uuid())
            || self.variants.contains(&variant.as_uuid())
            || of(&self.categories);
        let is_out =
            self.excluded_products.contains(&product.as_uuid()) || of(&self.excluded_categories);
        is_in && !is_out
    }
}

impl Hours {
    fn of(sent: &wire::ExclusiveHours) -> anyhow::Result<Self> {
        let methods = sent.methods.iter().map(|method| Method::from_wire(*method));
        let methods: Option<Vec<_>> = methods.collect();
        let hours = sent.hours.unwrap_or(wire::DailyHours {
            from_minute: 0,
            to_minute: 0,
        });
        Ok(Self {
            methods: methods.ok_or_else(|| anyhow::anyhow!("a method that is not known"))?,
            weekdays: sent.weekdays.clone(),
            from_minute: u16::try_from(hours.from_minute)?,
            to_minute: u16::try_from(hours.to_minute)?,
        })
    }

    /// Over midnight where the end is not later than the start; the whole day where both are the same.
    fn hold(&self, method: Method, at: Moment) -> bool {
        let (from, to, minute) = (self.from_minute, self.to_minute, at.minute);
        let is_within = if from < to {
            (from..to).contains(&minute)
        } else {
            minute >= from || minute < to
        };
        is_within
            && (self.methods.is_empty() || self.methods.contains(&method))
            && (self.weekdays.is_empty() || self.weekdays.contains(&number_of(at.weekday)))
    }
}

/// What of a cart is not for the customer, at its product; `lines` are products with their variants and categories.
pub fn refused_lines<'a>(
    exclusives: &[TierExclusive],
    customer: Customer,
    now: DateTime<Utc>,
    lines: impl Iterator<Item = (ProductId, VariantId, &'a [CategoryId])>,
) -> Vec<FieldProblem> {
    let refused = lines.enumerate().filter_map(|(index, line)| {
        let (product, variant, categories) = line;
        let of_line = |one: &&TierExclusive| {
            let products = one.products.as_ref();
            products.is_some_and(|held| held.hold(product, variant, categories))
        };
        let field = format!("lines[{index}].product_id");
        refused(exclusives.iter().filter(of_line), customer, now, &field)
    });
    refused.collect()
}

/// Why the time of an order is not for the customer.
pub fn refused_time(
    exclusives: &[TierExclusive],
    customer: Customer,
    now: DateTime<Utc>,
    (method, at): (Method, Moment),
) -> Option<FieldProblem> {
    let of_time = |one: &&TierExclusive| one.hours.iter().any(|hours| hours.hold(method, at));
    refused(
        exclusives.iter().filter(of_time),
        customer,
        now,
        "wanted_at",
    )
}

/// Nobody is refused what nothing holds; a tier of any that hold it is enough.
fn refused<'a>(
    holding: impl Iterator<Item = &'a TierExclusive>,
    customer: Customer,
    now: DateTime<Utc>,
    field: &str,
) -> Option<FieldProblem> {
    let holding: Vec<_> = holding.filter(|one| one.is_in_force(now)).collect();
    let first = holding.first()?;
    let reason = match customer {
        Customer::Member(Some(tier)) if holding.iter().any(|one| one.tiers.contains(&tier)) => {
            return None;
        }
        Customer::Member(_) => Reason::from(MembershipReason::TierRequired),
        Customer::Guest => MembershipReason::NeedsLogin.into(),
        Customer::Unknown => CommonReason::TemporarilyUnavailable.into(),
    };
    Some(FieldProblem::new(
        field,
        reason,
        [("tier", first.tier_name.clone())],
    ))
}

fn ids(texts: &[String]) -> anyhow::Result<BTreeSet<Uuid>> {
    let ids = texts.iter().map(|text| Ok(text.parse()?));
    ids.collect()
}

const fn number_of(weekday: Weekday) -> i32 {
    match weekday {
        Weekday::Monday => 1,
        Weekday::Tuesday => 2,
        Weekday::Wednesday => 3,
        Weekday::Thursday => 4,
        Weekday::Friday => 5,
        Weekday::Saturday => 6,
        Weekday::Sunday => 7,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::{NOON, id};

    const SILVER: u128 = 1;
    const GOLD: u128 = 2;

    fn uuid(n: u128) -> String {
        Uuid::from_u128(n).to_string()
    }

    fn tier(n: u128) -> Customer {
        Customer::Member(Some(TierId::from_uuid(Uuid::from_u128(n))))
    }

    fn exclusive(tiers: &[u128], name: &str) -> wire::TierExclusive {
        wire::TierExclusive {
            tier_ids: tiers.iter().map(|n| uuid(*n)).collect(),
            tier_name: name.to_owned(),
            ..Default::default()
        }
    }

    /// Category 5 without product 11 is for silver and gold.
    fn category() -> TierExclusive {
        let sent = wire::TierExclusive {
            products: Some(wire::ProductTarget {
                category_ids: vec![uuid(5)],
                excluded_product_ids: vec![uuid(11)],
                ..Default::default()
            }),
            ..exclusive(&[SILVER, GOLD], "銀卡")
        };
        of(&sent)
    }

    fn of(sent: &wire::TierExclusive) -> TierExclusive {
        TierExclusive::of(sent, id!(BranchId, 3)).unwrap().unwrap()
    }

    fn reasons(exclusives: &[TierExclusive], customer: Customer, product: u128) -> Vec<String> {
        let categories = [id!(CategoryId, 5)];
        let line = (
            id!(ProductId, product),
            id!(VariantId, product),
            categories.as_slice(),
        );
        let refused = refused_lines(exclusives, customer, NOON, [line].into_iter());
        refused
            .iter()
            .map(|problem| format!("{} {}", problem.field, problem.reason))
            .collect()
    }

    #[test]
    fn a_product_is_for_the_tiers_that_are_named() {
        let exclusives = [category()];
        for customer in [tier(SILVER), tier(GOLD)] {
            assert!(reasons(&exclusives, customer, 10).is_empty());
        }
        for customer in [Customer::Member(None), tier(9)] {
            assert_eq!(
                reasons(&exclusives, customer, 10),
                ["lines[0].product_id TIER_REQUIRED"]
            );
        }
        assert_eq!(
            reasons(&exclusives, Customer::Guest, 10),
            ["lines[0].product_id NEEDS_LOGIN"]
        );
        assert_eq!(
            reasons(&exclusives, Customer::Unknown, 10),
            ["lines[0].product_id TEMPORARILY_UNAVAILABLE"]
        );
        assert!(
            reasons(&exclusives, Customer::Guest, 11).is_empty(),
            "what is excluded is for everyone"
        );
    }

    #[test]
    fn of_several_that_hold_a_product_one_is_enough() {
        let gold = wire::TierExclusive {
            products: Some(wire::ProductTarget {
                product_ids: vec![uuid(10)],
                ..Default::default()
            }),
            ..exclusive(&[GOLD], "金卡")
        };
        let exclusives = [of(&gold), category()];
        assert!(reasons(&exclusives, tier(SILVER), 10).is_empty());
    }

    #[test]
    fn a_period_begins_and_ends_by_itself() {
        let at = |seconds: i64| Some(time::to_wire(NOON + chrono::TimeDelta::seconds(seconds)));
        let over = |starts_at, ends_at| {
            let sent = wire::TierExclusive {
                starts_at,
                ends_at,
                products: Some(wire::ProductTarget {
                    product_ids: vec![uuid(10)],
                    ..Default::default()
                }),
                ..exclusive(&[GOLD], "金卡")
            };
            reasons(&[of(&sent)], Customer::Guest, 10).is_empty()
        };
        assert!(!over(at(0), at(0)), "the last second included");
        assert!(over(at(1), None));
        assert!(over(None, at(-1)));
    }

    #[test]
    fn times_are_of_a_branch_a_method_a_weekday_and_hours_over_midnight() {
        let sent = wire::TierExclusive {
            hours: vec![wire::ExclusiveHours {
                branch_ids: vec![uuid(3)],
                methods: vec![Method::Pickup.to_wire()],
                weekdays: vec![5],
                hours: Some(wire::DailyHours {
                    from_minute: 22 * 60,
                    to_minute: 60,
                }),
            }],
            ..exclusive(&[GOLD], "金卡")
        };
        assert_eq!(
            TierExclusive::of(&sent, id!(BranchId, 4)).unwrap(),
            None,
            "another branch"
        );
        let exclusives = [of(&sent)];
        let refused = |method, weekday, minute| {
            let moment = Moment {
                at: 0,
                weekday,
                minute,
                month: 6,
            };
            refused_time(&exclusives, tier(SILVER), NOON, (method, moment)).is_some()
        };
        assert!(refused(Method::Pickup, Weekday::Friday, 22 * 60));
        assert!(refused(Method::Pickup, Weekday::Friday, 59));
        assert!(!refused(Method::Pickup, Weekday::Friday, 60));
        assert!(!refused(Method::Pickup, Weekday::Saturday, 59));
        assert!(!refused(Method::OnSite, Weekday::Friday, 59));
    }
}
