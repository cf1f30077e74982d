//! The daily run of tiers over everybody.

use std::time::{Duration, Instant};

use anyhow::ensure;
use sqlx::PgConnection;

use super::{
    super::{load::count, report::Figure},
    connect,
};
use crate::{endpoints::Endpoints, shop::Shop};

const AIM_SECONDS: f64 = 600.0;
const LIMIT: Duration = Duration::from_secs(3_600);
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Lets the validity of everybody's tier end and waits until the service has judged them.
pub async fn bench(endpoints: &Endpoints, shop: &Shop) -> anyhow::Result<Vec<Figure>> {
    let mut database = connect(endpoints, "membership").await?;
    let org = shop.organisation_id.as_uuid();
    let due = sqlx::query(DUE).bind(org).execute(&mut database).await?;
    sqlx::query("ANALYZE member_tiers")
        .execute(&mut database)
        .await?;
    let begin = Instant::now();
    until(
        &mut database,
        "SELECT NOT EXISTS (SELECT FROM member_tiers WHERE due_at <= now())",
    )
    .await?;
    let judged = begin.elapsed();
    until(&mut database, "SELECT NOT EXISTS (SELECT FROM outbox)").await?;
    let published = begin.elapsed();
    let (changed, lost): (i64, i64) = sqlx::query_as(
        "SELECT count(*), count(*) FILTER (WHERE cause = 'downgraded')
         FROM tier_changes
         WHERE org_id = $1",
    )
    .bind(org)
    .fetch_one(&mut database)
    .await?;
    ensure!(
        changed.cast_unsigned() >= due.rows_affected(),
        "{changed} of {} tiers were renewed or lost",
        due.rows_affected()
    );
    Ok(vec![
        Figure::plain("tier run, members judged", count(due.rows_affected()), ""),
        Figure::plain("tier run, tiers lost", count(lost.cast_unsigned()), ""),
        Figure::plain("tier run", judged.as_secs_f64(), "s").at_most(AIM_SECONDS),
        Figure::plain(
            "tier run, until all events are published",
            published.as_secs_f64(),
            "s",
        ),
    ])
}

async fn until(database: &mut PgConnection, sql: &'static str) -> anyhow::Result<()> {
    let begin = Instant::now();
    while !sqlx::query_scalar::<_, bool>(sql)
        .fetch_one(&mut *database)
        .await?
    {
        ensure!(begin.elapsed() < LIMIT, "the tier run does not end");
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}

/// Longer ago than the days of grace.
const DUE: &str = "
    UPDATE member_tiers
    SET valid_until = now() - INTERVAL '40 days', since = since - INTERVAL '45 days',
        due_at = now() - INTERVAL '1 hour'
    WHERE org_id = $1";
