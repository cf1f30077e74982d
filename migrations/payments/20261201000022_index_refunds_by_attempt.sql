-- no-transaction
-- The refunds of an attempt that a settlement file names.
CREATE INDEX CONCURRENTLY IF NOT EXISTS refunds_attempt ON refunds (org_id, attempt_id);
