-- Hours by their time: every change of a branch's hours is a row of its own, with the time from which it
-- counts. In force is the one with the latest `effective_at` that has come, of several the one with the
-- highest number; what was withdrawn never counts.
CREATE TABLE hours_versions (
    org_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    -- `branches.hours_version` after the change that made it.
    number bigint NOT NULL CHECK (number > 0),
    effective_at timestamptz NOT NULL,
    -- Saved for a later time than the moment it was saved at.
    scheduled boolean NOT NULL,
    slot_minutes smallint NOT NULL CHECK (slot_minutes IN (5, 10, 15, 20, 30, 60)),
    lead_minutes smallint NOT NULL CHECK (lead_minutes BETWEEN 0 AND 1440),
    days_ahead smallint NOT NULL CHECK (days_ahead BETWEEN 0 AND 60),
    last_order_minutes smallint NOT NULL CHECK (last_order_minutes BETWEEN 0 AND 180),
    -- NULL for no limit.
    max_orders_per_slot integer CHECK (max_orders_per_slot BETWEEN 0 AND 9999),
    outside_hours text NOT NULL CHECK (outside_hours IN ('future_only', 'none')),
    -- Number of the version it restored.
    restored_from bigint,
    saved_at timestamptz NOT NULL,
    saved_by text NOT NULL,
    withdrawn_at timestamptz,
    withdrawn_by text NOT NULL DEFAULT '',
    -- When it was announced to the open storefronts that it has taken effect; NULL before.
    announced_at timestamptz,
    PRIMARY KEY (org_id, branch_id, number)
);

-- At most one pending value per branch and instant.
CREATE UNIQUE INDEX hours_versions_instant ON hours_versions (org_id, branch_id, effective_at)
    WHERE scheduled AND withdrawn_at IS NULL;
CREATE INDEX hours_versions_unannounced ON hours_versions (effective_at)
    WHERE announced_at IS NULL AND withdrawn_at IS NULL;

-- What a method has for itself in a version.
CREATE TABLE hours_version_methods (
    org_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    number bigint NOT NULL,
    method text NOT NULL CHECK (method IN ('pickup', 'delivery', 'on_site')),
    -- It has a week of its own, even one without a period.
    own_week boolean NOT NULL,
    -- NULL for those of the branch.
    last_order_minutes smallint CHECK (last_order_minutes BETWEEN 0 AND 180),
    -- NULL for the method's default.
    lead_minutes smallint CHECK (lead_minutes BETWEEN 0 AND 1440),
    PRIMARY KEY (org_id, branch_id, number, method)
);

-- Openings of the week, of the branch ('store') or of a method. Close at or before open means the next day,
-- 0 to 1440 a whole day.
CREATE TABLE hours_version_periods (
    org_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    number bigint NOT NULL,
    service text NOT NULL CHECK (service IN ('store', 'pickup', 'delivery', 'on_site')),
    weekday smallint NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    open_minute smallint NOT NULL CHECK (open_minute BETWEEN 0 AND 1439),
    close_minute smallint NOT NULL CHECK (close_minute BETWEEN 0 AND 1440 AND close_minute <> open_minute),
    PRIMARY KEY (org_id, branch_id, number, service, weekday, open_minute)
);

ALTER TABLE hours_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE hours_versions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hours_versions TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON hours_versions TO yizhimai_system USING (true);
ALTER TABLE hours_version_methods ENABLE ROW LEVEL SECURITY;
ALTER TABLE hours_version_methods FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hours_version_methods TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
ALTER TABLE hours_version_periods ENABLE ROW LEVEL SECURITY;
ALTER TABLE hours_version_periods FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON hours_version_periods TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);

-- History is never changed: only the withdrawal and the announcement are written later.
GRANT SELECT, INSERT ON hours_versions TO yizhimai_app;
GRANT UPDATE (withdrawn_at, withdrawn_by, announced_at) ON hours_versions TO yizhimai_app;
GRANT SELECT ON hours_versions TO yizhimai_system;
GRANT SELECT, INSERT ON hours_version_methods TO yizhimai_app;
GRANT SELECT, INSERT ON hours_version_periods TO yizhimai_app;
