//! Client of capacity: availability of a cart, and holds for orders.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use anyhow::Context as _;
use chassis::{
    business_day::BusinessDay,
    client::{PeerChannel, Peers},
    error::{FieldProblem, Problem},
    id::{BranchId, HoldKey, OrderId, OrganisationId, SkuId},
    sales::{Channel, Method},
};
use chrono::{DateTime, Utc};
use moka::future;
use proto::capacity::v1::{
    self as wire, Availability, CapacityReason, GetAvailabilityRequest, HoldLine, HoldRequest,
    PlaceHoldRequest, ReleaseHoldRequest, RescheduleHoldRequest, SkuQuantity,
    availability_service_client::AvailabilityServiceClient, hold_service_client::HoldServiceClient,
};
use tonic::Status;

use crate::{
    app::quote::{to_timestamp, to_utc},
    domain::{
        menu::{DayRule, Menu},
        pause::named,
        quote::{PricedLine, Quote},
        stock_need::{Need, stock_need},
    },
};

/// A quote may be this stale; an order never is, because it holds.
const AVAILABILITY_TTL: Duration = Duration::from_millis(500);
const MAX_SKUS: usize = 200;

/// Capacity, as ordering needs it; clones share the cache.
#[derive(Clone)]
pub struct Capacity {
    peers: Peers,
    availability: future::Cache<AvailabilityKey, Arc<Availability>>,
}

type AvailabilityKey = (OrganisationId, BranchId, Method, Option<BusinessDay>);

/// A cart whose slots are queried.
pub struct AvailabilityQuery<'a> {
    /// Menu it is sold from; it names the branch.
    pub menu: &'a Menu,
    /// How the customer gets it.
    pub method: Method,
    /// Lines as limits and pauses judge them.
    pub lines: Vec<HoldLine>,
    /// What it takes from stock; empty where that is held already.
    pub needs: &'a BTreeMap<SkuId, Need>,
    /// The order that is to be rescheduled, if it is one.
    pub rescheduled: Option<OrderId>,
    /// Business day whose stock is returned; none for today.
    pub day: Option<BusinessDay>,
    /// The response must be from then, or later.
    pub not_before: Option<DateTime<Utc>>,
}

/// What is to be held.
pub struct NewHold<'a> {
    /// Menu the cart was priced from; it names the branch.
    pub menu: &'a Menu,
    /// The priced cart.
    pub quote: &'a Quote,
    /// Order it is for, unless the key has one already.
    pub order: OrderId,
    /// Key of the attempt.
    pub key: HoldKey,
    /// For a test order, which is counted nowhere.
    pub test: bool,
}

/// A hold that was granted.
#[derive(Clone, Copy, Debug)]
pub struct Hold {
    /// Order it is for; another than requested when the key had been used.
    pub order: OrderId,
    /// When it lapses unless the order exists.
    pub expires_at: DateTime<Utc>,
    /// Promised time.
    pub promised_at: DateTime<Utc>,
    /// Business day of the slot.
    pub business_day: BusinessDay,
    /// How the branch counts days at present.
    pub day_rule: DayRule,
}

impl Capacity {
    /// Calls capacity through `peers`.
    #[must_use]
    pub fn new(peers: Peers) -> Self {
        let availability = future::Cache::builder()
            .max_capacity(2_000)
            .time_to_live(AVAILABILITY_TTL)
            .build();
        Self {
            peers,
            availability,
        }
    }

    /// What the branch could sell by this method half a second ago or later, with the stock of a
    /// business day, today if there is none.
    pub async fn availability(
        &self,
        org: OrganisationId,
        branch: BranchId,
        method: Method,
        day: Option<BusinessDay>,
    ) -> Result<Arc<Availability>, Problem> {
        let load = async {
            let request = GetAvailabilityRequest {
                branch_id: branch.to_string(),
                method: method.to_wire(),
                channel: Channel::Web.to_wire(),
                business_day: to_wire_day(day),
                ..Default::default()
            };
            let answer = self
                .availabilities(org)
                .get_availability(request)
                .await?
                .into_inner();
            Ok::<_, Status>(Arc::new(answer.availability.unwrap_or_default()))
        };
        let key = (org, branch, method, day);
        let loaded = self.availability.try_get_with(key, load).await;
        loaded.map_err(|status| Problem::from_status(&status))
    }

    /// What the branch can sell of this very cart at this moment: a slot that has too little capacity
    /// left for it is full.
    pub async fn availability_for(
        &self,
        org: OrganisationId,
        request: AvailabilityQuery<'_>,
    ) -> Result<Availability, Problem> {
        let request = GetAvailabilityRequest {
            branch_id: request.menu.branch.to_string(),
            method: request.method.to_wire(),
            lines: request.lines,
            skus: skus(request.needs)?,
            channel: Channel::Web.to_wire(),
            order_id: request
                .rescheduled
                .map(|order| order.to_string())
                .unwrap_or_default(),
            business_day: to_wire_day(request.day),
            not_before: request.not_before.map(to_timestamp),
        };
        let answer = self.availabilities(org).get_availability(request).await?;
        Ok(answer.into_inner().availability.unwrap_or_default())
    }

    /// Start of the slot that a promise counts in, as far as it is still listed.
    pub async fn slot_of(
        &self,
        org: OrganisationId,
        branch: BranchId,
        method: Method,
        promised_at: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, Problem> {
        let available = self.availability(org, branch, method, None).await?;
        let starts = available.slots.iter().map(|slot| to_utc(slot.starts_at));
        Ok(starts.flatten().filter(|start| *start <= promised_at).max())
    }

    /// Holds everything or nothing. A refusal names lines of the cart and what is left.
    pub async fn hold(&self, org: OrganisationId, request: NewHold<'_>) -> Result<Hold, Problem> {
        let needs = stock_need(&request.quote.lines);
        let body = HoldRequest {
            order_id: request.order.to_string(),
            hold_key: request.key.to_string(),
            branch_id: request.menu.branch.to_string(),
            skus: skus(&needs)?,
            wanted_at: request.quote.wanted_at.map(to_timestamp),
            test: request.test,
            lines: hold_lines(request.menu, &request.quote.lines),
            channel: Channel::Web.to_wire(),
            method: request.quote.method.to_wire(),
        };
        match self
            .holds(org)
            .place_hold(PlaceHoldRequest { hold: Some(body) })
            .await
        {
            Ok(answer) => Ok(to_hold(answer.into_inner().hold).map_err(Problem::internal)?),
            Err(status) => {
                let refusal = to_lines(Problem::from_status(&status), &needs);
                Err(named(refusal, request.menu, &request.quote.lines))
            }
        }
    }

    /// Moves what an order holds or has taken to another slot, all or nothing.
    pub async fn reschedule(
        &self,
        org: OrganisationId,
        branch: BranchId,
        order: OrderId,
        wanted_at: DateTime<Utc>,
    ) -> Result<Hold, Problem> {
        let request = RescheduleHoldRequest {
            order_id: order.to_string(),
            branch_id: branch.to_string(),
            wanted_at: Some(to_timestamp(wanted_at)),
        };
        let answer = self.holds(org).reschedule_hold(request).await?.into_inner();
        to_hold(answer.hold).map_err(Problem::internal)
    }

    /// Releases the hold of an order that will never be created.
    pub async fn release(
        &self,
        org: OrganisationId,
        branch: BranchId,
        order: OrderId,
    ) -> Result<(), Problem> {
        let request = ReleaseHoldRequest {
            order_id: order.to_string(),
            branch_id: branch.to_string(),
        };
        self.holds(org).release_hold(request).await?;
        Ok(())
    }

    fn availabilities(&self, org: OrganisationId) -> AvailabilityServiceClient<PeerChannel> {
        AvailabilityServiceClient::new(self.peers.channel_for("capacity", org))
    }

    fn holds(&self, org: OrganisationId) -> HoldServiceClient<PeerChannel> {
        HoldServiceClient::new(self.peers.channel_for("capacity", org))
    }
}

/// Stock to hold.
fn skus(needs: &BTreeMap<SkuId, Need>) -> Result<Vec<SkuQuantity>, Problem> {
    if needs.len() > MAX_SKUS {
        return Err(Problem::new(CapacityReason::OrderTooLarge).field_with(
            "lines",
            CapacityReason::OrderTooLarge,
            [("max_skus", MAX_SKUS), ("given", needs.len())],
        ));
    }
    let sku = |(sku, need): (&SkuId, &Need)| SkuQuantity {
        sku_id: sku.to_string(),
        quantity: need.quantity,
    };
    Ok(needs.iter().map(sku).collect())
}

/// The lines as pauses and limits judge them, in the cart's order.
pub(super) fn hold_lines<'a>(
    menu: &Menu,
    lines: impl IntoIterator<Item = &'a PricedLine>,
) -> Vec<HoldLine> {
    let hold_line = |line: &PricedLine| {
        let product = menu.products.get(&line.product);
        let categories = product.map(|product| product.categories.iter());
        HoldLine {
            product_id: line.product.to_string(),
            variant_id: line.variant.to_string(),
            option_ids: line
                .options
                .iter()
                .map(|option| option.option.to_string())
                .collect(),
            category_ids: categories
                .into_iter()
                .flatten()
                .map(ToString::to_string)
                .collect(),
            quantity: line.quantity.into(),
            amount: line.net.amount(),
            make_seconds: line.make_seconds,
            station: line.station.clone(),
            print_tag: line.print_tag.clone(),
        }
    };
    lines.into_iter().map(hold_line).collect()
}

fn to_wire_day(day: Option<BusinessDay>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

fn to_hold(hold: Option<wire::Hold>) -> anyhow::Result<Hold> {
    let hold = hold.context("capacity answered without a hold")?;
    Ok(Hold {
        order: hold.order_id.parse()?,
        expires_at: to_utc(hold.expires_at).context("a hold without its end")?,
        promised_at: to_utc(hold.promised_at).context("a hold without a promise")?,
        business_day: hold.business_day.parse()?,
        day_rule: day_rule(&hold.time_zone, hold.cutoff_minutes)?,
    })
}

/// How a branch counts days, off the wire.
pub(super) fn day_rule(time_zone: &str, cutoff_minutes: i32) -> anyhow::Result<DayRule> {
    Ok(DayRule {
        tz: time_zone.parse().context("read a branch's time zone")?,
        cutoff_minutes: cutoff_minutes.try_into()?,
    })
}

/// Moves problems of stock-keeping units to the lines that need them, with their names.
pub(super) fn to_lines(mut problem: Problem, needs: &BTreeMap<SkuId, Need>) -> Problem {
    let fields = std::mem::take(&mut problem.fields);
    for field in fields {
        let sku = field
            .params
            .get("sku_id")
            .and_then(|raw| raw.parse::<SkuId>().ok());
        let Some(need) = sku.and_then(|sku| needs.get(&sku)) else {
            problem.fields.push(field);
            continue;
        };
        for line in &need.lines {
            let mut params = field.params.clone();
            // What is short may be only a part of the line, such as the pearls in it.
            let short = params.get("component").filter(|name| !name.is_empty());
            let name = short.unwrap_or(&need.name).clone();
            params.insert("name".to_owned(), name);
            let (path, reason) = (format!("lines[{line}]"), field.reason.clone());
            problem.fields.push(FieldProblem {
                field: path,
                reason,
                params,
            });
        }
    }
    if let [only] = problem.fields.as_slice() {
        problem.params = only.params.clone();
    }
    problem
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_missing_unit_is_reported_at_each_line_that_needs_it() {
        let sku = SkuId::from_uuid(Uuid::from_u128(1));
        let need = Need {
            quantity: 4,
            name: "珍珠".into(),
            lines: vec![0, 2],
        };
        let params = [
            ("sku_id", sku.to_string()),
            ("wanted", "4".into()),
            ("left", "3".into()),
        ];
        let refusal = Problem::new(CapacityReason::OutOfStock)
            .field_with("skus[0]", CapacityReason::OutOfStock, params)
            .field("wanted_at", CapacityReason::SlotFull);
        let problem = to_lines(refusal, &BTreeMap::from([(sku, need)]));
        let fields: Vec<_> = problem
            .fields
            .iter()
            .map(|field| field.field.as_str())
            .collect();
        assert_eq!(fields, ["lines[0]", "lines[2]", "wanted_at"]);
        assert_eq!(problem.fields[1].params["name"], "珍珠");
        assert_eq!(problem.fields[1].params["left"], "3");
    }
}
