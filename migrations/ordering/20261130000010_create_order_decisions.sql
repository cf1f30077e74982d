-- Decisions about booked orders that were saved with a change of hours: a batch a change, a row an order.
-- A timer takes the rows that are due; a row ends in the commit that changes its order.
CREATE TABLE decision_batches (
    org_id uuid NOT NULL,
    batch_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    account_id uuid NOT NULL,
    account_name text NOT NULL,
    -- The account may cancel orders that are accepted already.
    may_cancel_late boolean NOT NULL,
    reschedule_reason text NOT NULL,
    started_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, batch_id)
);

CREATE INDEX decision_batches_started_at ON decision_batches (started_at);
CREATE INDEX decision_batches_brand_id ON decision_batches (org_id, brand_id, batch_id);

CREATE TABLE order_decisions (
    org_id uuid NOT NULL,
    batch_id uuid NOT NULL,
    -- No foreign key: its check would wait for a lock of the order's row, and the decision may arrive
    -- before the commit of its order.
    order_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    -- Promised time when it was decided; at another time the order was rescheduled since.
    promised_at timestamptz NOT NULL,
    action text NOT NULL CHECK (action IN ('cancel', 'reschedule', 'reschedule_next')),
    -- Slot the order is rescheduled to. Of `reschedule_next` it is written down before capacity is asked for it.
    wanted_at timestamptz,
    -- Slots before this time rejected the order.
    search_from timestamptz NOT NULL,
    slots_refused smallint NOT NULL DEFAULT 0,
    attempts smallint NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'failed')),
    -- Why the latest attempt failed.
    reason text NOT NULL DEFAULT '',
    PRIMARY KEY (org_id, batch_id, order_id),
    FOREIGN KEY (org_id, batch_id) REFERENCES decision_batches (org_id, batch_id) ON DELETE CASCADE,
    CHECK (action <> 'reschedule' OR wanted_at IS NOT NULL),
    CHECK (state <> 'failed' OR reason <> '')
);

-- The timer takes what is due of all organisations.
CREATE INDEX order_decisions_due_at ON order_decisions (due_at) WHERE state = 'waiting';

ALTER TABLE decision_batches ENABLE ROW LEVEL SECURITY;
ALTER TABLE decision_batches FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON decision_batches TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON decision_batches TO yizhimai_system USING (true);
GRANT SELECT, INSERT ON decision_batches TO yizhimai_app;
GRANT SELECT, DELETE ON decision_batches TO yizhimai_system;

ALTER TABLE order_decisions ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_decisions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON order_decisions TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON order_decisions FOR SELECT TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON order_decisions TO yizhimai_app;
GRANT SELECT ON order_decisions TO yizhimai_system;
