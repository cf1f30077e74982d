-- no-transaction
-- The refund that a settlement file names by the provider's number.
CREATE INDEX CONCURRENTLY IF NOT EXISTS refunds_provider_reference
ON refunds (org_id, provider_reference);
