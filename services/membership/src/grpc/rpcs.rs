//! How all gRPC services answer.

/// A gRPC service whose RPCs are methods of the same names, which borrow the request.
macro_rules! rpcs {
    ($service:ident: $trait:path { $($rpc:ident($request:ty) -> $response:ty;)* }) => {
        #[tonic::async_trait]
        impl $trait for $service {
            $(async fn $rpc(
                &self,
                request: tonic::Request<$request>,
            ) -> Result<tonic::Response<$response>, tonic::Status> {
                Ok(tonic::Response::new($service::$rpc(self, &request).await?))
            })*
        }
    };
}
pub(super) use rpcs;
