-- What an order uses of benefits: held while it is being placed or waits for its payment, used from `placed` on,
-- released when it ends otherwise or was never made.
CREATE TABLE benefit_holds (
    org_id uuid NOT NULL,
    order_id uuid NOT NULL,
    hold_key text NOT NULL CHECK (char_length(hold_key) BETWEEN 1 AND 128),
    brand_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    member_id uuid,
    -- Member, or a digest of a guest's phone; empty for neither.
    customer text NOT NULL,
    business_day date NOT NULL,
    state text NOT NULL CHECK (state IN ('held', 'used', 'released')),
    -- Version of the order that the state is of; 0 before any is known.
    order_version bigint NOT NULL,
    points integer NOT NULL CHECK (points >= 0),
    programme_id uuid,
    held_at timestamptz NOT NULL,
    -- When ordering is asked whether the order exists; NULL once it is placed or has ended.
    ask_at timestamptz,
    PRIMARY KEY (org_id, order_id),
    CONSTRAINT benefit_holds_key UNIQUE (org_id, hold_key),
    CONSTRAINT benefit_holds_asked CHECK ((state = 'held') = (ask_at IS NOT NULL))
);
CREATE INDEX benefit_holds_ask_at ON benefit_holds (ask_at) WHERE state = 'held';
CREATE INDEX benefit_holds_customer ON benefit_holds (org_id, customer) WHERE state = 'held';

ALTER TABLE benefit_holds ENABLE ROW LEVEL SECURITY;
ALTER TABLE benefit_holds FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON benefit_holds TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON benefit_holds TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON benefit_holds TO yizhimai_app;
GRANT SELECT ON benefit_holds TO yizhimai_system;

CREATE TABLE benefit_uses (
    org_id uuid NOT NULL,
    order_id uuid NOT NULL,
    rule_id uuid NOT NULL,
    rule_version bigint NOT NULL,
    class text NOT NULL CHECK (class IN ('promotion', 'tier', 'code', 'coupon')),
    -- What it takes off the order; budgets count it.
    amount bigint NOT NULL CHECK (amount >= 0),
    code_id uuid,
    coupon_id uuid,
    -- Kinds of counters that it took from.
    counters text [] NOT NULL,
    -- Given back by a refund although the order stays.
    returned boolean NOT NULL DEFAULT false,
    used_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, order_id, rule_id),
    FOREIGN KEY (org_id, order_id) REFERENCES benefit_holds (org_id, order_id)
);
CREATE INDEX benefit_uses_rule ON benefit_uses (org_id, rule_id, used_at DESC, order_id DESC);

ALTER TABLE benefit_uses ENABLE ROW LEVEL SECURITY;
ALTER TABLE benefit_uses FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON benefit_uses TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON benefit_uses TO yizhimai_app;

-- What refunds gave back, once each.
CREATE TABLE benefit_returns (
    org_id uuid NOT NULL,
    refund_id uuid NOT NULL,
    order_id uuid NOT NULL,
    -- A ReturnBenefitsResponse.
    response bytea NOT NULL,
    returned_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, refund_id)
);

ALTER TABLE benefit_returns ENABLE ROW LEVEL SECURITY;
ALTER TABLE benefit_returns FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON benefit_returns TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT ON benefit_returns TO yizhimai_app;
