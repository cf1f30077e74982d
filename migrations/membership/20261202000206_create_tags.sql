-- Tags of members.
CREATE TABLE tags (
    org_id uuid NOT NULL,
    tag_id uuid NOT NULL,
    version bigint NOT NULL,
    -- As typed, 1 to 20 characters.
    name text NOT NULL,
    -- Without case, width and spaces.
    name_folded text NOT NULL,
    colour text NOT NULL,
    group_name text NOT NULL,
    description text NOT NULL,
    -- Names before, newest first.
    former_names text[] NOT NULL DEFAULT '{}',
    archived boolean NOT NULL DEFAULT false,
    merged_into uuid,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, tag_id)
);
CREATE UNIQUE INDEX tags_name ON tags (org_id, name_folded) WHERE NOT archived;

CREATE TABLE tag_batches (
    org_id uuid NOT NULL,
    batch_id uuid NOT NULL,
    tag_id uuid NOT NULL,
    added boolean NOT NULL,
    at timestamptz NOT NULL,
    operator uuid NOT NULL,
    matched integer NOT NULL,
    changed integer NOT NULL,
    undone_at timestamptz,
    undone_by uuid,
    PRIMARY KEY (org_id, batch_id),
    FOREIGN KEY (org_id, tag_id) REFERENCES tags (org_id, tag_id)
);
CREATE INDEX tag_batches_tag ON tag_batches (org_id, tag_id, batch_id);

CREATE TABLE member_tags (
    org_id uuid NOT NULL,
    member_id uuid NOT NULL,
    tag_id uuid NOT NULL,
    since timestamptz NOT NULL,
    source text NOT NULL CHECK (source IN ('manual', 'batch', 'rule', 'merge', 'undo')),
    operator uuid,
    batch_id uuid,
    PRIMARY KEY (org_id, member_id, tag_id),
    FOREIGN KEY (org_id, tag_id) REFERENCES tags (org_id, tag_id)
);
CREATE INDEX member_tags_tag ON member_tags (org_id, tag_id, member_id);

-- Append-only: how members got and lost tags.
CREATE TABLE member_tag_changes (
    org_id uuid NOT NULL,
    change_id bigint GENERATED ALWAYS AS IDENTITY,
    member_id uuid NOT NULL,
    tag_id uuid NOT NULL,
    at timestamptz NOT NULL,
    added boolean NOT NULL,
    source text NOT NULL CHECK (source IN ('manual', 'batch', 'rule', 'merge', 'undo')),
    operator uuid,
    batch_id uuid,
    PRIMARY KEY (org_id, change_id)
);
CREATE INDEX member_tag_changes_member ON member_tag_changes (org_id, member_id, change_id DESC);
CREATE INDEX member_tag_changes_batch
ON member_tag_changes (org_id, batch_id) WHERE batch_id IS NOT NULL;

ALTER TABLE tags ENABLE ROW LEVEL SECURITY;
ALTER TABLE tags FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tags TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON tags TO yizhimai_app;

ALTER TABLE tag_batches ENABLE ROW LEVEL SECURITY;
ALTER TABLE tag_batches FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tag_batches TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON tag_batches TO yizhimai_app;

ALTER TABLE member_tags ENABLE ROW LEVEL SECURITY;
ALTER TABLE member_tags FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON member_tags TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON member_tags TO yizhimai_app;

ALTER TABLE member_tag_changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE member_tag_changes FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON member_tag_changes TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT ON member_tag_changes TO yizhimai_app;
