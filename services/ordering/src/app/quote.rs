//! Quotes a cart: its price, and what would refuse the order at present.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

pub(crate) use chassis::time::to_wire as to_timestamp;
use chassis::{
    business_day::BusinessDay,
    error::{CommonReason, FieldProblem, Problem, Reason},
    id::{OrganisationId, SkuId},
    sales::{Channel, Method},
    text_enum::WireEnum as _,
    time,
};
use chrono::{DateTime, SecondsFormat, Utc};
use proto::{
    capacity::v1::{self as wire, Availability, CapacityReason, OpenState, SlotState},
    membership::v1::MembershipReason,
};

use super::{
    Ordering,
    capacity::{AvailabilityQuery, day_rule, hold_lines},
    price_cart::{AvailablePoints, Buyer, PricedCart},
    proposed_coupons::UsableCoupon,
};
use crate::domain::{
    cart::Cart,
    menu::Menu,
    pause::{Pause, Pauses, Target},
    price_inputs::GiftItem,
    quote::{PricedLine, Quote},
    stock_need::{Need, stock_need},
};

/// A quote as it is shown.
#[derive(Clone, Debug)]
pub struct ShownQuote {
    /// The priced cart.
    pub quote: Quote,
    /// When it was made.
    pub quoted_at: DateTime<Utc>,
    /// Until when it may be shown.
    pub valid_until: DateTime<Utc>,
    /// Time promised if ordered now.
    pub promised_at: Option<DateTime<Utc>>,
    /// What would refuse the order at present.
    pub warnings: Vec<FieldProblem>,
    /// What the member may do about points.
    pub points: Option<AvailablePoints>,
    /// Coupons that could be used.
    pub usable_coupons: Vec<UsableCoupon>,
}

impl Ordering {
    /// Prices a cart and warns of what would refuse it.
    ///
    /// When capacity is unavailable the price stands, without a promise and with a warning; when membership is,
    /// it stands without what could not be looked up, with a warning at each of it.
    pub async fn quote(
        &self,
        org: OrganisationId,
        cart: &Cart,
        buyer: &Buyer,
    ) -> Result<ShownQuote, Problem> {
        let menu = self.menus.get(org, cart.branch).await?;
        let priced = self
            .price_cart(org, &menu, cart, buyer, BTreeSet::new())
            .await?;
        Ok(self.show(org, &menu, priced).await)
    }

    /// Gifts of a priced cart that the branch has no more of, or does not sell at present.
    pub(super) async fn sold_out_gifts(
        &self,
        org: OrganisationId,
        menu: &Menu,
        quote: &Quote,
    ) -> BTreeSet<GiftItem> {
        if quote.gift_lines().next().is_none() {
            return BTreeSet::new();
        }
        let Ok(availability) = self.availability_of(org, menu, quote).await else {
            return BTreeSet::new();
        };
        let wanted = quote.wanted_at.unwrap_or_else(|| self.clock.now());
        let mut problems = stock_warnings(&availability, &stock_need(&quote.lines));
        problems.extend(pauses(&availability, wanted).problems(menu, quote));
        gifts_at(quote, &problems)
    }

    /// Adds promise and warnings to a priced cart.
    pub async fn show(&self, org: OrganisationId, menu: &Menu, priced: PricedCart) -> ShownQuote {
        let quoted_at = self.clock.now();
        let mut warnings = priced.problems.clone();
        if priced.is_blocked() {
            warnings.push(warning("member", MembershipReason::MemberBlocked, []));
        }
        warnings.extend(priced.refused.iter().cloned());
        let quote = &priced.quote;
        let promised_at = match self.availability_of(org, menu, quote).await {
            Ok(availability) => {
                warnings.extend(stock_warnings(&availability, &stock_need(&quote.lines)));
                let wanted = quote.wanted_at.unwrap_or(quoted_at);
                warnings.extend(pauses(&availability, wanted).problems(menu, quote));
                warnings.extend(slot_warning(&availability, quote.wanted_at));
                promise(&availability, quote.wanted_at)
            }
            Err(problem) => {
                tracing::warn!(branch.id = %menu.branch, error = %problem, "quoted without capacity");
                warnings.push(warning(
                    "wanted_at",
                    CommonReason::TemporarilyUnavailable,
                    [],
                ));
                None
            }
        };
        warnings.extend(promised_at.and_then(|at| priced.refused_promise(at)));
        let valid_until = quoted_at + self.quote_validity;
        ShownQuote {
            quote: priced.quote,
            quoted_at,
            valid_until,
            promised_at,
            warnings,
            points: priced.points,
            usable_coupons: priced.usable_coupons,
        }
    }

    /// The cached availability of the branch suffices unless its slots differ by what is in a cart.
    async fn availability_of(
        &self,
        org: OrganisationId,
        menu: &Menu,
        quote: &Quote,
    ) -> Result<Arc<Availability>, Problem> {
        let capacity = &self.capacity;
        let known = capacity
            .availability(org, menu.branch, quote.method, None)
            .await?;
        let day = self.later_day(&known, quote.wanted_at)?;
        if !known.by_cart {
            return match day {
                None => Ok(known),
                day => {
                    capacity
                        .availability(org, menu.branch, quote.method, day)
                        .await
                }
            };
        }
        let query = AvailabilityQuery {
            menu,
            method: quote.method,
            lines: hold_lines(menu, &quote.lines),
            needs: &stock_need(&quote.lines),
            rescheduled: None,
            day,
            not_before: None,
        };
        Ok(Arc::new(capacity.availability_for(org, query).await?))
    }

    /// The business day of a wanted time that is not today, as the branch counts days.
    fn later_day(
        &self,
        known: &Availability,
        wanted_at: Option<DateTime<Utc>>,
    ) -> anyhow::Result<Option<BusinessDay>> {
        let Some(wanted_at) = wanted_at else {
            return Ok(None);
        };
        let rule = day_rule(&known.time_zone, known.cutoff_minutes)?;
        let today = rule.day_of(self.clock.now());
        Ok(Some(rule.day_of(wanted_at)).filter(|day| *day > today))
    }
}

fn stock_warnings(available: &Availability, needs: &BTreeMap<SkuId, Need>) -> Vec<FieldProblem> {
    let mut warnings = Vec::new();
    for sku in &available.skus {
        let need = sku
            .sku_id
            .parse::<SkuId>()
            .ok()
            .and_then(|id| needs.get(&id));
        let Some(need) = need.filter(|need| need.quantity > sku.available) else {
            continue;
        };
        for line in &need.lines {
            let params = [
                ("sku_id", sku.sku_id.clone()),
                ("name", need.name.clone()),
                ("wanted", need.quantity.to_string()),
                ("left", sku.available.to_string()),
            ];
            warnings.push(warning(
                &format!("lines[{line}]"),
                CapacityReason::OutOfStock,
                params,
            ));
        }
    }
    for limit in &available.order_limits {
        let need = limit.sku_id.parse().ok().and_then(|id| needs.get(&id));
        let Some(need) = need.filter(|need| need.quantity > limit.max) else {
            continue;
        };
        for line in &need.lines {
            let params = [
                ("sku_id", limit.sku_id.clone()),
                ("name", need.name.clone()),
                ("wanted", need.quantity.to_string()),
                ("max", limit.max.to_string()),
            ];
            let field = format!("lines[{line}]");
            warnings.push(warning(&field, CapacityReason::OrderTooLarge, params));
        }
    }
    warnings.sort_by_key(|warning| line_of(&warning.field));
    warnings
}

/// What of the storefront's offer is paused at `at`.
fn pauses(available: &Availability, at: DateTime<Utc>) -> Pauses {
    let left: HashMap<_, _> = available
        .skus
        .iter()
        .filter_map(|sku| Some((sku.sku_id.parse().ok()?, sku.available)))
        .collect();
    let web = Channel::Web.to_wire();
    let ours =
        |pause: &&wire::PublicPause| pause.channels.is_empty() || pause.channels.contains(&web);
    let pauses = available.pauses.iter().filter(ours).filter_map(to_pause);
    Pauses::at(at, pauses, left)
}

/// A kind of target that this release does not know is left to the hold, which checks it.
fn to_pause(pause: &wire::PublicPause) -> Option<Pause> {
    let target = pause.target.as_ref()?;
    let target = match target.kind() {
        wire::PauseTargetKind::Product => Target::Product(target.id().parse().ok()?),
        wire::PauseTargetKind::Variant => Target::Variant(target.id().parse().ok()?),
        wire::PauseTargetKind::Option => Target::Option(target.id().parse().ok()?),
        wire::PauseTargetKind::Category => Target::Category(target.id().parse().ok()?),
        wire::PauseTargetKind::Method => Target::Method(Method::from_wire(target.method().into())?),
        wire::PauseTargetKind::Station => Target::Station(target.name().to_owned()),
        wire::PauseTargetKind::Tag => Target::Tag(target.name().to_owned()),
        wire::PauseTargetKind::Branch => Target::Branch,
        wire::PauseTargetKind::Unspecified => return None,
    };
    let why = match pause.reason() {
        wire::PauseReason::OutOfStock => "out_of_stock",
        wire::PauseReason::Equipment => "equipment",
        wire::PauseReason::Staffing => "staffing",
        wire::PauseReason::FoodSafety => "food_safety",
        wire::PauseReason::Other | wire::PauseReason::Unspecified => "other",
    };
    Some(Pause {
        target,
        why,
        ends_at: to_utc(pause.ends_at),
    })
}

/// Gifts at whose lines something is wrong.
pub(super) fn gifts_at(quote: &Quote, problems: &[FieldProblem]) -> BTreeSet<GiftItem> {
    let places: BTreeSet<_> = problems
        .iter()
        .filter_map(|problem| line_of(&problem.field))
        .collect();
    let gifts = quote.gift_lines();
    let gone = gifts.filter(|(place, _)| places.contains(place));
    gone.map(|(_, line)| gift_item(line)).collect()
}

fn gift_item(line: &PricedLine) -> GiftItem {
    (
        pricing::ProductId::from_uuid(line.product.as_uuid()),
        pricing::VariantId::from_uuid(line.variant.as_uuid()),
    )
}

fn line_of(field: &str) -> Option<usize> {
    field
        .strip_prefix("lines[")?
        .strip_suffix(']')?
        .parse()
        .ok()
}

fn slot_warning(available: &Availability, wanted: Option<DateTime<Utc>>) -> Option<FieldProblem> {
    let next = to_utc(available.earliest_slot_at).map(|at| ("next_slot", rfc3339(at)));
    if !sells(available.state()) {
        return Some(warning("wanted_at", CapacityReason::Closed, []));
    }
    let Some(wanted) = wanted else {
        let opens = to_utc(available.opens_at).map(|at| ("opens_at", rfc3339(at)));
        let reason = match available.state() {
            OpenState::Open if available.promised_at.is_some() => return None,
            OpenState::Open => CapacityReason::SlotFull,
            // The pause has a warning of its own.
            OpenState::Paused => return None,
            _ => CapacityReason::Closed,
        };
        return Some(warning("wanted_at", reason, opens.into_iter().chain(next)));
    };
    let slot = available
        .slots
        .iter()
        .find(|slot| to_utc(slot.starts_at) == Some(wanted));
    let reason = match slot.map(|slot| slot.state()) {
        Some(SlotState::Open | SlotState::Filling) => return None,
        Some(SlotState::Full) => CapacityReason::SlotFull,
        Some(SlotState::Past) => CapacityReason::SlotPast,
        Some(SlotState::Unspecified) | None => CapacityReason::NoSlot,
    };
    Some(warning("wanted_at", reason, next))
}

/// Whether the branch as such takes orders, for now or for later.
const fn sells(state: OpenState) -> bool {
    match state {
        OpenState::Open | OpenState::Paused | OpenState::OutsideHours => true,
        OpenState::Unspecified | OpenState::Setup | OpenState::Suspended | OpenState::Closed => {
            false
        }
    }
}

fn promise(available: &Availability, wanted: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    match wanted {
        Some(_) if slot_warning(available, wanted).is_some() => None,
        Some(wanted) => Some(wanted),
        None if available.state() == OpenState::Open => to_utc(available.promised_at),
        None => None,
    }
}

fn warning(
    field: &str,
    reason: impl Into<Reason>,
    params: impl IntoIterator<Item = (&'static str, String)>,
) -> FieldProblem {
    FieldProblem::new(field, reason, params)
}

fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// An instant off the wire.
pub(crate) fn to_utc(at: Option<prost_types::Timestamp>) -> Option<DateTime<Utc>> {
    time::from_wire(at.as_ref()?)
}

#[cfg(test)]
mod tests {
    use proto::capacity::v1::{SkuAvailability, Slot};

    use super::*;
    use crate::domain::{pricing::price, samples};

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(minute * 60, 0).unwrap()
    }

    fn available() -> Availability {
        let slot = |minute, state: SlotState| Slot {
            starts_at: Some(to_timestamp(at(minute))),
            state: state.into(),
            ..Default::default()
        };
        Availability {
            state: OpenState::Open.into(),
            promised_at: Some(to_timestamp(at(5))),
            slots: vec![
                slot(0, SlotState::Past),
                slot(15, SlotState::Full),
                slot(30, SlotState::Filling),
            ],
            earliest_slot_at: Some(to_timestamp(at(30))),
            ..Default::default()
        }
    }

    #[test]
    fn a_slot_is_warned_of_by_its_state_with_the_next_available() {
        let reason = |minute| slot_warning(&available(), Some(at(minute))).map(|w| w.reason);
        assert_eq!(reason(0).as_deref(), Some("SLOT_PAST"));
        assert_eq!(reason(15).as_deref(), Some("SLOT_FULL"));
        assert_eq!(reason(30), None);
        assert_eq!(reason(31).as_deref(), Some("NO_SLOT"));
        let warning = slot_warning(&available(), Some(at(15))).unwrap();
        assert_eq!(warning.params["next_slot"], "1970-01-01T00:30:00Z");
        assert_eq!(promise(&available(), Some(at(15))), None);
        assert_eq!(promise(&available(), None), Some(at(5)));
    }

    #[test]
    fn a_closed_branch_says_when_it_opens() {
        let closed = Availability {
            state: OpenState::OutsideHours.into(),
            promised_at: None,
            opens_at: Some(to_timestamp(at(60))),
            ..available()
        };
        let warning = slot_warning(&closed, None).unwrap();
        assert_eq!(warning.reason, "CLOSED");
        assert_eq!(warning.params["opens_at"], "1970-01-01T01:00:00Z");
    }

    #[test]
    fn a_branch_that_is_not_live_is_closed_whatever_is_wanted() {
        for state in [OpenState::Setup, OpenState::Suspended, OpenState::Closed] {
            let away = Availability {
                state: state.into(),
                ..Default::default()
            };
            for wanted in [None, Some(at(30))] {
                assert_eq!(slot_warning(&away, wanted).unwrap().reason, "CLOSED");
                assert_eq!(promise(&away, wanted), None);
            }
        }
    }

    #[test]
    fn a_pause_is_reported_by_itself_and_promises_nothing() {
        let paused = Availability {
            state: OpenState::Paused.into(),
            promised_at: None,
            ..available()
        };
        assert_eq!(slot_warning(&paused, None), None);
        assert_eq!(promise(&paused, None), None);
        assert_eq!(slot_warning(&paused, Some(at(30))), None);
    }

    #[test]
    fn only_pauses_of_the_storefront_reach_a_quote() {
        let pause = |channels: &[Channel]| wire::PublicPause {
            target: Some(wire::PauseTarget {
                kind: wire::PauseTargetKind::Branch.into(),
                ..Default::default()
            }),
            channels: channels.iter().map(|channel| channel.to_wire()).collect(),
            reason: wire::PauseReason::Staffing.into(),
            ends_at: Some(to_timestamp(at(10))),
        };
        let menu = samples::menu();
        let cart = samples::cart(vec![samples::line(103, 204, 1, &[])]);
        let quote = price(&menu, &cart, &Default::default(), at(0)).unwrap();
        let found = |channels: &[Channel], minute| {
            let available = Availability {
                pauses: vec![pause(channels)],
                ..available()
            };
            pauses(&available, at(minute)).problems(&menu, &quote).len()
        };
        assert_eq!(found(&[], 9), 1);
        assert_eq!(found(&[Channel::UberEats, Channel::Web], 9), 1);
        assert_eq!(found(&[Channel::UberEats], 9), 0);
        assert_eq!(found(&[], 10), 0, "what is wanted after its end can be had");
    }

    #[test]
    fn stock_is_compared_with_the_sum_of_all_lines() {
        let sku = SkuId::from_uuid(uuid::Uuid::from_u128(1));
        let need = Need {
            quantity: 4,
            name: "珍珠".into(),
            lines: vec![1, 0],
        };
        let left = |available| Availability {
            skus: vec![SkuAvailability {
                sku_id: sku.to_string(),
                available,
                ..Default::default()
            }],
            ..Default::default()
        };
        let needs = BTreeMap::from([(sku, need)]);
        assert!(stock_warnings(&left(4), &needs).is_empty());
        let warnings = stock_warnings(&left(3), &needs);
        let fields: Vec<_> = warnings
            .iter()
            .map(|warning| warning.field.as_str())
            .collect();
        assert_eq!(fields, ["lines[0]", "lines[1]"]);
    }
}
