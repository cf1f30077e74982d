-- First answers of creations, kept so that a repeated request gets the same one; the timer that
-- forgets old ones crosses organisations and so runs as the system role.
CREATE TABLE idempotency_keys (
    org_id uuid NOT NULL,
    rpc text NOT NULL,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    response bytea NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (org_id, rpc, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON idempotency_keys TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON idempotency_keys TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON idempotency_keys TO yizhimai_app;
GRANT SELECT, DELETE ON idempotency_keys TO yizhimai_system;
