//! A load of gRPC calls straight to capacity's gRPC server, over few connections.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Context as _;
use chassis::{
    authn::{Identity, Signer},
    clock::SystemClock,
    id::OrganisationId,
};
use proto::capacity::v1::{
    availability_service_client::AvailabilityServiceClient, hold_service_client::HoldServiceClient,
};
use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::{Channel, Endpoint},
};

use super::load::Measured;
use crate::{endpoints::Endpoints, home::Home, keys::Keys};

/// As many connections as the clients of one replica would open.
const CONNECTIONS: usize = 4;
/// Longer than any benchmark.
const TOKEN_SECS: u32 = 3600;

/// Clients of capacity with this tool's own token, on one connection.
#[derive(Clone)]
pub struct Capacity {
    pub availability: AvailabilityServiceClient<InterceptedService<Channel, Token>>,
    pub holds: HoldServiceClient<InterceptedService<Channel, Token>>,
}

/// Attaches a token to every call.
#[derive(Clone)]
pub struct Token(MetadataValue<Ascii>);

impl Interceptor for Token {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let token = self.0.clone();
        request.metadata_mut().insert("authorization", token);
        Ok(request)
    }
}

/// A token that says `identity`, signed with the key of `signer`.
pub fn token(home: &Home, signer: &str, identity: &Identity) -> anyhow::Result<Token> {
    let seed = Keys::of(home)?.seed(signer)?;
    let signed = Signer::new(signer, seed, Arc::new(SystemClock)).sign(identity, TOKEN_SECS);
    Ok(Token(format!("Bearer {signed}").parse()?))
}

/// Clients of one process of capacity, each with a connection of its own.
pub async fn capacity(
    home: &Home,
    endpoints: &Endpoints,
    org: OrganisationId,
) -> anyhow::Result<Vec<Capacity>> {
    let token = token(home, "ops", &Identity::service("ops", Some(org)))?;
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        let channel = connect(endpoints).await?;
        clients.push(Capacity {
            availability: AvailabilityServiceClient::with_interceptor(
                channel.clone(),
                token.clone(),
            ),
            holds: HoldServiceClient::with_interceptor(channel, token.clone()),
        });
    }
    Ok(clients)
}

/// A connection to one process of capacity.
pub async fn connect(endpoints: &Endpoints) -> anyhow::Result<Channel> {
    let url = endpoints
        .services
        .get("capacity")
        .context("capacity has no address")?;
    let endpoint = Endpoint::from_shared(url.clone())?.tcp_nodelay(true);
    Ok(endpoint.connect().await?)
}

/// Runs that many callers, each making its next call when the last is answered.
pub async fn run<Call, Answer>(
    clients: &[Capacity],
    callers: usize,
    time: Duration,
    call: Call,
) -> anyhow::Result<Measured>
where
    Call: Fn(Capacity) -> Answer + Clone + Send + 'static,
    Answer: Future<Output = Result<(), Status>> + Send + 'static,
{
    let stop = Arc::new(AtomicBool::new(false));
    let begin = Instant::now();
    let tasks: Vec<_> = clients
        .iter()
        .cycle()
        .take(callers)
        .map(|client| tokio::spawn(caller(client.clone(), stop.clone(), call.clone())))
        .collect();
    tokio::time::sleep(time).await;
    stop.store(true, Ordering::Relaxed);
    let (mut times, mut refused, mut why) = (Vec::new(), 0, None);
    for task in tasks {
        let (own, bad, status) = task.await?;
        times.extend(own);
        refused += bad;
        why = why.or(status);
    }
    if let Some(status) = why {
        eprintln!("dev: {refused} calls were refused, one of them with: {status}");
    }
    Measured::of(times, refused, begin.elapsed())
}

async fn caller<Call, Answer>(
    client: Capacity,
    stop: Arc<AtomicBool>,
    call: Call,
) -> (Vec<Duration>, u64, Option<Status>)
where
    Call: Fn(Capacity) -> Answer,
    Answer: Future<Output = Result<(), Status>>,
{
    let (mut times, mut refused, mut why) = (Vec::new(), 0, None);
    while !stop.load(Ordering::Relaxed) {
        let begin = Instant::now();
        match call(client.clone()).await {
            Ok(()) => times.push(begin.elapsed()),
            Err(status) => {
                refused += 1;
                why = Some(status);
            }
        }
    }
    (times, refused, why)
}
