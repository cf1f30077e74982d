-- Holds of orders, one row an order. The parts and takes say which buckets and counters were taken from,
-- whatever the settings became since.
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
    -- What pauses and limits judge an order by; the lines are an array of product_id, variant_id, option_ids,
    -- category_ids, quantity, amount, make_seconds, station, print_tag.
    channel text NOT NULL DEFAULT 'web',
    method text NOT NULL DEFAULT 'pickup',
    lines jsonb NOT NULL DEFAULT '[]',
    -- What it took of the limits: rule, pool, start in seconds since 1970, amount.
    takes jsonb NOT NULL DEFAULT '[]',
    held_at timestamptz NOT NULL,
    -- When ordering is queried about it, while held.
    expires_at timestamptz NOT NULL,
    -- What a change of hours must decide: booked orders that are not finished, and that staff has not yet
    -- decided to keep although they lie outside the hours.
    finished boolean NOT NULL DEFAULT false,
    kept_outside boolean NOT NULL DEFAULT false,
    CHECK (cardinality(sku_ids) = cardinality(quantities) AND cardinality(sku_ids) = cardinality(bucket_days)),
    CHECK ((state = 'released') = (hold_key IS NULL)),
    PRIMARY KEY (org_id, order_id)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX holds_key ON holds (org_id, hold_key) WHERE hold_key IS NOT NULL;
CREATE INDEX holds_expiring ON holds (expires_at) WHERE state = 'held';
-- The orders of a day, for what a shortfall concerns. None of its columns ever changes but by rescheduling, so
-- settling a hold does not touch it. It begins with the branch: while there are no statistics the planner
-- would take one that begins with org_id for a look-up by order.
CREATE INDEX holds_of_day ON holds (branch_id, business_day);
-- The purge finds settled holds by age, a change of hours the orders of the days to come: ranges suffice,
-- and settling a hold touches no index more.
CREATE INDEX holds_held_at ON holds USING brin (held_at) WITH (autosummarize = on);
CREATE INDEX holds_promised_at ON holds USING brin (promised_at) WITH (autosummarize = on);

ALTER TABLE holds ENABLE ROW LEVEL SECURITY;
ALTER TABLE holds FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON holds TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON holds TO yizhimai_system USING (true);

GRANT SELECT, INSERT, UPDATE ON holds TO yizhimai_app;
GRANT SELECT, DELETE ON holds TO yizhimai_system;
