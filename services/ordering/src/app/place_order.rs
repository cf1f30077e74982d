//! Places an order: a flow over catalog, payments, capacity and our own database, in numbered steps.
//!
//! 1. Look the key up, unless the caller knows that it is new. Nothing to undo, and nothing is held
//!    for a key that has an order.
//! 2. Price the cart again. Nothing to undo.
//! 3. Check how it is paid: on site from memory, online by asking payments. Nothing to undo.
//! 4. Hold stock and slot in capacity. Undo: the hold lapses by itself after asking us whether its
//!    order exists; it is released at once when it promises a later time than was agreed to, or when
//!    the key turns out to have an order already.
//! 5. Commit the order with its numbers and events. Undo: none, from here on it exists: placed, or
//!    waiting for its payment, which keeps what it holds.
//!
//! Requests of one key take turns in a replica, and equal ones that wait share one response. Between
//! replicas the hold's key, which comes from the idempotency key, makes attempts converge on one
//! order id; before any rejection is returned, the key is looked up once more. A hold whose commit
//! failed is not released here, since another replica may be about to commit that same order.

use std::sync::Arc;

use chassis::{
    coalesce::Coalescer,
    deadline,
    error::{CommonReason, Problem},
    id::{BranchId, HoldKey, OrderId, OrganisationId, PaymentMethodId},
    sales::Channel,
};
use chrono::TimeDelta;
use futures::FutureExt as _;
use proto::ordering::v1::OrderingReason;
use tokio::time::Instant;
use tonic::Status;
use uuid::Uuid;

use super::{
    Ordering,
    capacity::{Hold, NewHold},
    commit_orders::{Committed, Draft},
    payment_methods::Choice,
    payments::Purchase,
    quote::ShownQuote,
};
use crate::{
    domain::{
        agreed::{Agreed, Difference},
        cart::Cart,
        menu::Menu,
        online_payment::{ChosenMethod, OnlinePayment},
        order::{Contact, Order},
        order_history::EventActor,
        order_terms::{OrderTerms, PaymentMethod},
        quote::Quote,
    },
    store::order_events::RequestMark,
};

/// A quote older than this is refused, whatever its price.
const QUOTE_MAX_AGE: TimeDelta = TimeDelta::hours(24);
/// A hold this near its end could lapse before the commit.
const HOLD_MARGIN: TimeDelta = TimeDelta::seconds(15);
/// Namespace of hold keys.
const HOLD_KEYS: Uuid = Uuid::from_u128(0x7d1f_4c57_0b6e_4f6e_9d0b_0c7d_6b9c_51a2);
/// Requests of one key that are looked at together.
const MAX_BATCH: usize = 16;

/// A request to place an order, checked in itself.
#[derive(Clone, Debug)]
pub struct PlaceOrder {
    /// Key and body hash.
    pub mark: RequestMark,
    /// The caller knows that the key was not used before.
    pub key_is_new: bool,
    /// The cart.
    pub cart: Cart,
    /// The quote the customer saw.
    pub agreed: Agreed,
    /// Who orders.
    pub contact: Contact,
    /// Remark.
    pub remark: String,
    /// 餐具 wanted.
    pub utensils: bool,
    /// How it shall be paid; `None` for on site.
    pub payment_method: Option<PaymentMethodId>,
    /// Who places it.
    pub actor: EventActor,
    /// A test order.
    pub test: bool,
}

/// An order that was placed, now or by an earlier attempt.
#[derive(Clone, Debug)]
pub struct Placed {
    /// The order.
    pub order: Order,
    /// An earlier attempt placed it.
    pub replayed: bool,
}

/// Why no order was placed; several callers can share it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The price or the promised time is another than the customer agreed to.
    #[error("the quote no longer holds")]
    QuoteChanged {
        /// The quote as of now.
        fresh: Box<ShownQuote>,
        /// What differs from what the customer saw.
        differences: Vec<Difference>,
    },
    /// Any other refusal.
    #[error(transparent)]
    Refused(#[from] Status),
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem.into())
    }
}

type Outcome = Result<Placed, Error>;

struct Call {
    request: PlaceOrder,
    deadline: Option<Instant>,
}

/// Requests to place orders, one at a time for each key; clones share the queues.
#[derive(Clone)]
pub struct Placing(Arc<Coalescer<(OrganisationId, String), Call, Outcome>>);

impl Placing {
    /// Places orders with `app`.
    #[must_use]
    pub fn new(app: Ordering) -> Self {
        let queues = Coalescer::new(MAX_BATCH, move |(org, _), calls: Vec<Call>| {
            let app = app.clone();
            async move { place_in_turn(&app, org, calls).await }.boxed()
        });
        Self(Arc::new(queues))
    }

    /// Places an order, or finds the one that an earlier attempt of the same request placed.
    pub async fn place(&self, org: OrganisationId, request: PlaceOrder) -> Outcome {
        let key = request.mark.key.clone();
        let call = Call {
            request,
            deadline: deadline::current(),
        };
        let answer = self.0.submit((org, key), call).await;
        answer.unwrap_or_else(|| Err(Problem::new(CommonReason::TemporarilyUnavailable).into()))
    }
}

/// Calls of one key, one after the other; equal ones get the response of the first.
async fn place_in_turn(app: &Ordering, org: OrganisationId, calls: Vec<Call>) -> Vec<Outcome> {
    let mut answers: Vec<Outcome> = Vec::with_capacity(calls.len());
    for (place, call) in calls.iter().enumerate() {
        let earlier = calls[..place]
            .iter()
            .position(|earlier| earlier.request.mark.hash == call.request.mark.hash);
        let answer = match earlier {
            Some(earlier) => answers[earlier].clone().map(|placed| Placed {
                replayed: true,
                ..placed
            }),
            None => {
                let work = app.place_once(org, &call.request);
                match call.deadline {
                    Some(at) => deadline::scope(at, work).await,
                    None => work.await,
                }
            }
        };
        answers.push(answer);
    }
    answers
}

impl Ordering {
    async fn place_once(&self, org: OrganisationId, request: &PlaceOrder) -> Outcome {
        if !request.key_is_new
            && let Some(order) = self.step_1_look_up(org, request).await?
        {
            return Ok(repeated(order));
        }
        match self.attempt(org, request).await {
            Err(refusal) => match self.step_1_look_up(org, request).await? {
                Some(order) => Ok(repeated(order)),
                None => Err(refusal),
            },
            placed => placed,
        }
    }

    async fn attempt(&self, org: OrganisationId, request: &PlaceOrder) -> Outcome {
        let menu = self.menus.get(org, request.cart.branch).await?;
        let quote = self.step_2_price_again(org, &menu, request).await?;
        let online = self
            .step_3_choose_payment(org, &menu, request, &quote)
            .await?;
        let hold = self.step_4_hold(org, &menu, request, &quote).await?;
        if !request.agreed.allows(quote.wanted_at, hold.promised_at) {
            self.undo_4_release(org, menu.branch, hold.order).await;
            let fresh = self.show(org, &menu, quote).await;
            // The cached availability may still promise the earlier time.
            let fresh = ShownQuote {
                promised_at: Some(hold.promised_at),
                ..fresh
            };
            return Err(changed(request, fresh));
        }
        let placed = self.step_5_commit(org, &menu, request, (quote, online, hold));
        Ok(placed.await?)
    }

    /// The order that this request placed before; `IDEMPOTENCY_MISMATCH` when another request did.
    async fn step_1_look_up(
        &self,
        org: OrganisationId,
        request: &PlaceOrder,
    ) -> Result<Option<Order>, Problem> {
        self.recall(org, &request.mark).await
    }

    async fn step_2_price_again(
        &self,
        org: OrganisationId,
        menu: &Menu,
        request: &PlaceOrder,
    ) -> Result<Quote, Error> {
        let quote = match self.price(menu, &request.cart) {
            Ok(quote) => quote,
            Err(refusal) => return Err(self.distinguish_missing(org, refusal).await.into()),
        };
        if self.clock.now() - request.agreed.quoted_at > QUOTE_MAX_AGE {
            return Err(Problem::new(OrderingReason::QuoteExpired)
                .message("the quote is too old")
                .into());
        }
        if quote.hash != request.agreed.hash {
            return Err(changed(request, self.show(org, menu, quote).await));
        }
        Ok(quote)
    }

    async fn step_3_choose_payment(
        &self,
        org: OrganisationId,
        menu: &Menu,
        request: &PlaceOrder,
        quote: &Quote,
    ) -> Result<Option<ChosenMethod>, Problem> {
        let purchase = Purchase {
            brand: menu.brand,
            branch: menu.branch,
            method: quote.method,
            channel: Channel::Web,
            test: request.test,
        };
        let choice = Choice {
            method: request.payment_method,
            total: quote.total,
        };
        let online = self.payment_methods.choose(org, &purchase, choice).await?;
        if online.is_none() && quote.total.amount() > 0 && !request.test {
            self.prepaying
                .allow_on_site(org, &request.contact.phone)
                .await?;
        }
        Ok(online)
    }

    async fn step_4_hold(
        &self,
        org: OrganisationId,
        menu: &Menu,
        place: &PlaceOrder,
        quote: &Quote,
    ) -> Result<Hold, Problem> {
        let request = NewHold {
            menu,
            quote,
            order: OrderId::new(&*self.clock),
            key: hold_key(org, place.cart.branch, &place.mark),
            test: place.test,
        };
        self.capacity.hold(org, request).await
    }

    async fn step_5_commit(
        &self,
        org: OrganisationId,
        menu: &Menu,
        request: &PlaceOrder,
        (quote, online, hold): (Quote, Option<ChosenMethod>, Hold),
    ) -> Result<Placed, Problem> {
        let now = self.clock.now();
        if now + HOLD_MARGIN > hold.expires_at {
            return Err(Problem::new(CommonReason::TemporarilyUnavailable)
                .message("the hold is about to end"));
        }
        let draft = Draft {
            id: hold.order,
            brand: menu.brand,
            branch: menu.branch,
            terms: OrderTerms {
                payment_method: match online {
                    None => PaymentMethod::OnSite,
                    Some(_) => PaymentMethod::Online,
                },
                ..OrderTerms::guest(request.test)
            },
            sold: quote,
            online: online.map(|chosen| OnlinePayment::new(&chosen, now + self.pay_within)),
            promised_at: hold.promised_at,
            business_day: hold.business_day,
            day_rule: hold.day_rule,
            contact: request.contact.clone(),
            remark: request.remark.clone(),
            utensils: request.utensils,
            actor: request.actor.clone(),
            mark: request.mark.clone(),
        };
        let key = (org, menu.branch, request.test);
        match self.commits.submit(key, draft).await {
            Some(Committed::Placed(order)) => Ok(Placed {
                order: *order,
                replayed: false,
            }),
            Some(Committed::Exists(known)) => {
                if known.order != hold.order {
                    self.undo_4_release(org, menu.branch, hold.order).await;
                }
                let order = self.replay(org, &request.mark, &known).await?;
                Ok(repeated(order))
            }
            Some(Committed::Failed { reason, params }) => Err(Problem {
                params,
                ..Problem::new(reason)
            }),
            None => Err(Problem::new(CommonReason::TemporarilyUnavailable)),
        }
    }

    /// Only for an order that can never be created: its key has created another, or its promise was not
    /// agreed to.
    async fn undo_4_release(&self, org: OrganisationId, branch: BranchId, order: OrderId) {
        if let Err(error) = self.capacity.release(org, branch, order).await {
            tracing::warn!(order.id = %order, %error, "a hold could not be released and is left to expire");
        }
    }
}

/// The order of an earlier attempt of the same request.
const fn repeated(order: Order) -> Placed {
    Placed {
        order,
        replayed: true,
    }
}

fn changed(request: &PlaceOrder, fresh: ShownQuote) -> Error {
    let agreed = &request.agreed;
    Error::QuoteChanged {
        differences: agreed.differences(&fresh.quote, fresh.promised_at),
        fresh: Box::new(fresh),
    }
}

/// The body counts too: a customer who changes the cart after a failed attempt must not get what that
/// attempt held.
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
