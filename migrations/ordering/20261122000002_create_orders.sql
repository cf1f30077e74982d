-- Orders as they were sold. Progress columns (state … undo_until) are the fold of order_events and
-- change only together with them; everything else is written once.
CREATE TABLE orders (
    org_id uuid NOT NULL,
    order_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    order_number text NOT NULL CHECK (order_number ~ '^[2-9A-HJ-NP-Z]{5}$'),
    pickup_number integer NOT NULL CHECK (pickup_number > 0),
    method text NOT NULL CHECK (method IN ('pickup', 'delivery', 'on_site')),
    wanted_at timestamptz,
    promised_at timestamptz NOT NULL,
    business_day date NOT NULL,
    time_zone text NOT NULL,
    cutoff_minutes smallint NOT NULL CHECK (cutoff_minutes BETWEEN 0 AND 719),
    menu_version_id uuid NOT NULL,
    menu_number bigint NOT NULL,
    quote_hash text NOT NULL,
    currency text NOT NULL,
    list_total bigint NOT NULL CHECK (list_total BETWEEN 0 AND 9999999),
    fees jsonb NOT NULL,
    total bigint NOT NULL CHECK (total BETWEEN 0 AND 9999999),
    contact_name text NOT NULL,
    contact_phone text NOT NULL,
    remark text NOT NULL,
    utensils boolean NOT NULL,
    test boolean NOT NULL,
    placed_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN (
        'pending_payment', 'placed', 'accepted', 'preparing', 'ready', 'delivering',
        'completed', 'cancelled', 'rejected', 'expired', 'no_show'
    )),
    version bigint NOT NULL CHECK (version > 0),
    accepted_at timestamptz,
    ready_at timestamptz,
    completed_at timestamptz,
    paid bigint NOT NULL CHECK (paid BETWEEN 0 AND 9999999),
    cancel_reason text,
    cancel_text text NOT NULL,
    undo_by uuid,
    undo_until timestamptz,
    -- Business day on which it was closed; NULL while it is open.
    closed_day date,
    -- Day whose list it stands in: that of its slot while it is open, then the one on which it was closed.
    listed_day date NOT NULL GENERATED ALWAYS AS (coalesce(closed_day, business_day)) STORED,
    -- Time promised before it was last moved to another slot; NULL when it never was.
    moved_from timestamptz,
    -- Why it was moved, as the customer reads it.
    moved_reason text NOT NULL DEFAULT '',
    idempotency_key text,
    request_hash bytea,
    PRIMARY KEY (org_id, order_id)
);

-- One order a key: the second commit of a key finds the first.
CREATE UNIQUE INDEX orders_idempotency_key ON orders (org_id, idempotency_key);

-- Found by their number; that none comes twice in 33,554,432 orders of a branch is the counter's doing.
CREATE INDEX orders_order_number ON orders (org_id, branch_id, order_number);

-- Never two open orders of a branch with the same pickup number.
CREATE UNIQUE INDEX orders_open_pickup_number ON orders (org_id, branch_id, pickup_number)
WHERE state IN ('pending_payment', 'placed', 'accepted', 'preparing', 'ready', 'delivering');

-- Numbers of closed orders that may be opened again on the day they were closed.
CREATE INDEX orders_reopenable_number ON orders (org_id, branch_id, closed_day, pickup_number)
WHERE state = 'completed';

-- The board: open orders of a branch by due time.
CREATE INDEX orders_open_due ON orders (org_id, branch_id, promised_at, order_id)
WHERE state IN ('pending_payment', 'placed', 'accepted', 'preparing', 'ready', 'delivering');

-- Orders of a business day's list by due time.
CREATE INDEX orders_day_due ON orders (org_id, branch_id, listed_day, promised_at, order_id);

-- The purge of idempotency keys reads only what still has one.
CREATE INDEX orders_kept_keys ON orders (placed_at) WHERE idempotency_key IS NOT NULL;

ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON orders TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON orders TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON orders TO yizhimai_app;
GRANT SELECT, UPDATE (idempotency_key, request_hash) ON orders TO yizhimai_system;
