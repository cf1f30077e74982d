-- Events this service has committed and not yet published, events it has consumed, how far its consumers
-- have come in filling themselves, and the responses of keyed requests.
--
-- Expand only: every service has these tables, and two successive releases work on them side by side.
CREATE TABLE outbox (
    org_id uuid NOT NULL,
    event_id uuid NOT NULL,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    type text NOT NULL,
    aggregate_id uuid NOT NULL,
    version bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    -- W3C traceparent of the request that published; empty when it had none.
    traceparent text NOT NULL DEFAULT '',
    body bytea NOT NULL,
    PRIMARY KEY (org_id, event_id)
) WITH (
    -- Rows live for milliseconds: vacuum by count, not by a share of an empty table.
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_insert_scale_factor = 0,
    autovacuum_vacuum_insert_threshold = 50000
);

-- The relay takes the oldest first.
CREATE INDEX outbox_seq ON outbox (seq);

ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbox FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON outbox TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON outbox TO yizhimai_system USING (true);
GRANT INSERT ON outbox TO yizhimai_app;
GRANT SELECT, UPDATE, DELETE ON outbox TO yizhimai_system;

CREATE TABLE inbox (
    org_id uuid NOT NULL,
    consumer text NOT NULL,
    event_id uuid NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, consumer, event_id)
);

-- The purge takes the oldest; ranges suffice, for rows arrive in order of time.
CREATE INDEX inbox_received_at ON inbox USING brin (received_at);

ALTER TABLE inbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE inbox FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON inbox TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON inbox TO yizhimai_system USING (true);
GRANT SELECT, INSERT ON inbox TO yizhimai_app;
GRANT SELECT, DELETE ON inbox TO yizhimai_system;

-- Events that no queue took when they were published. The relay publishes them again as soon as a queue
-- is bound to their type; after a week they are deleted, and a consumer that comes later fills itself.
CREATE TABLE unrouted_events (
    org_id uuid NOT NULL,
    event_id uuid NOT NULL,
    seq bigint NOT NULL,
    type text NOT NULL,
    aggregate_id uuid NOT NULL,
    version bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    traceparent text NOT NULL,
    body bytea NOT NULL,
    unrouted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, event_id)
);

-- One event of each type is tried; the others follow when a queue took it.
CREATE INDEX unrouted_events_type ON unrouted_events (type, seq);

-- The purge takes the oldest.
CREATE INDEX unrouted_events_unrouted_at ON unrouted_events (unrouted_at);

ALTER TABLE unrouted_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE unrouted_events FORCE ROW LEVEL SECURITY;
CREATE POLICY system ON unrouted_events TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON unrouted_events TO yizhimai_system;

-- The consumers of this service, and how far each has come in reading its owner's snapshot. A consumer's
-- queue carries all organisations, so its row belongs to none of them.
CREATE TABLE consumers (
    -- Also the name of its queue.
    consumer text PRIMARY KEY,
    -- Identity of the database that was filled: one restored from a backup has another.
    database text NOT NULL,
    -- Where the next page begins; empty at the start.
    page_token text NOT NULL,
    started_at timestamptz NOT NULL,
    -- NULL while a fill is due.
    finished_at timestamptz
);

ALTER TABLE consumers ENABLE ROW LEVEL SECURITY;
ALTER TABLE consumers FORCE ROW LEVEL SECURITY;
CREATE POLICY system ON consumers TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON consumers TO yizhimai_system;

-- First responses of keyed requests, so that a repeat gets the same one.
CREATE TABLE idempotency_keys (
    org_id uuid NOT NULL,
    rpc text NOT NULL,
    key text NOT NULL,
    body_hash bytea NOT NULL,
    -- Empty only within the transaction that takes the key.
    response bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, rpc, key)
);

-- The purge takes the oldest.
CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at);

ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON idempotency_keys TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON idempotency_keys TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE (response) ON idempotency_keys TO yizhimai_app;
GRANT SELECT, DELETE ON idempotency_keys TO yizhimai_system;
