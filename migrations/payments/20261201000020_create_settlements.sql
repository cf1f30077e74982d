-- What staff chose the columns of an account's files to be, for the next file.
CREATE TABLE settlement_mappings (
    org_id uuid NOT NULL,
    account_id uuid NOT NULL,
    mapping jsonb NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, account_id),
    FOREIGN KEY (org_id, account_id) REFERENCES gateway_accounts (org_id, account_id)
);

ALTER TABLE settlement_mappings ENABLE ROW LEVEL SECURITY;
ALTER TABLE settlement_mappings FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON settlement_mappings TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON settlement_mappings TO yizhimai_app;

-- Settlement files of providers. A file is imported once.
CREATE TABLE settlements (
    org_id uuid NOT NULL,
    settlement_id uuid NOT NULL,
    account_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    -- NULL for an account of the whole brand.
    branch_id uuid,
    file_name text NOT NULL CHECK (char_length(file_name) BETWEEN 1 AND 400),
    content_hash bytea NOT NULL,
    paid_on date NOT NULL,
    currency text NOT NULL,
    imported_by uuid NOT NULL,
    imported_by_name text NOT NULL,
    imported_at timestamptz NOT NULL,
    -- Counts the transactions of the ledger that book it, in their sources.
    bookings integer NOT NULL DEFAULT 0,
    -- Exact sums of what is booked of its rows, in ten-thousandths.
    booked_amount_e4 bigint NOT NULL DEFAULT 0,
    booked_fee_e4 bigint NOT NULL DEFAULT 0,
    -- Sums of its transactions in the ledger, by account.
    booked_bank bigint NOT NULL DEFAULT 0,
    booked_fees bigint NOT NULL DEFAULT 0,
    booked_rounding bigint NOT NULL DEFAULT 0,
    booked_clearing bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, settlement_id),
    CONSTRAINT settlements_file UNIQUE (org_id, account_id, content_hash),
    CONSTRAINT settlements_balance CHECK (
        booked_bank + booked_fees + booked_rounding + booked_clearing = 0
    ),
    FOREIGN KEY (org_id, account_id) REFERENCES gateway_accounts (org_id, account_id)
);
CREATE INDEX settlements_brand ON settlements (org_id, brand_id, settlement_id);

ALTER TABLE settlements ENABLE ROW LEVEL SECURITY;
ALTER TABLE settlements FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON settlements TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON settlements TO yizhimai_app;

-- Rows of settlement files: the columns that are mapped and nothing else of the file. Amounts are in
-- ten-thousandths of the currency's minor unit.
CREATE TABLE settlement_rows (
    org_id uuid NOT NULL,
    settlement_id uuid NOT NULL,
    line integer NOT NULL CHECK (line > 0),
    kind text NOT NULL CHECK (kind IN ('payment', 'refund', 'adjustment')),
    provider_reference text NOT NULL CHECK (char_length(provider_reference) <= 100),
    reference text NOT NULL CHECK (char_length(reference) <= 100),
    amount_e4 bigint NOT NULL,
    fee_e4 bigint NOT NULL,
    row_date date,
    outcome text NOT NULL CHECK (outcome IN ('matched', 'difference')),
    cause text CHECK (cause IN (
        'late', 'duplicate', 'refund_under_way', 'amount', 'not_found', 'adjustment', 'fee'
    )),
    difference_e4 bigint NOT NULL,
    attempt_id uuid,
    refund_id uuid,
    -- Its money is in the ledger.
    booked boolean NOT NULL,
    decision text CHECK (decision IN ('accept', 'book_as_fee')),
    note text NOT NULL DEFAULT '' CHECK (char_length(note) <= 400),
    decided_by uuid,
    decided_by_name text NOT NULL DEFAULT '',
    decided_at timestamptz,
    PRIMARY KEY (org_id, settlement_id, line),
    CONSTRAINT settlement_rows_cause CHECK ((outcome = 'matched') = (cause IS NULL)),
    CONSTRAINT settlement_rows_decided CHECK ((decision IS NULL) = (decided_at IS NULL)),
    FOREIGN KEY (org_id, settlement_id) REFERENCES settlements (org_id, settlement_id),
    FOREIGN KEY (org_id, attempt_id) REFERENCES attempts (org_id, attempt_id),
    FOREIGN KEY (org_id, refund_id) REFERENCES refunds (org_id, refund_id)
);
CREATE INDEX settlement_rows_of_attempt ON settlement_rows (org_id, attempt_id)
WHERE attempt_id IS NOT NULL AND booked;
-- A capture and a refund are each paid out once, by whichever file.
CREATE UNIQUE INDEX settlement_rows_attempt ON settlement_rows (org_id, attempt_id)
WHERE kind = 'payment' AND attempt_id IS NOT NULL AND booked;
CREATE UNIQUE INDEX settlement_rows_refund ON settlement_rows (org_id, refund_id)
WHERE refund_id IS NOT NULL AND booked;

ALTER TABLE settlement_rows ENABLE ROW LEVEL SECURITY;
ALTER TABLE settlement_rows FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON settlement_rows TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON settlement_rows TO yizhimai_app;
