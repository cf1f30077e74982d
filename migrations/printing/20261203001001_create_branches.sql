-- Brands and branches as catalog publishes them: for the scope of staff, and their names on slips.
CREATE TABLE brands (
    org_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    name text NOT NULL,
    -- In the address of its storefronts.
    slug text NOT NULL,
    -- Version of the brand in catalog; an older event changes nothing.
    version bigint NOT NULL,
    PRIMARY KEY (org_id, brand_id)
);

ALTER TABLE brands ENABLE ROW LEVEL SECURITY;
ALTER TABLE brands FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON brands TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON brands TO yizhimai_app;

CREATE TABLE branches (
    org_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    name text NOT NULL,
    -- In the address of its storefront.
    slug text NOT NULL,
    time_zone text NOT NULL,
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

-- What holds for all printing of a branch; a branch without a row has the defaults.
CREATE TABLE branch_settings (
    org_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    -- 列印後自動收單.
    accepts_after_printing boolean NOT NULL,
    -- How long a slip waits for a device that is away.
    keep_minutes smallint NOT NULL CHECK (keep_minutes BETWEEN 10 AND 720),
    version bigint NOT NULL CHECK (version > 0),
    PRIMARY KEY (org_id, branch_id)
);

ALTER TABLE branch_settings ENABLE ROW LEVEL SECURITY;
ALTER TABLE branch_settings FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON branch_settings TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON branch_settings TO yizhimai_app;
