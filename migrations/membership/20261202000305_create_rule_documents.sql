-- What a brand allows in one order.
CREATE TABLE benefit_settings (
    org_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    version bigint NOT NULL,
    discount_cap_bp integer CHECK (discount_cap_bp BETWEEN 1 AND 10000),
    max_codes integer NOT NULL CHECK (max_codes BETWEEN 1 AND 3),
    max_coupons integer NOT NULL CHECK (max_coupons BETWEEN 1 AND 3),
    PRIMARY KEY (org_id, brand_id)
);

ALTER TABLE benefit_settings ENABLE ROW LEVEL SECURITY;
ALTER TABLE benefit_settings FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON benefit_settings TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON benefit_settings TO yizhimai_app;

-- Number of a brand's latest document; its row is locked while the next one is made.
CREATE TABLE rule_document_heads (
    org_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (org_id, brand_id)
);

ALTER TABLE rule_document_heads ENABLE ROW LEVEL SECURITY;
ALTER TABLE rule_document_heads FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON rule_document_heads TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON rule_document_heads TO yizhimai_app;

-- Published documents of rules, immutable.
CREATE TABLE rule_documents (
    org_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    version bigint NOT NULL,
    -- A RuleDocument.
    document bytea NOT NULL,
    published_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, brand_id, version)
);

ALTER TABLE rule_documents ENABLE ROW LEVEL SECURITY;
ALTER TABLE rule_documents FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON rule_documents TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT ON rule_documents TO yizhimai_app;
