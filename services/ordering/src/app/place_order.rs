//! Places an order: a flow over catalog, membership, payments, capacity and our own database, in numbered
//! steps.
//!
//! 1. Look the key up, unless the caller knows that it is new. Nothing to undo, and nothing is held
//!    for a key that has an order.
//! 2. Price the cart again. Nothing to undo.
//! 3. Check how it is paid: on site from memory, online by asking payments. Nothing to undo.
//! 4. Hold stock and slot in capacity. Undo: the hold lapses by itself after asking us whether its
//!    order exists; it is released at once when it promises a later time than was agreed to, when
//!    membership refuses what the order uses, or when the key turns out to have an order already.
//! 5. Hold codes, coupons, points and what else is counted in membership, for the same order under the
//!    same key, where the order uses any. Undo: as that of step 4.
//! 6. Commit the order with its numbers and events. Undo: none, from here on it exists: placed, or
//!    waiting for its payment, which keeps what it holds.
//!
//! Requests of one key take turns in a replica, and equal ones that wait share one response. Between
//! replicas the hold's key, which comes from the idempotency key, makes attempts converge on one
//! order id; before any rejection is returned, the key is looked up once more. A hold whose commit
//! failed is not released here, since another replica may be about to commit that same order.
//!
//! Where membership is asked, the order's id comes from the key too: what an attempt before has held for it
//! is not counted as used by others when the cart is priced again.

use std::{collections::BTreeSet, sync::Arc};

use chassis::{
    coalesce::Coalescer,
    deadline,
    error::{CommonReason, FieldProblem, Problem},
    id::{BranchId, HoldKey, MemberId, OrderId, OrganisationId, PaymentMethodId},
    sales::Channel,
};
use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt as _;
use proto::{membership::v1::MembershipReason, ordering::v1::OrderingReason};
use tokio::time::Instant;
use tonic::Status;
use uuid::Uuid;

use super::{
    Ordering,
    benefits::NewBenefitHold,
    capacity::{Hold, NewHold},
    commit_orders::{Committed, Draft},
    payment_methods::Choice,
    payments::Purchase,
    prepaying::prepay_required,
    price_cart::{Buyer, PricedCart},
    quote::{ShownQuote, gifts_at},
    reschedule::is_unclear,
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
    /// Member who places it; `None` for a guest.
    pub member: Option<MemberId>,
    /// What wrong codes are counted by.
    pub attempt_keys: Vec<String>,
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
        let mut priced = self.step_2_price_again(org, &menu, request).await?;
        let online = self
            .step_3_choose_payment(org, &menu, request, &priced)
            .await?;
        let hold = self.step_4_hold(org, &menu, request, &priced).await?;
        if !request
            .agreed
            .allows(priced.quote.wanted_at, hold.promised_at)
        {
            self.undo_4_release(org, menu.branch, hold.order).await;
            let fresh = self.show(org, &menu, priced).await;
            // The cached availability may still promise the earlier time.
            let fresh = ShownQuote {
                promised_at: Some(hold.promised_at),
                ..fresh
            };
            return Err(changed(request, fresh));
        }
        if !request.test
            && let Some(problem) = refusal(priced.refused_promise(hold.promised_at).as_slice())
        {
            self.undo_4_release(org, menu.branch, hold.order).await;
            return Err(problem
                .message("that time is for members of other tiers")
                .into());
        }
        self.step_5_hold_benefits(org, &menu, request, &mut priced, &hold)
            .await?;
        let placed = self.step_6_commit(org, &menu, request, (priced.quote, online, hold));
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
    ) -> Result<PricedCart, Error> {
        let (cart, buyer) = (&request.cart, request.buyer(org));
        let priced = self
            .price_cart(org, menu, cart, &buyer, BTreeSet::new())
            .await;
        let priced = match priced {
            Ok(priced) => priced,
            Err(refusal) => return Err(self.distinguish_missing(org, refusal).await.into()),
        };
        if priced.is_blocked() {
            return Err(Problem::new(MembershipReason::MemberBlocked)
                .message("the member may not order")
                .into());
        }
        if request.cart.entered.has_benefits()
            && let Some(problem) = refusal(&priced.problems)
        {
            return Err(problem
                .message("what was entered could not be looked up")
                .into());
        }
        if self.clock.now() - request.agreed.quoted_at > QUOTE_MAX_AGE {
            return Err(Problem::new(OrderingReason::QuoteExpired)
                .message("the quote is too old")
                .into());
        }
        if priced.quote.hash != request.agreed.hash {
            return Err(changed(request, self.show(org, menu, priced).await));
        }
        if !request.test
            && let Some(problem) = refusal(&priced.refused)
        {
            return Err(problem.message("it is for members of other tiers").into());
        }
        Ok(priced)
    }

    async fn step_3_choose_payment(
        &self,
        org: OrganisationId,
        menu: &Menu,
        request: &PlaceOrder,
        priced: &PricedCart,
    ) -> Result<Option<ChosenMethod>, Problem> {
        let quote = &priced.quote;
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
            kind: quote.priced_for_payment(),
        };
        let online = self.payment_methods.choose(org, &purchase, choice).await?;
        if online.is_none() && quote.total.amount() > 0 && !request.test {
            if priced.looked_up.is_some_and(|member| member.prepays) {
                return Err(prepay_required().message("the member has to pay in advance"));
            }
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
        priced: &PricedCart,
    ) -> Result<Hold, Error> {
        let request = NewHold {
            menu,
            quote: &priced.quote,
            order: match place.buyer(org).order {
                Some(order) if priced.asked_membership => order,
                _ => OrderId::new(&*self.clock),
            },
            key: hold_key(org, place.cart.branch, &place.mark),
            test: place.test,
        };
        let refusal = match self.capacity.hold(org, request).await {
            Ok(hold) => {
                self.day_rules.note(org, menu.branch, hold.day_rule);
                return Ok(hold);
            }
            Err(refusal) => refusal,
        };
        let gone = gifts_at(&priced.quote, &refusal.fields);
        if gone.is_empty() {
            return Err(refusal.into());
        }
        // The order is possible without the gift, and the customer is notified by the fresh quote.
        let buyer = place.buyer(org);
        let fresh = self
            .price_cart(org, menu, &place.cart, &buyer, gone)
            .await?;
        Err(changed(place, self.show(org, menu, fresh).await))
    }

    async fn step_5_hold_benefits(
        &self,
        org: OrganisationId,
        menu: &Menu,
        request: &PlaceOrder,
        priced: &mut PricedCart,
        hold: &Hold,
    ) -> Result<(), Problem> {
        let Some(benefits) = &mut priced.quote.benefits else {
            return Ok(());
        };
        let uses = benefits.uses(&priced.counted);
        let used = benefits.points.as_ref().filter(|points| points.used > 0);
        let points = used.map(|points| (points.used, points.programme));
        if request.test || (uses.is_empty() && points.is_none()) {
            return Ok(());
        }
        let held = NewBenefitHold {
            order: hold.order,
            key: hold_key(org, menu.branch, &request.mark),
            brand: menu.brand,
            branch: menu.branch,
            member: request.member,
            phone: &request.contact.phone,
            day: hold.day_rule.day_of(self.clock.now()),
            uses: &uses,
            points,
        };
        match self.benefits.hold(org, &held).await {
            Ok(order) if order == hold.order => {
                benefits.held = true;
                Ok(())
            }
            // Capacity has forgotten the key that membership remembers.
            Ok(order) => {
                self.undo_5_release(org, order).await;
                Err(Problem::new(CommonReason::TemporarilyUnavailable)
                    .message("an earlier attempt holds what the order uses"))
            }
            Err(problem) => {
                if !is_unclear(&problem) {
                    self.undo_4_release(org, menu.branch, hold.order).await;
                }
                Err(problem)
            }
        }
    }

    async fn step_6_commit(
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
                ..OrderTerms::of(request.member, request.test)
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
        let holds_benefits = draft.sold.holds_benefits();
        let key = (org, menu.branch, request.test);
        match self.commits.submit(key, draft).await {
            Some(Committed::Placed(order)) => Ok(Placed {
                order: *order,
                replayed: false,
            }),
            Some(Committed::Exists(known)) => {
                if known.order != hold.order {
                    self.undo_4_release(org, menu.branch, hold.order).await;
                    if holds_benefits {
                        self.undo_5_release(org, hold.order).await;
                    }
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

    /// Only for an order that can never be created: its key has created another.
    async fn undo_5_release(&self, org: OrganisationId, order: OrderId) {
        if let Err(error) = self.benefits.release(org, order).await {
            tracing::warn!(order.id = %order, %error, "held benefits could not be released and are left to expire");
        }
    }

    /// Only for an order that can never be created: its key has created another, its promise was not
    /// agreed to, or membership refused what it uses.
    async fn undo_4_release(&self, org: OrganisationId, branch: BranchId, order: OrderId) {
        if let Err(error) = self.capacity.release(org, branch, order).await {
            tracing::warn!(order.id = %order, %error, "a hold could not be released and is left to expire");
        }
    }
}

impl PlaceOrder {
    /// Who orders, as far as prices depend on it.
    fn buyer(&self, org: OrganisationId) -> Buyer {
        let key = hold_key(org, self.cart.branch, &self.mark);
        Buyer {
            member: self.member,
            phone: self.contact.phone.clone(),
            attempt_keys: self.attempt_keys.clone(),
            order: Some(order_of(key, self.agreed.quoted_at)),
            with_coupons: false,
        }
    }
}

/// A refusal for what is wrong with fields, which all have the same reason.
fn refusal(problems: &[FieldProblem]) -> Option<Problem> {
    let first = problems.first()?;
    Some(Problem {
        params: first.params.clone(),
        fields: problems.to_vec(),
        ..Problem::new(first.reason.clone())
    })
}

/// The id of the order that all attempts of one key and body make.
fn order_of(key: HoldKey, quoted_at: DateTime<Utc>) -> OrderId {
    let millis = u64::try_from(quoted_at.timestamp_millis()).unwrap_or_default();
    let mut random = [0; 10];
    random.copy_from_slice(&key.as_uuid().as_bytes()[6..]);
    OrderId::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
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
