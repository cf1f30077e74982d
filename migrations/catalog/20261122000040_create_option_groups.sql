-- Option groups that products share, and their options. An option is a stock-keeping unit, so it is
-- archived and never deleted.
CREATE TABLE option_groups (
    org_id uuid NOT NULL,
    option_group_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    name text NOT NULL,
    min smallint NOT NULL,
    max smallint NOT NULL,
    free_count smallint NOT NULL CHECK (free_count BETWEEN 0 AND 20),
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz,
    CONSTRAINT option_groups_pkey PRIMARY KEY (org_id, option_group_id),
    CONSTRAINT option_groups_brand_fkey FOREIGN KEY (org_id, brand_id) REFERENCES brands (org_id, brand_id),
    CONSTRAINT option_groups_range CHECK (min >= 0 AND min <= max AND max <= 20)
);
CREATE INDEX option_groups_brand ON option_groups (org_id, brand_id) WHERE archived_at IS NULL;

CREATE TABLE options (
    org_id uuid NOT NULL,
    option_id uuid NOT NULL,
    option_group_id uuid NOT NULL,
    ordinal smallint NOT NULL,
    name text NOT NULL,
    price bigint NOT NULL CHECK (price BETWEEN 0 AND 9999),
    max_quantity smallint NOT NULL CHECK (max_quantity BETWEEN 1 AND 10),
    default_chosen boolean NOT NULL,
    archived_at timestamptz,
    CONSTRAINT options_pkey PRIMARY KEY (org_id, option_id),
    CONSTRAINT options_group_fkey FOREIGN KEY (org_id, option_group_id)
        REFERENCES option_groups (org_id, option_group_id)
);
CREATE INDEX options_group ON options (org_id, option_group_id, ordinal) WHERE archived_at IS NULL;

ALTER TABLE option_groups ENABLE ROW LEVEL SECURITY;
ALTER TABLE option_groups FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON option_groups TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
ALTER TABLE options ENABLE ROW LEVEL SECURITY;
ALTER TABLE options FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON options TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON option_groups, options TO yizhimai_app;
