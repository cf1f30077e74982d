-- Staff accounts. The role is a starter of the code; personal additions come with their own table.
CREATE TABLE accounts (
    org_id uuid NOT NULL REFERENCES organisations (org_id),
    account_id uuid NOT NULL,
    account text NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    password_hash text NOT NULL,
    -- Raised by whatever ends all sessions, such as another password: sessions of an earlier
    -- generation are refused, whether or not Redis has forgotten them.
    session_generation bigint NOT NULL DEFAULT 1,
    scope_organisation boolean NOT NULL,
    scope_brands uuid[] NOT NULL,
    scope_branches uuid[] NOT NULL,
    enabled boolean NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, account_id),
    CONSTRAINT accounts_account UNIQUE (org_id, account)
);

ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounts FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON accounts TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON accounts TO yizhimai_app;
