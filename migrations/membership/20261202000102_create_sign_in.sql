-- Sessions of members in storefronts.
CREATE TABLE member_sessions (
    org_id uuid NOT NULL,
    session_id uuid NOT NULL,
    member_id uuid NOT NULL,
    -- SHA-256 of the secret.
    secret_hash bytea NOT NULL,
    -- The member's generation when it was opened; of another one it is over.
    generation integer NOT NULL,
    device text NOT NULL,
    user_agent text NOT NULL,
    created_at timestamptz NOT NULL,
    -- To the hour.
    used_at timestamptz NOT NULL,
    -- Absolute end.
    ends_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, session_id)
);
CREATE UNIQUE INDEX member_sessions_secret ON member_sessions (org_id, secret_hash);
CREATE INDEX member_sessions_member ON member_sessions (org_id, member_id, created_at DESC);
CREATE INDEX member_sessions_ends_at ON member_sessions (ends_at);

-- The last code that was sent to a phone.
CREATE TABLE member_codes (
    org_id uuid NOT NULL,
    phone text NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('sign_in', 'change_phone', 'erase', 'counter')),
    -- HMAC-SHA-256 of phone, purpose and code; NULL once it was used or is used up.
    code_hash bytea,
    wrong_tries smallint NOT NULL,
    sent_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    -- Codes sent on this day in Taipei.
    day date NOT NULL,
    sent_on_day smallint NOT NULL,
    PRIMARY KEY (org_id, phone)
);
CREATE INDEX member_codes_sent_at ON member_codes (sent_at);

-- Codes sent for requests from one network, by hour.
CREATE TABLE member_code_networks (
    org_id uuid NOT NULL,
    network text NOT NULL,
    hour timestamptz NOT NULL,
    sent integer NOT NULL,
    PRIMARY KEY (org_id, network, hour)
);
CREATE INDEX member_code_networks_hour ON member_code_networks (hour);

-- Keys that seal the credentials of organisations, wrapped by the master key.
CREATE TABLE data_keys (
    org_id uuid PRIMARY KEY,
    wrapped bytea NOT NULL,
    created_at timestamptz NOT NULL
);

-- LINE Login of organisations.
CREATE TABLE line_channels (
    org_id uuid PRIMARY KEY,
    version bigint NOT NULL,
    channel_id text NOT NULL CHECK (channel_id ~ '^[0-9]{10}$'),
    sealed_secret bytea NOT NULL,
    secret_end text NOT NULL,
    enabled boolean NOT NULL
);

-- Sign-ins with LINE under way.
CREATE TABLE line_logins (
    org_id uuid NOT NULL,
    -- SHA-256 of the state.
    state_hash bytea NOT NULL,
    device text NOT NULL,
    nonce text NOT NULL,
    code_verifier text NOT NULL,
    return_path text NOT NULL,
    branch_id uuid,
    -- Member who links an account; NULL for a guest.
    member_id uuid,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, state_hash)
);
CREATE INDEX line_logins_created_at ON line_logins (created_at);

-- Accounts in LINE that devices signed in with and that have yet to be joined with a phone.
CREATE TABLE line_pending (
    org_id uuid NOT NULL,
    device text NOT NULL,
    line_user text NOT NULL,
    name text NOT NULL,
    branch_id uuid,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, device)
);
CREATE INDEX line_pending_created_at ON line_pending (created_at);

ALTER TABLE member_sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE member_sessions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON member_sessions TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON member_sessions TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON member_sessions TO yizhimai_app;
GRANT SELECT, DELETE ON member_sessions TO yizhimai_system;

ALTER TABLE member_codes ENABLE ROW LEVEL SECURITY;
ALTER TABLE member_codes FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON member_codes TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON member_codes TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON member_codes TO yizhimai_app;
GRANT SELECT, DELETE ON member_codes TO yizhimai_system;

ALTER TABLE member_code_networks ENABLE ROW LEVEL SECURITY;
ALTER TABLE member_code_networks FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON member_code_networks TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON member_code_networks TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON member_code_networks TO yizhimai_app;
GRANT SELECT, DELETE ON member_code_networks TO yizhimai_system;

ALTER TABLE data_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE data_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON data_keys TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT ON data_keys TO yizhimai_app;

ALTER TABLE line_channels ENABLE ROW LEVEL SECURITY;
ALTER TABLE line_channels FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON line_channels TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON line_channels TO yizhimai_app;

ALTER TABLE line_logins ENABLE ROW LEVEL SECURITY;
ALTER TABLE line_logins FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON line_logins TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON line_logins TO yizhimai_system USING (true);
GRANT SELECT, INSERT, DELETE ON line_logins TO yizhimai_app;
GRANT SELECT, DELETE ON line_logins TO yizhimai_system;

ALTER TABLE line_pending ENABLE ROW LEVEL SECURITY;
ALTER TABLE line_pending FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON line_pending TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON line_pending TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON line_pending TO yizhimai_app;
GRANT SELECT, DELETE ON line_pending TO yizhimai_system;
