//! Stands in for ordering: knows the orders a test gives it.

use std::{collections::HashMap, sync::Arc};

use chassis::id::OrderId;
use proto::ordering::v1::{
    CancelByTokenRequest, CancelByTokenResponse, CompletedDay, FindOrderStatesRequest,
    FindOrderStatesResponse, FindOrdersRequest, FindOrdersResponse, FindSlotsRequest,
    FindSlotsResponse, GetOrderByTokenRequest, GetOrderByTokenResponse, GetOrderRequest,
    GetOrderResponse, GetOrderSnapshotsRequest, GetOrderSnapshotsResponse, KnownOrder,
    ListOrderPaymentMethodsRequest, ListOrderPaymentMethodsResponse, ListOrdersRequest,
    ListOrdersResponse, NotePaymentReturnRequest, NotePaymentReturnResponse, OrderState,
    PayOrderRequest, PayOrderResponse, PlaceOrderRequest, PlaceOrderResponse,
    PlaceTestOrderRequest, PlaceTestOrderResponse, QuoteRequest, QuoteResponse,
    RescheduleOrderRequest, RescheduleOrderResponse, SumCompletedOrdersRequest,
    SumCompletedOrdersResponse, TransitionOrderRequest, TransitionOrderResponse,
    UndoTransitionRequest, UndoTransitionResponse, UnmaskContactRequest, UnmaskContactResponse,
    ordering_service_server::{OrderingService, OrderingServiceServer},
};
use tokio::{net::TcpListener, sync::Mutex};
use tonic::{
    Request, Response, Status,
    transport::{Server, server::TcpIncoming},
};

#[derive(Clone, Default)]
pub struct Ordering {
    orders: Arc<Mutex<HashMap<String, (OrderState, i64)>>>,
    completed: Arc<Mutex<Option<Vec<CompletedDay>>>>,
    addr: Option<std::net::SocketAddr>,
}

impl Ordering {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let this = Self {
            addr: listener.local_addr().ok(),
            ..Self::default()
        };
        let service = OrderingServiceServer::new(this.clone());
        let incoming = TcpIncoming::from(listener);
        tokio::spawn(
            Server::builder()
                .add_service(service)
                .serve_with_incoming(incoming),
        );
        this
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.addr.unwrap())
    }

    pub async fn knows(&self, order: OrderId, state: OrderState, version: i64) {
        self.orders
            .lock()
            .await
            .insert(order.to_string(), (state, version));
    }

    /// It sums up completed orders from now on; before it cannot be asked.
    pub async fn has_sold(&self, days: Vec<CompletedDay>) {
        *self.completed.lock().await = Some(days);
    }
}

#[tonic::async_trait]
impl OrderingService for Ordering {
    async fn find_order_states(
        &self,
        request: Request<FindOrderStatesRequest>,
    ) -> Result<Response<FindOrderStatesResponse>, Status> {
        let known = self.orders.lock().await;
        let orders = request
            .into_inner()
            .order_ids
            .into_iter()
            .filter_map(|order_id| {
                let &(state, version) = known.get(&order_id)?;
                Some(KnownOrder {
                    order_id,
                    state: state.into(),
                    version,
                })
            });
        Ok(Response::new(FindOrderStatesResponse {
            orders: orders.collect(),
        }))
    }

    async fn sum_completed_orders(
        &self,
        request: Request<SumCompletedOrdersRequest>,
    ) -> Result<Response<SumCompletedOrdersResponse>, Status> {
        let asked = request.into_inner();
        let sold = self.completed.lock().await.clone();
        let sold = sold.ok_or_else(|| Status::unavailable("ordering is away"))?;
        let days = sold.into_iter().filter(|day| {
            asked.branch_ids.contains(&day.branch_id)
                && (&asked.from..=&asked.to).contains(&&day.business_day)
        });
        Ok(Response::new(SumCompletedOrdersResponse {
            days: days.collect(),
        }))
    }

    async fn find_slots(
        &self,
        _: Request<FindSlotsRequest>,
    ) -> Result<Response<FindSlotsResponse>, Status> {
        Err(Status::unimplemented("find_slots"))
    }

    async fn reschedule_order(
        &self,
        _: Request<RescheduleOrderRequest>,
    ) -> Result<Response<RescheduleOrderResponse>, Status> {
        Err(Status::unimplemented("reschedule_order"))
    }

    async fn unmask_contact(
        &self,
        _: Request<UnmaskContactRequest>,
    ) -> Result<Response<UnmaskContactResponse>, Status> {
        Err(Status::unimplemented("unmask_contact"))
    }

    async fn quote(&self, _: Request<QuoteRequest>) -> Result<Response<QuoteResponse>, Status> {
        Err(Status::unimplemented("quote"))
    }

    async fn place_order(
        &self,
        _: Request<PlaceOrderRequest>,
    ) -> Result<Response<PlaceOrderResponse>, Status> {
        Err(Status::unimplemented("place_order"))
    }

    async fn get_order_by_token(
        &self,
        _: Request<GetOrderByTokenRequest>,
    ) -> Result<Response<GetOrderByTokenResponse>, Status> {
        Err(Status::unimplemented("get_order_by_token"))
    }

    async fn cancel_by_token(
        &self,
        _: Request<CancelByTokenRequest>,
    ) -> Result<Response<CancelByTokenResponse>, Status> {
        Err(Status::unimplemented("cancel_by_token"))
    }

    async fn list_orders(
        &self,
        _: Request<ListOrdersRequest>,
    ) -> Result<Response<ListOrdersResponse>, Status> {
        Err(Status::unimplemented("list_orders"))
    }

    async fn find_orders(
        &self,
        _: Request<FindOrdersRequest>,
    ) -> Result<Response<FindOrdersResponse>, Status> {
        Err(Status::unimplemented("find_orders"))
    }

    async fn get_order(
        &self,
        _: Request<GetOrderRequest>,
    ) -> Result<Response<GetOrderResponse>, Status> {
        Err(Status::unimplemented("get_order"))
    }

    async fn transition_order(
        &self,
        _: Request<TransitionOrderRequest>,
    ) -> Result<Response<TransitionOrderResponse>, Status> {
        Err(Status::unimplemented("transition_order"))
    }

    async fn undo_transition(
        &self,
        _: Request<UndoTransitionRequest>,
    ) -> Result<Response<UndoTransitionResponse>, Status> {
        Err(Status::unimplemented("undo_transition"))
    }

    async fn place_test_order(
        &self,
        _: Request<PlaceTestOrderRequest>,
    ) -> Result<Response<PlaceTestOrderResponse>, Status> {
        Err(Status::unimplemented("place_test_order"))
    }

    async fn list_order_payment_methods(
        &self,
        _: Request<ListOrderPaymentMethodsRequest>,
    ) -> Result<Response<ListOrderPaymentMethodsResponse>, Status> {
        Err(Status::unimplemented("list_order_payment_methods"))
    }

    async fn pay_order(
        &self,
        _: Request<PayOrderRequest>,
    ) -> Result<Response<PayOrderResponse>, Status> {
        Err(Status::unimplemented("pay_order"))
    }

    async fn note_payment_return(
        &self,
        _: Request<NotePaymentReturnRequest>,
    ) -> Result<Response<NotePaymentReturnResponse>, Status> {
        Err(Status::unimplemented("note_payment_return"))
    }

    async fn get_order_snapshots(
        &self,
        _: Request<GetOrderSnapshotsRequest>,
    ) -> Result<Response<GetOrderSnapshotsResponse>, Status> {
        Err(Status::unimplemented("get_order_snapshots"))
    }
}
