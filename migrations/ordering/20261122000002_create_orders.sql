-- Orders as they were sold. Progress columns (state … undo_until) are the fold of order_events and
-- change only together with them; everything else is written once, or by a new revision.
CREATE TABLE orders (
    org_id uuid NOT NULL,
    order_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    order_number text NOT NULL CHECK (order_number ~ '^[2-9A-HJ-NP-Z]{5}$'),
    -- NULL until the order is placed.
    pickup_number integer CHECK (pickup_number > 0),
    channel text NOT NULL CHECK (channel IN ('web', 'line', 'qr_table', 'counter', 'uber_eats')),
    kind text NOT NULL CHECK (kind IN ('guest', 'member', 'counter', 'table', 'group', 'platform')),
    member_id uuid CHECK (kind <> 'member' OR member_id IS NOT NULL),
    table_name text CHECK (char_length(table_name) BETWEEN 1 AND 20),
    method text NOT NULL CHECK (method IN ('pickup', 'delivery', 'on_site')),
    -- Named way of pick-up; NULL for the plain one.
    method_name text CHECK (
        method_name IS NULL OR (char_length(method_name) BETWEEN 1 AND 60 AND method = 'pickup')
    ),
    delivery_address jsonb CHECK (
        delivery_address IS NULL
        OR (jsonb_typeof(delivery_address) = 'object' AND method = 'delivery')
    ),
    wanted_at timestamptz,
    promised_at timestamptz NOT NULL,
    business_day date NOT NULL,
    time_zone text NOT NULL,
    cutoff_minutes smallint NOT NULL CHECK (cutoff_minutes BETWEEN 0 AND 719),
    revision integer NOT NULL CHECK (revision > 0),
    menu_version_id uuid NOT NULL,
    menu_number bigint NOT NULL,
    quote_hash text NOT NULL,
    currency text NOT NULL,
    list_total bigint NOT NULL CHECK (list_total BETWEEN 0 AND 9999999),
    fees jsonb NOT NULL,
    total bigint NOT NULL CHECK (total BETWEEN 0 AND 9999999),
    contact_name text NOT NULL,
    -- The name folded, as lists search it.
    contact_name_key text NOT NULL,
    contact_phone text NOT NULL,
    remark text NOT NULL,
    utensils boolean NOT NULL,
    payment_method text NOT NULL CHECK (payment_method IN ('on_site', 'online', 'platform')),
    invoice jsonb CHECK (
        invoice ->> 'form' IN ('paper', 'mobile_barcode', 'certificate', 'member_carrier', 'donation')
    ),
    -- A test order counts nowhere and is deleted after thirty days.
    test boolean NOT NULL,
    created_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN (
        'pending_payment', 'placed', 'accepted', 'preparing', 'ready', 'delivering',
        'completed', 'cancelled', 'rejected', 'expired', 'no_show'
    )),
    version bigint NOT NULL CHECK (version > 0),
    -- NULL until the order is placed.
    placed_at timestamptz,
    accepted_at timestamptz,
    ready_at timestamptz,
    completed_at timestamptz,
    payment_state text NOT NULL CHECK (payment_state IN (
        'unpaid', 'authorized', 'paid', 'partly_refunded', 'refunded', 'failed'
    )),
    paid bigint NOT NULL CHECK (paid BETWEEN 0 AND 9999999),
    cancel_reason text,
    cancel_text text NOT NULL,
    undo_by uuid,
    undo_until timestamptz,
    -- Business day on which it was closed; NULL while it is open.
    closed_day date,
    -- Day whose list it is in: that of its slot while it is open, then the one on which it was closed.
    listed_day date NOT NULL GENERATED ALWAYS AS (coalesce(closed_day, business_day)) STORED,
    -- Time promised before it was last rescheduled; NULL when it never was.
    rescheduled_from timestamptz,
    -- Why it was rescheduled, as the customer reads it.
    reschedule_reason text NOT NULL DEFAULT '',
    idempotency_key text,
    request_hash bytea,
    PRIMARY KEY (org_id, order_id),
    CONSTRAINT orders_table CHECK ((kind = 'table') = (table_name IS NOT NULL)),
    CONSTRAINT orders_placed CHECK (
        (placed_at IS NULL) = (pickup_number IS NULL)
        AND (placed_at IS NULL OR state <> 'pending_payment')
        AND (placed_at IS NOT NULL OR state IN ('pending_payment', 'cancelled', 'expired'))
    )
);

-- One order a key: the second commit of a key finds the first.
CREATE UNIQUE INDEX orders_idempotency_key ON orders (org_id, idempotency_key);

-- Found by their number; the counter keeps it unique among 33,554,432 orders of a branch. Indexes of one
-- branch begin with it: while there are no statistics the planner would take any that begins with org_id
-- for a look-up by key.
CREATE INDEX orders_order_number ON orders (branch_id, order_number);

-- Never two open orders of a branch with the same pickup number; test orders have a series of their own.
CREATE UNIQUE INDEX orders_open_pickup_number ON orders (org_id, branch_id, test, pickup_number)
WHERE state IN ('pending_payment', 'placed', 'accepted', 'preparing', 'ready', 'delivering');

-- Numbers of closed orders that may be opened again on the day they were closed.
CREATE INDEX orders_reopenable_number ON orders (org_id, branch_id, closed_day, pickup_number)
WHERE state = 'completed';

-- The board: open orders of a branch by due time.
CREATE INDEX orders_open_due ON orders (org_id, branch_id, promised_at, order_id)
WHERE state IN ('pending_payment', 'placed', 'accepted', 'preparing', 'ready', 'delivering');

-- Orders of a business day's list by due time.
CREATE INDEX orders_day_due ON orders (branch_id, listed_day, promised_at, order_id);

-- The purge of idempotency keys reads only what still has one.
CREATE INDEX orders_kept_keys ON orders (created_at) WHERE idempotency_key IS NOT NULL;

-- The purge of test orders, and their rate limit.
CREATE INDEX orders_tests ON orders (created_at) WHERE test;

ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON orders TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system_select ON orders FOR SELECT TO yizhimai_system USING (true);
CREATE POLICY system_update ON orders FOR UPDATE TO yizhimai_system USING (true);
CREATE POLICY system_delete ON orders FOR DELETE TO yizhimai_system USING (test);
GRANT SELECT, INSERT, UPDATE ON orders TO yizhimai_app;
GRANT SELECT, UPDATE (idempotency_key, request_hash), DELETE ON orders TO yizhimai_system;
