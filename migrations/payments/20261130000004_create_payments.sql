-- What payments knows of orders: how they ended, and what the ledger has of their completion. An order
-- may end before its payment exists, and events come in any order, so that this is apart from payments.
CREATE TABLE orders (
    org_id uuid NOT NULL,
    order_id uuid NOT NULL,
    -- Version of the order in its last event; an older event changes nothing.
    version bigint NOT NULL,
    -- 'ended' was cancelled, rejected or expired.
    state text NOT NULL CHECK (state IN ('open', 'ended', 'completed')),
    -- The ledger's transaction of its completion that was not reversed; NULL for none.
    completion_id uuid,
    -- Money that was taken on site, as the ledger has it.
    cash_received bigint NOT NULL DEFAULT 0 CHECK (cash_received >= 0),
    PRIMARY KEY (org_id, order_id)
);

ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON orders TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON orders FOR SELECT TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON orders TO yizhimai_app;
GRANT SELECT ON orders TO yizhimai_system;

-- The payment of an order. Its row is the lock of all its attempts and refunds.
CREATE TABLE payments (
    org_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    order_id uuid NOT NULL,
    order_number text NOT NULL,
    brand_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    method text NOT NULL CHECK (method IN ('pickup', 'delivery', 'on_site')),
    channel text NOT NULL CHECK (channel IN ('web', 'line', 'qr_table', 'counter', 'uber_eats')),
    business_day date NOT NULL,
    test boolean NOT NULL,
    currency text NOT NULL,
    due bigint NOT NULL CHECK (due BETWEEN 0 AND 9999999),
    required bigint NOT NULL CHECK (required BETWEEN 0 AND due),
    -- Sums over its attempts and refunds.
    captured bigint NOT NULL DEFAULT 0,
    -- Refunds that are not failed: pending, succeeded or waiting for a person.
    refund_reserved bigint NOT NULL DEFAULT 0,
    refunded bigint NOT NULL DEFAULT 0,
    -- The part of `refunded` that gave back what should never have been taken.
    returned bigint NOT NULL DEFAULT 0,
    state text NOT NULL CHECK (state IN (
        'pending', 'authorized', 'captured', 'partly_refunded', 'refunded', 'failed', 'expired'
    )),
    version bigint NOT NULL CHECK (version > 0),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, payment_id),
    CONSTRAINT payments_one_an_order UNIQUE (org_id, order_id),
    CONSTRAINT payments_refunds_within_captured CHECK (
        0 <= returned AND returned <= refunded AND refunded <= refund_reserved
        AND refund_reserved <= captured
    )
);

ALTER TABLE payments ENABLE ROW LEVEL SECURITY;
ALTER TABLE payments FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON payments TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON payments FOR SELECT TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON payments TO yizhimai_app;
GRANT SELECT ON payments TO yizhimai_system;

-- Attempts to pay: one reference at a provider each, stored before the customer leaves.
CREATE TABLE attempts (
    org_id uuid NOT NULL,
    attempt_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    number smallint NOT NULL CHECK (number BETWEEN 1 AND 99),
    reference text NOT NULL CHECK (reference ~ '^[A-Za-z0-9]{1,20}$'),
    request_key text NOT NULL,
    request_hash bytea NOT NULL,
    method_id uuid NOT NULL,
    method_name text NOT NULL,
    kind text NOT NULL,
    provider text NOT NULL,
    provider_method text NOT NULL,
    account_id uuid NOT NULL,
    credentials_number integer NOT NULL,
    mode text NOT NULL CHECK (mode IN ('test', 'live')),
    capture_at_once boolean NOT NULL,
    currency text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    state text NOT NULL CHECK (state IN (
        'created', 'pending', 'unknown', 'authorized', 'captured', 'voided', 'failed', 'expired'
    )),
    captured bigint NOT NULL DEFAULT 0,
    refund_reserved bigint NOT NULL DEFAULT 0,
    refunded bigint NOT NULL DEFAULT 0,
    -- The provider's number.
    provider_reference text,
    -- What later calls need, as the provider named it.
    extra jsonb NOT NULL,
    -- What the customer pays with or pays to; never a whole card number.
    instrument jsonb NOT NULL,
    code text NOT NULL,
    -- What the browser does, so that a repeated request gets it again.
    next_step bytea,
    back_url text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    paid_at timestamptz,
    -- When the provider is queried next; NULL when it need not be.
    next_query_at timestamptz,
    PRIMARY KEY (org_id, attempt_id),
    CONSTRAINT attempts_number UNIQUE (org_id, payment_id, number),
    CONSTRAINT attempts_captured CHECK (captured = 0 OR state = 'captured'),
    CONSTRAINT attempts_refunds_within_captured CHECK (
        0 <= refunded AND refunded <= refund_reserved AND refund_reserved <= captured
    ),
    FOREIGN KEY (org_id, payment_id) REFERENCES payments (org_id, payment_id),
    FOREIGN KEY (org_id, account_id) REFERENCES gateway_accounts (org_id, account_id)
);
-- A reference is used once, by whichever organisation and account.
CREATE UNIQUE INDEX attempts_reference ON attempts (reference);
-- The sweeper.
CREATE INDEX attempts_next_query_at ON attempts (next_query_at) WHERE next_query_at IS NOT NULL;

ALTER TABLE attempts ENABLE ROW LEVEL SECURITY;
ALTER TABLE attempts FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON attempts TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON attempts TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON attempts TO yizhimai_app;
GRANT SELECT, UPDATE (next_query_at) ON attempts TO yizhimai_system;

-- Messages of providers that were believed, each once; redeliveries are counted.
CREATE TABLE callbacks (
    org_id uuid NOT NULL,
    account_id uuid NOT NULL,
    reference text NOT NULL CHECK (char_length(reference) <= 100),
    -- Distinguishes the messages about one reference, the same in every redelivery.
    event text NOT NULL CHECK (char_length(event) <= 200),
    outcome text NOT NULL CHECK (outcome IN ('applied', 'ignored', 'hint', 'mismatch')),
    reason text NOT NULL,
    body_hash bytea NOT NULL,
    size_bytes integer NOT NULL,
    remote_address text NOT NULL CHECK (char_length(remote_address) <= 100),
    received_at timestamptz NOT NULL,
    deliveries integer NOT NULL DEFAULT 1,
    last_received_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, account_id, reference, event)
);

ALTER TABLE callbacks ENABLE ROW LEVEL SECURITY;
ALTER TABLE callbacks FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON callbacks TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system_select ON callbacks FOR SELECT TO yizhimai_system USING (true);
CREATE POLICY system_delete ON callbacks FOR DELETE TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON callbacks TO yizhimai_app;
GRANT SELECT, DELETE ON callbacks TO yizhimai_system;

-- Messages that were not believed: no part of them is kept but their size and digest.
CREATE TABLE rejected_callbacks (
    org_id uuid NOT NULL,
    account_id uuid NOT NULL,
    body_hash bytea NOT NULL,
    reason text NOT NULL,
    size_bytes integer NOT NULL,
    remote_address text NOT NULL CHECK (char_length(remote_address) <= 100),
    received_at timestamptz NOT NULL,
    deliveries integer NOT NULL DEFAULT 1,
    last_received_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, account_id, body_hash)
);
CREATE INDEX rejected_callbacks_received_at ON rejected_callbacks (last_received_at);

ALTER TABLE rejected_callbacks ENABLE ROW LEVEL SECURITY;
ALTER TABLE rejected_callbacks FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON rejected_callbacks TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system_select ON rejected_callbacks FOR SELECT TO yizhimai_system USING (true);
CREATE POLICY system_delete ON rejected_callbacks FOR DELETE TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON rejected_callbacks TO yizhimai_app;
GRANT SELECT, DELETE ON rejected_callbacks TO yizhimai_system;

-- Refunds. The sum of those that are not failed stands in the attempt and in the payment, where a
-- constraint keeps it within what was captured.
CREATE TABLE refunds (
    org_id uuid NOT NULL,
    refund_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    attempt_id uuid NOT NULL,
    -- Names it at the provider, in every repeat.
    reference text NOT NULL CHECK (reference ~ '^[A-Za-z0-9]{1,20}$'),
    amount bigint NOT NULL CHECK (amount > 0),
    state text NOT NULL CHECK (state IN ('pending', 'succeeded', 'failed', 'needs_person')),
    cause text NOT NULL CHECK (
        cause IN ('staff', 'duplicate', 'late', 'overpaid', 'order_ended')
    ),
    reason text NOT NULL CHECK (char_length(reason) <= 400),
    requested_by uuid,
    requested_by_name text NOT NULL,
    requested_at timestamptz NOT NULL,
    -- Calls that left us; with one, the provider is queried before it is called again.
    calls integer NOT NULL DEFAULT 0,
    provider_reference text,
    text text NOT NULL DEFAULT '',
    -- When it goes on; NULL once it is settled or waits for a person.
    next_try_at timestamptz,
    settled_at timestamptz,
    PRIMARY KEY (org_id, refund_id),
    FOREIGN KEY (org_id, payment_id) REFERENCES payments (org_id, payment_id),
    FOREIGN KEY (org_id, attempt_id) REFERENCES attempts (org_id, attempt_id)
);
CREATE UNIQUE INDEX refunds_reference ON refunds (reference);
CREATE INDEX refunds_payment ON refunds (org_id, payment_id, requested_at);
-- The job that carries them out.
CREATE INDEX refunds_next_try_at ON refunds (next_try_at) WHERE next_try_at IS NOT NULL;

ALTER TABLE refunds ENABLE ROW LEVEL SECURITY;
ALTER TABLE refunds FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON refunds TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON refunds TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON refunds TO yizhimai_app;
GRANT SELECT, UPDATE (next_try_at) ON refunds TO yizhimai_system;
