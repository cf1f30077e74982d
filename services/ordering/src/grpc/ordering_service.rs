//! `OrderingService`: who may call is declared in the proto and enforced before these run.

use chassis::{
    authn::{Actor, Identity, Level, RequestExt as _},
    error::{Problem, Violations},
    id::{BranchId, OrderId, OrganisationId},
};
use proto::ordering::v1::{self as wire, ordering_service_server};
use tonic::{Request, Response, Status};

use super::{
    convert::{
        Reader, event_to_wire, order_to_wire, quote_to_wire, slots_to_wire, state_to_wire,
        summary_to_wire,
    },
    page_token, parse,
    parse::SlotsOf,
    quote_changed,
};
use crate::{
    app::{
        Ordering,
        move_order::rights,
        place_order::{self, Placing},
        quote::to_timestamp,
    },
    domain::{
        cart::Cart,
        order::{Contact, Order},
    },
    store::{order_events, order_lists, order_lists::Place, orders},
};

/// Most orders whose state is found at once.
const MAX_STATES: usize = 500;

/// Most orders that are found for staff at once.
const MAX_FOUND: usize = 200;

/// The service; clones share what they work with.
#[derive(Clone)]
pub struct OrderingService {
    app: Ordering,
    placing: Placing,
}

type Answer<T> = Result<Response<T>, Status>;

impl OrderingService {
    /// Answers with `app`.
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
            .tell_missing_apart(org, parse::refused(violations))
            .await
    }

    /// Refuses a branch that is not of this organisation or not in the caller's scope. While
    /// catalog is away, who may see the branch whatever its brand still can.
    async fn require_branch(
        &self,
        org: OrganisationId,
        caller: &Identity,
        branch: BranchId,
    ) -> Result<(), Problem> {
        match self.app.menus.get(org, branch).await {
            Ok(menu) => caller.require_branch(menu.brand, branch),
            Err(problem) if problem.reason == "NOT_FOUND" => Err(problem),
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
            next_states: next
                .into_iter()
                .map(|state| state_to_wire(state).into())
                .collect(),
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

    async fn get(&self, org: OrganisationId, id: OrderId) -> Result<Order, Problem> {
        let mut tx = self.app.db.tenant(org).await?;
        let order = orders::get(&mut tx, id).await?;
        tx.commit().await?;
        Ok(order)
    }
}

#[tonic::async_trait]
impl ordering_service_server::OrderingService for OrderingService {
    async fn quote(&self, request: Request<wire::QuoteRequest>) -> Answer<wire::QuoteResponse> {
        let org = request.org()?;
        let mut violations = Violations::new();
        let Some(cart) = parse::cart(request.into_inner().cart, &mut violations) else {
            return Err(parse::refused(violations).into());
        };
        let shown = match self.app.quote(org, &cart).await {
            Ok(shown) => shown,
            Err(refusal) => return Err(self.app.tell_missing_apart(org, refusal).await.into()),
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
        let parsed = parse::place_order(request.into_inner(), self.app.clock.now());
        let request = match parsed.request {
            Ok(request) => request,
            Err(violations) => {
                return Err(self
                    .refuse_all(org, parsed.cart.as_ref(), violations)
                    .await
                    .into());
            }
        };
        match self.placing.place(org, request).await {
            Ok(placed) => Ok(Response::new(wire::PlaceOrderResponse {
                order: Some(order_to_wire(&placed.order, Reader::Placer)),
                access_token: self.app.link_key.token(org, placed.order.id),
                replayed: placed.replayed,
            })),
            Err(place_order::Error::QuoteChanged { fresh, differences }) => {
                Err(quote_changed::status(&fresh, &differences))
            }
            Err(place_order::Error::Refused(status)) => Err(status),
        }
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
        let order = self.app.cancel_by_customer(org, id).await?;
        let order = Some(order_to_wire(&order, Reader::LinkHolder));
        Ok(Response::new(wire::CancelByTokenResponse { order }))
    }

    async fn list_orders(
        &self,
        request: Request<wire::ListOrdersRequest>,
    ) -> Answer<wire::ListOrdersResponse> {
        let org = request.org()?;
        let (filter, page_size) = parse::list_orders(request.get_ref())?;
        let caller = request.identity();
        self.require_branch(org, caller, filter.branch).await?;

        let mut tx = self.app.db.tenant(org).await.map_err(Problem::from)?;
        let limit = i64::from(page_size) + 1;
        let mut places = order_lists::list(&mut tx, &filter, limit)
            .await
            .map_err(Problem::from)?;
        let page_len = usize::try_from(page_size).unwrap_or_default();
        let more = places.len() > page_len;
        places.truncate(page_len);
        let ids: Vec<OrderId> = places.iter().map(|place: &Place| place.order).collect();
        let found = orders::list(&mut tx, &ids).await?;
        tx.commit().await.map_err(Problem::from)?;

        let last = places.last().filter(|_| more).copied();
        let shown = found.iter().map(|order| self.for_staff(order, caller));
        Ok(Response::new(wire::ListOrdersResponse {
            orders: shown.collect(),
            next_page_token: last.map(page_token::write),
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
        let wish = parse::move_order(request.get_ref())?;
        let caller = request.identity();
        let order = self.app.move_order(org, caller, &wish).await?;
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
        let order = self.app.undo_move(org, caller, id, version).await?;
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
                        return Err(self.app.tell_missing_apart(org, refusal).await.into());
                    }
                }
            }
            SlotsOf::Order(id) if staff => self.app.find_slots_of_order(org, &caller, id).await?,
            // A customer knows orders by their links alone.
            SlotsOf::Order(_) => return Err(Problem::not_found("order").into()),
        };
        Ok(Response::new(slots_to_wire(found, staff)))
    }

    async fn move_order(
        &self,
        request: Request<wire::MoveOrderRequest>,
    ) -> Answer<wire::MoveOrderResponse> {
        let org = request.org()?;
        let wish = parse::reschedule(request.get_ref())?;
        let caller = request.identity();
        let order = self.app.reschedule(org, caller, wish).await?;
        let order = Some(self.for_staff(&order, caller));
        Ok(Response::new(wire::MoveOrderResponse { order }))
    }

    async fn find_orders(
        &self,
        request: Request<wire::FindOrdersRequest>,
    ) -> Answer<wire::FindOrdersResponse> {
        let (org, caller) = (request.org()?, request.identity());
        let ids = parse::order_ids(&request.get_ref().order_ids, MAX_FOUND)?;
        let mut tx = self.app.db.tenant(org).await.map_err(Problem::from)?;
        let mut found = orders::list(&mut tx, &ids).await?;
        tx.commit().await.map_err(Problem::from)?;
        found.retain(|order| caller.require_branch(order.brand, order.branch).is_ok());
        Ok(Response::new(wire::FindOrdersResponse {
            orders: found.iter().map(summary_to_wire).collect(),
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
                state: state_to_wire(state).into(),
                version,
            });
        Ok(Response::new(wire::FindOrderStatesResponse {
            orders: known.collect(),
        }))
    }
}
