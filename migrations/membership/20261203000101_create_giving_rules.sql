-- Rules by which members are given coupons.
CREATE TABLE giving_rules (
    org_id uuid NOT NULL,
    rule_id uuid NOT NULL,
    version bigint NOT NULL,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 240),
    template_id uuid NOT NULL,
    occasion text NOT NULL CHECK (occasion IN ('joined', 'tier_reached', 'monthly', 'birthday')),
    tier_ids uuid [] NOT NULL,
    -- Before the birthday; NULL for the first of the month of birth.
    days_before integer CHECK (days_before BETWEEN 0 AND 30),
    count integer NOT NULL CHECK (count BETWEEN 1 AND 5),
    most_coupons integer CHECK (most_coupons > 0),
    state text NOT NULL CHECK (state IN ('active', 'paused', 'ended')),
    -- Since when it acts; what came before counts not.
    active_since timestamptz NOT NULL,
    given bigint NOT NULL DEFAULT 0 CHECK (given >= 0),
    last_given_at timestamptz,
    -- Reason why who was due last got nothing; empty while it gives.
    stopped_by text NOT NULL DEFAULT '',
    -- When the next round over members begins, or the one under way began, and how far that has come; NULL for
    -- occasions of one member and for a rule that does not act.
    round_at timestamptz,
    after_member uuid,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, rule_id),
    CONSTRAINT giving_rules_most CHECK (given <= coalesce(most_coupons, given)),
    CONSTRAINT giving_rules_round CHECK (round_at IS NULL OR state = 'active'),
    FOREIGN KEY (org_id, template_id) REFERENCES coupon_templates (org_id, template_id)
);
CREATE INDEX giving_rules_round_at ON giving_rules (round_at) WHERE round_at IS NOT NULL;

ALTER TABLE giving_rules ENABLE ROW LEVEL SECURITY;
ALTER TABLE giving_rules FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON giving_rules TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON giving_rules TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON giving_rules TO yizhimai_app;
GRANT SELECT ON giving_rules TO yizhimai_system;

-- Members to whom something has just happened that a rule gives coupons for; a row is gone once it is dealt with.
CREATE TABLE giving_due (
    org_id uuid NOT NULL,
    rule_id uuid NOT NULL,
    member_id uuid NOT NULL,
    occurrence text NOT NULL,
    due_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, rule_id, member_id, occurrence),
    FOREIGN KEY (org_id, rule_id) REFERENCES giving_rules (org_id, rule_id)
);
CREATE INDEX giving_due_at ON giving_due (due_at);

ALTER TABLE giving_due ENABLE ROW LEVEL SECURITY;
ALTER TABLE giving_due FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON giving_due TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON giving_due TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON giving_due TO yizhimai_app;
GRANT SELECT ON giving_due TO yizhimai_system;

-- What was given: once for a rule, a member and an occurrence.
CREATE TABLE givings (
    org_id uuid NOT NULL,
    rule_id uuid NOT NULL,
    member_id uuid NOT NULL,
    -- Such as a year of birthdays or a month.
    occurrence text NOT NULL,
    at timestamptz NOT NULL,
    -- Batch of the coupons.
    batch_id uuid NOT NULL,
    -- Merging of members that brought it here.
    merge_id uuid,
    PRIMARY KEY (org_id, rule_id, member_id, occurrence),
    FOREIGN KEY (org_id, rule_id) REFERENCES giving_rules (org_id, rule_id)
);
CREATE INDEX givings_member ON givings (org_id, member_id);

ALTER TABLE givings ENABLE ROW LEVEL SECURITY;
ALTER TABLE givings FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON givings TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, DELETE ON givings TO yizhimai_app;
