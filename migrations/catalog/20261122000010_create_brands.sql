-- Brands, and the one table that finds an organisation by a storefront's address.
CREATE TABLE brands (
    org_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    accent text NOT NULL CHECK (accent ~ '^#[0-9a-f]{6}$'),
    introduction text NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT brands_pkey PRIMARY KEY (org_id, brand_id)
);
ALTER TABLE brands ENABLE ROW LEVEL SECURITY;
ALTER TABLE brands FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON brands TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON brands TO yizhimai_app;

-- A slug is unique on the platform and is known before the organisation is, so this key does not
-- begin with org_id: it is the one reference table and holds nothing but the way to the tenant. The
-- system role reads it and purges slugs that were given up long ago. Everything else about the brand
-- is then read as its tenant.
CREATE TABLE brand_slugs (
    slug text NOT NULL,
    org_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    -- When the brand took another one; empty for its present slug.
    retired_at timestamptz,
    CONSTRAINT brand_slugs_pkey PRIMARY KEY (slug),
    CONSTRAINT brand_slugs_brand_fkey FOREIGN KEY (org_id, brand_id) REFERENCES brands (org_id, brand_id)
);
CREATE UNIQUE INDEX brand_slugs_present ON brand_slugs (org_id, brand_id) WHERE retired_at IS NULL;
CREATE INDEX brand_slugs_retired ON brand_slugs (org_id, brand_id) WHERE retired_at IS NOT NULL;
CREATE INDEX brand_slugs_age ON brand_slugs (retired_at) WHERE retired_at IS NOT NULL;
ALTER TABLE brand_slugs ENABLE ROW LEVEL SECURITY;
ALTER TABLE brand_slugs FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON brand_slugs TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON brand_slugs FOR SELECT TO yizhimai_system USING (true);
CREATE POLICY system_purge ON brand_slugs FOR DELETE TO yizhimai_system
    USING (retired_at IS NOT NULL);
GRANT SELECT, INSERT, UPDATE ON brand_slugs TO yizhimai_app;
GRANT SELECT, DELETE ON brand_slugs TO yizhimai_system;
