-- no-transaction
-- Few rows: those that were recorded too late, or not yet, and that nobody decided.
CREATE INDEX CONCURRENTLY IF NOT EXISTS settlement_rows_to_match_again
ON settlement_rows (org_id, settlement_id)
WHERE decision IS NULL AND cause IN ('late', 'refund_under_way', 'not_found');
