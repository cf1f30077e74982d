//! An id newtype for each thing, from one list; UUIDv7 inside. Mixing two ids does not compile.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::{NoContext, Timestamp, Uuid};

use crate::{
    clock::Clock,
    error::{CommonReason, Violations},
};

/// What all id types have in common.
pub trait Id: Copy + Eq + fmt::Display + FromStr<Err = uuid::Error> {
    /// The id with this UUID.
    fn from_uuid(uuid: Uuid) -> Self;
    /// The UUID inside.
    fn as_uuid(&self) -> Uuid;
}

/// Parses an id: an empty or malformed one is a `VALIDATION_FAILED` at `field`.
pub fn parse<T: Id>(field: &str, raw: &str, violations: &mut Violations) -> Option<T> {
    let parsed = raw.parse().ok();
    if parsed.is_none() {
        violations.push(field, CommonReason::ValidationFailed);
    }
    parsed
}

/// Parses an id that may be left out: empty is `None` without a violation.
pub fn parse_optional<T: Id>(field: &str, raw: &str, violations: &mut Violations) -> Option<T> {
    if raw.is_empty() {
        None
    } else {
        parse(field, raw, violations)
    }
}

fn v7(clock: &dyn Clock) -> Uuid {
    let now = clock.now();
    let secs = u64::try_from(now.timestamp()).unwrap_or_default();
    Uuid::new_v7(Timestamp::from_unix(
        NoContext,
        secs,
        now.timestamp_subsec_nanos(),
    ))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type)]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id, ordered by the clock's time.
            #[must_use]
            pub fn new(clock: &dyn Clock) -> Self {
                Self(v7(clock))
            }

            /// The id with this UUID.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID inside.
            #[must_use]
            pub const fn as_uuid(&self) -> Uuid {
                self.0
            }
        }

        impl Id for $name {
            fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            fn as_uuid(&self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(raw: &str) -> Result<Self, Self::Err> {
                raw.parse().map(Self)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )*};
}

ids! {
    /// A member of staff's account.
    AccountId,
    /// An address of a member.
    AddressId,
    /// An attempt to pay.
    AttemptId,
    /// A rule of benefits, whatever its version: that of a promotion, a promo code or a coupon template.
    BenefitRuleId,
    /// A branch (分店).
    BranchId,
    /// A brand (品牌).
    BrandId,
    /// A category of products.
    CategoryId,
    /// An account at a cloud of printers.
    CloudAccountId,
    /// A consent that a member gave or withdrew.
    ConsentId,
    /// Coupons that were issued together.
    CouponBatchId,
    /// Something that happened to a coupon.
    CouponEntryId,
    /// A coupon of a member.
    CouponId,
    /// Decisions about booked orders that were saved with one change of hours.
    DecisionBatchId,
    /// A printer (出單機).
    DeviceId,
    /// An event on the bus.
    EventId,
    /// An account at a payment provider.
    GatewayAccountId,
    /// A rule by which members are given coupons (自動贈券).
    GivingRuleId,
    /// What a reservation in capacity is held for; an order's id for orders.
    HoldKey,
    /// A transaction of the ledger.
    LedgerTransactionId,
    /// A rule of capacity limits (產能限制); nil for the orders a slot takes by the hours.
    LimitRuleId,
    /// A template of capacity limits.
    LimitTemplateId,
    /// An export of members.
    MemberExportId,
    /// A member of an organisation.
    MemberId,
    /// A merging of two members.
    MemberMergeId,
    /// A note about a member.
    MemberNoteId,
    /// A session of a member in a storefront.
    MemberSessionId,
    /// A published menu version.
    MenuVersionId,
    /// A stock movement.
    MovementId,
    /// A group of options.
    OptionGroupId,
    /// An option of a group.
    OptionId,
    /// An order.
    OrderId,
    /// A line of an order.
    OrderLineId,
    /// An organisation (總部), the tenant.
    OrganisationId,
    /// A pause of sales (暫停銷售).
    PauseId,
    /// The payment of an order.
    PaymentId,
    /// A payment method of a brand.
    PaymentMethodId,
    /// A print agent in a branch.
    PrintAgentId,
    /// A print job.
    PrintJobId,
    /// A print point (列印點).
    PrintPointId,
    /// A rule of a print point (出單規則).
    PrintRuleId,
    /// A template of slips.
    PrintTemplateId,
    /// A product.
    ProductId,
    /// One code that can be typed.
    PromoCodeTextId,
    /// A refund.
    RefundId,
    /// A calculation of what a rule would have done.
    ReplayId,
    /// Another slot for an order, under way.
    RescheduleId,
    /// A session of an account.
    SessionId,
    /// An imported settlement file of a payment provider.
    SettlementId,
    /// A stock-keeping unit: a variant or an option.
    SkuId,
    /// A special day of business hours.
    SpecialDayId,
    /// A tag of members.
    TagId,
    /// A variant of a product.
    VariantId,
    /// A payment that verifies an account at a provider.
    VerificationId,
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;
    use crate::clock::ManualClock;

    #[test]
    fn ids_are_ordered_by_the_clock() {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH);
        let earlier = OrderId::new(&clock);
        clock.advance(TimeDelta::milliseconds(1));
        assert!(earlier < OrderId::new(&clock));
    }

    #[test]
    fn an_id_reads_back_from_its_text() {
        let id = BranchId::new(&ManualClock::at(DateTime::UNIX_EPOCH));
        assert_eq!(id.to_string().parse::<BranchId>().unwrap(), id);
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{id}\""));
    }

    #[test]
    fn a_malformed_id_is_a_violation_at_its_field() {
        let mut violations = Violations::new();
        assert_eq!(parse::<BranchId>("branch_id", "7", &mut violations), None);
        assert!(!violations.is_empty());
    }
}
