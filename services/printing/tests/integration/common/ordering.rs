//! Stands in for ordering: gives the orders that a test tells it of.

use std::{collections::BTreeMap, sync::Arc};

use parking_lot::Mutex;
use proto::ordering::v1::{
    CancelByTokenRequest, CancelByTokenResponse, FindOrderStatesRequest, FindOrderStatesResponse,
    FindOrdersRequest, FindOrdersResponse, FindSlotsRequest, FindSlotsResponse,
    GetOrderByTokenRequest, GetOrderByTokenResponse, GetOrderRequest, GetOrderResponse,
    GetOrderSnapshotsRequest, GetOrderSnapshotsResponse, ListOrderPaymentMethodsRequest,
    ListOrderPaymentMethodsResponse, ListOrdersRequest, ListOrdersResponse,
    NotePaymentReturnRequest, NotePaymentReturnResponse, OrderSnapshot, PayOrderRequest,
    PayOrderResponse, PlaceOrderRequest, PlaceOrderResponse, PlaceTestOrderRequest,
    PlaceTestOrderResponse, QuoteRequest, QuoteResponse, RescheduleOrderRequest,
    RescheduleOrderResponse, SumCompletedOrdersRequest, SumCompletedOrdersResponse,
    TransitionOrderRequest, TransitionOrderResponse, UndoTransitionRequest, UndoTransitionResponse,
    UnmaskContactRequest, UnmaskContactResponse,
    ordering_service_server::{OrderingService, OrderingServiceServer},
};
use tokio::net::TcpListener;
use tonic::{
    Request, Response, Status,
    transport::{Server, server::TcpIncoming},
};

#[derive(Clone)]
pub struct FakeOrdering {
    pub url: String,
    orders: Arc<Mutex<BTreeMap<String, OrderSnapshot>>>,
}

impl FakeOrdering {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let this = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            orders: Arc::default(),
        };
        let service = OrderingServiceServer::new(this.clone());
        tokio::spawn(
            Server::builder()
                .add_service(service)
                .serve_with_incoming(TcpIncoming::from(listener)),
        );
        this
    }

    pub fn knows(&self, order: &OrderSnapshot) {
        self.orders
            .lock()
            .insert(order.order_id.clone(), order.clone());
    }
}

/// Answers one RPC; nobody calls the others.
macro_rules! answers_alone {
    ($($rpc:ident($request:ty) -> $response:ty;)*) => {
        #[tonic::async_trait]
        impl OrderingService for FakeOrdering {
            async fn get_order_snapshots(
                &self,
                request: Request<GetOrderSnapshotsRequest>,
            ) -> Result<Response<GetOrderSnapshotsResponse>, Status> {
                let known = self.orders.lock();
                let ids = &request.get_ref().order_ids;
                let orders = ids.iter().filter_map(|id| known.get(id).cloned());
                Ok(Response::new(GetOrderSnapshotsResponse {
                    orders: orders.collect(),
                }))
            }

            $(async fn $rpc(&self, _: Request<$request>) -> Result<Response<$response>, Status> {
                Err(Status::unimplemented(stringify!($rpc)))
            })*
        }
    };
}

answers_alone! {
    quote(QuoteRequest) -> QuoteResponse;
    find_slots(FindSlotsRequest) -> FindSlotsResponse;
    place_order(PlaceOrderRequest) -> PlaceOrderResponse;
    place_test_order(PlaceTestOrderRequest) -> PlaceTestOrderResponse;
    list_order_payment_methods(ListOrderPaymentMethodsRequest) -> ListOrderPaymentMethodsResponse;
    pay_order(PayOrderRequest) -> PayOrderResponse;
    note_payment_return(NotePaymentReturnRequest) -> NotePaymentReturnResponse;
    get_order_by_token(GetOrderByTokenRequest) -> GetOrderByTokenResponse;
    cancel_by_token(CancelByTokenRequest) -> CancelByTokenResponse;
    list_orders(ListOrdersRequest) -> ListOrdersResponse;
    get_order(GetOrderRequest) -> GetOrderResponse;
    unmask_contact(UnmaskContactRequest) -> UnmaskContactResponse;
    transition_order(TransitionOrderRequest) -> TransitionOrderResponse;
    undo_transition(UndoTransitionRequest) -> UndoTransitionResponse;
    reschedule_order(RescheduleOrderRequest) -> RescheduleOrderResponse;
    find_orders(FindOrdersRequest) -> FindOrdersResponse;
    find_order_states(FindOrderStatesRequest) -> FindOrderStatesResponse;
    sum_completed_orders(SumCompletedOrdersRequest) -> SumCompletedOrdersResponse;
}
