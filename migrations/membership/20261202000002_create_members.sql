-- Members of an organisation. One phone is one member; a member who was merged or erased keeps the row.
CREATE TABLE members (
    org_id uuid NOT NULL,
    member_id uuid NOT NULL,
    version bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('active', 'blocked', 'prepays', 'merged', 'erased')),
    -- Member that this one was merged into.
    merged_into uuid,
    -- As typed, at most 30 characters; empty when unknown.
    name text NOT NULL,
    -- E.164; NULL when unknown.
    phone text,
    joined_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, member_id)
);
CREATE UNIQUE INDEX members_phone ON members (org_id, phone) WHERE state NOT IN ('merged', 'erased');

ALTER TABLE members ENABLE ROW LEVEL SECURITY;
ALTER TABLE members FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON members TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON members TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON members TO yizhimai_app;
GRANT SELECT ON members TO yizhimai_system;
