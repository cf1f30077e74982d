-- Coupons that a merging of members moved, so that it can be undone.
CREATE TABLE coupon_moves (
    org_id uuid NOT NULL,
    merge_id uuid NOT NULL,
    coupon_id uuid NOT NULL,
    PRIMARY KEY (org_id, merge_id, coupon_id),
    FOREIGN KEY (org_id, coupon_id) REFERENCES coupons (org_id, coupon_id)
);

ALTER TABLE coupon_moves ENABLE ROW LEVEL SECURITY;
ALTER TABLE coupon_moves FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON coupon_moves TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, DELETE ON coupon_moves TO yizhimai_app;
