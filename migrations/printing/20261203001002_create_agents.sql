-- The key that seals an organisation's secrets, itself sealed by the master key.
CREATE TABLE data_keys (
    org_id uuid PRIMARY KEY,
    wrapped bytea NOT NULL,
    created_at timestamptz NOT NULL
);

ALTER TABLE data_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE data_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON data_keys TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT ON data_keys TO yizhimai_app;

-- Print agents: our program in a branch. It exchanges a pairing code for a token; of both only digests
-- are kept.
CREATE TABLE agents (
    org_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 120),
    -- SHA-256 of the pairing code; NULL once it was exchanged.
    code_hash bytea CHECK (octet_length(code_hash) = 32),
    code_expires_at timestamptz,
    -- Codes since the beginning of the hour they are counted in.
    codes smallint NOT NULL DEFAULT 0 CHECK (codes >= 0),
    codes_since timestamptz NOT NULL,
    -- SHA-256 of the token; NULL until the first code was exchanged.
    token_hash bytea CHECK (octet_length(token_hash) = 32),
    software text NOT NULL DEFAULT '',
    last_seen_at timestamptz,
    archived boolean NOT NULL DEFAULT false,
    version bigint NOT NULL CHECK (version > 0),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, agent_id),
    CONSTRAINT agents_code CHECK ((code_hash IS NULL) = (code_expires_at IS NULL))
);
CREATE INDEX agents_branch ON agents (org_id, branch_id, name, agent_id) WHERE NOT archived;
-- A program names its code or its token alone; the organisation is found by it.
CREATE UNIQUE INDEX agents_code_hash ON agents (code_hash);
CREATE UNIQUE INDEX agents_token_hash ON agents (token_hash);

ALTER TABLE agents ENABLE ROW LEVEL SECURITY;
ALTER TABLE agents FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON agents TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON agents FOR SELECT TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON agents TO yizhimai_app;
GRANT SELECT (org_id, agent_id, code_hash, token_hash, archived) ON agents TO yizhimai_system;
