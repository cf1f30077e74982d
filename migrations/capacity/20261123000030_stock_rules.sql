-- Amounts per weekday and date, the most of a unit in one order, and from which number down customers see
-- what is left. The old release leaves the new columns as they are.
ALTER TABLE stock_items
    -- Monday first, NULL for a weekday without an amount of its own; empty when none has one.
    ADD COLUMN weekday_amounts bigint[] NOT NULL DEFAULT '{}',
    ADD COLUMN date_days date[] NOT NULL DEFAULT '{}',
    ADD COLUMN date_amounts bigint[] NOT NULL DEFAULT '{}',
    ADD COLUMN max_per_order bigint NOT NULL DEFAULT 0,
    ADD COLUMN show_last smallint NOT NULL DEFAULT 5,
    ADD CONSTRAINT stock_items_weekdays CHECK (cardinality(weekday_amounts) IN (0, 7)),
    ADD CONSTRAINT stock_items_dates CHECK (cardinality(date_days) = cardinality(date_amounts) AND cardinality(date_days) <= 120),
    ADD CONSTRAINT stock_items_max_per_order CHECK (max_per_order BETWEEN 0 AND 999),
    ADD CONSTRAINT stock_items_show_last CHECK (show_last BETWEEN 0 AND 99);

-- Transfers: a movement of each branch names the other. The wider list holds for every row there is, so
-- nothing needs to be read again.
ALTER TABLE stock_movements
    ADD COLUMN other_branch_id uuid,
    DROP CONSTRAINT stock_movements_kind_check,
    ADD CONSTRAINT stock_movements_kind_check CHECK (kind IN (
        'received', 'counted', 'adjusted', 'scrapped', 'held', 'released', 'committed', 'returned', 'daily_reset',
        'transferred_out', 'transferred_in'
    )) NOT VALID,
    ADD CONSTRAINT stock_movements_other_branch CHECK (
        (other_branch_id IS NOT NULL) = (kind IN ('transferred_out', 'transferred_in'))
    ) NOT VALID;

-- The orders of a day, for what a shortfall concerns. None of its columns ever changes, so settling a hold
-- does not touch it.
CREATE INDEX holds_of_day ON holds (org_id, branch_id, business_day);
