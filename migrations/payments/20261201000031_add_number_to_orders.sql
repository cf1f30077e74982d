-- 訂單編號 of an order that was completed, for people who read the ledger: an order that is paid on site
-- has no payment that would name it. NULL for orders that were completed before.
ALTER TABLE orders ADD COLUMN number text CHECK (char_length(number) <= 20);
