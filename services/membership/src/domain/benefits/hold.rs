//! What an order holds of benefits, and what becomes of it as the order goes on.

use chassis::{
    id::{BenefitRuleId, BranchId, BrandId, CouponId, MemberId, OrderId, PromoCodeTextId},
    text_enum,
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use proto::{membership::v1 as wire, ordering::v1::OrderState};
use uuid::Uuid;

use super::counter::{CountedUse, CounterKey, CounterKind};

/// How long a hold lasts before its order exists.
pub const LASTS: TimeDelta = TimeDelta::minutes(2);
/// When ordering is asked again about an order that waits for its payment.
pub const ASK_AGAIN: TimeDelta = TimeDelta::minutes(1);
/// What a coupon that has expired meanwhile is extended by when it is given back.
pub const RETURNED_FOR: TimeDelta = TimeDelta::days(7);

text_enum! {
    /// State of a hold.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum HoldState {
        /// 保留: the order is being placed or waits for its payment.
        Held = "held",
        /// 使用: the order was placed.
        Used = "used",
        /// 釋放: it was given back.
        Released = "released",
    }
}

text_enum! {
    /// Class of a rule that an order uses.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum UseClass: wire::BenefitClass {
        /// 促銷.
        Promotion = "promotion",
        /// VIP.
        Tier = "tier",
        /// 優惠碼.
        Code = "code",
        /// 優惠券.
        Coupon = "coupon",
    }
}

/// A hold of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Order.
    pub order: OrderId,
    /// Key of the attempt to place it.
    pub key: String,
    /// Brand.
    pub brand: BrandId,
    /// Branch.
    pub branch: BranchId,
    /// Member.
    pub member: Option<MemberId>,
    /// Who orders, as counters know it.
    pub customer: String,
    /// Business day.
    pub business_day: NaiveDate,
    /// State.
    pub state: HoldState,
    /// Version of the order that the state is of.
    pub order_version: i64,
    /// Points.
    pub points: u32,
    /// Programme of the points.
    pub programme: Option<Uuid>,
    /// When it was made.
    pub held_at: DateTime<Utc>,
    /// When ordering is asked about the order, while it is held.
    pub ask_at: Option<DateTime<Utc>>,
}

/// What an order uses of one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// Rule.
    pub rule: BenefitRuleId,
    /// Version of the rule.
    pub rule_version: i64,
    /// Class.
    pub class: UseClass,
    /// What it takes off.
    pub amount: i64,
    /// Code.
    pub code: Option<PromoCodeTextId>,
    /// Coupon.
    pub coupon: Option<CouponId>,
    /// Counters that it took from.
    pub counters: Vec<CounterKind>,
    /// A refund has given it back although the order stays.
    pub returned: bool,
}

impl Use {
    /// The use as counters see it.
    #[must_use]
    pub fn counted<'a>(&self, customer: &'a str, day: NaiveDate) -> CountedUse<'a> {
        CountedUse {
            rule: self.rule,
            amount: self.amount,
            customer,
            day,
            code: self.code,
        }
    }
}

impl Hold {
    /// What giving back a use puts back into counters.
    pub fn given_back(&self, used: &Use) -> Vec<(CounterKey, i64)> {
        let counted = used.counted(&self.customer, self.business_day);
        let kinds = used.counters.iter();
        kinds
            .map(|kind| (counted.counter(*kind), counted.amount(*kind)))
            .collect()
    }
}

/// What the state of an order means for what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It waits for its payment.
    Waits,
    /// It was placed: what it holds is used.
    Uses,
    /// It ended without a sale, or was never made: all of it goes back.
    Ends,
}

impl Claim {
    /// The claim of an order in a state; none for a state that this build does not know.
    #[must_use]
    pub const fn of(state: OrderState) -> Option<Self> {
        Some(match state {
            OrderState::Unspecified => return None,
            OrderState::PendingPayment => Self::Waits,
            OrderState::Cancelled | OrderState::Rejected | OrderState::Expired => Self::Ends,
            OrderState::Placed
            | OrderState::Accepted
            | OrderState::Preparing
            | OrderState::Ready
            | OrderState::Delivering
            | OrderState::Completed
            | OrderState::NoShow => Self::Uses,
        })
    }
}

/// What is done with a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing.
    Stay,
    /// Ordering is asked again later.
    Postpone,
    /// Held becomes used.
    Use,
    /// It is given back.
    Release,
    /// It was given back too early: it is taken again, as far as it is there.
    TakeAgain,
}

/// What a claim of an order does to its hold.
#[must_use]
pub const fn step(state: HoldState, claim: Claim) -> Step {
    match (state, claim) {
        (HoldState::Held, Claim::Waits) => Step::Postpone,
        (HoldState::Held, Claim::Uses) => Step::Use,
        (HoldState::Held | HoldState::Used, Claim::Ends) => Step::Release,
        (HoldState::Released, Claim::Uses | Claim::Waits) => Step::TakeAgain,
        (HoldState::Used, Claim::Uses | Claim::Waits) | (HoldState::Released, Claim::Ends) => {
            Step::Stay
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_that_ends_without_a_sale_gives_back_whatever_it_had() {
        for state in [HoldState::Held, HoldState::Used] {
            assert_eq!(step(state, Claim::Ends), Step::Release);
        }
        for state in [
            OrderState::Cancelled,
            OrderState::Rejected,
            OrderState::Expired,
        ] {
            assert_eq!(Claim::of(state), Some(Claim::Ends));
        }
        // What nobody fetched was made and is not given back.
        assert_eq!(Claim::of(OrderState::NoShow), Some(Claim::Uses));
    }

    #[test]
    fn a_claim_that_comes_again_changes_nothing() {
        assert_eq!(step(HoldState::Used, Claim::Uses), Step::Stay);
        assert_eq!(step(HoldState::Released, Claim::Ends), Step::Stay);
    }
}
