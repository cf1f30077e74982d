-- What a search compares with: runs of one to three characters of the folded name, and the last three digits of
-- the phone behind a number sign. Equality of text is leakproof, so that the index is used under row-level
-- security, and the order of the list is that of the key.
CREATE TABLE member_search_terms (
    org_id uuid NOT NULL,
    term text NOT NULL,
    joined_at timestamptz NOT NULL,
    member_id uuid NOT NULL,
    PRIMARY KEY (org_id, term, joined_at, member_id)
);
CREATE INDEX member_search_terms_member ON member_search_terms (org_id, member_id);

-- Addresses, at most 20 of a member.
CREATE TABLE member_addresses (
    org_id uuid NOT NULL,
    member_id uuid NOT NULL,
    address_id uuid NOT NULL,
    label text NOT NULL,
    postal_code text NOT NULL,
    city text NOT NULL,
    district text NOT NULL,
    street text NOT NULL,
    note text NOT NULL,
    preferred boolean NOT NULL,
    created_at timestamptz NOT NULL,
    -- Merging that moved it here.
    merge_id uuid,
    PRIMARY KEY (org_id, member_id, address_id)
);
CREATE UNIQUE INDEX member_addresses_preferred ON member_addresses (org_id, member_id) WHERE preferred;

-- Consents as they were given and withdrawn; rows are only added.
CREATE TABLE member_consents (
    org_id uuid NOT NULL,
    member_id uuid NOT NULL,
    consent_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('terms', 'marketing_line', 'marketing_sms', 'marketing_email')),
    agreed boolean NOT NULL,
    text_version text NOT NULL,
    source text NOT NULL CHECK (source IN ('storefront', 'staff')),
    -- Account of staff; NULL for the member.
    account_id uuid,
    at timestamptz NOT NULL,
    PRIMARY KEY (org_id, member_id, consent_id)
);

-- Notes of staff.
CREATE TABLE member_notes (
    org_id uuid NOT NULL,
    member_id uuid NOT NULL,
    note_id uuid NOT NULL,
    text text NOT NULL,
    account_id uuid NOT NULL,
    at timestamptz NOT NULL,
    -- Merging that moved it here.
    merge_id uuid,
    PRIMARY KEY (org_id, member_id, note_id)
);

-- Orders of members, as ordering reports them.
CREATE TABLE member_orders (
    org_id uuid NOT NULL,
    order_id uuid NOT NULL,
    -- Member it belongs to, after merging.
    member_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    -- Version of the order; an older event changes nothing.
    version bigint NOT NULL,
    state text NOT NULL,
    order_number text NOT NULL,
    total bigint NOT NULL,
    -- When it was placed; until then when it was created.
    placed_at timestamptz NOT NULL,
    -- ISO weekday of its business day, Monday is 1.
    weekday smallint NOT NULL,
    -- Names of products with quantities and options as sold.
    items jsonb NOT NULL,
    -- Merging that moved it here.
    merge_id uuid,
    PRIMARY KEY (org_id, order_id)
);
CREATE INDEX member_orders_member ON member_orders (org_id, member_id, placed_at DESC, order_id DESC);
CREATE INDEX member_orders_branch ON member_orders (org_id, branch_id, member_id);

-- Pairs that are two persons, the smaller id first.
CREATE TABLE member_distinct_pairs (
    org_id uuid NOT NULL,
    member_id uuid NOT NULL,
    other_member_id uuid NOT NULL,
    account_id uuid NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (org_id, member_id, other_member_id),
    CHECK (member_id < other_member_id)
);

-- Members who claimed an account in LINE that belongs to another member.
CREATE TABLE member_line_claims (
    org_id uuid NOT NULL,
    member_id uuid NOT NULL,
    line_user text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (org_id, member_id)
);

-- Mergings.
CREATE TABLE member_merges (
    org_id uuid NOT NULL,
    merge_id uuid NOT NULL,
    -- Member that was kept.
    member_id uuid NOT NULL,
    merged_member_id uuid NOT NULL,
    -- State of the merged member before.
    merged_state text NOT NULL,
    -- Fields of the kept member that were empty and got the merged member's value.
    filled text[] NOT NULL,
    reason text NOT NULL,
    account_id uuid NOT NULL,
    at timestamptz NOT NULL,
    undone_at timestamptz,
    PRIMARY KEY (org_id, merge_id)
);
CREATE INDEX member_merges_member ON member_merges (org_id, member_id);
CREATE INDEX member_merges_merged ON member_merges (org_id, merged_member_id);

-- Exports under way; what they list is read anew for each part.
CREATE TABLE member_exports (
    org_id uuid NOT NULL,
    export_id uuid NOT NULL,
    account_id uuid NOT NULL,
    account_name text NOT NULL,
    filter jsonb NOT NULL,
    unmasked boolean NOT NULL,
    rows integer NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, export_id)
);
CREATE INDEX member_exports_expires_at ON member_exports (expires_at);

ALTER TABLE member_search_terms ENABLE ROW LEVEL SECURITY;
ALTER TABLE member_search_terms FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON member_search_terms TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, DELETE ON member_search_terms TO yizhimai_app;

ALTER TABLE member_addresses ENABLE ROW LEVEL SECURITY;
ALTER TABLE member_addresses FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON member_addresses TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON member_addresses TO yizhimai_app;

ALTER TABLE member_consents ENABLE ROW LEVEL SECURITY;
ALTER TABLE member_consents FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON member_consents TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT ON member_consents TO yizhimai_app;

ALTER TABLE member_notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE member_notes FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON member_notes TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON member_notes TO yizhimai_app;

ALTER TABLE member_orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE member_orders FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON member_orders TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON member_orders TO yizhimai_app;

ALTER TABLE member_distinct_pairs ENABLE ROW LEVEL SECURITY;
ALTER TABLE member_distinct_pairs FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON member_distinct_pairs TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT ON member_distinct_pairs TO yizhimai_app;

ALTER TABLE member_line_claims ENABLE ROW LEVEL SECURITY;
ALTER TABLE member_line_claims FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON member_line_claims TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON member_line_claims TO yizhimai_app;

ALTER TABLE member_merges ENABLE ROW LEVEL SECURITY;
ALTER TABLE member_merges FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON member_merges TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON member_merges TO yizhimai_app;

ALTER TABLE member_exports ENABLE ROW LEVEL SECURITY;
ALTER TABLE member_exports FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON member_exports TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON member_exports TO yizhimai_system USING (true);
GRANT SELECT, INSERT ON member_exports TO yizhimai_app;
GRANT SELECT, DELETE ON member_exports TO yizhimai_system;
