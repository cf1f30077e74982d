//! Invariant 9: the audit records of each organisation form one unbroken chain.

use sqlx::PgConnection;

use super::Finding;

/// Computes every hash again and follows each chain from its first record to its end.
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
            invariant: 9,
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
        SELECT org_id, seq, previous_hash,
               lag(seq, 1, 0::bigint) OVER chain AS previous_seq,
               lag(hash, 1, ''::bytea) OVER chain AS expected_hash
        FROM audit_records
        WINDOW chain AS (PARTITION BY org_id ORDER BY seq)
    ) AS record
    WHERE seq <> previous_seq + 1 OR previous_hash <> expected_hash
    ORDER BY org_id, seq
    LIMIT 20";

const SHORTENED: &str = "
    SELECT format('the audit records of organisation %s should end with %s, but the last is %s',
                  chain.org_id, chain.seq, coalesce(last.seq, 0))
    FROM audit_chains AS chain
    LEFT JOIN LATERAL (
        SELECT seq, hash
        FROM audit_records AS record
        WHERE record.org_id = chain.org_id
        ORDER BY seq DESC
        LIMIT 1
    ) AS last ON true
    WHERE (chain.seq, chain.hash) IS DISTINCT FROM (coalesce(last.seq, 0), coalesce(last.hash, ''))
    ORDER BY chain.org_id
    LIMIT 20";
