//! Rows with a time at which they are due, taken by one process at a time.

/// Takes the rows of a table, of all organisations, that are due, the longest due first, and puts them off
/// until the end of a lease: another process takes them then, should this one die.
macro_rules! take_due {
    ($table:literal, $id:literal, $due:literal, $Id:ident, $tx:ident, $now:ident, $end:ident, $limit:ident) => {{
        let rows = sqlx::query!(
            "UPDATE "
                + $table
                + " SET "
                + $due
                + " = $2
             WHERE (org_id, "
                + $id
                + ") IN (
                 SELECT org_id, "
                + $id
                + "
                 FROM "
                + $table
                + "
                 WHERE "
                + $due
                + " <= $1
                 ORDER BY "
                + $due
                + "
                 LIMIT $3
                 FOR UPDATE SKIP LOCKED
             )
             RETURNING org_id, "
                + $id
                + " AS id",
            $now,
            $end,
            $limit,
        )
        .fetch_all(&mut **$tx)
        .await?;
        let ids = rows.into_iter().map(|row| {
            let org = OrganisationId::from_uuid(row.org_id);
            (org, $Id::from_uuid(row.id))
        });
        Ok(ids.collect())
    }};
}
pub(super) use take_due;
