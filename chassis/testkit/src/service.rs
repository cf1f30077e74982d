//! A whole service in the test's process, called as its callers do.

use std::{collections::BTreeMap, marker::PhantomData, sync::Arc};

use chassis::{
    authn::Identity,
    clock::SharedClock,
    config::Config,
    id::OrganisationId,
    inbox::{Received, Signal, subscribe},
    outbox::{self, Event},
    service::{self, App, Running},
};
use futures::{Stream, StreamExt as _};
use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::{Channel, Endpoint},
};

use crate::{ManualClock, TestAmqp, TestDb, TestRedis, eventually::PATIENCE, keys};

/// What generated clients are made with: calls with one caller's token.
pub type CallerChannel = InterceptedService<Channel, Token>;

/// A service with a database, a broker and a Redis of its own, on a clock that stands at
/// [`noon`](crate::noon).
pub struct TestService<A> {
    running: Running,
    channel: Channel,
    clock: ManualClock,
    db: TestDb,
    amqp: TestAmqp,
    _redis: TestRedis,
    _app: PhantomData<fn() -> A>,
}

impl<A: App> TestService<A> {
    /// Starts the service with `variables` beside, and instead of, the configuration of the test,
    /// such as `("PEERS_CATALOG_URL", …)` or `("ORDERING_QUOTE_TTL", "5m")`.
    pub async fn start(variables: &[(&str, &str)]) -> Self {
        let (db, amqp) = (TestDb::new(A::migrator()).await, TestAmqp::new());
        let redis = TestRedis::new().await;
        let clock = crate::clock();

        let auth = keys::config(A::NAME);
        let mut all = BTreeMap::from([
            ("DB_URL", db.url()),
            ("AMQP_URL", amqp.config().url.reveal().clone()),
            ("AMQP_PREFIX", amqp.config().prefix),
            ("REDIS_URL", redis.config().url.reveal().clone()),
            ("SERVER_ADDR", "127.0.0.1:0".to_owned()),
            ("SERVER_OPS_ADDR", "127.0.0.1:0".to_owned()),
            ("AUTH_KEY_ID", auth.key_id.clone()),
            ("AUTH_PRIVATE_KEY", keys::private_key(A::NAME)),
            ("AUTH_PUBLIC_KEYS", auth.public_keys.to_string()),
        ]);
        all.extend(
            variables
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        );
        let all = all
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();

        let config = Config::read(A::NAME, &all).unwrap_or_else(|problems| panic!("{problems}"));
        let running = service::start::<A>(config, Arc::new(clock.clone()))
            .await
            .unwrap();
        amqp.delete_queues_of(&running.context().amqp);
        let channel = Endpoint::from_shared(format!("http://{}", running.addr()))
            .unwrap()
            .tcp_nodelay(true)
            .connect_lazy();
        Self {
            running,
            channel,
            clock,
            db,
            amqp,
            _redis: redis,
            _app: PhantomData,
        }
    }

    /// A channel for generated clients whose calls say who calls.
    pub fn channel_as(&self, identity: &Identity) -> CallerChannel {
        let token = format!("Bearer {}", keys::token(identity, self.shared_clock()));
        let token = token.parse().expect("a token is ASCII");
        InterceptedService::new(self.channel.clone(), Token(token))
    }

    /// A channel for calls without a token.
    pub fn channel_anonymous(&self) -> Channel {
        self.channel.clone()
    }

    /// A channel to where it answers devices, which show their own tokens.
    pub fn channel_of_devices(&self) -> Channel {
        Endpoint::from_shared(self.url_of_devices())
            .unwrap()
            .tcp_nodelay(true)
            .connect_lazy()
    }

    /// Where it answers devices.
    pub fn url_of_devices(&self) -> String {
        let addr = self.running.device_addr().expect("it answers devices");
        format!("http://{addr}")
    }

    /// Where it answers, for the `PEERS_…_URL` of another service.
    pub fn url(&self) -> String {
        format!("http://{}", self.running.addr())
    }

    /// The service's clock.
    pub fn clock(&self) -> &ManualClock {
        &self.clock
    }

    /// The service's database.
    pub fn db(&self) -> &TestDb {
        &self.db
    }

    /// The service's part of the broker.
    pub fn amqp(&self) -> &TestAmqp {
        &self.amqp
    }

    /// What the service's parts were made with.
    pub fn context(&self) -> &service::Context {
        self.running.context()
    }

    /// Lets the bus carry `events` of `org`, as a peer would.
    pub async fn deliver(&self, org: OrganisationId, events: &[Event]) {
        let mut tx = self.db.db().tenant(org).await.unwrap();
        outbox::publish(&mut tx, &self.clock, events).await.unwrap();
        tx.commit().await.unwrap();
        self.running.context().db.relay_notify().notify();
    }

    /// Listens to what the bus carries from now on.
    pub async fn listen(&self, keys: &[&str]) -> Listener {
        let mut signals = subscribe(&self.amqp.amqp(), keys).boxed();
        let bound = signals.next().await;
        assert!(
            matches!(bound, Some(Signal::Gap)),
            "listening begins with a gap"
        );
        Listener(signals)
    }

    /// Ends the service in good order; fails the test when something had to be cut off.
    pub async fn stop(self) {
        assert!(
            self.running.stop().await,
            "something of {} had to be cut off",
            A::NAME
        );
    }

    fn shared_clock(&self) -> SharedClock {
        Arc::new(self.clock.clone())
    }
}

/// Attaches one caller's token to every call.
#[derive(Clone, Debug)]
pub struct Token(MetadataValue<Ascii>);

impl Interceptor for Token {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request
            .metadata_mut()
            .insert("authorization", self.0.clone());
        Ok(request)
    }
}

/// Events as they pass.
pub struct Listener(std::pin::Pin<Box<dyn Stream<Item = Signal> + Send>>);

impl Listener {
    /// The next event; fails the test when none passes within half a minute.
    pub async fn next(&mut self) -> Received {
        let next = async {
            loop {
                match self.0.next().await {
                    Some(Signal::Event(event)) => return event,
                    Some(Signal::Gap) => {}
                    None => panic!("the subscription ended"),
                }
            }
        };
        tokio::time::timeout(PATIENCE, next)
            .await
            .expect("an event passes within half a minute")
    }
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Listener")
    }
}
