-- The version of a brand's list of payment methods; its row is the lock of the list.
CREATE TABLE method_lists (
    org_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (org_id, brand_id)
);

ALTER TABLE method_lists ENABLE ROW LEVEL SECURITY;
ALTER TABLE method_lists FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON method_lists TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON method_lists TO yizhimai_app;

-- Ways to pay that a brand offers. Empty lists of branches, methods and channels mean all.
CREATE TABLE payment_methods (
    org_id uuid NOT NULL,
    method_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN (
        'cash', 'card', 'apple_pay', 'google_pay', 'line_pay', 'jkopay', 'atm', 'convenience_store',
        'transfer', 'e_ticket', 'platform', 'other'
    )),
    -- NULL for a method without a gateway.
    provider text CHECK (
        provider IN ('ecpay', 'linepay', 'newebpay', 'tappay', 'jkopay', 'stripe')
    ),
    provider_method text NOT NULL,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 60),
    text text NOT NULL CHECK (char_length(text) <= 400),
    enabled boolean NOT NULL,
    branch_ids uuid[] NOT NULL,
    methods text[] NOT NULL,
    channels text[] NOT NULL,
    min_amount bigint NOT NULL CHECK (min_amount BETWEEN 0 AND 9999999),
    max_amount bigint CHECK (max_amount BETWEEN min_amount AND 9999999),
    fee_basis_points smallint NOT NULL CHECK (fee_basis_points BETWEEN 0 AND 10000),
    fee_fixed bigint NOT NULL CHECK (fee_fixed BETWEEN 0 AND 9999999),
    deposit_percent smallint CHECK (deposit_percent BETWEEN 1 AND 99),
    position integer NOT NULL,
    PRIMARY KEY (org_id, method_id)
);
CREATE INDEX payment_methods_brand ON payment_methods (org_id, brand_id, position);

ALTER TABLE payment_methods ENABLE ROW LEVEL SECURITY;
ALTER TABLE payment_methods FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON payment_methods TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON payment_methods TO yizhimai_app;
