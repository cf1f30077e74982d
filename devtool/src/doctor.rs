//! `doctor`: the invariants of a live system, checked across the services' databases.
//!
//! It looks as the database's owner, over all organisations. What is merely under way (an event not
//! yet consumed) settles within seconds, so a finding counts only when it stays.

mod audit;
mod benefits;
mod events;
mod money;
mod payments;
mod points;
mod prices;
mod printing;
mod reservations;
mod stock;

use std::time::Duration;

use anyhow::{Context as _, bail};
use sqlx::{Connection as _, PgConnection};

use crate::{
    endpoints::{self, Endpoints},
    home::Home,
};

/// How long a finding may be merely something under way.
const SETTLING: Duration = Duration::from_secs(20);

/// One violated invariant.
#[derive(Debug)]
pub struct Finding {
    /// Number in `docs/rules.md`, Invariants.
    pub invariant: u8,
    /// The records concerned and what is wrong with them.
    pub what: String,
    /// What most likely led to it.
    pub cause: &'static str,
    /// What repairs it.
    pub repair: &'static str,
}

/// A statement whose rows each say what is wrong, what most likely led to it, and what repairs it.
type Check = (&'static str, &'static str, &'static str);

/// Runs the checks of an invariant, in their order.
async fn run(
    invariant: u8,
    checks: &[Check],
    database: &mut PgConnection,
) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for &(sql, cause, repair) in checks {
        let rows: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut *database).await?;
        findings.extend(rows.into_iter().map(|what| Finding {
            invariant,
            what,
            cause,
            repair,
        }));
    }
    Ok(findings)
}

/// Checks everything that is kept by this release and explains each violation.
pub async fn doctor(home: &Home) -> anyhow::Result<()> {
    let endpoints: Endpoints = home
        .read(endpoints::FILE)?
        .context("the platform is not running; start it with ./dev up")?;
    let deadline = tokio::time::Instant::now() + SETTLING;
    // A server that has just died is not a finding either, as long as it comes back.
    let findings = loop {
        match examine(&endpoints).await {
            Ok(findings) if findings.is_empty() => break findings,
            outcome if tokio::time::Instant::now() > deadline => break outcome?,
            _ => tokio::time::sleep(Duration::from_millis(500)).await,
        }
    };
    if findings.is_empty() {
        println!(
            "doctor: invariants 1 (stock and slots), 2 (reservations), 3 (money), 4 (payments and orders), 6 (points and benefits), 7 (events), 8 (print jobs), 11 (prices) and 12 (audit) hold"
        );
        let mut notes = events::notes(&endpoints).await?;
        notes.extend(payments::notes(&endpoints).await?);
        for note in notes {
            println!("doctor: {note}");
        }
        return Ok(());
    }
    for Finding {
        invariant,
        what,
        cause,
        repair,
    } in &findings
    {
        println!(
            "doctor: invariant {invariant}: {what}\n        likely cause: {cause}\n        repair: {repair}"
        );
    }
    bail!("{} violations", findings.len())
}

async fn examine(endpoints: &Endpoints) -> anyhow::Result<Vec<Finding>> {
    let mut capacity = connect(endpoints, "capacity").await?;
    let mut ordering = connect(endpoints, "ordering").await?;
    let mut findings = stock::check(&mut capacity).await?;
    findings.extend(reservations::check(&mut capacity, &mut ordering).await?);
    let mut payments = connect(endpoints, "payments").await?;
    findings.extend(money::check(&mut payments).await?);
    findings.extend(payments::check(&mut payments, &mut ordering).await?);
    findings.extend(prices::check(&mut ordering).await?);
    let mut membership = connect(endpoints, "membership").await?;
    findings.extend(points::check(&mut membership).await?);
    findings.extend(benefits::check(&mut membership, &mut ordering).await?);
    findings.extend(printing::check(&mut connect(endpoints, "printing").await?).await?);
    findings.extend(events::check(endpoints).await?);
    findings.extend(audit::check(&mut connect(endpoints, "staff").await?).await?);
    Ok(findings)
}

/// Connects to a service's database as its owner.
pub async fn connect(endpoints: &Endpoints, database: &str) -> anyhow::Result<PgConnection> {
    PgConnection::connect(&format!("{}/{database}", endpoints.postgres))
        .await
        .with_context(|| format!("connecting to the database {database}"))
}
