-- Slot counters and the holds of orders.
--
-- `order_limit` is the limit in force when the row was last written, NULL for none. A limit lowered below
-- what is booked keeps the bookings: the surplus is written to `overbooked` (shown to staff as 超訂), which
-- only the change of the limit may raise. The statement that holds never touches it, so it cannot pass
-- `held + committed <= order_limit` by itself; giving places back lowers it.
CREATE TABLE slots (
    org_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    held bigint NOT NULL CHECK (held >= 0),
    committed bigint NOT NULL DEFAULT 0 CHECK (committed >= 0),
    order_limit bigint,
    overbooked bigint NOT NULL DEFAULT 0 CHECK (overbooked >= 0),
    CONSTRAINT slot_not_overbooked CHECK (order_limit IS NULL OR held + committed <= order_limit + overbooked),
    PRIMARY KEY (org_id, branch_id, starts_at)
) WITH (fillfactor = 50);

-- One row an order. The parts say which buckets were taken from, whatever the settings became since.
CREATE TABLE holds (
    org_id uuid NOT NULL,
    order_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    -- NULL once released: the customer's key may then be tried again.
    hold_key uuid,
    state text NOT NULL CHECK (state IN ('held', 'committed', 'released')),
    -- A test order: checked against everything, counted nowhere.
    test boolean NOT NULL,
    -- Version of the order last applied, 0 before its first event.
    order_version bigint NOT NULL DEFAULT 0,
    slot_starts_at timestamptz NOT NULL,
    promised_at timestamptz NOT NULL,
    business_day date NOT NULL,
    sku_ids uuid[] NOT NULL,
    bucket_days date[] NOT NULL,
    quantities bigint[] NOT NULL,
    held_at timestamptz NOT NULL,
    -- When it is asked about at ordering, while held.
    expires_at timestamptz NOT NULL,
    CHECK (cardinality(sku_ids) = cardinality(quantities) AND cardinality(sku_ids) = cardinality(bucket_days)),
    CHECK ((state = 'released') = (hold_key IS NULL)),
    PRIMARY KEY (org_id, order_id)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX holds_key ON holds (org_id, hold_key) WHERE hold_key IS NOT NULL;
CREATE INDEX holds_expiring ON holds (expires_at) WHERE state = 'held';
CREATE INDEX holds_settled ON holds (held_at) WHERE state <> 'held';

ALTER TABLE slots ENABLE ROW LEVEL SECURITY;
ALTER TABLE slots FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON slots TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON slots TO yizhimai_system USING (true);
ALTER TABLE holds ENABLE ROW LEVEL SECURITY;
ALTER TABLE holds FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON holds TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON holds TO yizhimai_system USING (true);

GRANT SELECT, INSERT, UPDATE ON slots TO yizhimai_app;
GRANT SELECT, DELETE ON slots TO yizhimai_system;
GRANT SELECT, INSERT, UPDATE ON holds TO yizhimai_app;
GRANT SELECT, DELETE ON holds TO yizhimai_system;
