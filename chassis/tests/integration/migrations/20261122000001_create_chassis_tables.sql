-- Events this service has promised and not yet delivered, and events it has already consumed.
--
-- Expand only: every service has these tables, and the relay and the consumers of two neighbouring
-- releases work on them side by side.
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
