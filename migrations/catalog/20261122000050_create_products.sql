-- Products with their variants, categories and option groups. A variant carries the price and is a
-- stock-keeping unit, so it is archived and never deleted. Ordinal 0 is the main category. code_key and
-- name_key are code and name as they are compared and searched. Station and print tag say where a
-- product is made and what is printed on its ticket: capacity limits, pauses and print rules go by them.
CREATE TABLE products (
    org_id uuid NOT NULL,
    product_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    code text NOT NULL CHECK (code <> ''),
    code_key text NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL,
    name_en text NOT NULL,
    description text NOT NULL,
    allergens text NOT NULL,
    tax_type text CHECK (tax_type IN ('taxable', 'zero_rated', 'exempt')),
    display text NOT NULL CHECK (display IN ('listed', 'hidden', 'delisted')),
    min_per_order smallint NOT NULL,
    max_per_order smallint NOT NULL,
    make_seconds integer NOT NULL CHECK (make_seconds BETWEEN 0 AND 86400),
    station text NOT NULL,
    print_tag text NOT NULL,
    position integer NOT NULL CHECK (position >= 0),
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz,
    CONSTRAINT products_pkey PRIMARY KEY (org_id, product_id),
    CONSTRAINT products_brand_fkey FOREIGN KEY (org_id, brand_id) REFERENCES brands (org_id, brand_id),
    CONSTRAINT products_quantity CHECK (min_per_order >= 1 AND min_per_order <= max_per_order AND max_per_order <= 99)
);
CREATE UNIQUE INDEX products_code_key ON products (org_id, brand_id, code_key) WHERE archived_at IS NULL;

CREATE TABLE variants (
    org_id uuid NOT NULL,
    variant_id uuid NOT NULL,
    product_id uuid NOT NULL,
    ordinal smallint NOT NULL,
    name text NOT NULL,
    price bigint NOT NULL CHECK (price BETWEEN 0 AND 999999),
    archived_at timestamptz,
    CONSTRAINT variants_pkey PRIMARY KEY (org_id, variant_id),
    CONSTRAINT variants_product_fkey FOREIGN KEY (org_id, product_id) REFERENCES products (org_id, product_id)
);
CREATE INDEX variants_product ON variants (org_id, product_id, ordinal) WHERE archived_at IS NULL;

CREATE TABLE product_categories (
    org_id uuid NOT NULL,
    product_id uuid NOT NULL,
    ordinal smallint NOT NULL CHECK (ordinal BETWEEN 0 AND 4),
    category_id uuid NOT NULL,
    CONSTRAINT product_categories_pkey PRIMARY KEY (org_id, product_id, ordinal),
    CONSTRAINT product_categories_once UNIQUE (org_id, category_id, product_id),
    CONSTRAINT product_categories_product_fkey FOREIGN KEY (org_id, product_id)
        REFERENCES products (org_id, product_id),
    CONSTRAINT product_categories_category_fkey FOREIGN KEY (org_id, category_id)
        REFERENCES categories (org_id, category_id)
);

CREATE TABLE product_option_groups (
    org_id uuid NOT NULL,
    product_id uuid NOT NULL,
    ordinal smallint NOT NULL,
    option_group_id uuid NOT NULL,
    CONSTRAINT product_option_groups_pkey PRIMARY KEY (org_id, product_id, ordinal),
    CONSTRAINT product_option_groups_once UNIQUE (org_id, option_group_id, product_id),
    CONSTRAINT product_option_groups_product_fkey FOREIGN KEY (org_id, product_id)
        REFERENCES products (org_id, product_id),
    CONSTRAINT product_option_groups_group_fkey FOREIGN KEY (org_id, option_group_id)
        REFERENCES option_groups (org_id, option_group_id)
);

ALTER TABLE products ENABLE ROW LEVEL SECURITY;
ALTER TABLE products FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON products TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
ALTER TABLE variants ENABLE ROW LEVEL SECURITY;
ALTER TABLE variants FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON variants TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
ALTER TABLE product_categories ENABLE ROW LEVEL SECURITY;
ALTER TABLE product_categories FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON product_categories TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
ALTER TABLE product_option_groups ENABLE ROW LEVEL SECURITY;
ALTER TABLE product_option_groups FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON product_option_groups TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON products, variants TO yizhimai_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON product_categories, product_option_groups TO yizhimai_app;
