-- Rules of promotions, promo codes and coupon templates. A version is immutable: orders name the one they were
-- priced by.
CREATE TABLE rule_versions (
    org_id uuid NOT NULL,
    rule_id uuid NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    -- A BenefitRule.
    rule bytea NOT NULL,
    saved_at timestamptz NOT NULL,
    -- Name of the account.
    saved_by text NOT NULL,
    PRIMARY KEY (org_id, rule_id, version)
);

ALTER TABLE rule_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE rule_versions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON rule_versions TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, DELETE ON rule_versions TO yizhimai_app;

-- Promotions. The columns beside the state repeat what the rule says, to be searched.
CREATE TABLE promotions (
    org_id uuid NOT NULL,
    promotion_id uuid NOT NULL,
    version bigint NOT NULL,
    internal_name text NOT NULL CHECK (char_length(internal_name) BETWEEN 1 AND 240),
    -- Both names, folded.
    search_text text NOT NULL,
    note text NOT NULL CHECK (char_length(note) <= 2000),
    status text NOT NULL CHECK (status IN ('draft', 'enabled', 'paused', 'ended')),
    rule_version bigint NOT NULL,
    -- Empty for all brands of the organisation.
    brand_ids uuid [] NOT NULL,
    starts_at timestamptz,
    ends_at timestamptz,
    total_limit bigint,
    budget bigint,
    -- Shares as JSON.
    cost_shares jsonb NOT NULL,
    enabled_at timestamptz,
    state_changed_at timestamptz,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, promotion_id),
    CONSTRAINT promotions_period CHECK (starts_at <= ends_at),
    FOREIGN KEY (org_id, promotion_id, rule_version) REFERENCES rule_versions (org_id, rule_id, version)
    DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX promotions_updated_at ON promotions (org_id, updated_at DESC, promotion_id DESC);
CREATE INDEX promotions_enabled ON promotions (org_id) WHERE status = 'enabled';

ALTER TABLE promotions ENABLE ROW LEVEL SECURITY;
ALTER TABLE promotions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON promotions TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON promotions TO yizhimai_app;

-- What orders have taken of rules with limits: one row for each thing that is counted. `held` and `used` are one
-- number, for both are taken; which orders still wait for payment is known by the holds.
CREATE TABLE rule_counters (
    org_id uuid NOT NULL,
    rule_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN (
        'total', 'budget', 'customer', 'customer_day', 'day', 'code', 'issued', 'issued_member'
    )),
    -- Customer, day or code; empty for what there is one of.
    key text NOT NULL,
    -- Business day of what is counted by day, so that old rows can go.
    day date,
    taken bigint NOT NULL,
    -- The limit when it was last taken from; a lower one holds from the next time.
    most bigint NOT NULL,
    PRIMARY KEY (org_id, rule_id, kind, key),
    CONSTRAINT rule_counters_limit CHECK (taken >= 0 AND taken <= most)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
CREATE INDEX rule_counters_day ON rule_counters (day) WHERE day IS NOT NULL;

ALTER TABLE rule_counters ENABLE ROW LEVEL SECURITY;
ALTER TABLE rule_counters FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON rule_counters TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON rule_counters TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON rule_counters TO yizhimai_app;
GRANT SELECT, DELETE ON rule_counters TO yizhimai_system;
