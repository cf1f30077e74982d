//! proto ↔ domain; no rules, no SQL. Nothing is served yet.

use proto::payments::v1::{
    gateway_account_service_server as accounts, payment_service_server as payments, *,
};
use tonic::{Request, Response, Status};

/// The gRPC service of payments.
pub struct PaymentService;
/// The gRPC service of accounts.
pub struct GatewayAccountService;

#[tonic::async_trait]
impl payments::PaymentService for PaymentService {
    async fn list_allowed_methods(
        &self,
        _: Request<ListAllowedMethodsRequest>,
    ) -> Result<Response<ListAllowedMethodsResponse>, Status> {
        Err(Status::unimplemented("not served yet"))
    }
    async fn start_attempt(
        &self,
        _: Request<StartAttemptRequest>,
    ) -> Result<Response<StartAttemptResponse>, Status> {
        Err(Status::unimplemented("not served yet"))
    }
    async fn get_payment(
        &self,
        _: Request<GetPaymentRequest>,
    ) -> Result<Response<GetPaymentResponse>, Status> {
        Err(Status::unimplemented("not served yet"))
    }
    async fn get_order_payment(
        &self,
        _: Request<GetOrderPaymentRequest>,
    ) -> Result<Response<GetOrderPaymentResponse>, Status> {
        Err(Status::unimplemented("not served yet"))
    }
    async fn change_amount_due(
        &self,
        _: Request<ChangeAmountDueRequest>,
    ) -> Result<Response<ChangeAmountDueResponse>, Status> {
        Err(Status::unimplemented("not served yet"))
    }
    async fn close_payment(
        &self,
        _: Request<ClosePaymentRequest>,
    ) -> Result<Response<ClosePaymentResponse>, Status> {
        Err(Status::unimplemented("not served yet"))
    }
    async fn request_refund(
        &self,
        _: Request<RequestRefundRequest>,
    ) -> Result<Response<RequestRefundResponse>, Status> {
        Err(Status::unimplemented("not served yet"))
    }
    async fn receive_callback(
        &self,
        _: Request<ReceiveCallbackRequest>,
    ) -> Result<Response<ReceiveCallbackResponse>, Status> {
        Err(Status::unimplemented("not served yet"))
    }
    async fn note_return(
        &self,
        _: Request<NoteReturnRequest>,
    ) -> Result<Response<NoteReturnResponse>, Status> {
        Err(Status::unimplemented("not served yet"))
    }
}

#[tonic::async_trait]
impl accounts::GatewayAccountService for GatewayAccountService {
    async fn list_providers(
        &self,
        _: Request<ListProvidersRequest>,
    ) -> Result<Response<ListProvidersResponse>, Status> {
        Err(Status::unimplemented("not served yet"))
    }
    async fn list_accounts(
        &self,
        _: Request<ListAccountsRequest>,
    ) -> Result<Response<ListAccountsResponse>, Status> {
        Err(Status::unimplemented("not served yet"))
    }
    async fn create_account(
        &self,
        _: Request<CreateAccountRequest>,
    ) -> Result<Response<CreateAccountResponse>, Status> {
        Err(Status::unimplemented("not served yet"))
    }
    async fn update_account(
        &self,
        _: Request<UpdateAccountRequest>,
    ) -> Result<Response<UpdateAccountResponse>, Status> {
        Err(Status::unimplemented("not served yet"))
    }
    async fn replace_credentials(
        &self,
        _: Request<ReplaceCredentialsRequest>,
    ) -> Result<Response<ReplaceCredentialsResponse>, Status> {
        Err(Status::unimplemented("not served yet"))
    }
    async fn verify_account(
        &self,
        _: Request<VerifyAccountRequest>,
    ) -> Result<Response<VerifyAccountResponse>, Status> {
        Err(Status::unimplemented("not served yet"))
    }
    async fn get_verification(
        &self,
        _: Request<GetVerificationRequest>,
    ) -> Result<Response<GetVerificationResponse>, Status> {
        Err(Status::unimplemented("not served yet"))
    }
    async fn list_payment_methods(
        &self,
        _: Request<ListPaymentMethodsRequest>,
    ) -> Result<Response<ListPaymentMethodsResponse>, Status> {
        Err(Status::unimplemented("not served yet"))
    }
    async fn save_payment_method(
        &self,
        _: Request<SavePaymentMethodRequest>,
    ) -> Result<Response<SavePaymentMethodResponse>, Status> {
        Err(Status::unimplemented("not served yet"))
    }
    async fn order_payment_methods(
        &self,
        _: Request<OrderPaymentMethodsRequest>,
    ) -> Result<Response<OrderPaymentMethodsResponse>, Status> {
        Err(Status::unimplemented("not served yet"))
    }
}

