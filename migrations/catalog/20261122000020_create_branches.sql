-- Branches of a brand; menu_number counts the menus published for each. code_key is the code as it is
-- compared.
CREATE TABLE branches (
    org_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    code text NOT NULL,
    code_key text NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    phone text NOT NULL,
    address text NOT NULL,
    time_zone text NOT NULL,
    cutoff_minutes smallint NOT NULL CHECK (cutoff_minutes BETWEEN 0 AND 719),
    state text NOT NULL CHECK (state IN ('setup', 'live', 'suspended', 'closed')),
    menu_number bigint NOT NULL DEFAULT 0,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT branches_pkey PRIMARY KEY (org_id, branch_id),
    CONSTRAINT branches_brand_fkey FOREIGN KEY (org_id, brand_id) REFERENCES brands (org_id, brand_id),
    CONSTRAINT branches_code_key UNIQUE (org_id, brand_id, code_key)
);
ALTER TABLE branches ENABLE ROW LEVEL SECURITY;
ALTER TABLE branches FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON branches TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON branches TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON branches TO yizhimai_app;
GRANT SELECT (org_id, branch_id) ON branches TO yizhimai_system;

-- Slugs of a brand's branches, the present ones and those that still lead to them.
CREATE TABLE branch_slugs (
    org_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    slug text NOT NULL,
    branch_id uuid NOT NULL,
    -- When the branch took another one; empty for its present slug.
    retired_at timestamptz,
    CONSTRAINT branch_slugs_pkey PRIMARY KEY (org_id, brand_id, slug),
    CONSTRAINT branch_slugs_branch_fkey FOREIGN KEY (org_id, branch_id)
        REFERENCES branches (org_id, branch_id)
);
CREATE UNIQUE INDEX branch_slugs_present ON branch_slugs (org_id, branch_id) WHERE retired_at IS NULL;
CREATE INDEX branch_slugs_retired ON branch_slugs (org_id, branch_id) WHERE retired_at IS NOT NULL;
CREATE INDEX branch_slugs_age ON branch_slugs (retired_at) WHERE retired_at IS NOT NULL;
ALTER TABLE branch_slugs ENABLE ROW LEVEL SECURITY;
ALTER TABLE branch_slugs FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON branch_slugs TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON branch_slugs TO yizhimai_system USING (retired_at IS NOT NULL);
GRANT SELECT, INSERT, UPDATE ON branch_slugs TO yizhimai_app;
GRANT SELECT, DELETE ON branch_slugs TO yizhimai_system;
