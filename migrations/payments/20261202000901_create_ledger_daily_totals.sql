-- Balances at any instant without adding up the whole history: totals of each day by UTC, without test
-- orders. A transaction that is booked is pending until a job adds it to the totals of its day, also when
-- that day is long over, so that totals and pending transactions together are always the whole ledger.
CREATE TABLE ledger_daily_totals (
    org_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    -- Of when it happened, by UTC.
    day date NOT NULL,
    currency text NOT NULL,
    account text NOT NULL,
    amount bigint NOT NULL,
    PRIMARY KEY (org_id, brand_id, branch_id, day, currency, account)
);
ALTER TABLE ledger_daily_totals ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger_daily_totals FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON ledger_daily_totals FOR SELECT TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON ledger_daily_totals TO yizhimai_system USING (true);
GRANT SELECT ON ledger_daily_totals TO yizhimai_app;
GRANT SELECT, INSERT, UPDATE ON ledger_daily_totals TO yizhimai_system;

CREATE TABLE ledger_pending_totals (
    org_id uuid NOT NULL,
    transaction_id uuid NOT NULL,
    PRIMARY KEY (org_id, transaction_id),
    FOREIGN KEY (org_id, transaction_id) REFERENCES ledger_transactions (org_id, transaction_id)
);
ALTER TABLE ledger_pending_totals ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger_pending_totals FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON ledger_pending_totals TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON ledger_pending_totals TO yizhimai_system USING (true);
GRANT SELECT, INSERT ON ledger_pending_totals TO yizhimai_app;
-- UPDATE only to lock the rows that are taken.
GRANT SELECT, UPDATE, DELETE ON ledger_pending_totals TO yizhimai_system;

CREATE POLICY system ON ledger_transactions FOR SELECT TO yizhimai_system USING (true);
GRANT SELECT ON ledger_transactions TO yizhimai_system;
CREATE POLICY system ON ledger_entries FOR SELECT TO yizhimai_system USING (true);
GRANT SELECT ON ledger_entries TO yizhimai_system;

INSERT INTO ledger_pending_totals (org_id, transaction_id)
SELECT org_id, transaction_id FROM ledger_transactions WHERE NOT test;
