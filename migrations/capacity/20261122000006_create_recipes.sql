-- Shared components of a brand, and what each variant or option takes from them.
CREATE TABLE components (
    org_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    sku_id uuid NOT NULL,
    name text NOT NULL,
    archived boolean NOT NULL DEFAULT false,
    version bigint NOT NULL CHECK (version > 0),
    PRIMARY KEY (org_id, brand_id, sku_id)
);
CREATE UNIQUE INDEX components_name ON components (org_id, brand_id, name) WHERE NOT archived;

-- Every version of every recipe, the highest is in force; no parts: the recipe ended. Rows are added and
-- never changed. What an order took is stored with its hold, whatever the recipe became since.
CREATE TABLE recipes (
    org_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    sku_id uuid NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    component_ids uuid[] NOT NULL,
    units bigint[] NOT NULL,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    CHECK (cardinality(component_ids) = cardinality(units) AND cardinality(component_ids) <= 20),
    PRIMARY KEY (org_id, brand_id, sku_id, version)
);

ALTER TABLE components ENABLE ROW LEVEL SECURITY;
ALTER TABLE components FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON components TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
ALTER TABLE recipes ENABLE ROW LEVEL SECURITY;
ALTER TABLE recipes FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON recipes TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);

GRANT SELECT, INSERT, UPDATE ON components TO yizhimai_app;
GRANT SELECT, INSERT ON recipes TO yizhimai_app;
