-- Numbers that a branch has assigned. Assigning a number, and reopening an order, which takes its number
-- back, locks the branch's row; one UPDATE serves a whole batch. Test orders are counted apart.
CREATE TABLE order_counters (
    org_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    test boolean NOT NULL,
    -- Business day that pickup numbers are counted in; it never goes back.
    business_day date NOT NULL,
    last_pickup_number integer NOT NULL CHECK (last_pickup_number >= 0),
    -- Largest number above the last that an order from before the count began may still have: beyond it
    -- the next numbers are free. Not known until the day's first numbers are assigned.
    taken_until integer,
    -- Order numbers assigned so far.
    order_numbers bigint NOT NULL CHECK (order_numbers >= 0),
    -- Decides in which order the branch's order numbers come; random and never shown.
    order_number_seed uuid NOT NULL,
    PRIMARY KEY (org_id, branch_id, test)
);

ALTER TABLE order_counters ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_counters FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON order_counters TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON order_counters TO yizhimai_app;
