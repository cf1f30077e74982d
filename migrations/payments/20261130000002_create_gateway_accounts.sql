-- The key that seals an organisation's credentials, itself sealed by the master key.
CREATE TABLE data_keys (
    org_id uuid PRIMARY KEY,
    wrapped bytea NOT NULL,
    created_at timestamptz NOT NULL
);

ALTER TABLE data_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE data_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON data_keys TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT ON data_keys TO yizhimai_app;

-- Accounts at providers. They are archived, never deleted: refunds go to the account that took the money.
CREATE TABLE gateway_accounts (
    org_id uuid NOT NULL,
    account_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    -- NULL for the whole brand.
    branch_id uuid,
    provider text NOT NULL CHECK (
        provider IN ('ecpay', 'linepay', 'newebpay', 'tappay', 'jkopay', 'stripe')
    ),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 120),
    mode text NOT NULL CHECK (mode IN ('test', 'live')),
    capture_at_once boolean NOT NULL,
    effective_at timestamptz NOT NULL,
    archived boolean NOT NULL,
    store_code text NOT NULL CHECK (store_code ~ '^[A-Za-z0-9]{0,10}$'),
    settlement_days smallint NOT NULL CHECK (settlement_days BETWEEN 0 AND 60),
    -- The credentials in use.
    credentials_number integer NOT NULL CHECK (credentials_number > 0),
    -- When a payment of one unit last succeeded at the provider's test site.
    verified_at timestamptz,
    version bigint NOT NULL CHECK (version > 0),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, account_id),
    CONSTRAINT gateway_accounts_live CHECK (mode = 'test' OR verified_at IS NOT NULL)
);
CREATE INDEX gateway_accounts_brand ON gateway_accounts (org_id, brand_id);
-- A callback names the account alone; the organisation is found by it.
CREATE UNIQUE INDEX gateway_accounts_account_id ON gateway_accounts (account_id);

ALTER TABLE gateway_accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE gateway_accounts FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON gateway_accounts TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON gateway_accounts FOR SELECT TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON gateway_accounts TO yizhimai_app;
GRANT SELECT (org_id, account_id, provider) ON gateway_accounts TO yizhimai_system;

-- Every set of credentials that an account ever had: an attempt is queried with those it was made with,
-- and callbacks are verified with the present ones and those replaced within seven days.
CREATE TABLE account_credentials (
    org_id uuid NOT NULL,
    account_id uuid NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    mode text NOT NULL CHECK (mode IN ('test', 'live')),
    -- JSON of all fields, sealed by the organisation's data key.
    sealed bytea NOT NULL,
    -- What may be shown of each field.
    hints jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    -- NULL while it is in use.
    replaced_at timestamptz,
    PRIMARY KEY (org_id, account_id, number),
    FOREIGN KEY (org_id, account_id) REFERENCES gateway_accounts (org_id, account_id)
);

ALTER TABLE account_credentials ENABLE ROW LEVEL SECURITY;
ALTER TABLE account_credentials FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON account_credentials TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE (replaced_at) ON account_credentials TO yizhimai_app;

-- When an account may next be called by timers: its calls keep the provider's distance, and one that
-- answered "too many" waits, whichever process got the answer.
CREATE TABLE account_calls (
    org_id uuid NOT NULL,
    account_id uuid NOT NULL,
    next_call_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, account_id),
    FOREIGN KEY (org_id, account_id) REFERENCES gateway_accounts (org_id, account_id)
);

ALTER TABLE account_calls ENABLE ROW LEVEL SECURITY;
ALTER TABLE account_calls FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON account_calls TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON account_calls TO yizhimai_app;

-- Payments of one unit that prove an account's credentials at the provider's test site.
CREATE TABLE account_verifications (
    org_id uuid NOT NULL,
    verification_id uuid NOT NULL,
    account_id uuid NOT NULL,
    credentials_number integer NOT NULL,
    reference text NOT NULL CHECK (reference ~ '^[A-Za-z0-9]{1,20}$'),
    state text NOT NULL CHECK (state IN ('pending', 'passed', 'failed')),
    provider_reference text,
    extra jsonb NOT NULL,
    back_url text NOT NULL,
    text text NOT NULL,
    started_at timestamptz NOT NULL,
    settled_at timestamptz,
    PRIMARY KEY (org_id, verification_id),
    FOREIGN KEY (org_id, account_id) REFERENCES gateway_accounts (org_id, account_id)
);
CREATE UNIQUE INDEX account_verifications_reference ON account_verifications (reference);

ALTER TABLE account_verifications ENABLE ROW LEVEL SECURITY;
ALTER TABLE account_verifications FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON account_verifications TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON account_verifications FOR SELECT TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON account_verifications TO yizhimai_app;
GRANT SELECT (org_id, verification_id, reference, back_url) ON account_verifications TO yizhimai_system;
