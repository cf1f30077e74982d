-- Completed orders of members: what tiers count and what points were earned by.
CREATE TABLE completed_orders (
    org_id uuid NOT NULL,
    order_id uuid NOT NULL,
    member_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    order_number text NOT NULL,
    -- Version of the order that is applied; an older event changes nothing.
    version bigint NOT NULL,
    -- False where the completion was undone.
    completed boolean NOT NULL,
    completed_at timestamptz NOT NULL,
    -- Goods after all adjustments, at completion and less what was refunded since.
    goods bigint NOT NULL CHECK (goods >= 0),
    goods_left bigint NOT NULL CHECK (goods_left BETWEEN 0 AND goods),
    -- Programme and version that points are earned by; NULL for none.
    programme_id uuid,
    programme_version bigint NOT NULL,
    -- Goods that earn and their factor in basis points.
    base bigint NOT NULL CHECK (base >= 0),
    factor_bp integer NOT NULL,
    -- Points of it that are credited or wait to be.
    earned integer NOT NULL CHECK (earned >= 0),
    -- When they are credited; NULL where they are.
    due_at timestamptz,
    lot_id uuid,
    -- Member whose it was before a merging.
    merged_from uuid,
    PRIMARY KEY (org_id, order_id)
);
CREATE INDEX completed_orders_member
ON completed_orders (org_id, member_id, completed_at) INCLUDE (brand_id, goods_left, earned) WHERE completed;
CREATE INDEX completed_orders_at
ON completed_orders (org_id, completed_at) INCLUDE (member_id, brand_id, goods_left, earned) WHERE completed;
CREATE INDEX completed_orders_number ON completed_orders (org_id, order_number);
CREATE INDEX completed_orders_due ON completed_orders (due_at) WHERE due_at IS NOT NULL;

-- Refunds of orders of members, each with one effect.
CREATE TABLE order_refunds (
    org_id uuid NOT NULL,
    order_id uuid NOT NULL,
    refund_id uuid NOT NULL,
    -- Goods left after it.
    goods_left bigint NOT NULL CHECK (goods_left >= 0),
    points_returned integer NOT NULL DEFAULT 0,
    points_taken integer NOT NULL DEFAULT 0,
    at timestamptz NOT NULL,
    PRIMARY KEY (org_id, order_id, refund_id)
);

ALTER TABLE completed_orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE completed_orders FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON completed_orders TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON completed_orders TO yizhimai_app;
CREATE POLICY system ON completed_orders TO yizhimai_system USING (true);
GRANT SELECT ON completed_orders TO yizhimai_system;

ALTER TABLE order_refunds ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_refunds FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON order_refunds TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON order_refunds TO yizhimai_app;
