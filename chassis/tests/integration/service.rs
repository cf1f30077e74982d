//! A whole service, started and ended as `main` does it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use chassis::{
    config::{AmqpConfig, AuthConfig, Config, Problems, Sections, section},
    service::{self, App, BoxFuture, Context, Job, Parts, Running},
};
use serde::{Deserialize, Serialize};
use testkit::{TestAmqp, TestDb, TestRedis};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("tests/integration/migrations");

/// A service with nothing but a timer.
struct Clockwork;

#[derive(Serialize, Deserialize)]
struct ClockworkConfig {
    #[serde(skip)]
    ticks: Option<UnboundedSender<()>>,
}

impl App for Clockwork {
    const NAME: &'static str = "clockwork";
    type Config = ClockworkConfig;

    fn migrator() -> &'static sqlx::migrate::Migrator {
        &MIGRATOR
    }

    fn build(ctx: Context, config: ClockworkConfig) -> BoxFuture<'static, anyhow::Result<Parts>> {
        let tick = Job::every("tick", Duration::from_millis(1), move || {
            let (db, ticks) = (ctx.db.clone(), config.ticks.clone());
            async move {
                db.ping().await?;
                if let Some(ticks) = ticks {
                    ticks.send(())?;
                }
                Ok(())
            }
        });
        Box::pin(std::future::ready(Ok(Parts {
            jobs: vec![tick],
            ..Parts::default()
        })))
    }
}

/// What the service stands on; it goes away with this value.
struct Ground {
    database: TestDb,
    amqp: TestAmqp,
    redis: TestRedis,
}

impl Ground {
    async fn new() -> Self {
        let (database, redis) = tokio::join!(TestDb::new(&MIGRATOR), TestRedis::new());
        Self {
            database,
            amqp: TestAmqp::new(),
            redis,
        }
    }

    fn config(&self, ticks: Option<UnboundedSender<()>>) -> Config<ClockworkConfig> {
        let variables: BTreeMap<String, String> = [
            ("SERVER_ADDR", "127.0.0.1:0"),
            ("SERVER_OPS_ADDR", "127.0.0.1:0"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let auth: AuthConfig = testkit::keys::config("clockwork");
        let amqp: AmqpConfig = self.amqp.config();
        let problems = &mut Problems::default();
        Config {
            sections: Sections {
                db: self.database.config(),
                redis: self.redis.config(),
                amqp,
                server: section("SERVER_", &variables, problems).unwrap(),
                auth,
                peers: section("PEERS_", &variables, problems).unwrap(),
                telemetry: section("TELEMETRY_", &variables, problems).unwrap(),
            },
            own: ClockworkConfig { ticks },
        }
    }

    async fn start(&self, ticks: Option<UnboundedSender<()>>) -> Running {
        service::start::<Clockwork>(self.config(ticks), Arc::new(testkit::clock()))
            .await
            .unwrap()
    }
}

async fn get(running: &Running, path: &str) -> (u16, String) {
    let url = format!("http://{}{path}", running.ops_addr());
    let response = reqwest::get(url).await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_starts_works_and_ends_in_order() {
    let ground = Ground::new().await;
    let (ticks, mut ticked) = unbounded_channel();
    let running = ground.start(Some(ticks)).await;
    ticked.recv().await.unwrap();
    ticked.recv().await.unwrap();
    assert_eq!(get(&running, "/live").await.0, 200);
    assert_eq!(get(&running, "/ready").await, (200, "ready\n".to_owned()));

    let addr = running.addr();
    assert!(running.stop().await, "some work was cut off");
    assert!(tokio::net::TcpStream::connect(addr).await.is_err());
    while ticked.recv().await.is_some() {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_without_its_database_lives_but_is_not_ready() {
    let ground = Ground::new().await;
    let running = ground.start(None).await;
    ground.database.make_unavailable().await;
    assert_eq!(get(&running, "/live").await.0, 200);
    let (status, text) = get(&running, "/ready").await;
    assert_eq!((status, text.as_str()), (503, "waiting for: database\n"));
    ground.database.restore().await;
    assert_eq!(get(&running, "/ready").await.0, 200);
    assert!(running.stop().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_are_counted_where_they_are_scraped() {
    use tonic::transport::Endpoint;
    let ground = Ground::new().await;
    let running = ground.start(None).await;
    let channel = Endpoint::from_shared(format!("http://{}", running.addr())).unwrap();
    let mut client = proto::staff::v1::staff_service_client::StaffServiceClient::new(
        channel.connect().await.unwrap(),
    );
    let refused = client
        .get_me(proto::staff::v1::GetMeRequest {})
        .await
        .unwrap_err();
    assert_eq!(refused.code(), tonic::Code::Unauthenticated);
    let (_, metrics) = get(&running, "/metrics").await;
    let wanted =
        "rpc_code=\"UNAUTHENTICATED\",rpc_method=\"/yizhimai.staff.v1.StaffService/GetMe\"";
    assert!(
        metrics.contains("rpc_server_duration_seconds_count"),
        "{metrics}"
    );
    assert!(metrics.contains(wanted), "{metrics}");
    assert!(running.stop().await);
}
