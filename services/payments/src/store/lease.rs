//! Rows with a time at which they are due, worked on by one process at a time.
//!
//! A lease is that time, put off: the process that works on a row renews it, and another one takes the row
//! soon after that process has died.

/// Takes the row of a table, of all organisations, that is due the longest, and puts it off until the end of
/// a lease.
macro_rules! take_due {
    ($table:literal, $id:literal, $due:literal, $Id:ident, $tx:ident, $now:ident, $end:ident) => {{
        let row = sqlx::query!(
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
                 LIMIT 1
                 FOR UPDATE SKIP LOCKED
             )
             RETURNING org_id, "
                + $id
                + " AS id",
            $now,
            $end,
        )
        .fetch_optional(&mut **$tx)
        .await?;
        Ok(row.map(|row| {
            let org = OrganisationId::from_uuid(row.org_id);
            (org, $Id::from_uuid(row.id))
        }))
    }};
}
pub(super) use take_due;

/// Puts a row off until a later end of its lease. What moved it to an earlier time meanwhile wrote back what
/// it had read, so it is put off all the same; what is not due any more stays so.
macro_rules! renew {
    ($table:literal, $id:literal, $due:literal, $tx:ident, $row:ident, $end:ident) => {{
        sqlx::query!(
            "UPDATE "
                + $table
                + " SET "
                + $due
                + " = $3
             WHERE org_id = $1 AND "
                + $id
                + " = $2 AND "
                + $due
                + " < $3",
            $tx.org().as_uuid(),
            $row.as_uuid(),
            $end,
        )
        .execute(&mut **$tx)
        .await?;
        Ok(())
    }};
}
pub(super) use renew;
