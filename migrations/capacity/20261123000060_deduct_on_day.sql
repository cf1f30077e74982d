-- 當日扣: orders for later days take from what is expected for their day, and that is received into the
-- running stock when the day begins. The plan is the amounts that a daily item already has per weekday and
-- date. The old release leaves the new columns as they are and takes everything from the running stock.
ALTER TABLE stock_items
    ADD COLUMN deduct text NOT NULL DEFAULT 'at_once',
    -- Last day whose receipts are in the running stock; only under the branch's lock does it move on.
    ADD COLUMN received_until date,
    ADD CONSTRAINT stock_items_deduct CHECK (deduct IN ('at_once', 'on_day'));

-- What the timer looks through every second.
CREATE INDEX stock_items_expecting ON stock_items (org_id, branch_id)
    INCLUDE (received_until)
    WHERE mode = 'running' AND deduct = 'on_day';

-- Both sides of a receipt: out of the day's bucket, into the running one. The wider list holds for every
-- row there is, so nothing needs to be read again.
ALTER TABLE stock_movements
    DROP CONSTRAINT stock_movements_kind_check,
    ADD CONSTRAINT stock_movements_kind_check CHECK (kind IN (
        'received', 'counted', 'adjusted', 'scrapped', 'held', 'released', 'committed', 'returned', 'daily_reset',
        'transferred_out', 'transferred_in', 'arrived'
    )) NOT VALID;

-- The timer asks across tenants which branches have begun a day.
CREATE POLICY system ON stock_items FOR SELECT TO yizhimai_system USING (true);
CREATE POLICY system ON branches FOR SELECT TO yizhimai_system USING (true);
GRANT SELECT ON stock_items TO yizhimai_system;
GRANT SELECT ON branches TO yizhimai_system;
