-- Reschedulings under way: written before capacity is called, deleted by the commit that ends them. What
-- a crash leaves behind is finished by a timer.
CREATE TABLE reschedules (
    org_id uuid NOT NULL,
    reschedule_id uuid NOT NULL,
    -- No foreign key: its check would wait for a lock of the order's row.
    order_id uuid NOT NULL,
    -- Version the order was read at.
    version bigint NOT NULL CHECK (version > 0),
    wanted_at timestamptz NOT NULL,
    reason text NOT NULL,
    account_id uuid NOT NULL,
    account_name text NOT NULL,
    -- When the timer takes it next; each attempt puts it behind the others.
    due_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, reschedule_id)
);

CREATE INDEX reschedules_order ON reschedules (org_id, order_id);

-- The timer takes the longest due of all organisations first.
CREATE INDEX reschedules_due_at ON reschedules (due_at);

ALTER TABLE reschedules ENABLE ROW LEVEL SECURITY;
ALTER TABLE reschedules FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON reschedules TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON reschedules TO yizhimai_system USING (true);
GRANT SELECT, INSERT, DELETE ON reschedules TO yizhimai_app;
GRANT SELECT, UPDATE (due_at) ON reschedules TO yizhimai_system;
