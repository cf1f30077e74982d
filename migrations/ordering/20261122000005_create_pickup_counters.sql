-- Last pickup number given out in a branch on a business day; one UPDATE serves a whole batch.
CREATE TABLE pickup_counters (
    org_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    business_day date NOT NULL,
    last_number integer NOT NULL CHECK (last_number >= 0),
    PRIMARY KEY (org_id, branch_id, business_day)
);

ALTER TABLE pickup_counters ENABLE ROW LEVEL SECURITY;
ALTER TABLE pickup_counters FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON pickup_counters TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON pickup_counters TO yizhimai_app;
