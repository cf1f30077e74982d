-- Promo codes and batches of them; the codes themselves follow.
CREATE TABLE promo_codes (
    org_id uuid NOT NULL,
    promo_code_id uuid NOT NULL,
    version bigint NOT NULL,
    internal_name text NOT NULL CHECK (char_length(internal_name) BETWEEN 1 AND 240),
    search_text text NOT NULL,
    note text NOT NULL CHECK (char_length(note) <= 2000),
    -- As typed; empty for a batch.
    code text NOT NULL,
    code_count integer NOT NULL CHECK (code_count BETWEEN 1 AND 100000),
    prefix text NOT NULL,
    -- Of one code of a batch; 0 for a single code, whose rule says it.
    uses_per_code integer NOT NULL CHECK (uses_per_code BETWEEN 0 AND 99),
    enabled boolean NOT NULL,
    rule_version bigint NOT NULL,
    brand_ids uuid [] NOT NULL,
    starts_at timestamptz,
    ends_at timestamptz,
    total_limit bigint,
    budget bigint,
    cost_shares jsonb NOT NULL,
    state_changed_at timestamptz NOT NULL,
    state_changed_by text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, promo_code_id),
    CONSTRAINT promo_codes_period CHECK (starts_at <= ends_at),
    CONSTRAINT promo_codes_kind CHECK ((code = '') = (uses_per_code > 0)),
    FOREIGN KEY (org_id, promo_code_id, rule_version) REFERENCES rule_versions (org_id, rule_id, version)
    DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX promo_codes_created_at ON promo_codes (org_id, created_at DESC, promo_code_id DESC);

ALTER TABLE promo_codes ENABLE ROW LEVEL SECURITY;
ALTER TABLE promo_codes FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON promo_codes TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON promo_codes TO yizhimai_app;

-- Each code that can be typed. It is unique in the organisation while it is active.
CREATE TABLE promo_code_texts (
    org_id uuid NOT NULL,
    code_id uuid NOT NULL,
    promo_code_id uuid NOT NULL,
    -- Upper case, half width.
    code text NOT NULL CHECK (code ~ '^[A-Z0-9-]{4,20}$'),
    active boolean NOT NULL,
    PRIMARY KEY (org_id, code_id),
    FOREIGN KEY (org_id, promo_code_id) REFERENCES promo_codes (org_id, promo_code_id)
);
CREATE UNIQUE INDEX promo_code_texts_active ON promo_code_texts (org_id, code) WHERE active;
CREATE INDEX promo_code_texts_code ON promo_code_texts (org_id, code);
CREATE INDEX promo_code_texts_of ON promo_code_texts (org_id, promo_code_id, code_id);

ALTER TABLE promo_code_texts ENABLE ROW LEVEL SECURITY;
ALTER TABLE promo_code_texts FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON promo_code_texts TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON promo_code_texts TO yizhimai_app;
