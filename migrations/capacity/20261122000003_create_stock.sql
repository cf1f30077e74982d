-- Stock: settings of each unit, the counters, and the journal of every movement.
CREATE TABLE stock_items (
    org_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    sku_id uuid NOT NULL,
    mode text NOT NULL CHECK (mode IN ('untracked', 'running', 'daily')),
    daily_amount bigint NOT NULL CHECK (daily_amount BETWEEN 0 AND 999999),
    low_threshold bigint NOT NULL CHECK (low_threshold BETWEEN 0 AND 999999),
    version bigint NOT NULL CHECK (version > 0),
    PRIMARY KEY (org_id, branch_id, sku_id)
);

-- One row counts one thing: a running stock has the single bucket of day 1970-01-01, a daily one has a
-- bucket per business day, made when the day is first needed, so that an order for Saturday takes from
-- Saturday's.
--
-- Nothing is ever sold twice: `held + owed <= on_hand + shortfall`, with shortfall 0 in all ordinary life,
-- so that 0 <= held <= on_hand. Two exceptions are lawful, and only a count, an adjustment by staff or a
-- lowered daily amount may bring them about:
--   shortfall  units promised beyond what a count found ("counted 3 while 5 are held"). No hold raises it:
--              the statement that holds may only lower it, so while it is above 0 nothing is available and
--              a hold too many breaks the constraint.
--   owed       promised units that were then sold although the count had not found them. Units received or
--              returned cover them first; the balance on hand itself is never shown below 0.
CREATE TABLE stock_buckets (
    org_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    sku_id uuid NOT NULL,
    business_day date NOT NULL,
    on_hand bigint NOT NULL CONSTRAINT stock_on_hand_not_negative CHECK (on_hand >= 0),
    held bigint NOT NULL DEFAULT 0 CONSTRAINT stock_held_not_negative CHECK (held >= 0),
    owed bigint NOT NULL DEFAULT 0 CHECK (owed >= 0 AND (owed = 0 OR on_hand = 0)),
    shortfall bigint NOT NULL DEFAULT 0 CHECK (shortfall >= 0),
    CONSTRAINT stock_not_oversold CHECK (held + owed <= on_hand + shortfall),
    PRIMARY KEY (org_id, branch_id, sku_id, business_day)
) WITH (fillfactor = 50);

-- Append-only: nobody is granted a change. `seq` orders the movements of a unit as they happened.
CREATE TABLE stock_movements (
    org_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    sku_id uuid NOT NULL,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    movement_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN (
        'received', 'counted', 'adjusted', 'scrapped', 'held', 'released', 'committed', 'returned', 'daily_reset'
    )),
    -- Change of the units on hand; of the units held for 'held' and 'released'.
    quantity bigint NOT NULL,
    on_hand_after bigint NOT NULL,
    held_after bigint NOT NULL,
    business_day date NOT NULL,
    at timestamptz NOT NULL,
    actor text NOT NULL DEFAULT '',
    order_id uuid,
    reason text NOT NULL DEFAULT '',
    PRIMARY KEY (org_id, branch_id, sku_id, seq)
);

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

ALTER TABLE stock_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE stock_items FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON stock_items TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
ALTER TABLE stock_buckets ENABLE ROW LEVEL SECURITY;
ALTER TABLE stock_buckets FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON stock_buckets TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON stock_buckets TO yizhimai_system USING (true);
ALTER TABLE stock_movements ENABLE ROW LEVEL SECURITY;
ALTER TABLE stock_movements FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON stock_movements TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
ALTER TABLE answered_requests ENABLE ROW LEVEL SECURITY;
ALTER TABLE answered_requests FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON answered_requests TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON answered_requests TO yizhimai_system USING (true);

GRANT SELECT, INSERT, UPDATE ON stock_items TO yizhimai_app;
GRANT SELECT, INSERT, UPDATE ON stock_buckets TO yizhimai_app;
GRANT SELECT, DELETE ON stock_buckets TO yizhimai_system;
GRANT SELECT, INSERT ON stock_movements TO yizhimai_app;
GRANT SELECT, INSERT ON answered_requests TO yizhimai_app;
GRANT SELECT, DELETE ON answered_requests TO yizhimai_system;
