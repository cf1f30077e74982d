//! Timers of the catalogue; two processes doing the same at once do no harm.

use std::time::Duration;

use chassis::{clock::SharedClock, db::Db, job::Job};
use chrono::TimeDelta;

use crate::{
    domain::{menu, slug},
    store,
};

const HOUR: Duration = Duration::from_secs(3600);
/// Menu versions deleted in one transaction: each is some hundred kilobytes.
const VERSIONS_AT_A_TIME: i64 = 200;

/// Frees slugs that were given up longer ago than they are reserved.
#[must_use]
pub fn purge_old_slugs(db: Db, clock: SharedClock) -> Job {
    Job::every("purge_old_slugs", HOUR, move || {
        let (db, clock) = (db.clone(), clock.clone());
        async move {
            let before = clock.now() - TimeDelta::days(slug::RESERVED_DAYS);
            let mut tx = db.system("purge old slugs").await?;
            let purged = store::slugs::purge(&mut tx, before).await?;
            tx.commit().await?;
            tracing::debug!(purged, "purged old slugs");
            Ok(())
        }
    })
}

/// Deletes menu versions that are neither recent nor among the newest of their branch, in batches
/// of their own transaction.
#[must_use]
pub fn purge_menu_versions(db: Db, clock: SharedClock) -> Job {
    Job::every("purge_menu_versions", HOUR, move || {
        let (db, clock) = (db.clone(), clock.clone());
        async move {
            let before = clock.now() - TimeDelta::days(menu::KEPT_DAYS);
            let (keep, limit) = (menu::KEPT_VERSIONS, VERSIONS_AT_A_TIME);
            let purged = db
                .in_batches("purge menu versions", limit, |tx| {
                    Box::pin(store::menus::purge(tx, before, keep, limit))
                })
                .await?;
            tracing::debug!(purged, "purged menu versions");
            Ok(())
        }
    })
}
