//! Invariant 12: the audit records of each organisation form one unbroken chain, from the last record that
//! was removed for its age.

use sqlx::PgConnection;

use super::Finding;

/// Computes every hash again and follows each chain from its start to its end.
pub async fn check(staff: &mut PgConnection) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for (sql, cause) in [
        (
            ALTERED,
            "a record was changed after it was stored, past the application's rights",
        ),
        (
            BROKEN,
            "a record was removed or slipped in, past the application's rights",
        ),
        (
            SHORTENED,
            "the newest records were removed, or the end of the chain was changed",
        ),
    ] {
        let rows: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut *staff).await?;
        findings.extend(rows.into_iter().map(|what| Finding {
            invariant: 12,
            what,
            cause,
            repair: "compare with a backup and with the services' logs (target `audit`), which hold \
                     the same records; nothing repairs a chain",
        }));
    }
    Ok(findings)
}

const ALTERED: &str = "
    SELECT format('audit record %s of organisation %s (%s by %s) does not match its hash',
                  seq, org_id, action, actor_id)
    FROM audit_records AS record
    WHERE hash <> audit_record_hash(record)
    ORDER BY org_id, seq
    LIMIT 20";

const BROKEN: &str = "
    SELECT format('audit record %s of organisation %s does not follow record %s',
                  seq, org_id, previous_seq)
    FROM (
        SELECT org_id, record.seq, previous_hash,
               coalesce(lag(record.seq) OVER chain, start.seq, 0) AS previous_seq,
               coalesce(lag(record.hash) OVER chain, start.hash, '') AS expected_hash
        FROM audit_records AS record
        LEFT JOIN audit_chain_starts AS start USING (org_id)
        WINDOW chain AS (PARTITION BY org_id ORDER BY record.seq)
    ) AS record
    WHERE seq <> previous_seq + 1 OR previous_hash <> expected_hash
    ORDER BY org_id, seq
    LIMIT 20";

const SHORTENED: &str = "
    SELECT format('the audit records of organisation %s should end with %s, but the last is %s',
                  chain.org_id, chain.seq, coalesce(last.seq, start.seq, 0))
    FROM audit_chains AS chain
    LEFT JOIN audit_chain_starts AS start USING (org_id)
    LEFT JOIN LATERAL (
        SELECT seq, hash
        FROM audit_records AS record
        WHERE record.org_id = chain.org_id
        ORDER BY seq DESC
        LIMIT 1
    ) AS last ON true
    WHERE (chain.seq, chain.hash) IS DISTINCT FROM
        (coalesce(last.seq, start.seq, 0), coalesce(last.hash, start.hash, ''))
    ORDER BY chain.org_id
    LIMIT 20";

#[cfg(test)]
mod tests {
    use sqlx::{Connection as _, migrate::Migrator};
    use testkit::TestDb;

    use super::*;

    static STAFF: Migrator = sqlx::migrate!("../migrations/staff");

    /// Records of one organisation: three of six years ago, and three of now.
    const RECORDS: &str = "
        INSERT INTO audit_records
            (org_id, record_id, recorded_at, action, outcome, actor_kind, actor_id, network,
             user_agent, object_type, object_id, changes, omitted_changes, reason, trace_id)
        SELECT '01900000-0000-7000-8000-000000000001', gen_random_uuid(),
               now() - interval '6 years' * (number <= 3)::integer, 'staff.SignIn', 'OK', 'staff', '',
               '', '', '', '', '[]', 0, '', ''
        FROM generate_series(1, 6) AS number";
    const REMOVE_OLD: &str = "DELETE FROM audit_records WHERE seq <= 3";
    /// Switches the triggers off, as only the owner of the database can.
    const TAMPER: &str = "SET LOCAL session_replication_role = replica";

    async fn execute(staff: &mut PgConnection, sql: &[&'static str]) {
        for statement in sql {
            sqlx::query(*statement).execute(&mut *staff).await.unwrap();
        }
    }

    async fn findings(staff: &mut PgConnection) -> Vec<String> {
        let found = check(staff).await.unwrap();
        found.into_iter().map(|finding| finding.what).collect()
    }

    #[tokio::test]
    async fn a_chain_is_whole_before_and_after_its_oldest_records_are_removed() {
        let db = TestDb::new(&STAFF).await;
        let mut staff = db.superuser().await;
        for step in [
            RECORDS,
            REMOVE_OLD,
            RECORDS,
            "DELETE FROM audit_records",
            RECORDS,
        ] {
            execute(&mut staff, &[step]).await;
            assert_eq!(findings(&mut staff).await, Vec::<String>::new(), "{step}");
        }
    }

    #[tokio::test]
    async fn whatever_is_changed_behind_the_service_is_found() {
        let db = TestDb::new(&STAFF).await;
        let mut staff = db.superuser().await;
        execute(&mut staff, &[RECORDS]).await;
        let altered = "UPDATE audit_records SET reason = 'another' WHERE seq = 5";
        let cases: [(&[&'static str], &str); 8] = [
            (&[altered], "does not match its hash"),
            (&[REMOVE_OLD, altered], "does not match its hash"),
            (
                &[TAMPER, "DELETE FROM audit_records WHERE seq = 5"],
                "audit record 6 of organisation 01900000-0000-7000-8000-000000000001 does not follow \
                 record 4",
            ),
            (&[TAMPER, REMOVE_OLD], "does not follow record 0"),
            (
                &[REMOVE_OLD, "UPDATE audit_chain_starts SET hash = 'x'"],
                "does not follow record 3",
            ),
            (
                &[REMOVE_OLD, "DELETE FROM audit_chain_starts"],
                "does not follow record 0",
            ),
            (
                &[TAMPER, "DELETE FROM audit_records WHERE seq = 6"],
                "should end with 6, but the last is 5",
            ),
            (
                &[REMOVE_OLD, TAMPER, "DELETE FROM audit_records"],
                "should end with 6, but the last is 3",
            ),
        ];
        for (sql, expected) in cases {
            let mut attempt = staff.begin().await.unwrap();
            execute(&mut attempt, sql).await;
            let found = findings(&mut attempt).await;
            assert!(
                found.iter().any(|what| what.contains(expected)),
                "{sql:?}: {found:?}"
            );
            attempt.rollback().await.unwrap();
        }
    }
}
