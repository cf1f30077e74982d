-- The ledger: double entry, append-only. A debit is above zero, a credit below; the entries of a
-- transaction sum up to zero in each currency. A correction is another transaction.
CREATE TABLE ledger_transactions (
    org_id uuid NOT NULL,
    transaction_id uuid NOT NULL,
    -- What it books, once: `capture:<attempt>`, `refund:<refund>`, `completion:<order>:<version>`.
    source text NOT NULL,
    kind text NOT NULL CHECK (kind IN (
        'capture', 'refund', 'cash_received', 'cash_refunded', 'completion', 'reversal', 'fee',
        'payout', 'correction'
    )),
    -- Empty for what concerns several orders.
    order_id uuid,
    payment_id uuid,
    brand_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    business_day date NOT NULL,
    -- Test orders are booked and left out of every sum.
    test boolean NOT NULL,
    -- When it happened; the balance at an instant is made of what happened until then.
    occurred_at timestamptz NOT NULL,
    booked_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, transaction_id),
    CONSTRAINT ledger_transactions_source UNIQUE (org_id, source)
);
CREATE INDEX ledger_transactions_order ON ledger_transactions (org_id, order_id, occurred_at);
CREATE INDEX ledger_transactions_branch ON ledger_transactions (org_id, branch_id, occurred_at);

CREATE TABLE ledger_entries (
    org_id uuid NOT NULL,
    transaction_id uuid NOT NULL,
    line smallint NOT NULL CHECK (line > 0),
    account text NOT NULL CHECK (account IN (
        'customer', 'clearing', 'revenue', 'delivery', 'discount', 'points', 'tax', 'fees', 'bank',
        'cash', 'rounding'
    )),
    currency text NOT NULL,
    amount bigint NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (org_id, transaction_id, line),
    FOREIGN KEY (org_id, transaction_id) REFERENCES ledger_transactions (org_id, transaction_id)
);

-- Runs as the writer, whose policy shows it the organisation's own entries: those of the transaction.
CREATE FUNCTION ledger_check_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM ledger_entries
        WHERE org_id = NEW.org_id AND transaction_id = NEW.transaction_id
    ) OR EXISTS (
        SELECT 1 FROM ledger_entries
        WHERE org_id = NEW.org_id AND transaction_id = NEW.transaction_id
        GROUP BY currency
        HAVING sum(amount) <> 0
    ) THEN
        RAISE EXCEPTION 'ledger transaction % does not balance', NEW.transaction_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_balances';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER ledger_transactions_balance
AFTER INSERT ON ledger_transactions DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION ledger_check_balance();
CREATE CONSTRAINT TRIGGER ledger_entries_balance
AFTER INSERT ON ledger_entries DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION ledger_check_balance();

CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_append_only';
END $$;

CREATE TRIGGER ledger_transactions_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transactions
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_entries_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

ALTER TABLE ledger_transactions ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger_transactions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON ledger_transactions TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT ON ledger_transactions TO yizhimai_app;
ALTER TABLE ledger_entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger_entries FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON ledger_entries TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT ON ledger_entries TO yizhimai_app;
