-- The ledger of a whole brand within a period. Balances of a brand read it too.
CREATE INDEX ledger_transactions_brand
ON ledger_transactions (org_id, brand_id, occurred_at, transaction_id);
