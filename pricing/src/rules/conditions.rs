//! When, where and for whom a rule is; and what an order is like in those respects.

use super::{Limits, UsageByRule};
use crate::{
    amount::Amount,
    explanation::Reason,
    ids::{
        BranchId, BrandId, Channel, MemberTagId, Method, PaymentMethod, RuleId, SegmentId, TierId,
    },
};

/// Seconds since 1970 UTC.
pub type Instant = i64;

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weekday {
    /// Monday.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

/// An instant with what the branch's calendar and clock say of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The instant.
    pub at: Instant,
    /// Weekday of the business day.
    pub weekday: Weekday,
    /// Minutes after midnight, 0 to 1,439.
    pub minute: u16,
    /// Month, 1 to 12.
    pub month: u8,
}

/// Where, how and when an order is placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// Brand.
    pub brand: BrandId,
    /// Branch.
    pub branch: BranchId,
    /// Channel.
    pub channel: Channel,
    /// Fulfilment method.
    pub method: Method,
    /// Payment method, once chosen.
    pub payment: Option<PaymentMethod>,
    /// 下單時間.
    pub placed: Moment,
    /// 取件時間.
    pub wanted: Moment,
}

/// Who orders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Customer {
    /// Nobody known.
    #[default]
    Guest,
    /// A member.
    Member(Member),
}

/// What rules ask of a member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// Tier.
    pub tier: Option<TierId>,
    /// Tags.
    pub tags: Vec<MemberTagId>,
    /// Segments.
    pub segments: Vec<SegmentId>,
    /// Nothing was ever ordered.
    pub first_order: bool,
    /// Month of birth, 1 to 12.
    pub birth_month: Option<u8>,
    /// Points that may be used.
    pub points: u32,
}

/// When, where and for whom; by default always, everywhere, for everyone. An empty list is no
/// condition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// Start; it also decides between equals, none being the earliest.
    pub from: Option<Instant>,
    /// End, that second included.
    pub until: Option<Instant>,
    /// Brands.
    pub brands: Vec<BrandId>,
    /// Branches.
    pub branches: Vec<BranchId>,
    /// Methods.
    pub methods: Vec<Method>,
    /// Channels.
    pub channels: Vec<Channel>,
    /// Payment methods.
    pub payments: Vec<PaymentMethod>,
    /// Which time weekdays and hours are of.
    pub basis: Basis,
    /// Weekdays of the business day.
    pub weekdays: Vec<Weekday>,
    /// Hours of the day.
    pub hours: Vec<Hours>,
    /// Customers.
    pub audience: Audience,
    /// What must be in the cart.
    pub minimum: Minimum,
}

/// Which time a condition is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Basis {
    /// 下單時間.
    #[default]
    Placed,
    /// 取件時間.
    Wanted,
}

/// Minutes after midnight, the first included, the last not; over midnight when the last is not
/// later than the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// First minute.
    pub from: u16,
    /// Minute after the last.
    pub to: u16,
}

/// Customers a rule is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audience {
    /// Members, guests or both.
    pub who: Who,
    /// One of these tiers.
    pub tiers: Vec<TierId>,
    /// With one of these tags.
    pub tags: Vec<MemberTagId>,
    /// In one of these segments.
    pub segments: Vec<SegmentId>,
    /// On the first order.
    pub first_order: bool,
    /// In the month of birth.
    pub birth_month: bool,
}

/// Members or guests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Who {
    /// Both.
    #[default]
    Everyone,
    /// Guests only.
    Guests,
    /// Members only.
    Members,
}

/// What the targeted goods must come to on entry to the rule's stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Minimum {
    /// Amount; none by default.
    pub spend: Amount,
    /// Units; none by default.
    pub units: u32,
    /// Products marked 不列入優惠 count too.
    pub counts_excluded: bool,
    /// Fees of a fixed amount count too, before delivery rules.
    pub counts_fees: bool,
    /// Gifts of earlier stages count as units too.
    pub counts_gifts: bool,
}

impl Hours {
    /// Whether a minute of the day is one of them.
    #[must_use]
    pub const fn contain(self, minute: u16) -> bool {
        if self.from < self.to {
            self.from <= minute && minute < self.to
        } else {
            minute >= self.from || minute < self.to
        }
    }
}

/// Whether one of a list is met; an empty list always is.
fn met<T: PartialEq>(list: &[T], given: &T) -> bool {
    list.is_empty() || list.contains(given)
}

impl Conditions {
    /// Judges all but the minimum; names the first thing that is not met.
    pub(crate) fn judge(&self, context: &Context, customer: &Customer) -> Result<(), Reason> {
        let at = context.placed.at;
        if self.from.is_some_and(|from| at < from) || self.until.is_some_and(|until| at > until) {
            return Err(Reason::NotInPeriod);
        }
        if !met(&self.brands, &context.brand) || !met(&self.branches, &context.branch) {
            return Err(Reason::NotThisBranch);
        }
        if !met(&self.methods, &context.method) {
            return Err(Reason::NotThisMethod);
        }
        if !met(&self.channels, &context.channel) {
            return Err(Reason::NotThisChannel);
        }
        let chosen = context.payment.as_ref();
        if !self.payments.is_empty() && !chosen.is_some_and(|chosen| self.payments.contains(chosen))
        {
            return Err(Reason::NotThisPayment);
        }
        let moment = match self.basis {
            Basis::Placed => context.placed,
            Basis::Wanted => context.wanted,
        };
        let in_hours = |hours: &Hours| hours.contain(moment.minute);
        if !met(&self.weekdays, &moment.weekday)
            || !self.hours.is_empty() && !self.hours.iter().any(in_hours)
        {
            return Err(Reason::NotThisTime);
        }
        self.audience.judge(customer, moment.month)
    }
}

impl Audience {
    fn judge(&self, customer: &Customer, month: u8) -> Result<(), Reason> {
        let any = |wanted: bool| wanted.then_some(()).ok_or(Reason::NotEligibleMember);
        match customer {
            Customer::Guest if self.needs_member() => Err(Reason::NeedsLogin),
            Customer::Guest => Ok(()),
            Customer::Member(member) => any(self.who != Who::Guests
                && (self.tiers.is_empty()
                    || member.tier.is_some_and(|tier| self.tiers.contains(&tier)))
                && (self.tags.is_empty() || member.tags.iter().any(|tag| self.tags.contains(tag)))
                && (self.segments.is_empty()
                    || member
                        .segments
                        .iter()
                        .any(|one| self.segments.contains(one)))
                && (!self.first_order || member.first_order)
                && (!self.birth_month || member.birth_month == Some(month))),
        }
    }

    /// Whether it is for members alone.
    #[must_use]
    pub const fn needs_member(&self) -> bool {
        matches!(self.who, Who::Members)
            || !(self.tiers.is_empty() && self.tags.is_empty() && self.segments.is_empty())
            || self.first_order
            || self.birth_month
    }
}

impl Limits {
    /// Most it may take off this order, if limited; an error when it is used up.
    pub(crate) fn most_off(
        &self,
        rule: RuleId,
        usage: &UsageByRule,
    ) -> Result<Option<Amount>, Reason> {
        let used = usage.get(&rule).copied().unwrap_or_default();
        let reached = |limit: Option<u32>, used: u32| limit.is_some_and(|limit| used >= limit);
        if reached(self.per_member, used.member) || reached(self.per_member_day, used.member_today)
        {
            return Err(Reason::PerMemberLimit);
        }
        let left = self.budget.map(|budget| budget - used.spent);
        let none_left = left.is_some_and(|left| left <= Amount::ZERO);
        if reached(self.total, used.total) || reached(self.per_day, used.today) || none_left {
            return Err(Reason::UsedUp);
        }
        Ok(self.max_discount.into_iter().chain(left).min())
    }
}
