-- no-transaction
-- What a settlement file names by the provider's number, and what was captured at an account.
CREATE INDEX CONCURRENTLY IF NOT EXISTS attempts_account
ON attempts (org_id, account_id, provider_reference);
