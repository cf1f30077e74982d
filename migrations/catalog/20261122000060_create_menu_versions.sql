-- Published menus: written once, never changed; the grants say so. Only the system role deletes old
-- versions. The bodies are stored as they go over the wire, already compressed, so PostgreSQL shall
-- not try to compress them again.
CREATE TABLE menu_versions (
    org_id uuid NOT NULL,
    menu_version_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    number bigint NOT NULL CHECK (number >= 1),
    published_at timestamptz NOT NULL,
    published_by text NOT NULL,
    product_count integer NOT NULL,
    etag text NOT NULL,
    identity_body bytea NOT NULL,
    gzip_body bytea NOT NULL,
    br_body bytea NOT NULL,
    snapshot bytea NOT NULL,
    CONSTRAINT menu_versions_pkey PRIMARY KEY (org_id, menu_version_id),
    CONSTRAINT menu_versions_number_key UNIQUE (org_id, branch_id, number),
    CONSTRAINT menu_versions_branch_fkey FOREIGN KEY (org_id, branch_id) REFERENCES branches (org_id, branch_id)
);
CREATE INDEX menu_versions_age ON menu_versions (published_at);
ALTER TABLE menu_versions ALTER COLUMN gzip_body SET STORAGE EXTERNAL;
ALTER TABLE menu_versions ALTER COLUMN br_body SET STORAGE EXTERNAL;
ALTER TABLE menu_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE menu_versions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON menu_versions TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON menu_versions TO yizhimai_system USING (true);
GRANT SELECT, INSERT ON menu_versions TO yizhimai_app;
GRANT SELECT, DELETE ON menu_versions TO yizhimai_system;
