-- Coupon templates (券種).
CREATE TABLE coupon_templates (
    org_id uuid NOT NULL,
    template_id uuid NOT NULL,
    version bigint NOT NULL,
    internal_name text NOT NULL CHECK (char_length(internal_name) BETWEEN 1 AND 240),
    search_text text NOT NULL,
    state text NOT NULL CHECK (state IN ('draft', 'active', 'stopped', 'ended')),
    rule_version bigint NOT NULL,
    brand_ids uuid [] NOT NULL,
    -- Fixed period, or days from the start.
    validity_starts_at timestamptz,
    validity_ends_at timestamptz,
    validity_days integer CHECK (validity_days BETWEEN 1 AND 730),
    start_delay_days integer NOT NULL CHECK (start_delay_days BETWEEN 0 AND 365),
    uses_per_coupon integer NOT NULL CHECK (uses_per_coupon BETWEEN 1 AND 99),
    issue_limit integer,
    per_member_limit integer,
    cost_shares jsonb NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, template_id),
    CONSTRAINT coupon_templates_validity CHECK (
        (validity_days IS NULL) = (validity_ends_at IS NOT NULL)
        AND (validity_starts_at IS NULL) = (validity_ends_at IS NULL)
        AND coalesce(validity_starts_at <= validity_ends_at, true)
    ),
    FOREIGN KEY (org_id, template_id, rule_version) REFERENCES rule_versions (org_id, rule_id, version)
    DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX coupon_templates_updated_at ON coupon_templates (org_id, updated_at DESC, template_id DESC);

ALTER TABLE coupon_templates ENABLE ROW LEVEL SECURITY;
ALTER TABLE coupon_templates FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON coupon_templates TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON coupon_templates TO yizhimai_app;

-- What issued coupons keep of their template beside the rule, by the rule's version.
CREATE TABLE coupon_template_texts (
    org_id uuid NOT NULL,
    template_id uuid NOT NULL,
    rule_version bigint NOT NULL,
    terms text NOT NULL CHECK (char_length(terms) <= 8000),
    picture_url text NOT NULL CHECK (char_length(picture_url) <= 500),
    transferable boolean NOT NULL,
    PRIMARY KEY (org_id, template_id, rule_version),
    FOREIGN KEY (org_id, template_id) REFERENCES coupon_templates (org_id, template_id)
);

ALTER TABLE coupon_template_texts ENABLE ROW LEVEL SECURITY;
ALTER TABLE coupon_template_texts FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON coupon_template_texts TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT ON coupon_template_texts TO yizhimai_app;

-- Coupons of members.
CREATE TABLE coupons (
    org_id uuid NOT NULL,
    coupon_id uuid NOT NULL,
    template_id uuid NOT NULL,
    rule_version bigint NOT NULL,
    member_id uuid NOT NULL,
    code text NOT NULL CHECK (char_length(code) = 12),
    batch_id uuid NOT NULL,
    version bigint NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_until timestamptz NOT NULL,
    uses_allowed integer NOT NULL,
    -- By orders that wait for payment or are just being placed.
    held integer NOT NULL,
    used integer NOT NULL,
    ended text CHECK (ended IN ('voided', 'transferred')),
    issued_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, coupon_id),
    CONSTRAINT coupons_uses CHECK (held >= 0 AND used >= 0 AND held + used <= uses_allowed),
    FOREIGN KEY (org_id, template_id, rule_version)
    REFERENCES coupon_template_texts (org_id, template_id, rule_version),
    FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, member_id)
);
CREATE UNIQUE INDEX coupons_code ON coupons (org_id, code);
CREATE INDEX coupons_member ON coupons (org_id, member_id, coupon_id DESC);
CREATE INDEX coupons_template ON coupons (org_id, template_id, coupon_id DESC);

ALTER TABLE coupons ENABLE ROW LEVEL SECURITY;
ALTER TABLE coupons FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON coupons TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON coupons TO yizhimai_app;

-- What happened to coupons; appended to only.
CREATE TABLE coupon_entries (
    org_id uuid NOT NULL,
    coupon_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    at timestamptz NOT NULL,
    kind text NOT NULL CHECK (kind IN (
        'issued', 'used', 'redeemed', 'returned', 'extended', 'voided', 'transferred'
    )),
    order_id uuid,
    branch_id uuid,
    actor text NOT NULL,
    reason text NOT NULL CHECK (char_length(reason) <= 800),
    PRIMARY KEY (org_id, coupon_id, entry_id),
    FOREIGN KEY (org_id, coupon_id) REFERENCES coupons (org_id, coupon_id)
);

ALTER TABLE coupon_entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE coupon_entries FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON coupon_entries TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT ON coupon_entries TO yizhimai_app;
