-- Orders of branches that print, as far as their slips need them. An order of a branch without a print
-- point has no row.
CREATE TABLE orders (
    org_id uuid NOT NULL,
    order_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    -- Version of the order in its last event; an older event changes nothing.
    version bigint NOT NULL,
    revision integer NOT NULL CHECK (revision > 0),
    state text NOT NULL CHECK (state IN (
        'pending_payment', 'placed', 'accepted', 'preparing', 'ready', 'delivering', 'completed',
        'cancelled', 'rejected', 'expired', 'no_show'
    )),
    order_number text NOT NULL,
    pickup_number text NOT NULL,
    business_day date NOT NULL,
    test boolean NOT NULL,
    -- All of it was paid, in the last event.
    paid boolean NOT NULL,
    -- Why it was cancelled or rejected, as ordering's enum has it; empty for no such end.
    cause text NOT NULL,
    -- When a device confirmed its first slip; NULL while none has.
    printed_at timestamptz,
    -- When it was last heard of; copies of closed orders are deleted 30 days later.
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, order_id)
);
CREATE INDEX orders_changed_at ON orders (changed_at);
-- 備料表.
CREATE INDEX orders_open_day ON orders (org_id, branch_id, business_day)
WHERE state IN ('placed', 'accepted', 'preparing');

ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON orders TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON orders TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON orders TO yizhimai_app;
GRANT SELECT, DELETE ON orders TO yizhimai_system;

-- The whole order, by revision: the slips of an earlier revision stay as they were.
CREATE TABLE order_revisions (
    org_id uuid NOT NULL,
    order_id uuid NOT NULL,
    revision integer NOT NULL CHECK (revision > 0),
    -- `ordering.v1.OrderSnapshot`; it holds no personal data in clear.
    snapshot bytea NOT NULL,
    PRIMARY KEY (org_id, order_id, revision),
    FOREIGN KEY (org_id, order_id) REFERENCES orders (org_id, order_id) ON DELETE CASCADE
);

ALTER TABLE order_revisions ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_revisions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON order_revisions TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON order_revisions TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON order_revisions TO yizhimai_app;
GRANT SELECT, DELETE ON order_revisions TO yizhimai_system;

-- Steps of orders of which no copy exists, because their branch got its first print point later: the
-- copy is fetched, then the step printed.
CREATE TABLE waiting_steps (
    org_id uuid NOT NULL,
    order_id uuid NOT NULL,
    trigger text NOT NULL,
    at timestamptz NOT NULL,
    next_try_at timestamptz NOT NULL,
    tries smallint NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, order_id, trigger)
);
CREATE INDEX waiting_steps_next_try_at ON waiting_steps (next_try_at);

ALTER TABLE waiting_steps ENABLE ROW LEVEL SECURITY;
ALTER TABLE waiting_steps FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON waiting_steps TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON waiting_steps TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON waiting_steps TO yizhimai_app;
GRANT SELECT, UPDATE ON waiting_steps TO yizhimai_system;
