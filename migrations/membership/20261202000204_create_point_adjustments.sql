-- Manual adjustments of points; a large one waits for a second person.
CREATE TABLE point_adjustments (
    org_id uuid NOT NULL,
    adjustment_id uuid NOT NULL,
    member_id uuid NOT NULL,
    programme_id uuid NOT NULL,
    points integer NOT NULL CHECK (points <> 0 AND points BETWEEN -10000 AND 10000),
    reason text NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'applied', 'rejected', 'expired')),
    requested_by uuid NOT NULL,
    requested_at timestamptz NOT NULL,
    decided_by uuid,
    decided_at timestamptz,
    decision_note text NOT NULL DEFAULT '',
    entry_id uuid,
    PRIMARY KEY (org_id, adjustment_id),
    CHECK (decided_by <> requested_by)
);
CREATE INDEX point_adjustments_waiting
ON point_adjustments (org_id, requested_at) WHERE state = 'waiting';
CREATE INDEX point_adjustments_member ON point_adjustments (org_id, member_id, adjustment_id);

ALTER TABLE point_adjustments ENABLE ROW LEVEL SECURITY;
ALTER TABLE point_adjustments FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON point_adjustments TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON point_adjustments TO yizhimai_app;
CREATE POLICY system ON point_adjustments TO yizhimai_system USING (true);
GRANT SELECT, UPDATE ON point_adjustments TO yizhimai_system;
