-- Branches as catalog publishes them.
--
-- The row is also the one lock of its branch: what changes hours, stock, limits, pauses or holds locks it
-- first (several branches: in the order of their ids), so two replicas never wait for each other in a circle.
-- The constraints on the counters stay the last guard if that rule were ever broken.
CREATE TABLE branches (
    org_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    time_zone text NOT NULL,
    cutoff_minutes smallint NOT NULL CHECK (cutoff_minutes BETWEEN 0 AND 719),
    state text NOT NULL CHECK (state IN ('setup', 'live', 'suspended', 'closed')),
    -- Version of the branch in catalog; an older event changes nothing.
    version bigint NOT NULL,
    -- Versions of what is kept in memory while they stand, 0 while there was none. Here, so that taking the
    -- lock also reads them.
    hours_version bigint NOT NULL DEFAULT 0,
    special_days_version bigint NOT NULL DEFAULT 0,
    pauses_version bigint NOT NULL DEFAULT 0,
    limits_version bigint NOT NULL DEFAULT 0,
    -- Version carried by `capacity.availability.changed.v1`.
    availability_version bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, branch_id)
) WITH (fillfactor = 70);
CREATE INDEX branches_brand ON branches (org_id, brand_id, branch_id);

ALTER TABLE branches ENABLE ROW LEVEL SECURITY;
ALTER TABLE branches FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON branches TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
-- Timers query across tenants which branches have begun a day.
CREATE POLICY system ON branches FOR SELECT TO yizhimai_system USING (true);

GRANT SELECT, INSERT, UPDATE ON branches TO yizhimai_app;
GRANT SELECT ON branches TO yizhimai_system;
