//! What decided an order's price beside its lines, its fees and its menu: stored with it, so that it can be priced
//! again.

use chrono::{DateTime, Utc};
use pricing::rules::{Customer, Member};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    benefits::{Benefits, EnteredKind},
    price_inputs::{EnteredItem, Found, PriceInputs},
};

/// What decided a price. Kept short in store: most of it is absent in most orders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PricedWith {
    /// The instant that conditions of time were judged by.
    pub at: DateTime<Utc>,
    /// Wanted slot at that time; an order may be rescheduled later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted_at: Option<DateTime<Utc>>,
    /// Version of the brand's rules; 0 for none.
    #[serde(default)]
    pub rules_version: i64,
    /// Kind of payment that was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_kind: Option<String>,
    /// Facts of the member; `None` for a guest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<PricedMember>,
    /// Codes and coupons whose rule was known, in the cart's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entered: Vec<PricedEntry>,
    /// Points that were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<PricedPoints>,
    /// Rules whose gift was not wanted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declined_gifts: Vec<Uuid>,
    /// Products with variants that were sold out as gifts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sold_out_gifts: Vec<(Uuid, Uuid)>,
}

/// What rules ask of a member.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PricedMember {
    /// Tier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Uuid>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Uuid>,
    /// Nothing had ever been ordered.
    #[serde(default)]
    pub first_order: bool,
    /// Month of birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_month: Option<u8>,
    /// Points that could be used.
    #[serde(default)]
    pub points: u32,
}

/// A code or a coupon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PricedEntry {
    /// Which of them.
    pub kind: EnteredKind,
    /// Its rule.
    pub rule: Uuid,
    /// Version of the rule.
    pub version: i64,
    /// The customer chose it although the order cost more with it.
    #[serde(default)]
    pub insisted: bool,
    /// It was used.
    pub used: bool,
}

/// Points that a customer asked to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PricedPoints {
    /// How many.
    pub wanted: u32,
    /// The customer chose them although the order cost more with them.
    #[serde(default)]
    pub insisted: bool,
}

impl PricedWith {
    /// What decided a price at `at`, of which `benefits` came; `None` for a guest in a brand without rules who
    /// entered nothing.
    #[must_use]
    pub(super) fn of(
        inputs: &PriceInputs,
        at: DateTime<Utc>,
        wanted_at: Option<DateTime<Utc>>,
        benefits: Option<&Benefits>,
    ) -> Option<Self> {
        let member = match &inputs.customer {
            Customer::Guest => None,
            Customer::Member(member) => Some(PricedMember::of(member)),
        };
        let rules_version = inputs.rules.version;
        if rules_version == 0 && member.is_none() && inputs.entered.is_empty() {
            return None;
        }
        let entered = inputs.entered.iter();
        let gifts = &inputs.gifts;
        let sold_out = gifts.sold_out.iter();
        Some(Self {
            at,
            wanted_at,
            rules_version,
            payment_kind: inputs.payment.as_ref().map(|kind| kind.as_str().to_owned()),
            member,
            entered: entered
                .filter_map(|item| PricedEntry::of(item, benefits))
                .collect(),
            points: inputs.entered_points().map(|points| PricedPoints {
                wanted: points.points,
                insisted: points.insisted,
            }),
            declined_gifts: gifts.declined.iter().map(|rule| rule.as_uuid()).collect(),
            sold_out_gifts: sold_out
                .map(|(product, variant)| (product.as_uuid(), variant.as_uuid()))
                .collect(),
        })
    }
}

impl PricedMember {
    fn of(member: &Member) -> Self {
        Self {
            tier: member.tier.map(|tier| tier.as_uuid()),
            tags: member.tags.iter().map(|tag| tag.as_uuid()).collect(),
            first_order: member.first_order,
            birth_month: member.birth_month,
            points: member.points,
        }
    }
}

impl PricedEntry {
    fn of(item: &EnteredItem, benefits: Option<&Benefits>) -> Option<Self> {
        let Found::Rule(rule) = &item.found else {
            return None;
        };
        let outcomes = benefits.map(|benefits| benefits.entered.as_slice());
        let mut outcomes = outcomes.unwrap_or_default().iter();
        let used = outcomes
            .find(|outcome| outcome.kind == item.kind && outcome.place == item.place)
            .is_some_and(super::benefits::EnteredOutcome::is_used);
        Some(Self {
            kind: item.kind,
            rule: rule.id.as_uuid(),
            version: rule.version,
            insisted: item.insisted,
            used,
        })
    }
}
