-- Branches as catalog tells of them, and the weekly hours of each.
--
-- The row of `branches` is also the one lock of its branch: whoever changes hours, stock, slots or holds
-- locks it first (several branches: in the order of their ids), so two replicas never wait for each other
-- in a circle. The constraints on the counters stay the last guard if that rule were ever broken.
CREATE TABLE branches (
    org_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    time_zone text NOT NULL,
    cutoff_minutes smallint NOT NULL CHECK (cutoff_minutes BETWEEN 0 AND 719),
    state text NOT NULL CHECK (state IN ('setup', 'live', 'suspended', 'closed')),
    -- Version of the branch in catalog; an older event changes nothing.
    version bigint NOT NULL,
    -- Version of its hours, 0 while none were ever set. Here, so that taking the lock also tells it.
    hours_version bigint NOT NULL DEFAULT 0,
    -- Version carried by `capacity.availability.changed.v1`.
    availability_version bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, branch_id)
) WITH (fillfactor = 70);

CREATE TABLE hours (
    org_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    slot_minutes smallint NOT NULL CHECK (slot_minutes IN (5, 10, 15, 20, 30, 60)),
    lead_minutes smallint NOT NULL CHECK (lead_minutes BETWEEN 0 AND 1440),
    days_ahead smallint NOT NULL CHECK (days_ahead BETWEEN 0 AND 60),
    last_order_minutes smallint NOT NULL CHECK (last_order_minutes BETWEEN 0 AND 180),
    -- NULL for no limit.
    max_orders_per_slot integer CHECK (max_orders_per_slot BETWEEN 0 AND 9999),
    PRIMARY KEY (org_id, branch_id)
);

-- Openings of the week. Close at or before open means the next day, 0 to 1440 a whole day.
CREATE TABLE hours_periods (
    org_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    weekday smallint NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    open_minute smallint NOT NULL CHECK (open_minute BETWEEN 0 AND 1439),
    close_minute smallint NOT NULL CHECK (close_minute BETWEEN 0 AND 1440 AND close_minute <> open_minute),
    PRIMARY KEY (org_id, branch_id, weekday, open_minute)
);

ALTER TABLE branches ENABLE ROW LEVEL SECURITY;
ALTER TABLE branches FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON branches TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
ALTER TABLE hours ENABLE ROW LEVEL SECURITY;
ALTER TABLE hours FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hours TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
ALTER TABLE hours_periods ENABLE ROW LEVEL SECURITY;
ALTER TABLE hours_periods FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hours_periods TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);

GRANT SELECT, INSERT, UPDATE ON branches TO yizhimai_app;
GRANT SELECT, INSERT, UPDATE ON hours TO yizhimai_app;
GRANT SELECT, INSERT, DELETE ON hours_periods TO yizhimai_app;
