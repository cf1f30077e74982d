//! A platform of two in one process: the real server and the real client around a stub service that
//! answers any RPC of one proto as a test sets it.

use std::{
    convert::Infallible,
    future::Future,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    task::{Context, Poll},
};

use async_trait::async_trait;
use chassis::{
    audit::{AuditSink, Record},
    authn::{Identity, Signer, Verifier},
    client::{PeerChannel, Peers},
    clock::ManualClock,
    config::{PeersConfig, Problems, ServerConfig, section},
    server::{GrpcServer, GrpcSettings, Tokens},
    shutdown,
};
use futures::{FutureExt as _, future::BoxFuture};
use parking_lot::Mutex;
use proto::staff::v1::{GetMeRequest, GetMeResponse};
use tonic::{Request, Response, Status, body::Body, server::NamedService, service::Routes};
use tower::Service;

type Behaviour =
    dyn Fn(Request<GetMeRequest>) -> BoxFuture<'static, Result<(), Status>> + Send + Sync;

/// What the stub does with a call; all messages on the wire are empty or ignored.
#[derive(Clone)]
pub struct Stub(Arc<Behaviour>);

impl Stub {
    pub fn new<F, Fut>(behaviour: F) -> Self
    where
        F: Fn(Request<GetMeRequest>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), Status>> + Send + 'static,
    {
        Self(Arc::new(move |request| behaviour(request).boxed()))
    }
}

impl NamedService for Stub {
    const NAME: &'static str = "yizhimai.staff.v1.StaffService";
}

impl Service<http::Request<Body>> for Stub {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<http::Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let behaviour = self.0.clone();
        async move {
            let handler = tower::service_fn(move |request: Request<GetMeRequest>| {
                let answer = behaviour(request);
                async move {
                    answer
                        .await
                        .map(|()| Response::new(GetMeResponse::default()))
                }
            });
            let codec = tonic_prost::ProstCodec::<GetMeResponse, GetMeRequest>::default();
            Ok(tonic::server::Grpc::new(codec)
                .max_decoding_message_size(usize::MAX)
                .unary(handler, request)
                .await)
        }
        .boxed()
    }
}

/// Keeps audit records for a test to look at.
#[derive(Clone, Default)]
pub struct Kept(pub Arc<Mutex<Vec<Record>>>);

#[async_trait]
impl AuditSink for Kept {
    async fn keep(&self, record: Record) {
        self.0.lock().push(record);
    }
}

/// The defaults, on any free port.
pub fn server_config() -> ServerConfig {
    let mut config: ServerConfig =
        section("SERVER_", &Default::default(), &mut Problems::default()).unwrap();
    config.addr = (Ipv4Addr::LOCALHOST, 0).into();
    config
}

pub struct Platform {
    pub addr: SocketAddr,
    pub clock: ManualClock,
    pub audit: Kept,
    pub parts: shutdown::Parts,
    peers: Peers,
}

impl Platform {
    pub async fn with(stub: Stub) -> Self {
        Self::start(stub, |_| {}).await
    }

    pub async fn start(stub: Stub, adjust: impl FnOnce(&mut ServerConfig)) -> Self {
        let clock = testkit::clock();
        let shared = Arc::new(clock.clone());
        let keys = testkit::keys::config("ordering");
        let audit = Kept::default();
        let mut config = server_config();
        adjust(&mut config);
        let server = GrpcServer::bind(GrpcSettings {
            config,
            tokens: Tokens::Identities(Arc::new(Verifier::from_config(&keys, shared.clone()))),
            clock: shared.clone(),
            audit: Arc::new(audit.clone()),
        })
        .await
        .unwrap();
        let addr = server.addr();
        let parts = shutdown::Parts::new();
        let token = parts.token();
        parts.spawn(async move { server.run(Routes::new(stub), token).await.unwrap() });

        let nowhere = "http://127.0.0.1:1".parse().unwrap();
        let config = PeersConfig::new()
            .with(
                "staff",
                format!("http://localhost:{}", addr.port()).parse().unwrap(),
            )
            .with("nowhere", nowhere);
        let signer = Arc::new(Signer::from_config(&keys, shared.clone()));
        let peers = Peers::new(&config, signer, shared, &parts.token()).unwrap();
        Self {
            addr,
            clock,
            audit,
            parts,
            peers,
        }
    }

    pub fn peers(&self) -> &Peers {
        &self.peers
    }

    /// Peers that know `staff` by these addresses.
    pub fn peers_over(&self, replicas: &[SocketAddr]) -> Peers {
        let config = replicas.iter().fold(PeersConfig::new(), |config, addr| {
            config.with("staff", format!("http://{addr}").parse().unwrap())
        });
        let shared = Arc::new(self.clock.clone());
        let keys = testkit::keys::config("ordering");
        let signer = Arc::new(Signer::from_config(&keys, shared.clone()));
        Peers::new(&config, signer, shared, &self.parts.token()).unwrap()
    }

    pub fn nobody(&self) -> PeerChannel {
        self.peers.channel_anonymous("staff")
    }

    pub fn caller(&self, identity: &Identity) -> PeerChannel {
        let token = testkit::keys::token(identity, Arc::new(self.clock.clone()));
        self.peers.channel_as("staff", &token).unwrap()
    }
}
