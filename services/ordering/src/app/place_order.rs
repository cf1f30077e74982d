//! Places an order: a flow over catalog, capacity and our own database, in numbered steps.
//!
//! 1. Parse and check the request (at the door). Nothing to undo.
//! 2. Price the cart again. Nothing to undo.
//! 3. Hold stock and slot in capacity. Undo: the hold lapses by itself after asking us whether its
//!    order exists; when the key turns out to have an order already, it is released at once.
//! 4. Commit the order with its numbers and events. Undo: none, from here on it exists.
//!
//! The hold's key comes from the idempotency key, so attempts of one key converge on one order id.
//! Whatever refuses, the key is looked up before the caller is told: a repeated request gets its
//! first answer even when the cart could not be sold any more. A hold whose commit failed is not
//! released here, since a twin of the request may be about to commit that same order.

use chassis::{
    error::Problem,
    id::{BranchId, HoldKey, OrderId, OrganisationId},
};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{
    Ordering,
    capacity::{Hold, HoldWish},
    commit_orders::{Committed, Draft},
    quote::ShownQuote,
};
use crate::{
    domain::{
        cart::Cart,
        menu::Menu,
        order::{Contact, Order},
        quote::{PriceChange, Quote},
    },
    store::order_events::RequestMark,
};

/// A quote older than this is no basis for an order, whatever its price.
const QUOTE_MAX_AGE: TimeDelta = TimeDelta::hours(24);
/// A hold this near its end could lapse before the commit is through.
const HOLD_MARGIN: TimeDelta = TimeDelta::seconds(15);
/// Namespace of hold keys.
const HOLD_KEYS: Uuid = Uuid::from_u128(0x7d1f_4c57_0b6e_4f6e_9d0b_0c7d_6b9c_51a2);

/// A request to place an order, checked in itself.
#[derive(Clone, Debug)]
pub struct PlaceOrder {
    /// Key and body hash.
    pub mark: RequestMark,
    /// The cart.
    pub cart: Cart,
    /// Hash of the quote the customer saw.
    pub quote_hash: String,
    /// When that quote was made.
    pub quoted_at: DateTime<Utc>,
    /// Who orders.
    pub contact: Contact,
    /// Remark.
    pub remark: String,
    /// 餐具 wanted.
    pub utensils: bool,
}

/// An order that was placed, now or by an earlier attempt.
#[derive(Debug)]
pub struct Placed {
    /// The order.
    pub order: Order,
    /// An earlier attempt placed it.
    pub replayed: bool,
}

/// Why no order was placed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The price is another than the customer saw.
    #[error("the quote no longer holds")]
    QuoteChanged {
        /// The quote as of now.
        fresh: Box<ShownQuote>,
        /// Lines that cost another amount, as far as known.
        changes: Vec<PriceChange>,
    },
    /// Any other refusal.
    #[error(transparent)]
    Refused(#[from] Problem),
}

impl Ordering {
    /// Places an order, or finds the one that an earlier attempt of the same request placed.
    pub async fn place_order(
        &self,
        org: OrganisationId,
        request: PlaceOrder,
    ) -> Result<Placed, Error> {
        match self.attempt(org, &request).await {
            Err(refusal) => match self.recall(org, &request.mark).await? {
                Some(order) => Ok(Placed {
                    order,
                    replayed: true,
                }),
                None => Err(refusal),
            },
            placed => placed,
        }
    }

    async fn attempt(&self, org: OrganisationId, request: &PlaceOrder) -> Result<Placed, Error> {
        let menu = self.menus.get(org, request.cart.branch).await?;
        let quote = self.step_2_price_again(org, &menu, request).await?;
        let wished = OrderId::new(&*self.clock);
        let hold = self
            .step_3_hold(org, &menu, request, &quote, wished)
            .await?;
        if hold.order != wished {
            // An earlier attempt held: it has placed the order, is about to, or died before.
            if let Some(order) = self.recall(org, &request.mark).await? {
                return Ok(Placed {
                    order,
                    replayed: true,
                });
            }
        }
        Ok(self.step_4_commit(org, &menu, request, quote, hold).await?)
    }

    async fn step_2_price_again(
        &self,
        org: OrganisationId,
        menu: &Menu,
        request: &PlaceOrder,
    ) -> Result<Quote, Error> {
        let quote = self.price(menu, &request.cart)?;
        if self.clock.now() - request.quoted_at > QUOTE_MAX_AGE {
            return Err(Problem::new("QUOTE_EXPIRED")
                .message("the quote is too old")
                .into());
        }
        if quote.hash != request.quote_hash {
            let changes = self.changes_since(org, &request.cart, &quote, &request.quote_hash);
            let fresh = self.show(org, menu, quote).await;
            return Err(Error::QuoteChanged {
                fresh: Box::new(fresh),
                changes,
            });
        }
        Ok(quote)
    }

    async fn step_3_hold(
        &self,
        org: OrganisationId,
        menu: &Menu,
        request: &PlaceOrder,
        quote: &Quote,
        order: OrderId,
    ) -> Result<Hold, Problem> {
        let wish = HoldWish {
            menu,
            quote,
            order,
            key: hold_key(org, request.cart.branch, &request.mark),
        };
        self.capacity.hold(org, wish).await
    }

    async fn step_4_commit(
        &self,
        org: OrganisationId,
        menu: &Menu,
        request: &PlaceOrder,
        quote: Quote,
        hold: Hold,
    ) -> Result<Placed, Problem> {
        if self.clock.now() + HOLD_MARGIN > hold.expires_at {
            return Err(Problem::new("TEMPORARILY_UNAVAILABLE").message("the hold is about to end"));
        }
        let draft = Draft {
            id: hold.order,
            brand: menu.brand,
            branch: menu.branch,
            sold: quote,
            promised_at: hold.promised_at,
            business_day: hold.business_day,
            day_rule: hold.day_rule,
            contact: request.contact.clone(),
            remark: request.remark.clone(),
            utensils: request.utensils,
            mark: request.mark.clone(),
        };
        match self.commits.submit((org, menu.branch), draft).await {
            Some(Committed::Placed(order)) => Ok(Placed {
                order: *order,
                replayed: false,
            }),
            Some(Committed::Exists(known)) => {
                if known.order != hold.order {
                    self.undo_3_release(org, menu.branch, hold.order).await;
                }
                let order = self.replay(org, &request.mark, &known).await?;
                Ok(Placed {
                    order,
                    replayed: true,
                })
            }
            Some(Committed::Failed { reason }) => Err(Problem::new(reason)),
            None => Err(Problem::new("TEMPORARILY_UNAVAILABLE")),
        }
    }

    /// Only for an order that can never be made, because its key has made another.
    async fn undo_3_release(&self, org: OrganisationId, branch: BranchId, order: OrderId) {
        if let Err(error) = self.capacity.release(org, branch, order).await {
            tracing::warn!(order.id = %order, %error, "a needless hold is left to lapse");
        }
    }
}

/// The body counts too: a customer who changes the cart after an attempt that came to nothing must
/// not get what that attempt held.
fn hold_key(org: OrganisationId, branch: BranchId, mark: &RequestMark) -> HoldKey {
    let mut name = Vec::with_capacity(64 + mark.key.len());
    name.extend_from_slice(org.as_uuid().as_bytes());
    name.extend_from_slice(branch.as_uuid().as_bytes());
    name.extend_from_slice(&mark.hash);
    name.extend_from_slice(mark.key.as_bytes());
    HoldKey::from_uuid(Uuid::new_v5(&HOLD_KEYS, &name))
}

#[cfg(test)]
mod tests {
    use chassis::clock::SystemClock;

    use super::*;

    #[test]
    fn a_changed_cart_never_gets_what_an_attempt_before_held() {
        let (org, branch) = (
            OrganisationId::new(&SystemClock),
            BranchId::new(&SystemClock),
        );
        let mark = |hash: &[u8]| RequestMark {
            key: "k".to_owned(),
            hash: hash.to_vec(),
        };
        let first = hold_key(org, branch, &mark(&[1; 32]));
        assert_eq!(first, hold_key(org, branch, &mark(&[1; 32])));
        assert_ne!(first, hold_key(org, branch, &mark(&[2; 32])));
    }
}
