//! `OrderingService`: who may call is declared in the proto and enforced before these run.

use chassis::{
    authn::{Actor, Identity, Level, RequestExt as _},
    error::{CommonReason, Problem, Violations},
    id::{BranchId, MemberId, OrderId, OrganisationId},
    money::Money,
    sales::Channel,
};
use proto::ordering::v1::{self as wire, ordering_service_server};
use tonic::{Request, Response, Status};

use super::{
    convert::{
        Reader, event_to_wire, order_to_wire, payment_method_to_wire, quote_to_wire, slots_to_wire,
        summary_to_wire, test_step_to_wire,
    },
    parse::{self, SlotsOf},
    quote_changed,
    snapshot::order_to_snapshot,
};
use crate::{
    app::{
        Ordering,
        payments::Purchase,
        place_order::{self, Placed, Placing},
        quote::to_timestamp,
        transition_order::{rights, staff},
    },
    domain::{
        cart::Cart,
        order::{Contact, Order},
        order_history::EventActor,
        test_checklist::checklist,
    },
    store::{completed_days, order_events, order_lists, orders},
};

/// Most orders of one request for states.
const MAX_STATES: usize = 500;
/// Most orders of one request by ids.
const MAX_ORDERS: usize = 200;

/// The service; clones share their dependencies.
#[derive(Clone)]
pub struct OrderingService {
    app: Ordering,
    placing: Placing,
}

type Answer<T> = Result<Response<T>, Status>;

impl OrderingService {
    /// Serves `app`.
    #[must_use]
    pub fn new(app: Ordering) -> Self {
        let placing = Placing::new(app.clone());
        Self { app, placing }
    }

    /// Everything wrong with a request and, when its cart can be read, with the cart too.
    async fn refuse_all(
        &self,
        org: OrganisationId,
        cart: Option<&Cart>,
        mut violations: Violations,
    ) -> Problem {
        if let Some(cart) = cart
            && let Ok(menu) = self.app.menus.get(org, cart.branch).await
            && let Err(problem) = self.app.price(&menu, cart)
        {
            for field in problem.fields {
                violations.push_with(field.field, field.reason, field.params);
            }
        }
        self.app
            .distinguish_missing(org, parse::refused(violations))
            .await
    }

    /// Places an order, or refuses it with everything that is wrong with the request.
    async fn place(
        &self,
        org: OrganisationId,
        request: wire::PlaceOrderRequest,
        by: (EventActor, Option<MemberId>, bool),
    ) -> Result<Placed, Status> {
        let parsed = parse::place_order(request, by, self.app.clock.now());
        let request = match parsed.request {
            Ok(request) => request,
            Err(violations) => {
                let cart = parsed.cart.as_ref();
                return Err(self.refuse_all(org, cart, violations).await.into());
            }
        };
        let placed = self.placing.place(org, request).await;
        placed.map_err(|error| match error {
            place_order::Error::QuoteChanged { fresh, differences } => {
                quote_changed::status(&fresh, &differences)
            }
            place_order::Error::Refused(status) => status,
        })
    }

    /// Refuses a branch that is not of this organisation or not in the caller's scope. While catalog is
    /// unavailable, callers that can see the branch whatever its brand still can.
    async fn require_branch(
        &self,
        org: OrganisationId,
        caller: &Identity,
        branch: BranchId,
    ) -> Result<(), Problem> {
        match self.app.menus.get(org, branch).await {
            Ok(menu) => caller.require_branch(menu.brand, branch),
            Err(problem) if problem.is(CommonReason::NotFound) => Err(problem),
            Err(_) if parse::is_in_scope_without_brand(caller, branch) => Ok(()),
            Err(problem) => Err(problem),
        }
    }

    fn for_staff(&self, order: &Order, caller: &Identity) -> wire::Order {
        let now = self.app.clock.now();
        let works = caller.may("ops.orders", Level::Operate);
        let next = if works {
            order.next_states(rights(caller), now)
        } else {
            Vec::new()
        };
        let undo = caller.account().filter(|_| works);
        wire::Order {
            next_states: next.into_iter().map(|state| state.to_wire()).collect(),
            undo_until: undo
                .and_then(|by| order.undo_until(by, now))
                .map(to_timestamp),
            ..order_to_wire(order, Reader::Staff)
        }
    }

    /// A wrong token and an unknown order look the same.
    fn order_of_token(&self, org: OrganisationId, token: &str) -> Result<OrderId, Problem> {
        self.app
            .link_key
            .order(org, token)
            .ok_or_else(|| Problem::not_found("order"))
    }

    async fn list(&self, org: OrganisationId, ids: &[OrderId]) -> Result<Vec<Order>, Problem> {
        let mut tx = self.app.db.tenant(org).await?;
        let orders = orders::list(&mut tx, ids).await?;
        tx.commit().await?;
        Ok(orders)
    }

    async fn get(&self, org: OrganisationId, id: OrderId) -> Result<Order, Problem> {
        let mut tx = self.app.db.tenant(org).await?;
        let order = orders::get(&mut tx, id).await?;
        tx.commit().await?;
        Ok(order)
    }
}

/// The device of a customer.
fn device(caller: &Identity) -> Option<String> {
    match &caller.actor {
        Actor::Customer { device, .. } => Some(device.clone()),
        _ => None,
    }
}

#[tonic::async_trait]
impl ordering_service_server::OrderingService for OrderingService {
    async fn quote(&self, request: Request<wire::QuoteRequest>) -> Answer<wire::QuoteResponse> {
        let org = request.org()?;
        let buyer = parse::buyer(request.get_ref(), request.identity())?;
        let mut violations = Violations::new();
        let Some(cart) = parse::cart(request.into_inner().cart, &mut violations) else {
            return Err(parse::refused(violations).into());
        };
        let shown = match self.app.quote(org, &cart, &buyer).await {
            Ok(shown) => shown,
            Err(refusal) => return Err(self.app.distinguish_missing(org, refusal).await.into()),
        };
        Ok(Response::new(wire::QuoteResponse {
            quote: Some(quote_to_wire(&shown)),
        }))
    }

    async fn place_order(
        &self,
        request: Request<wire::PlaceOrderRequest>,
    ) -> Answer<wire::PlaceOrderResponse> {
        let org = request.org()?;
        let actor = EventActor::Customer {
            device: device(request.identity()),
        };
        let member = request.identity().member_id();
        let placed = self
            .place(org, request.into_inner(), (actor, member, false))
            .await?;
        Ok(Response::new(wire::PlaceOrderResponse {
            order: Some(order_to_wire(&placed.order, Reader::Placer)),
            access_token: self.app.link_key.token(org, placed.order.id),
            replayed: placed.replayed,
        }))
    }

    async fn place_test_order(
        &self,
        request: Request<wire::PlaceTestOrderRequest>,
    ) -> Answer<wire::PlaceTestOrderResponse> {
        let org = request.org()?;
        let caller = request.identity().clone();
        let (_, actor) = staff(&caller)?;
        let order = request.into_inner().order.unwrap_or_default();
        let cart = order.cart.as_ref();
        if let Some(Ok(branch)) = cart.map(|cart| cart.branch_id.parse()) {
            self.require_branch(org, &caller, branch).await?;
        }
        let placed = self.place(org, order, (actor, None, true)).await?;
        Ok(Response::new(wire::PlaceTestOrderResponse {
            order: Some(order_to_wire(&placed.order, Reader::Placer)),
            access_token: self.app.link_key.token(org, placed.order.id),
            replayed: placed.replayed,
        }))
    }

    async fn list_order_payment_methods(
        &self,
        request: Request<wire::ListOrderPaymentMethodsRequest>,
    ) -> Answer<wire::ListOrderPaymentMethodsResponse> {
        let org = request.org()?;
        let (branch, method, amount) = parse::payment_methods(request.get_ref())?;
        let menu = self.app.menus.get(org, branch).await?;
        let purchase = Purchase {
            brand: menu.brand,
            branch,
            method,
            channel: Channel::Web,
            test: request.get_ref().test,
        };
        let amount = Money::new(amount, menu.currency);
        let methods = self
            .app
            .payments
            .list_methods(org, &purchase, amount)
            .await?;
        Ok(Response::new(wire::ListOrderPaymentMethodsResponse {
            methods: methods.into_iter().map(payment_method_to_wire).collect(),
        }))
    }

    async fn pay_order(
        &self,
        request: Request<wire::PayOrderRequest>,
    ) -> Answer<wire::PayOrderResponse> {
        let org = request.org()?;
        let id = self.order_of_token(org, &request.get_ref().access_token)?;
        let payment = parse::pay_order(request.into_inner())?;
        let (order, next) = self.app.pay_order(org, id, payment).await?;
        Ok(Response::new(wire::PayOrderResponse {
            order: Some(order_to_wire(&order, Reader::LinkHolder)),
            next: Some(next),
        }))
    }

    async fn note_payment_return(
        &self,
        request: Request<wire::NotePaymentReturnRequest>,
    ) -> Answer<wire::NotePaymentReturnResponse> {
        let org = request.org()?;
        let id = parse::one_id("order_id", &request.get_ref().order_id)?;
        self.app.note_payment_return(org, id).await?;
        Ok(Response::new(wire::NotePaymentReturnResponse {}))
    }

    async fn get_order_by_token(
        &self,
        request: Request<wire::GetOrderByTokenRequest>,
    ) -> Answer<wire::GetOrderByTokenResponse> {
        let org = request.org()?;
        let id = self.order_of_token(org, &request.get_ref().access_token)?;
        let order = self.get(org, id).await?;
        Ok(Response::new(wire::GetOrderByTokenResponse {
            order: Some(order_to_wire(&order, Reader::LinkHolder)),
            may_cancel: order.may_cancel(),
        }))
    }

    async fn cancel_by_token(
        &self,
        request: Request<wire::CancelByTokenRequest>,
    ) -> Answer<wire::CancelByTokenResponse> {
        let org = request.org()?;
        let id = self.order_of_token(org, &request.get_ref().access_token)?;
        let device = device(request.identity());
        let order = self.app.cancel_by_customer(org, id, device).await?;
        let order = Some(order_to_wire(&order, Reader::LinkHolder));
        Ok(Response::new(wire::CancelByTokenResponse { order }))
    }

    async fn list_orders(
        &self,
        request: Request<wire::ListOrdersRequest>,
    ) -> Answer<wire::ListOrdersResponse> {
        let org = request.org()?;
        let (filter, page) = parse::list_orders(request.get_ref())?;
        let caller = request.identity();
        self.require_branch(org, caller, filter.branch).await?;

        let mut tx = self.app.db.tenant(org).await.map_err(Problem::from)?;
        let places = order_lists::list(&mut tx, &filter, page.limit())
            .await
            .map_err(Problem::from)?;
        let page = page.page(places, |last| *last);
        let ids: Vec<OrderId> = page.items.iter().map(|place| place.order).collect();
        let found = orders::list(&mut tx, &ids).await?;
        tx.commit().await.map_err(Problem::from)?;

        let shown = found.iter().map(|order| self.for_staff(order, caller));
        Ok(Response::new(wire::ListOrdersResponse {
            orders: shown.collect(),
            next_page_token: page.next_page_token,
        }))
    }

    async fn get_order(
        &self,
        request: Request<wire::GetOrderRequest>,
    ) -> Answer<wire::GetOrderResponse> {
        let org = request.org()?;
        let id = parse::one_id("order_id", &request.get_ref().order_id)?;
        let caller = request.identity();

        let mut tx = self.app.db.tenant(org).await.map_err(Problem::from)?;
        let order = orders::get(&mut tx, id).await?;
        caller.require_branch(order.brand, order.branch)?;
        let history = order_events::list(&mut tx, id).await?;
        tx.commit().await.map_err(Problem::from)?;

        Ok(Response::new(wire::GetOrderResponse {
            order: Some(self.for_staff(&order, caller)),
            events: history.iter().map(event_to_wire).collect(),
            test_steps: checklist(&order, &history)
                .into_iter()
                .map(test_step_to_wire)
                .collect(),
        }))
    }

    async fn unmask_contact(
        &self,
        request: Request<wire::UnmaskContactRequest>,
    ) -> Answer<wire::UnmaskContactResponse> {
        let org = request.org()?;
        let id = parse::unmask_contact(request.get_ref())?;
        let order = self.get(org, id).await?;
        request
            .identity()
            .require_branch(order.brand, order.branch)?;
        let Contact { name, phone } = order.contact;
        Ok(Response::new(wire::UnmaskContactResponse {
            contact: Some(wire::Contact { name, phone }),
        }))
    }

    async fn transition_order(
        &self,
        request: Request<wire::TransitionOrderRequest>,
    ) -> Answer<wire::TransitionOrderResponse> {
        let org = request.org()?;
        let transition = parse::transition_order(request.get_ref())?;
        let caller = request.identity();
        let order = self.app.transition_order(org, caller, &transition).await?;
        let order = Some(self.for_staff(&order, caller));
        Ok(Response::new(wire::TransitionOrderResponse { order }))
    }

    async fn undo_transition(
        &self,
        request: Request<wire::UndoTransitionRequest>,
    ) -> Answer<wire::UndoTransitionResponse> {
        let org = request.org()?;
        let message = request.get_ref();
        let (id, version) = parse::id_and_version("order_id", &message.order_id, message.version)?;
        let caller = request.identity();
        let order = self.app.undo_transition(org, caller, id, version).await?;
        let order = Some(self.for_staff(&order, caller));
        Ok(Response::new(wire::UndoTransitionResponse { order }))
    }

    async fn find_slots(
        &self,
        request: Request<wire::FindSlotsRequest>,
    ) -> Answer<wire::FindSlotsResponse> {
        let org = request.org()?;
        let caller = request.identity().clone();
        let staff = matches!(caller.actor, Actor::Staff { .. });
        let found = match parse::find_slots(request.into_inner())? {
            SlotsOf::Cart(cart, not_before) => {
                let found = self.app.find_slots(org, &caller, &cart, not_before);
                match found.await {
                    Ok(found) => found,
                    Err(refusal) => {
                        return Err(self.app.distinguish_missing(org, refusal).await.into());
                    }
                }
            }
            SlotsOf::Order(id) if staff => self.app.find_slots_of_order(org, &caller, id).await?,
            // Customers have access to orders by their links alone.
            SlotsOf::Order(_) => return Err(Problem::not_found("order").into()),
        };
        Ok(Response::new(slots_to_wire(found, staff)))
    }

    async fn reschedule_order(
        &self,
        request: Request<wire::RescheduleOrderRequest>,
    ) -> Answer<wire::RescheduleOrderResponse> {
        let org = request.org()?;
        let reschedule = parse::reschedule(request.get_ref())?;
        let caller = request.identity();
        let order = self.app.reschedule(org, caller, reschedule).await?;
        let order = Some(self.for_staff(&order, caller));
        Ok(Response::new(wire::RescheduleOrderResponse { order }))
    }

    async fn find_orders(
        &self,
        request: Request<wire::FindOrdersRequest>,
    ) -> Answer<wire::FindOrdersResponse> {
        let org = request.org()?;
        let ids = parse::order_ids(&request.get_ref().order_ids, MAX_ORDERS)?;
        let mut orders = self.list(org, &ids).await?;
        let caller = request.identity();
        orders.retain(|order| caller.require_branch(order.brand, order.branch).is_ok());
        Ok(Response::new(wire::FindOrdersResponse {
            orders: orders.iter().map(summary_to_wire).collect(),
        }))
    }

    async fn get_order_snapshots(
        &self,
        request: Request<wire::GetOrderSnapshotsRequest>,
    ) -> Answer<wire::GetOrderSnapshotsResponse> {
        let org = request.org()?;
        let ids = parse::order_ids(&request.get_ref().order_ids, MAX_ORDERS)?;
        let orders = self.list(org, &ids).await?;
        let orders = orders.iter().map(|order| order_to_snapshot(org, order));
        Ok(Response::new(wire::GetOrderSnapshotsResponse {
            orders: orders.collect(),
        }))
    }

    async fn sum_completed_orders(
        &self,
        request: Request<wire::SumCompletedOrdersRequest>,
    ) -> Answer<wire::SumCompletedOrdersResponse> {
        let org = request.org()?;
        let (branches, from, to) = parse::sum_completed_orders(request.get_ref())?;
        let mut tx = self.app.db.tenant(org).await.map_err(Problem::from)?;
        let days = completed_days::list(&mut tx, &branches, from, to).await;
        let days = days.map_err(Problem::from)?;
        tx.rollback().await.map_err(Problem::from)?;
        let days = days.into_iter().map(|day| wire::CompletedDay {
            branch_id: day.branch.to_string(),
            business_day: day.business_day.to_string(),
            orders: i32::try_from(day.orders).unwrap_or(i32::MAX),
            net: day.net,
        });
        Ok(Response::new(wire::SumCompletedOrdersResponse {
            days: days.collect(),
        }))
    }

    async fn find_order_states(
        &self,
        request: Request<wire::FindOrderStatesRequest>,
    ) -> Answer<wire::FindOrderStatesResponse> {
        let org = request.org()?;
        let ids = parse::order_ids(&request.get_ref().order_ids, MAX_STATES)?;
        let mut tx = self.app.db.tenant(org).await.map_err(Problem::from)?;
        let states = orders::list_states(&mut tx, &ids).await?;
        tx.commit().await.map_err(Problem::from)?;
        let known = states
            .into_iter()
            .map(|(order, state, version)| wire::KnownOrder {
                order_id: order.to_string(),
                state: state.to_wire(),
                version,
            });
        Ok(Response::new(wire::FindOrderStatesResponse {
            orders: known.collect(),
        }))
    }
}
