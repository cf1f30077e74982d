-- Rules of automatic tags.
CREATE TABLE tag_rules (
    org_id uuid NOT NULL,
    tag_id uuid NOT NULL,
    -- The message TagRule.
    rule bytea NOT NULL,
    paused boolean NOT NULL,
    -- When it is applied to all members next, and how far the round under way has come with its batches; NULL for one
    -- that does not act.
    round_at timestamptz,
    after_member uuid,
    given_batch_id uuid,
    taken_batch_id uuid,
    applied_at timestamptz,
    PRIMARY KEY (org_id, tag_id),
    CONSTRAINT tag_rules_round CHECK (NOT (paused AND round_at IS NOT NULL)),
    FOREIGN KEY (org_id, tag_id) REFERENCES tags (org_id, tag_id)
);
CREATE INDEX tag_rules_round_at ON tag_rules (round_at) WHERE round_at IS NOT NULL;

ALTER TABLE tag_rules ENABLE ROW LEVEL SECURITY;
ALTER TABLE tag_rules FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tag_rules TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON tag_rules TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON tag_rules TO yizhimai_app;
GRANT SELECT ON tag_rules TO yizhimai_system;

-- A round of a rule is a batch without an account.
ALTER TABLE tag_batches ALTER COLUMN operator DROP NOT NULL;
