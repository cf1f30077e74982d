//! Counters of what orders take of rules, and what one order takes.

use chassis::{
    id::{BenefitRuleId, PromoCodeTextId},
    text_enum,
};
use chrono::NaiveDate;
use proto::membership::v1::RuleLimits;

text_enum! {
    /// What is counted of a rule.
    pub enum CounterKind {
        /// Orders.
        Total = "total",
        /// Discounts, minor units.
        Budget = "budget",
        /// Orders of a customer.
        Customer = "customer",
        /// Orders of a customer in a business day.
        CustomerDay = "customer_day",
        /// Orders of a business day.
        Day = "day",
        /// Orders with one code of a batch.
        Code = "code",
        /// Coupons that were issued.
        Issued = "issued",
        /// Coupons that were issued to one member.
        IssuedMember = "issued_member",
    }
}

/// Names one counter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CounterKey {
    /// Rule.
    pub rule: BenefitRuleId,
    /// What is counted.
    pub kind: CounterKind,
    /// Customer, day or code; empty for what there is one of.
    pub key: String,
}

/// What is taken from one counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Take {
    /// The counter.
    pub counter: CounterKey,
    /// Business day, of what is counted by day.
    pub day: Option<NaiveDate>,
    /// How much.
    pub amount: i64,
    /// Most that may be taken in all.
    pub most: i64,
}

/// A use of one rule by one order, as counters see it.
#[derive(Clone, Copy, Debug)]
pub struct CountedUse<'a> {
    /// Rule.
    pub rule: BenefitRuleId,
    /// What it takes off the order.
    pub amount: i64,
    /// Who orders.
    pub customer: &'a str,
    /// Business day of the order.
    pub day: NaiveDate,
    /// Code that was typed, of a code.
    pub code: Option<PromoCodeTextId>,
}

impl CountedUse<'_> {
    /// The counter of a kind that the use concerns.
    #[must_use]
    pub fn counter(&self, kind: CounterKind) -> CounterKey {
        let key = match kind {
            CounterKind::Customer => self.customer.to_owned(),
            CounterKind::CustomerDay => format!("{} {}", self.day, self.customer),
            CounterKind::Day => self.day.to_string(),
            CounterKind::Code => self.code.map(|code| code.to_string()).unwrap_or_default(),
            CounterKind::Total
            | CounterKind::Budget
            | CounterKind::Issued
            | CounterKind::IssuedMember => String::new(),
        };
        CounterKey {
            rule: self.rule,
            kind,
            key,
        }
    }

    /// What the use takes from a counter of a kind.
    #[must_use]
    pub const fn amount(&self, kind: CounterKind) -> i64 {
        match kind {
            CounterKind::Budget => self.amount,
            _ => 1,
        }
    }

    /// What the use takes under these limits. Orders, discounts and orders of a known customer are counted
    /// without a limit too, so that a limit that comes later counts what was used before.
    #[must_use]
    pub fn takes(
        &self,
        limits: &RuleLimits,
        counts_customer: bool,
        uses_per_code: i32,
    ) -> Vec<Take> {
        let count = |limit: Option<i32>| limit.map(i64::from);
        let mut wanted = vec![
            (CounterKind::Total, Some(count(limits.total))),
            (CounterKind::Budget, Some(limits.budget)),
            (CounterKind::Day, count(limits.per_day).map(Some)),
        ];
        if counts_customer {
            let day = count(limits.per_member_day).map(Some);
            wanted.push((CounterKind::Customer, Some(count(limits.per_member))));
            wanted.push((CounterKind::CustomerDay, day));
        }
        if uses_per_code > 0 && self.code.is_some() {
            wanted.push((CounterKind::Code, Some(Some(uses_per_code.into()))));
        }
        let taken = wanted.into_iter().filter_map(|(kind, limit)| {
            let by_day = matches!(kind, CounterKind::Day | CounterKind::CustomerDay);
            Some(Take {
                counter: self.counter(kind),
                day: by_day.then_some(self.day),
                amount: self.amount(kind),
                most: limit?.unwrap_or(i64::MAX),
            })
        });
        taken.collect()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::benefits::customer::Customer;

    fn takes(limits: RuleLimits, phone: &str, uses_per_code: i32) -> Vec<(CounterKind, i64, i64)> {
        let org = chassis::id::OrganisationId::from_uuid(Uuid::nil());
        let customer = Customer::new(org, None, phone);
        let counted = CountedUse {
            rule: BenefitRuleId::from_uuid(Uuid::nil()),
            amount: 50,
            customer: customer.key(),
            day: "2026-09-02".parse().unwrap(),
            code: Some(PromoCodeTextId::from_uuid(Uuid::nil())),
        };
        let takes = counted.takes(&limits, !phone.is_empty(), uses_per_code);
        takes
            .into_iter()
            .map(|take| (take.counter.kind, take.amount, take.most))
            .collect()
    }

    #[test]
    fn orders_and_discounts_are_counted_without_a_limit() {
        let found = takes(RuleLimits::default(), "", 0);
        let all = i64::MAX;
        assert_eq!(
            found,
            [(CounterKind::Total, 1, all), (CounterKind::Budget, 50, all)]
        );
    }

    #[test]
    fn each_limit_takes_from_its_counter() {
        let limits = RuleLimits {
            total: Some(100),
            per_member: Some(2),
            per_member_day: Some(1),
            budget: Some(1_000),
            per_day: Some(10),
            ..RuleLimits::default()
        };
        let found = takes(limits, "+886911123456", 3);
        assert_eq!(
            found,
            [
                (CounterKind::Total, 1, 100),
                (CounterKind::Budget, 50, 1_000),
                (CounterKind::Day, 1, 10),
                (CounterKind::Customer, 1, 2),
                (CounterKind::CustomerDay, 1, 1),
                (CounterKind::Code, 1, 3),
            ]
        );
    }

    #[test]
    fn a_limit_of_customers_counts_nobody_unknown() {
        let limits = RuleLimits {
            per_member: Some(1),
            per_member_day: Some(1),
            ..RuleLimits::default()
        };
        let kinds: Vec<_> = takes(limits, "", 0).iter().map(|take| take.0).collect();
        assert_eq!(kinds, [CounterKind::Total, CounterKind::Budget]);
    }
}
