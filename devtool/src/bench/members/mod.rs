//! What membership promises: quotes with coupons, orders with promotions, a million members, and the replay of a
//! month.

mod generated;
mod million;
mod orders;
mod quotes;
mod replay;
mod ten_rules;
mod tier_run;

use std::time::Duration;

use anyhow::Context as _;
use sqlx::PgConnection;

use super::report::Figure;
use crate::{
    demo::members::{Member, join},
    doctor,
    endpoints::Endpoints,
    home::Home,
    shop::Shop,
};

/// The parts, each of which can be measured alone. The last one leaves orders that no other service knows.
pub const PARTS: [&str; 4] = ["quotes", "orders", "million", "replay"];

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Members who ask for quotes and order.
    buyers: usize,
    /// How long each load is measured.
    time: Duration,
    /// Members that are generated.
    members: i64,
    /// Questions of each kind to their list.
    questions: usize,
    /// Orders that are replayed.
    orders: i64,
}

/// The size that is promised.
pub const FULL: Size = Size {
    buyers: 50,
    time: Duration::from_secs(6),
    members: 1_000_000,
    questions: 400,
    orders: 200_000,
};

/// A small one, to try the benchmark itself.
pub const REHEARSAL: Size = Size {
    buyers: 4,
    time: Duration::from_secs(2),
    members: 5_000,
    questions: 20,
    orders: 1_000,
};

/// Measures one part or all of them and answers the figures.
pub async fn bench(
    home: &Home,
    endpoints: &Endpoints,
    size: Size,
    part: Option<&str>,
) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for known in PARTS {
        if part.is_some_and(|part| part != known) {
            continue;
        }
        eprintln!("dev: members, {known}");
        figures.extend(match known {
            "quotes" => quotes::bench(home, endpoints, size).await?,
            "orders" => orders::bench(home, endpoints, size).await?,
            "million" => million::bench(home, endpoints, size).await?,
            _ => replay::bench(home, endpoints, size).await?,
        });
    }
    Ok(figures)
}

/// The slug of the shop's brand.
fn slug(shop: &Shop) -> String {
    format!("b-{}", shop.organisation)
}

/// Lets members join at the shop.
async fn buyers(endpoints: &Endpoints, shop: &Shop, count: usize) -> anyhow::Result<Vec<Member>> {
    let mut database = connect(endpoints, "membership").await?;
    let mut members = Vec::with_capacity(count);
    for number in 0..count {
        // A network gets few codes an hour, and all of these are sent for one.
        sqlx::query("DELETE FROM member_code_networks")
            .execute(&mut database)
            .await?;
        let phone = format!("0970{number:06}");
        let person = ("王小明", phone.as_str(), "1990-04-12", "male", true);
        let joined = join(endpoints, &slug(shop), &person).await;
        members.push(joined.with_context(|| format!("joining with {phone}"))?);
    }
    Ok(members)
}

/// Connects to a service's database as its superuser, with what generators share.
async fn connect(endpoints: &Endpoints, database: &str) -> anyhow::Result<PgConnection> {
    let mut connection = doctor::connect(endpoints, database).await?;
    sqlx::raw_sql(PREPARE).execute(&mut connection).await?;
    Ok(connection)
}

/// Ids begin with their time, as those that services make do. Sorting is done in memory where it fits.
const PREPARE: &str = "
    SET synchronous_commit = off;
    SET work_mem = '256MB';
    CREATE FUNCTION pg_temp.id_at(at timestamptz) RETURNS uuid LANGUAGE sql VOLATILE AS $$
        SELECT (
            lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0')
            || '7' || substr(random.hex, 1, 3) || 'a' || substr(random.hex, 4, 15)
        )::uuid
        FROM (SELECT replace(gen_random_uuid()::text, '-', '') AS hex) AS random
    $$";
