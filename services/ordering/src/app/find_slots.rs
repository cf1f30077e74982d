//! Which slots would take a cart, or an order that is to be moved.

use std::collections::BTreeMap;

use chassis::{
    authn::{Actor, Identity},
    error::Problem,
    id::{OrderId, OrganisationId},
};
use chrono::{DateTime, Utc};
use proto::capacity::v1::Availability;

use super::{Ordering, capacity::CartWish};
use crate::{
    domain::{cart::Cart, order::Order, stock_need::stock_need},
    store::orders,
};

impl Ordering {
    /// What the branch can sell of this cart, now and in each slot.
    ///
    /// What is wrong with the cart refuses as in a quote. Staff is held to its branches. Who has heard of
    /// a change is not told what was so before.
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
        let wish = CartWish {
            menu: &menu,
            method: quote.method,
            lines: &quote.lines,
            needs: &stock_need(&quote.lines),
            moving: None,
            day: None,
            not_before,
        };
        self.capacity.availability_for(org, wish).await
    }

    /// The slots that an order could be moved to, as a member of staff.
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

    /// The slots that an order could be moved to, as far as its lines and the limits decide it; what it
    /// takes of them itself is in nobody's way.
    ///
    /// It holds its stock already, so stock is not asked for again: whether another day has enough
    /// is judged by the move itself.
    pub(super) async fn slots_of(
        &self,
        org: OrganisationId,
        order: &Order,
        not_before: Option<DateTime<Utc>>,
    ) -> Result<Availability, Problem> {
        let menu = self.menus.get(org, order.branch).await?;
        let wish = CartWish {
            menu: &menu,
            method: order.sold.method,
            lines: &order.sold.lines,
            needs: &BTreeMap::new(),
            moving: Some(order.id),
            day: None,
            not_before,
        };
        self.capacity.availability_for(org, wish).await
    }
}
