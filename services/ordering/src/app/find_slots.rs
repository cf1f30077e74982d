//! Which slots would take a cart, or an order that is to be rescheduled.

use std::collections::BTreeMap;

use chassis::{
    authn::{Actor, Identity},
    error::Problem,
    id::{OrderId, OrganisationId},
};
use chrono::{DateTime, Utc};
use proto::capacity::v1::Availability;

use super::{
    Ordering,
    capacity::{AvailabilityQuery, hold_lines},
};
use crate::{
    domain::{cart::Cart, order::Order, stock_need::stock_need},
    store::orders,
};

impl Ordering {
    /// What the branch can sell of this cart, now and in each slot.
    ///
    /// What is wrong with the cart is refused as in a quote. Staff is limited to its branches. The response
    /// is from `not_before` or later.
    pub async fn find_slots(
        &self,
        org: OrganisationId,
        caller: &Identity,
        cart: &Cart,
        not_before: Option<DateTime<Utc>>,
    ) -> Result<Availability, Problem> {
        let menu = self.menus.get(org, cart.branch).await?;
        if matches!(caller.actor, Actor::Staff { .. }) {
            caller.require_branch(menu.brand, menu.branch)?;
        }
        let quote = self.price(&menu, cart)?;
        let query = AvailabilityQuery {
            menu: &menu,
            method: quote.method,
            lines: hold_lines(&menu, &quote.lines),
            needs: &stock_need(&quote.lines),
            rescheduled: None,
            day: None,
            not_before,
        };
        self.capacity.availability_for(org, query).await
    }

    /// The slots that an order could be rescheduled to, as a member of staff.
    pub async fn find_slots_of_order(
        &self,
        org: OrganisationId,
        caller: &Identity,
        id: OrderId,
    ) -> Result<Availability, Problem> {
        let mut tx = self.db.tenant(org).await?;
        let order = orders::get(&mut tx, id).await?;
        tx.commit().await?;
        caller.require_branch(order.brand, order.branch)?;
        self.slots_of(org, &order, None).await
    }

    /// The slots that an order could be rescheduled to, as far as its lines and the limits decide it; what the
    /// order itself takes of them does not count.
    ///
    /// It holds its stock already, so stock is not checked again: whether another day has enough is
    /// checked when it is rescheduled.
    pub(super) async fn slots_of(
        &self,
        org: OrganisationId,
        order: &Order,
        not_before: Option<DateTime<Utc>>,
    ) -> Result<Availability, Problem> {
        let menu = self.menus.get(org, order.branch).await?;
        let query = AvailabilityQuery {
            menu: &menu,
            method: order.method,
            lines: hold_lines(&menu, order.items()),
            needs: &BTreeMap::new(),
            rescheduled: Some(order.id),
            day: None,
            not_before,
        };
        self.capacity.availability_for(org, query).await
    }
}
