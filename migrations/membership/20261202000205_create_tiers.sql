-- Programmes of tiers. The rules are versions with a start, as those of points.
CREATE TABLE tier_programmes (
    org_id uuid NOT NULL,
    programme_id uuid NOT NULL,
    -- NULL for all brands of the organisation.
    brand_id uuid,
    version bigint NOT NULL,
    PRIMARY KEY (org_id, programme_id)
);
CREATE UNIQUE INDEX tier_programmes_scope
ON tier_programmes (org_id, coalesce(brand_id, '00000000-0000-0000-0000-000000000000'));

CREATE TABLE tier_programme_versions (
    org_id uuid NOT NULL,
    programme_id uuid NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    effective_at timestamptz NOT NULL,
    -- The message TierRules.
    rules bytea NOT NULL,
    mode text NOT NULL CHECK (mode IN ('recalculate', 'at_expiry', 'new_members')),
    -- Tiers that are left out, and those in their place.
    replaced uuid[] NOT NULL,
    replaced_by uuid[] NOT NULL,
    saved_at timestamptz NOT NULL,
    saved_by uuid NOT NULL,
    withdrawn_at timestamptz,
    -- When members were moved as the version says; NULL while that is to be done.
    applied_at timestamptz,
    PRIMARY KEY (org_id, programme_id, version),
    FOREIGN KEY (org_id, programme_id) REFERENCES tier_programmes (org_id, programme_id)
);
CREATE UNIQUE INDEX tier_programme_versions_start
ON tier_programme_versions (org_id, programme_id, effective_at) WHERE withdrawn_at IS NULL;
CREATE INDEX tier_programme_versions_to_apply
ON tier_programme_versions (effective_at) WHERE applied_at IS NULL AND withdrawn_at IS NULL;

-- Members above the base tier, and those who are to be judged; everybody else has the base tier.
CREATE TABLE member_tiers (
    org_id uuid NOT NULL,
    programme_id uuid NOT NULL,
    member_id uuid NOT NULL,
    tier_id uuid NOT NULL,
    since timestamptz NOT NULL,
    -- NULL for ever.
    valid_until timestamptz,
    cause text NOT NULL,
    -- Order that reached it.
    order_id uuid,
    -- Tier before it, since and until when, for a tier that is revoked.
    previous_tier_id uuid,
    previous_since timestamptz,
    previous_until timestamptz,
    -- Spend beyond the threshold; it counts for keeping the tier.
    carried_spend bigint NOT NULL DEFAULT 0,
    -- When it is judged next; NULL for never.
    due_at timestamptz,
    -- It is judged by what the window reaches, since the rules changed.
    recalculate boolean NOT NULL DEFAULT false,
    PRIMARY KEY (org_id, programme_id, member_id),
    FOREIGN KEY (org_id, programme_id) REFERENCES tier_programmes (org_id, programme_id)
);
CREATE INDEX member_tiers_due ON member_tiers (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX member_tiers_tier ON member_tiers (org_id, programme_id, tier_id);
CREATE INDEX member_tiers_member ON member_tiers (org_id, member_id);

-- Append-only.
CREATE TABLE tier_changes (
    org_id uuid NOT NULL,
    change_id uuid NOT NULL,
    programme_id uuid NOT NULL,
    member_id uuid NOT NULL,
    at timestamptz NOT NULL,
    from_tier_id uuid NOT NULL,
    to_tier_id uuid NOT NULL,
    cause text NOT NULL CHECK (cause IN (
        'reached', 'renewed', 'downgraded', 'revoked', 'recalculated', 'manual'
    )),
    valid_until timestamptz,
    order_id uuid,
    operator uuid,
    reason text NOT NULL DEFAULT '',
    PRIMARY KEY (org_id, change_id)
);
CREATE INDEX tier_changes_member ON tier_changes (org_id, member_id, programme_id, at DESC);

-- Whether a member meets a condition of a tier: each number of it that is not 0 is one.
CREATE FUNCTION tier_condition_met(
    need_all boolean, min_spend bigint, min_orders integer, min_single bigint, min_points integer,
    spend bigint, orders bigint, single bigint, points bigint
) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN need_all THEN
        spend >= min_spend AND orders >= min_orders AND single >= min_single AND points >= min_points
    ELSE
        (min_spend > 0 AND spend >= min_spend) OR (min_orders > 0 AND orders >= min_orders)
        OR (min_single > 0 AND single >= min_single) OR (min_points > 0 AND points >= min_points)
    END
$$;

ALTER TABLE tier_programmes ENABLE ROW LEVEL SECURITY;
ALTER TABLE tier_programmes FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tier_programmes TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE (version) ON tier_programmes TO yizhimai_app;
CREATE POLICY system ON tier_programmes TO yizhimai_system USING (true);
GRANT SELECT ON tier_programmes TO yizhimai_system;

ALTER TABLE tier_programme_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE tier_programme_versions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tier_programme_versions TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE (withdrawn_at, applied_at) ON tier_programme_versions TO yizhimai_app;
CREATE POLICY system ON tier_programme_versions TO yizhimai_system USING (true);
GRANT SELECT ON tier_programme_versions TO yizhimai_system;

ALTER TABLE member_tiers ENABLE ROW LEVEL SECURITY;
ALTER TABLE member_tiers FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON member_tiers TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON member_tiers TO yizhimai_app;
CREATE POLICY system ON member_tiers TO yizhimai_system USING (true);
GRANT SELECT ON member_tiers TO yizhimai_system;

ALTER TABLE tier_changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE tier_changes FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tier_changes TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT ON tier_changes TO yizhimai_app;
