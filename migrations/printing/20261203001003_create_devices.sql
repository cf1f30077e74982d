-- Physical printers. They are archived, never deleted: jobs name them.
CREATE TABLE devices (
    org_id uuid NOT NULL,
    device_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    serial text NOT NULL CHECK (serial ~ '^[A-Z0-9-]{3,40}$'),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 120),
    channel text NOT NULL CHECK (
        channel IN ('star_cloudprnt', 'epson_sdp', 'agent', 'xpyun', 'feie')
    ),
    paper text NOT NULL CHECK (paper IN ('58mm', '80mm', 'label_40x25')),
    model text NOT NULL,
    agent_id uuid,
    -- Where the agent finds it.
    agent_address text NOT NULL,
    -- SHA-256 of the secret in its address; NULL where the channel has no address.
    secret_hash bytea CHECK (octet_length(secret_hash) = 32),
    -- Key of the vendor's cloud, sealed by the organisation's data key; NULL for none.
    vendor_key bytea,
    settings jsonb NOT NULL,
    paired boolean NOT NULL DEFAULT false,
    -- Counts its pairing codes, which are derived from it.
    pairing_number integer NOT NULL CHECK (pairing_number > 0),
    -- Wrong codes since the last one was made.
    pairing_failures smallint NOT NULL DEFAULT 0 CHECK (pairing_failures BETWEEN 0 AND 5),
    pairing_expires_at timestamptz NOT NULL,
    -- Codes since the beginning of the hour they are counted in.
    codes smallint NOT NULL CHECK (codes >= 0),
    codes_since timestamptz NOT NULL,
    archived boolean NOT NULL DEFAULT false,
    version bigint NOT NULL CHECK (version > 0),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, device_id),
    FOREIGN KEY (org_id, agent_id) REFERENCES agents (org_id, agent_id),
    CONSTRAINT devices_agent CHECK ((channel = 'agent') = (agent_id IS NOT NULL)),
    CONSTRAINT devices_secret CHECK (
        (channel IN ('star_cloudprnt', 'epson_sdp')) = (secret_hash IS NOT NULL)
    )
);
CREATE INDEX devices_branch ON devices (org_id, branch_id, name, device_id) WHERE NOT archived;
CREATE INDEX devices_agent ON devices (org_id, agent_id) WHERE agent_id IS NOT NULL;
-- A device names its secret alone; the organisation is found by it.
CREATE UNIQUE INDEX devices_secret_hash ON devices (secret_hash);
-- Whoever holds the paper has the serial, over all organisations.
CREATE UNIQUE INDEX devices_paired_serial ON devices (serial) WHERE paired AND NOT archived;
CREATE UNIQUE INDEX devices_own_serial ON devices (org_id, serial) WHERE NOT archived;
-- Devices of the push clouds are served by a timer.
CREATE INDEX devices_cloud ON devices (org_id, device_id)
WHERE channel IN ('xpyun', 'feie') AND NOT archived;

ALTER TABLE devices ENABLE ROW LEVEL SECURITY;
ALTER TABLE devices FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON devices TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON devices FOR SELECT TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON devices TO yizhimai_app;
GRANT SELECT (org_id, device_id, serial, channel, secret_hash, settings, paired, archived)
ON devices TO yizhimai_system;

-- How each device is. Apart from what staff sets, because it changes by itself all the time.
CREATE TABLE device_states (
    org_id uuid NOT NULL,
    device_id uuid NOT NULL,
    state text NOT NULL CHECK (
        state IN ('online', 'offline', 'paper_out', 'cover_open', 'fault')
    ),
    reason text NOT NULL,
    state_since timestamptz NOT NULL,
    paper_low boolean NOT NULL,
    firmware text NOT NULL,
    last_seen_at timestamptz,
    -- After which instant it counts as offline; NULL while it does.
    offline_at timestamptz,
    -- When it last came back from being offline, out of paper, open or broken: slips that were due before
    -- are late. NULL for never.
    recovered_at timestamptz,
    version bigint NOT NULL CHECK (version > 0),
    PRIMARY KEY (org_id, device_id),
    FOREIGN KEY (org_id, device_id) REFERENCES devices (org_id, device_id)
) WITH (fillfactor = 50);
CREATE INDEX device_states_offline_at ON device_states (offline_at) WHERE offline_at IS NOT NULL;

ALTER TABLE device_states ENABLE ROW LEVEL SECURITY;
ALTER TABLE device_states FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON device_states TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON device_states FOR SELECT TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON device_states TO yizhimai_app;
GRANT SELECT ON device_states TO yizhimai_system;
