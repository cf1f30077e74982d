-- History of an order, append-only: the application may not change or remove an entry; those of a test
-- order go with it.
CREATE TABLE order_events (
    org_id uuid NOT NULL,
    order_id uuid NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    kind text NOT NULL CHECK (kind IN ('state', 'undone', 'rescheduled')),
    -- Version before the request that made this entry; for an undo, the version it went back to.
    base_version bigint NOT NULL CHECK (base_version >= 0 AND base_version < version),
    from_state text,
    to_state text NOT NULL,
    actor_kind text NOT NULL CHECK (actor_kind IN ('staff', 'customer', 'system')),
    actor_id uuid,
    actor_name text NOT NULL,
    -- Device it was made with, as far as known.
    device_id text,
    at timestamptz NOT NULL,
    reason text NOT NULL,
    cancel_reason text,
    received bigint NOT NULL CHECK (received >= 0),
    idempotency_key text,
    request_hash bytea,
    -- Times promised before and after it was rescheduled.
    promised_before timestamptz,
    promised_after timestamptz,
    CONSTRAINT order_events_rescheduled CHECK (
        (kind = 'rescheduled') = (promised_before IS NOT NULL AND promised_after IS NOT NULL)
    ),
    PRIMARY KEY (org_id, order_id, version),
    FOREIGN KEY (org_id, order_id) REFERENCES orders (org_id, order_id) ON DELETE CASCADE
);

ALTER TABLE order_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_events FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON order_events TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT ON order_events TO yizhimai_app;
