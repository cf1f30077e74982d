-- Refunds of orders that staff requested, each with its steps: a timer carries out what is due, a step ends
-- in the commit that knows what came of it.
CREATE TABLE order_refunds (
    org_id uuid NOT NULL,
    refund_id uuid NOT NULL,
    order_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('whole', 'units', 'amount')),
    -- Units of lines that it refunds, counted from 0 as in `order_lines.unit_nets`.
    units jsonb NOT NULL CHECK (jsonb_typeof(units) = 'array'),
    amount bigint NOT NULL CHECK (amount BETWEEN 1 AND 9999999),
    currency text NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    requested_by uuid NOT NULL,
    requested_by_name text NOT NULL,
    -- Who paid out the part that was paid on site; empty where there is none.
    paid_out_by text NOT NULL,
    requested_at timestamptz NOT NULL,
    -- Business day of the branch on which it was requested.
    business_day date NOT NULL,
    test boolean NOT NULL,
    settled_at timestamptz,
    PRIMARY KEY (org_id, refund_id),
    FOREIGN KEY (org_id, order_id) REFERENCES orders (org_id, order_id) ON DELETE CASCADE
);
CREATE INDEX order_refunds_order ON order_refunds (org_id, order_id, refund_id);

CREATE TABLE refund_steps (
    org_id uuid NOT NULL,
    refund_id uuid NOT NULL,
    position smallint NOT NULL CHECK (position > 0),
    kind text NOT NULL CHECK (kind IN ('money', 'cash')),
    amount bigint NOT NULL CHECK (amount > 0),
    state text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'needs_person')),
    -- Why it failed or needs a person: a stable reason, and the provider's text.
    problem text NOT NULL DEFAULT '',
    text text NOT NULL DEFAULT '' CHECK (char_length(text) <= 200),
    changed_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    -- When it goes on, or is looked at again while a person sees to it; NULL once it has ended.
    due_at timestamptz,
    PRIMARY KEY (org_id, refund_id, position),
    FOREIGN KEY (org_id, refund_id) REFERENCES order_refunds (org_id, refund_id) ON DELETE CASCADE,
    CHECK (due_at IS NOT NULL OR state NOT IN ('waiting', 'running')),
    CHECK (due_at IS NULL OR state NOT IN ('done', 'failed'))
);
-- The timer takes what is due of all organisations.
CREATE INDEX refund_steps_due_at ON refund_steps (due_at) WHERE due_at IS NOT NULL;

-- What an account has refunded on a business day, failed refunds and test orders left out; its row serialises
-- refunds of one account, so that its limit holds for simultaneous ones.
CREATE TABLE refund_days (
    org_id uuid NOT NULL,
    account_id uuid NOT NULL,
    business_day date NOT NULL,
    amount bigint NOT NULL CHECK (amount >= 0),
    PRIMARY KEY (org_id, account_id, business_day)
);

ALTER TABLE order_refunds ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_refunds FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON order_refunds TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON order_refunds TO yizhimai_app;

ALTER TABLE refund_steps ENABLE ROW LEVEL SECURITY;
ALTER TABLE refund_steps FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON refund_steps TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON refund_steps FOR SELECT TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON refund_steps TO yizhimai_app;
GRANT SELECT ON refund_steps TO yizhimai_system;

ALTER TABLE refund_days ENABLE ROW LEVEL SECURITY;
ALTER TABLE refund_days FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON refund_days TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON refund_days TO yizhimai_app;
