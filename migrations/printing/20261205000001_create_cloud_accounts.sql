-- Accounts of organisations at the clouds that push slips to printers, one a cloud. They are deleted with
-- their keys.
CREATE TABLE cloud_accounts (
    org_id uuid NOT NULL,
    account_id uuid NOT NULL,
    channel text NOT NULL CHECK (channel IN ('xpyun', 'feie')),
    -- The user that the cloud knows it by.
    user_name text NOT NULL CHECK (char_length(user_name) BETWEEN 1 AND 100),
    -- The key that signs, sealed by the organisation's data key.
    sealed_key bytea NOT NULL,
    -- Its last four characters; empty where that would show most of it.
    key_last_four text NOT NULL CHECK (char_length(key_last_four) <= 4),
    -- Since when the cloud has refused user or key; NULL while it does not.
    refused_at timestamptz,
    version bigint NOT NULL CHECK (version > 0),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, account_id),
    CONSTRAINT cloud_accounts_one UNIQUE (org_id, channel)
);

ALTER TABLE cloud_accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE cloud_accounts FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON cloud_accounts TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON cloud_accounts TO yizhimai_app;
