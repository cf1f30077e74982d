-- Orders that are paid online: how, until when, and what payments has reported. An order paid on site has
-- no row. `orders.paid` and `orders.payment_state` follow from it together with what was taken on site.
CREATE TABLE order_payments (
    org_id uuid NOT NULL,
    order_id uuid NOT NULL,
    -- The method chosen last, with its name as it was offered.
    method_id uuid NOT NULL,
    method_name text NOT NULL CHECK (char_length(method_name) BETWEEN 1 AND 60),
    -- What has to be paid before the order is placed: the total, or the deposit.
    pay_now bigint NOT NULL CHECK (pay_now BETWEEN 1 AND 9999999),
    -- When the order expires unless it is paid.
    pay_by timestamptz NOT NULL,
    -- `pay_by` was put off because an attempt was under way; that happens once.
    extended boolean NOT NULL,
    progress text NOT NULL CHECK (
        progress IN ('open', 'at_provider', 'confirming', 'declined', 'done')
    ),
    -- Number of the attempt started last; what is reported of an earlier one does not change the progress.
    attempt smallint NOT NULL CHECK (attempt >= 0),
    -- State and amounts of the payment at its version `payment_version`, 0 before anything was reported.
    payment_version bigint NOT NULL CHECK (payment_version >= 0),
    state text NOT NULL CHECK (state IN (
        'unpaid', 'authorized', 'paid', 'partly_refunded', 'refunded', 'failed'
    )),
    captured bigint NOT NULL CHECK (captured >= 0),
    refunded bigint NOT NULL CHECK (refunded BETWEEN 0 AND captured),
    refunding bigint NOT NULL CHECK (refunding BETWEEN 0 AND captured - refunded),
    -- When the timer looks at it next; NULL once the order does not wait for its payment any more.
    due_at timestamptz,
    PRIMARY KEY (org_id, order_id),
    FOREIGN KEY (org_id, order_id) REFERENCES orders (org_id, order_id) ON DELETE CASCADE
);

-- The timer takes the longest due of all organisations first.
CREATE INDEX order_payments_due_at ON order_payments (due_at) WHERE due_at IS NOT NULL;

ALTER TABLE order_payments ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_payments FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON order_payments TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON order_payments TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON order_payments TO yizhimai_app;
GRANT SELECT, UPDATE (due_at) ON order_payments TO yizhimai_system;

-- Orders that were never paid and nobody came for, or that expired: a phone with too many pays in advance.
CREATE INDEX orders_unpaid_ends ON orders (org_id, completed_at) INCLUDE (contact_phone)
WHERE state IN ('no_show', 'expired') AND paid = 0 AND NOT test;
