//! The floors: the least a server could do for the same request.

use std::{
    net::SocketAddr,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context as _, ensure};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{StatusCode, header},
    routing::{get, post},
};
use sqlx::{Connection as _, PgConnection, PgPool, postgres::PgPoolOptions};

use super::load::count;
use crate::{
    endpoints::Endpoints,
    home::Home,
    infra::{postgres, wait_until},
    process::{self, Spec},
};

const DATABASE: &str = "floor";

const SCHEMA: &str = "
    CREATE TABLE floor_orders (id bigint PRIMARY KEY, total bigint, note text);
    CREATE TABLE floor_lines (order_id bigint, line int, sku bigint, quantity int,
                              PRIMARY KEY (order_id, line));
    CREATE TABLE floor_outbox (id bigint PRIMARY KEY, body bytea);
    CREATE TABLE floor_holds (id bigint PRIMARY KEY, sku bigint, quantity bigint, expires_at timestamptz);
    CREATE TABLE floor_stock (sku bigint PRIMARY KEY, available bigint CHECK (available >= 0));
    CREATE TABLE floor_callbacks (id bigint PRIMARY KEY, body bytea);
    INSERT INTO floor_stock SELECT sku, 1000000000 FROM generate_series(1, 300) AS sku;";

/// One order, three lines, an outbox row, three stock rows; statement by statement, as a plain
/// handler would.
pub const ORDER: &str = "\\set id random(1, 9000000000000000)
\\set sku random(1, 100)
BEGIN;
INSERT INTO floor_orders VALUES (:id, 105, 'an order as long as ours would be');
INSERT INTO floor_lines VALUES (:id, 1, :sku, 1), (:id, 2, :sku + 100, 1), (:id, 3, :sku + 200, 1);
INSERT INTO floor_outbox VALUES (:id, '\\x00112233445566778899aabbccddeeff');
UPDATE floor_stock SET available = available - 1 WHERE sku IN (:sku, :sku + 100, :sku + 200);
COMMIT;
";

/// One unit of one hot product, in a transaction of its own, as a plain handler would hold it.
pub const HOLD: &str = "\\set id random(1, 9000000000000000)
BEGIN;
UPDATE floor_stock SET available = available - 1 WHERE sku = 1 AND available >= 1;
INSERT INTO floor_holds VALUES (:id, 1, 1, now() + INTERVAL '2 minutes');
COMMIT;
";

/// Makes the floor's tables on the platform's own cluster.
pub async fn prepare(endpoints: &Endpoints, port: u16) -> anyhow::Result<()> {
    postgres::create_databases(port, &[DATABASE])?;
    let mut database = PgConnection::connect(&format!("{}/{DATABASE}", endpoints.postgres)).await?;
    sqlx::raw_sql(SCHEMA).execute(&mut database).await?;
    Ok(())
}

/// Transactions a second of pgbench with that many clients.
pub fn pgbench(
    home: &Home,
    port: u16,
    transaction: &str,
    clients: usize,
    time: Duration,
) -> anyhow::Result<f64> {
    let script = home.path("bench/floor.sql")?;
    std::fs::write(&script, transaction)?;
    let output = Command::new(postgres::programs()?.join("pgbench"))
        .args(["-n", "-M", "prepared", "-h", "127.0.0.1", "-U", "postgres"])
        .args([
            "-p",
            &port.to_string(),
            "-c",
            &clients.to_string(),
            "-j",
            "2",
        ])
        .args(["-T", &time.as_secs().to_string(), "-f"])
        .arg(script)
        .arg(DATABASE)
        .stderr(Stdio::inherit())
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    let figure = text
        .lines()
        .find_map(|line| line.strip_prefix("tps = "))
        .and_then(|rest| rest.split(' ').next())
        .with_context(|| format!("pgbench printed no figure: {text}"))?;
    Ok(figure.parse()?)
}

/// Starts the bare server in a process of its own.
pub async fn start(
    home: &Home,
    endpoints: &Endpoints,
    address: SocketAddr,
    body: Option<&str>,
    release: bool,
) -> anyhow::Result<tokio::process::Child> {
    let spec = Spec {
        name: "floor".to_owned(),
        // The same optimisation as the platform's.
        program: crate::build::binary(home, "devtool", release),
        arguments: vec![
            "floor".into(),
            address.to_string().into(),
            format!("{}/{DATABASE}", endpoints.postgres).into(),
            body.unwrap_or_default().into(),
        ],
        environment: [].into(),
        user: None,
        log: home.log("floor")?,
        grace: Duration::from_secs(5),
    };
    let child = spec.spawn()?;
    wait_until("the bare server", Duration::from_secs(10), async || {
        tokio::net::TcpStream::connect(address).await.is_ok()
    })
    .await?;
    Ok(child)
}

/// Ends the bare server.
pub async fn end(mut child: tokio::process::Child) {
    process::end(&mut child, Duration::from_secs(5)).await;
}

#[derive(Clone)]
struct Floor {
    pool: PgPool,
    next: Arc<AtomicU64>,
    body: Bytes,
}

/// Serves the bare handlers until killed.
pub async fn serve(address: SocketAddr, database: &str, body: &str) -> anyhow::Result<()> {
    let body = if body.is_empty() {
        Bytes::new()
    } else {
        std::fs::read(body)?.into()
    };
    let pool = PgPoolOptions::new()
        .max_connections(32)
        .connect_lazy(database)?;
    let next = Arc::new(AtomicU64::new(u64::from(std::process::id()) << 32));
    let router = Router::new()
        .route("/order", post(order))
        .route("/callback", post(callback))
        .route("/menu", get(menu))
        .with_state(Floor { pool, next, body });
    let listener = tokio::net::TcpListener::bind(address).await?;
    axum::serve(listener, router).await?;
    Ok(())
}

async fn menu(State(floor): State<Floor>) -> ([(header::HeaderName, &'static str); 2], Bytes) {
    (
        [
            (header::CONTENT_TYPE, "application/json"),
            (header::CONTENT_ENCODING, "br"),
        ],
        floor.body,
    )
}

async fn order(State(floor): State<Floor>, _body: Bytes) -> Result<StatusCode, StatusCode> {
    write(&floor).await.map_err(|error| {
        eprintln!("{error:#}");
        StatusCode::INTERNAL_SERVER_ERROR
    })?;
    Ok(StatusCode::CREATED)
}

/// One row for a message, and the four bytes that acknowledge it.
async fn callback(State(floor): State<Floor>, body: Bytes) -> Result<&'static str, StatusCode> {
    let id = floor.next.fetch_add(1, Ordering::Relaxed).cast_signed();
    let inserted = sqlx::query("INSERT INTO floor_callbacks VALUES ($1, $2)")
        .bind(id)
        .bind(&body[..])
        .execute(&floor.pool)
        .await;
    match inserted {
        Ok(_) => Ok("1|OK"),
        Err(error) => {
            eprintln!("{error:#}");
            Err(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

async fn write(floor: &Floor) -> anyhow::Result<()> {
    let id = floor.next.fetch_add(1, Ordering::Relaxed).cast_signed();
    let sku = id % 100 + 1;
    let mut tx = floor.pool.begin().await?;
    sqlx::query("INSERT INTO floor_orders VALUES ($1, 105, 'an order as long as ours would be')")
        .bind(id)
        .execute(&mut *tx)
        .await?;
    sqlx::query(
        "INSERT INTO floor_lines VALUES ($1, 1, $2, 1), ($1, 2, $2 + 100, 1), ($1, 3, $2 + 200, 1)",
    )
    .bind(id)
    .bind(sku)
    .execute(&mut *tx)
    .await?;
    sqlx::query("INSERT INTO floor_outbox VALUES ($1, '\\x00112233445566778899aabbccddeeff')")
        .bind(id)
        .execute(&mut *tx)
        .await?;
    let done = sqlx::query(
        "UPDATE floor_stock SET available = available - 1 WHERE sku IN ($1, $1 + 100, $1 + 200)",
    )
    .bind(sku)
    .execute(&mut *tx)
    .await?;
    ensure!(count(done.rows_affected()) > 2.0, "a stock row is missing");
    tx.commit().await?;
    Ok(())
}
