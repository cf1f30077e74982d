-- Answers already given to keyed requests, so that a repeat gets the same one.
CREATE TABLE answered_requests (
    org_id uuid NOT NULL,
    idempotency_key text NOT NULL,
    body_hash bytea NOT NULL,
    answer bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, idempotency_key)
);
CREATE INDEX answered_requests_age ON answered_requests (created_at);

ALTER TABLE answered_requests ENABLE ROW LEVEL SECURITY;
ALTER TABLE answered_requests FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON answered_requests TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON answered_requests TO yizhimai_system USING (true);

GRANT SELECT, INSERT ON answered_requests TO yizhimai_app;
GRANT SELECT, DELETE ON answered_requests TO yizhimai_system;
