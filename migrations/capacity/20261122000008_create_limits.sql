-- 產能限制: rules of branches, templates of brands, and the counters that no order may pass.
-- Every set of rules a branch had; the highest version counts.
CREATE TABLE limit_versions (
    org_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    rules jsonb NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    note text NOT NULL,
    PRIMARY KEY (org_id, branch_id, version)
);

CREATE TABLE limit_templates (
    org_id uuid NOT NULL,
    template_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    name text NOT NULL,
    rules jsonb NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    PRIMARY KEY (org_id, template_id)
);
CREATE UNIQUE INDEX limit_templates_name ON limit_templates (org_id, brand_id, name);

-- What is counted of a rule in a window, for a part of its limit: 'all', 'unreserved' or a channel.
--
-- `limit_amount` is the limit in force when the row was last written. A limit lowered below what is booked
-- keeps the bookings: the surplus is written to `overbooked` (shown to staff as 超訂). Only a change of the
-- rules and the orders of platforms raise it, never the statement that holds for our own channels; giving
-- back lowers it. The nil rule is the number of orders a slot takes by the hours.
CREATE TABLE limit_counters (
    org_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    rule_id uuid NOT NULL,
    pool text NOT NULL,
    held bigint NOT NULL CHECK (held >= 0),
    committed bigint NOT NULL DEFAULT 0 CHECK (committed >= 0),
    limit_amount bigint NOT NULL CHECK (limit_amount >= 0),
    overbooked bigint NOT NULL DEFAULT 0 CHECK (overbooked >= 0),
    CONSTRAINT counter_not_overbooked CHECK (held + committed <= limit_amount + overbooked),
    PRIMARY KEY (org_id, branch_id, starts_at, rule_id, pool)
) WITH (fillfactor = 50);

ALTER TABLE limit_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE limit_versions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON limit_versions TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
ALTER TABLE limit_templates ENABLE ROW LEVEL SECURITY;
ALTER TABLE limit_templates FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON limit_templates TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
ALTER TABLE limit_counters ENABLE ROW LEVEL SECURITY;
ALTER TABLE limit_counters FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON limit_counters TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON limit_counters TO yizhimai_system USING (true);

GRANT SELECT, INSERT ON limit_versions TO yizhimai_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON limit_templates TO yizhimai_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON limit_counters TO yizhimai_app;
GRANT SELECT, DELETE ON limit_counters TO yizhimai_system;
