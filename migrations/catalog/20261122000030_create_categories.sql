-- Categories of a brand's catalogue; a name may be used again after archiving. name_key is the name
-- as it is compared.
CREATE TABLE categories (
    org_id uuid NOT NULL,
    category_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    position integer NOT NULL CHECK (position >= 0),
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz,
    CONSTRAINT categories_pkey PRIMARY KEY (org_id, category_id),
    CONSTRAINT categories_brand_fkey FOREIGN KEY (org_id, brand_id) REFERENCES brands (org_id, brand_id)
);
CREATE UNIQUE INDEX categories_name_key ON categories (org_id, brand_id, name_key) WHERE archived_at IS NULL;
ALTER TABLE categories ENABLE ROW LEVEL SECURITY;
ALTER TABLE categories FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON categories TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON categories TO yizhimai_app;
