-- Branches as catalog publishes them, for the scope of staff.
CREATE TABLE branches (
    org_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    -- Version of the branch in catalog; an older event changes nothing.
    version bigint NOT NULL,
    PRIMARY KEY (org_id, branch_id)
);
CREATE INDEX branches_brand ON branches (org_id, brand_id, branch_id);

ALTER TABLE branches ENABLE ROW LEVEL SECURITY;
ALTER TABLE branches FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON branches TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON branches TO yizhimai_app;
