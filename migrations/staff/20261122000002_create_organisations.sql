-- Tenants. The one table whose rows are looked up before the tenant is known: sign-in starts from
-- the organisation's code, so the system role may read it.
CREATE TABLE organisations (
    org_id uuid PRIMARY KEY,
    code text NOT NULL,
    name text NOT NULL,
    plan text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT organisations_code UNIQUE (code),
    CONSTRAINT organisations_plan CHECK (plan IN ('basic', 'advanced', 'max'))
);

ALTER TABLE organisations ENABLE ROW LEVEL SECURITY;
ALTER TABLE organisations FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON organisations TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON organisations TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON organisations TO yizhimai_app;
GRANT SELECT ON organisations TO yizhimai_system;
