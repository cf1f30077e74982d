-- Points programmes: the points of one scope. The rules are versions with a start; a version that has not taken
-- effect can be withdrawn, and nothing else of one changes.
CREATE TABLE points_programmes (
    org_id uuid NOT NULL,
    programme_id uuid NOT NULL,
    -- NULL for all brands of the organisation.
    brand_id uuid,
    -- Number of the latest version.
    version bigint NOT NULL,
    PRIMARY KEY (org_id, programme_id)
);
CREATE UNIQUE INDEX points_programmes_scope
ON points_programmes (org_id, coalesce(brand_id, '00000000-0000-0000-0000-000000000000'));

CREATE TABLE points_programme_versions (
    org_id uuid NOT NULL,
    programme_id uuid NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    effective_at timestamptz NOT NULL,
    -- The message PointsRules.
    rules bytea NOT NULL,
    saved_at timestamptz NOT NULL,
    saved_by uuid NOT NULL,
    withdrawn_at timestamptz,
    PRIMARY KEY (org_id, programme_id, version),
    FOREIGN KEY (org_id, programme_id) REFERENCES points_programmes (org_id, programme_id)
);
CREATE UNIQUE INDEX points_programme_versions_start
ON points_programme_versions (org_id, programme_id, effective_at) WHERE withdrawn_at IS NULL;

ALTER TABLE points_programmes ENABLE ROW LEVEL SECURITY;
ALTER TABLE points_programmes FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON points_programmes TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE (version) ON points_programmes TO yizhimai_app;
CREATE POLICY system ON points_programmes TO yizhimai_system USING (true);
GRANT SELECT ON points_programmes TO yizhimai_system;

ALTER TABLE points_programme_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE points_programme_versions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON points_programme_versions TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE (withdrawn_at) ON points_programme_versions TO yizhimai_app;
CREATE POLICY system ON points_programme_versions TO yizhimai_system USING (true);
GRANT SELECT ON points_programme_versions TO yizhimai_system;
