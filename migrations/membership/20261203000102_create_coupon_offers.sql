-- Links by which members pass coupons on; a coupon has at most one.
CREATE TABLE coupon_offers (
    org_id uuid NOT NULL,
    coupon_id uuid NOT NULL,
    -- SHA-256 of the text in the link.
    token_hash bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    -- Coupon of who took it; NULL until then.
    claimed_coupon_id uuid,
    PRIMARY KEY (org_id, coupon_id),
    FOREIGN KEY (org_id, coupon_id) REFERENCES coupons (org_id, coupon_id),
    FOREIGN KEY (org_id, claimed_coupon_id) REFERENCES coupons (org_id, coupon_id)
);
CREATE UNIQUE INDEX coupon_offers_token ON coupon_offers (org_id, token_hash);

ALTER TABLE coupon_offers ENABLE ROW LEVEL SECURITY;
ALTER TABLE coupon_offers FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON coupon_offers TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON coupon_offers TO yizhimai_app;
