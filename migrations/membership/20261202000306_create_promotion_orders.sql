-- Completed orders by the promotions they carry, for results.
CREATE TABLE promotion_orders (
    org_id uuid NOT NULL,
    promotion_id uuid NOT NULL,
    order_id uuid NOT NULL,
    -- Version of the order that the row is of.
    order_version bigint NOT NULL,
    branch_id uuid NOT NULL,
    business_day date NOT NULL,
    -- False once the completion was undone.
    counted boolean NOT NULL,
    first_order boolean NOT NULL,
    discount bigint NOT NULL,
    -- Goods of the order after all discounts.
    net bigint NOT NULL,
    PRIMARY KEY (org_id, promotion_id, order_id)
);
CREATE INDEX promotion_orders_day ON promotion_orders (org_id, promotion_id, business_day) WHERE counted;
CREATE INDEX promotion_orders_order ON promotion_orders (org_id, order_id);

ALTER TABLE promotion_orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE promotion_orders FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON promotion_orders TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON promotion_orders TO yizhimai_app;

-- Calculations of what a rule would have done to the orders of the last days.
CREATE TABLE replays (
    org_id uuid NOT NULL,
    replay_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    promotion_id uuid,
    -- A BenefitRule.
    rule bytea NOT NULL,
    days integer NOT NULL CHECK (days BETWEEN 1 AND 31),
    state text NOT NULL CHECK (state IN ('running', 'finished', 'failed')),
    orders_read integer NOT NULL,
    -- A ReplayResult.
    result bytea,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    -- Until when a process that works on it keeps it from others.
    leased_until timestamptz NOT NULL,
    PRIMARY KEY (org_id, replay_id),
    CONSTRAINT replays_result CHECK ((state = 'finished') = (result IS NOT NULL)),
    CONSTRAINT replays_ended CHECK ((state = 'running') = (finished_at IS NULL))
);
CREATE UNIQUE INDEX replays_running ON replays (org_id, brand_id) WHERE state = 'running';
CREATE INDEX replays_due ON replays (leased_until) WHERE state = 'running';

ALTER TABLE replays ENABLE ROW LEVEL SECURITY;
ALTER TABLE replays FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON replays TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON replays TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON replays TO yizhimai_app;
GRANT SELECT, UPDATE ON replays TO yizhimai_system;
