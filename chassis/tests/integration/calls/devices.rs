//! Devices call at an address of their own, with tokens of their own.

use std::{net::SocketAddr, pin::Pin, sync::Arc};

use async_trait::async_trait;
use chassis::{
    authn::{Actor, DeviceTokens, Identity, Plan, RequestExt as _},
    error::{CommonReason, Problem},
    id::OrganisationId,
    server::{GrpcServer, GrpcSettings, Tokens},
    shutdown,
};
use futures::{Stream, StreamExt as _};
use proto::{
    printing::v1::{
        AgentHello, Heartbeat, OpenLineRequest, OpenLineResponse, PairAgentRequest,
        PairAgentResponse,
        agent_service_client::AgentServiceClient,
        agent_service_server::{AgentService, AgentServiceServer},
        open_line_request, open_line_response,
    },
    staff::v1::{GetMeRequest, staff_service_client::StaffServiceClient},
};
use testkit::identities;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Request, Response, Status, Streaming, service::Routes, transport::Channel};

use super::{
    agreeable, reason,
    stub::{Kept, Platform, server_config},
};

/// The token of the one device there is.
const TOKEN: &str = "3q2-7w";

struct OneDevice(OrganisationId);

#[async_trait]
impl DeviceTokens for OneDevice {
    async fn verify(&self, token: &str) -> Result<Arc<Identity>, Problem> {
        if token != TOKEN {
            return Err(Problem::new(CommonReason::Unauthenticated));
        }
        let mut device = Identity::customer("", self.0, Plan::Basic);
        device.actor = Actor::Device { id: "agent".into() };
        Ok(Arc::new(device))
    }
}

/// Answers each message of a stream with a heartbeat.
struct Echo;

#[async_trait]
impl AgentService for Echo {
    async fn pair_agent(
        &self,
        _: Request<PairAgentRequest>,
    ) -> Result<Response<PairAgentResponse>, Status> {
        Ok(Response::new(PairAgentResponse::default()))
    }

    type OpenLineStream = Pin<Box<dyn Stream<Item = Result<OpenLineResponse, Status>> + Send>>;

    async fn open_line(
        &self,
        request: Request<Streaming<OpenLineRequest>>,
    ) -> Result<Response<Self::OpenLineStream>, Status> {
        assert_eq!(request.identity().actor.id(), "agent");
        let answers = request.into_inner().map(|message| {
            message.map(|_| OpenLineResponse {
                message: Some(open_line_response::Message::Heartbeat(Heartbeat::default())),
            })
        });
        Ok(Response::new(answers.boxed()))
    }
}

async fn serve_devices(parts: &shutdown::Parts) -> SocketAddr {
    let devices = OneDevice(testkit::organisation());
    let server = GrpcServer::bind(GrpcSettings {
        config: server_config(),
        tokens: Tokens::Devices(Arc::new(devices)),
        clock: Arc::new(testkit::clock()),
        audit: Arc::new(Kept::default()),
    })
    .await
    .unwrap();
    let (addr, token) = (server.addr(), parts.token());
    let routes = Routes::new(AgentServiceServer::new(Echo));
    parts.spawn(async move { server.run(routes, token).await.unwrap() });
    addr
}

async fn channel(addr: SocketAddr) -> Channel {
    let endpoint = tonic::transport::Endpoint::from_shared(format!("http://{addr}")).unwrap();
    endpoint.connect().await.unwrap()
}

fn with_token<T>(message: T, token: &str) -> Request<T> {
    let mut request = Request::new(message);
    let header = format!("Bearer {token}").parse().unwrap();
    request.metadata_mut().insert("authorization", header);
    request
}

fn hello() -> OpenLineRequest {
    OpenLineRequest {
        message: Some(open_line_request::Message::Hello(AgentHello::default())),
    }
}

#[tokio::test]
async fn a_stream_of_a_device_is_answered_while_it_goes_on() {
    let parts = shutdown::Parts::new();
    let mut client = AgentServiceClient::new(channel(serve_devices(&parts).await).await);
    let (said, says) = mpsc::channel(1);
    let request = with_token(ReceiverStream::new(says), TOKEN);
    let mut answers = client.open_line(request).await.unwrap().into_inner();
    for _ in 0..3 {
        said.send(hello()).await.unwrap();
        assert!(answers.message().await.unwrap().is_some());
    }
    drop(said);
    assert!(answers.message().await.unwrap().is_none());
}

#[tokio::test]
async fn only_the_device_s_own_token_counts_at_its_address() {
    let parts = shutdown::Parts::new();
    let addr = serve_devices(&parts).await;
    let mut client = AgentServiceClient::new(channel(addr).await);
    assert!(client.pair_agent(PairAgentRequest::default()).await.is_ok());

    let clock = Arc::new(testkit::clock());
    let service = identities::service("printing", testkit::organisation());
    let service = testkit::keys::token(&service, clock);
    for token in [None, Some("3q2-7v"), Some(service.as_str())] {
        let says = tokio_stream::iter([hello()]);
        let request = match token {
            Some(token) => with_token(says, token),
            None => Request::new(says),
        };
        let refused = client.open_line(request).await.unwrap_err();
        assert_eq!(reason(&refused), "UNAUTHENTICATED", "{token:?}");
    }

    let mut staff = StaffServiceClient::new(channel(addr).await);
    let refused = staff.get_me(with_token(GetMeRequest {}, TOKEN)).await;
    assert_eq!(reason(&refused.unwrap_err()), "PERMISSION_DENIED");
}

#[tokio::test]
async fn a_device_s_token_is_nothing_elsewhere() {
    let platform = Platform::with(agreeable()).await;
    let mut staff = StaffServiceClient::new(channel(platform.addr).await);
    let refused = staff.get_me(with_token(GetMeRequest {}, TOKEN)).await;
    assert_eq!(reason(&refused.unwrap_err()), "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_server_for_devices_describes_nothing() {
    let parts = shutdown::Parts::new();
    let channel = channel(serve_devices(&parts).await).await;
    let mut client =
        tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient::new(channel);
    let asked = tokio_stream::iter([Default::default()]);
    let refused = client.server_reflection_info(asked).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unimplemented);
}
