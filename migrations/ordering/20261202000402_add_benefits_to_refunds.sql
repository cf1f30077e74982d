-- A refund may give back points and coupons alone, and has a step for them that moves no money.
ALTER TABLE order_refunds ADD COLUMN points integer NOT NULL DEFAULT 0 CHECK (points >= 0);
ALTER TABLE order_refunds DROP CONSTRAINT order_refunds_amount_check;
ALTER TABLE order_refunds ADD CONSTRAINT order_refunds_amount_check CHECK (amount BETWEEN 0 AND 9999999);

ALTER TABLE refund_steps DROP CONSTRAINT refund_steps_kind_check;
ALTER TABLE refund_steps ADD CONSTRAINT refund_steps_kind_check CHECK (kind IN ('money', 'cash', 'benefits'));
ALTER TABLE refund_steps DROP CONSTRAINT refund_steps_amount_check;
ALTER TABLE refund_steps ADD CONSTRAINT refund_steps_amount_check CHECK (
    amount > 0 OR (amount = 0 AND kind = 'benefits')
);

-- What a step of benefits gave back and took back; NULL before, and for other steps.
ALTER TABLE refund_steps ADD COLUMN returned jsonb CHECK (jsonb_typeof(returned) = 'object');
