//! The orders of a month priced again with another rule.
//!
//! A few orders are placed and completed at prices of ten promotions; their copies are spread over the month, and
//! what was published of the promotions is moved to before it.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use prost::Message as _;
use proto::membership::v1::RuleDocument;
use reqwest::{Client, Method, header};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::{
    super::{
        load::count,
        orders::{cart, consumed, order_of, with_phone},
        report::Figure,
    },
    Size, connect, ten_rules,
};
use crate::{
    demo::{
        client::{checked, text},
        orders::advance,
        rules::rule,
    },
    endpoints::Endpoints,
    home::Home,
    infra::postgres,
    shop::Shop,
};

const AIM_SECONDS: f64 = 300.0;
const DAYS: i64 = 31;
/// Before the month.
const PUBLISHED_DAYS_AGO: i64 = 40;
/// How many units of each line the orders have that are copied.
const UNITS: [i64; 4] = [1, 2, 4, 6];
const LIMIT: Duration = Duration::from_secs(3_600);
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Measures and answers the figures.
pub async fn bench(home: &Home, endpoints: &Endpoints, size: Size) -> anyhow::Result<Vec<Figure>> {
    let shop = Shop::open(home, endpoints, None).await?;
    ten_rules::enable_all(&shop).await?;
    for units in UNITS {
        sell(&shop, units).await?;
    }
    consumed(endpoints).await?;
    let begin = Instant::now();
    copy(endpoints, &shop, size.orders).await?;
    publish_earlier(endpoints, &shop).await?;
    postgres::analyze(endpoints).await?;
    let copied = begin.elapsed();

    let effect = json!({"order": {"thresholds": [{"at": 100, "off": {"amount": 7}}]}});
    let start = json!({
        "brand_id": shop.brand_id, "rule": rule("滿百折七", &shop.brand_id, effect), "days": DAYS,
    });
    let begin = Instant::now();
    let started = shop
        .owner
        .call(Method::POST, "/promotions/replays", start)
        .await?;
    let path = format!(
        "/promotions/replays/{}",
        text(&started, "/replay/replay_id")?
    );
    let replay = loop {
        let found = shop.owner.call(Method::GET, &path, Value::Null).await?;
        let replay = found["replay"].clone();
        if replay["state"] != "running" {
            break replay;
        }
        ensure!(begin.elapsed() < LIMIT, "the replay does not end: {replay}");
        tokio::time::sleep(LOOK_EVERY).await;
    };
    let seconds = begin.elapsed().as_secs_f64();
    let result = &replay["result"];
    let number = |name: &str| {
        let number = result[name].as_u64();
        number.with_context(|| format!("the replay says no {name}: {replay}"))
    };
    let (orders, reproduced) = (number("orders")?, number("reproduced")?);
    Ok(vec![
        Figure::plain("writing the orders", copied.as_secs_f64(), "s"),
        Figure::plain("replay, orders", count(orders), "")
            .exactly(count(size.orders.cast_unsigned())),
        Figure::plain("replay, reproduced to the dollar", count(reproduced), "")
            .exactly(count(orders)),
        Figure::plain("replay, touched by the rule", count(number("touched")?), ""),
        Figure::plain("replay", seconds, "s").at_most(AIM_SECONDS),
    ])
}

/// A guest's order, paid and handed over.
async fn sell(shop: &Shop, units: i64) -> anyhow::Result<()> {
    let mut cart = cart(shop);
    for line in cart["lines"].as_array_mut().into_iter().flatten() {
        line["quantity"] = units.into();
    }
    let order = order_of(shop, cart, None).await?.to_string();
    let placed = Client::new()
        .post(format!("{}/orders", shop.url))
        .header(
            "idempotency-key",
            format!("{:032x}", rand::random::<u128>()),
        )
        .header(header::CONTENT_TYPE, "application/json")
        .body(with_phone(&order));
    let placed = checked("an order", placed.send().await?).await?;
    let steps = ["accepted", "preparing", "ready", "completed"];
    advance(&shop.owner, placed["order"].clone(), &steps).await
}

/// Spreads copies of the shop's orders over the month, with all they consist of.
async fn copy(endpoints: &Endpoints, shop: &Shop, orders: i64) -> anyhow::Result<()> {
    let mut database = connect(endpoints, "ordering").await?;
    // All rows of an order are copied, so that no reference has to be checked.
    sqlx::raw_sql("SET session_replication_role = replica")
        .execute(&mut database)
        .await?;
    sqlx::query(COPIES)
        .bind(shop.organisation_id.as_uuid())
        .bind(orders - i64::try_from(UNITS.len())?)
        .execute(&mut database)
        .await?;
    for table in ["orders", "order_lines", "order_events"] {
        let columns = columns(&mut database, table).await?;
        let values: Vec<String> = columns.iter().map(value).collect();
        let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        let sql = format!(
            "INSERT INTO {table} ({}) SELECT {} FROM copies AS copy JOIN {table} AS it ON it.order_id = copy.of",
            names.join(", "),
            values.join(", ")
        );
        sqlx::query(AssertSqlSafe(sql))
            .execute(&mut database)
            .await?;
    }
    Ok(())
}

/// Columns of a table that can be written, with their types.
async fn columns(
    database: &mut PgConnection,
    table: &str,
) -> anyhow::Result<Vec<(String, String)>> {
    let columns = sqlx::query_as(
        "SELECT column_name::text, data_type::text
         FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER'
         ORDER BY ordinal_position",
    );
    Ok(columns.bind(table).fetch_all(database).await?)
}

/// What a column of a copy has.
fn value((column, of_type): &(String, String)) -> String {
    match (column.as_str(), of_type.as_str()) {
        ("order_id", _) => "copy.order_id".to_owned(),
        ("order_number", _) => "copy.order_number".to_owned(),
        ("line_id", _) => "gen_random_uuid()".to_owned(),
        ("idempotency_key" | "request_hash", _) => "NULL".to_owned(),
        (column, "timestamp with time zone") => format!("it.{column} + copy.later"),
        (column, "date") => format!("it.{column} + copy.days"),
        (column, _) => format!("it.{column}"),
    }
}

/// Moves what is published of the brand's rules to before the month.
async fn publish_earlier(endpoints: &Endpoints, shop: &Shop) -> anyhow::Result<()> {
    let mut database = connect(endpoints, "membership").await?;
    let brand: Uuid = shop.brand_id.parse()?;
    let published: Vec<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT version, document FROM rule_documents WHERE brand_id = $1")
            .bind(brand)
            .fetch_all(&mut database)
            .await?;
    ensure!(!published.is_empty(), "no rules were published");
    for (version, document) in published {
        let mut document = RuleDocument::decode(document.as_slice())?;
        let at = document.published_at.as_mut();
        at.context("a document without a time")?.seconds -= PUBLISHED_DAYS_AGO * 86_400;
        sqlx::query(
            "UPDATE rule_documents
             SET document = $3, published_at = published_at - make_interval(days => $4)
             WHERE brand_id = $1 AND version = $2",
        )
        .bind(brand)
        .bind(version)
        .bind(document.encode_to_vec())
        .bind(i32::try_from(PUBLISHED_DAYS_AGO)?)
        .execute(&mut database)
        .await?;
    }
    Ok(())
}

/// Each order has its turn; hexadecimal digits are put into the letters of order numbers.
const COPIES: &str = "
    CREATE TEMPORARY TABLE copies AS
    SELECT
        source.order_id AS of, pg_temp.id_at(at) AS order_id, at - created_at AS later,
        at::date - created_at::date AS days,
        translate(upper(lpad(to_hex(n), 5, '2')), '01', 'GH') AS order_number
    FROM (
        SELECT order_id, created_at, row_number() OVER (ORDER BY order_id) - 1 AS turn, count(*) OVER () AS sources
        FROM orders
        WHERE org_id = $1
    ) AS source
    JOIN LATERAL (
        SELECT n, now() - INTERVAL '30 days 23 hours' + n * INTERVAL '30 days 22 hours' / $2::bigint AS at
        FROM generate_series(1, $2::bigint) AS n
        WHERE n % source.sources = source.turn
    ) AS moved ON true";
