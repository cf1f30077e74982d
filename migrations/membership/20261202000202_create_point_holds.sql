-- Points that orders hold or have used, by lot, so that they come back to where they were.
CREATE TABLE point_holds (
    org_id uuid NOT NULL,
    order_id uuid NOT NULL,
    member_id uuid NOT NULL,
    programme_id uuid NOT NULL,
    points integer NOT NULL CHECK (points > 0),
    -- Of used points, how many came back.
    returned integer NOT NULL DEFAULT 0 CHECK (returned BETWEEN 0 AND points),
    state text NOT NULL CHECK (state IN ('held', 'used', 'released')),
    -- Counts holds of the order: one that was released may be held anew.
    attempt integer NOT NULL DEFAULT 1,
    held_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, order_id),
    FOREIGN KEY (org_id, member_id, programme_id)
    REFERENCES point_accounts (org_id, member_id, programme_id)
);
CREATE INDEX point_holds_member ON point_holds (org_id, member_id) WHERE state = 'held';

CREATE TABLE point_hold_lots (
    org_id uuid NOT NULL,
    order_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    points integer NOT NULL CHECK (points > 0),
    returned integer NOT NULL DEFAULT 0 CHECK (returned BETWEEN 0 AND points),
    PRIMARY KEY (org_id, order_id, lot_id),
    FOREIGN KEY (org_id, order_id) REFERENCES point_holds (org_id, order_id),
    FOREIGN KEY (org_id, lot_id) REFERENCES point_lots (org_id, lot_id)
);

ALTER TABLE point_holds ENABLE ROW LEVEL SECURITY;
ALTER TABLE point_holds FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON point_holds TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON point_holds TO yizhimai_app;

ALTER TABLE point_hold_lots ENABLE ROW LEVEL SECURITY;
ALTER TABLE point_hold_lots FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON point_hold_lots TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON point_hold_lots TO yizhimai_app;
