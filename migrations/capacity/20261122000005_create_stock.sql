-- Stock: settings of each unit, the counters, and the journal of every movement.
CREATE TABLE stock_items (
    org_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    sku_id uuid NOT NULL,
    mode text NOT NULL CHECK (mode IN ('untracked', 'running', 'daily')),
    daily_amount bigint NOT NULL CHECK (daily_amount BETWEEN 0 AND 999999),
    low_threshold bigint NOT NULL CHECK (low_threshold BETWEEN 0 AND 999999),
    -- Monday first, NULL for a weekday without an amount of its own; empty when none has one.
    weekday_amounts bigint[] NOT NULL DEFAULT '{}',
    date_days date[] NOT NULL DEFAULT '{}',
    date_amounts bigint[] NOT NULL DEFAULT '{}',
    max_per_order bigint NOT NULL DEFAULT 0,
    -- From which number down customers see what is left.
    show_last smallint NOT NULL DEFAULT 5,
    -- 當日扣 (`on_day`): orders for later days take from what is expected for their day, and that is received
    -- into the running stock when the day begins.
    deduct text NOT NULL DEFAULT 'at_once',
    -- Last day whose receipts are in the running stock; only advanced under the branch's lock.
    received_until date,
    version bigint NOT NULL CHECK (version > 0),
    CONSTRAINT stock_items_weekdays CHECK (cardinality(weekday_amounts) IN (0, 7)),
    CONSTRAINT stock_items_dates CHECK (cardinality(date_days) = cardinality(date_amounts) AND cardinality(date_days) <= 120),
    CONSTRAINT stock_items_max_per_order CHECK (max_per_order BETWEEN 0 AND 999),
    CONSTRAINT stock_items_show_last CHECK (show_last BETWEEN 0 AND 99),
    CONSTRAINT stock_items_deduct CHECK (deduct IN ('at_once', 'on_day')),
    PRIMARY KEY (org_id, branch_id, sku_id)
);
-- What the timer looks through every second.
CREATE INDEX stock_items_expecting ON stock_items (org_id, branch_id)
    INCLUDE (received_until)
    WHERE mode = 'running' AND deduct = 'on_day';

-- One row counts one thing: a running stock has the single bucket of day 1970-01-01, a daily one has a
-- bucket per business day, made when the day is first needed, so that an order for Saturday takes from
-- Saturday's.
--
-- Nothing is ever sold twice: `held + owed <= on_hand + shortfall`, with shortfall 0 in all ordinary life,
-- so that 0 <= held <= on_hand. Two exceptions are lawful, and only a count, an adjustment by staff or a
-- lowered daily amount may bring them about:
--   shortfall  units promised beyond what a count found ("counted 3 while 5 are held"). No hold raises it:
--              the statement that holds may only lower it, so while it is above 0 nothing is available and
--              a hold too many breaks the constraint.
--   owed       promised units that were then sold although the count had not found them. Units received or
--              returned cover them first; the balance on hand itself is never shown below 0.
CREATE TABLE stock_buckets (
    org_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    sku_id uuid NOT NULL,
    business_day date NOT NULL,
    on_hand bigint NOT NULL CONSTRAINT stock_on_hand_not_negative CHECK (on_hand >= 0),
    held bigint NOT NULL DEFAULT 0 CONSTRAINT stock_held_not_negative CHECK (held >= 0),
    owed bigint NOT NULL DEFAULT 0 CHECK (owed >= 0 AND (owed = 0 OR on_hand = 0)),
    shortfall bigint NOT NULL DEFAULT 0 CHECK (shortfall >= 0),
    CONSTRAINT stock_not_oversold CHECK (held + owed <= on_hand + shortfall),
    PRIMARY KEY (org_id, branch_id, sku_id, business_day)
) WITH (fillfactor = 50);

-- The journal: what happened is never changed. `seq` orders the movements of a unit as they happened.
--
-- Old movements are folded by a timer, a unit and day at a time, into one of kind 'opening' with the place
-- of the last of them: their sum, and the balance they left. A day whose bucket is gone needs none.
CREATE TABLE stock_movements (
    org_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    sku_id uuid NOT NULL,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    movement_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN (
        'received', 'counted', 'adjusted', 'scrapped', 'held', 'released', 'committed', 'returned', 'daily_reset',
        'transferred_out', 'transferred_in', 'arrived', 'opening'
    )),
    -- Change of the units on hand; of the units held for 'held' and 'released'.
    quantity bigint NOT NULL,
    on_hand_after bigint NOT NULL,
    held_after bigint NOT NULL,
    business_day date NOT NULL,
    at timestamptz NOT NULL,
    actor text NOT NULL DEFAULT '',
    order_id uuid,
    reason text NOT NULL DEFAULT '',
    -- A movement of each branch of a transfer names the other.
    other_branch_id uuid,
    CONSTRAINT stock_movements_other_branch CHECK (
        (other_branch_id IS NOT NULL) = (kind IN ('transferred_out', 'transferred_in'))
    ),
    PRIMARY KEY (org_id, branch_id, sku_id, seq)
);
-- The timer finds what is old: ranges suffice, for rows arrive in order of time.
CREATE INDEX stock_movements_at ON stock_movements USING brin (at) WITH (autosummarize = on);

ALTER TABLE stock_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE stock_items FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON stock_items TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
-- The timer queries across tenants which branches have begun a day.
CREATE POLICY system ON stock_items FOR SELECT TO yizhimai_system USING (true);
ALTER TABLE stock_buckets ENABLE ROW LEVEL SECURITY;
ALTER TABLE stock_buckets FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON stock_buckets TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON stock_buckets TO yizhimai_system USING (true);
ALTER TABLE stock_movements ENABLE ROW LEVEL SECURITY;
ALTER TABLE stock_movements FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON stock_movements TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON stock_movements TO yizhimai_system USING (true);

GRANT SELECT, INSERT, UPDATE ON stock_items TO yizhimai_app;
GRANT SELECT ON stock_items TO yizhimai_system;
GRANT SELECT, INSERT, UPDATE ON stock_buckets TO yizhimai_app;
GRANT SELECT, DELETE ON stock_buckets TO yizhimai_system;
GRANT SELECT, INSERT ON stock_movements TO yizhimai_app;
GRANT SELECT, INSERT, DELETE ON stock_movements TO yizhimai_system;
