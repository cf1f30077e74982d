-- How devices that a vendor's cloud drives are served. A row stays until the cloud has let its device go.
CREATE TABLE cloud_devices (
    org_id uuid NOT NULL,
    device_id uuid NOT NULL,
    channel text NOT NULL CHECK (channel IN ('xpyun', 'feie')),
    -- User of the account that it was added to; empty while it is in none.
    added_to text NOT NULL DEFAULT '',
    -- Why the cloud does not serve it; empty while it does.
    problem text NOT NULL DEFAULT '' CHECK (
        problem IN ('', 'no_account', 'account_refused', 'printer_unknown', 'unreachable')
    ),
    -- Version of the account that it was last served with: another one is tried at once.
    account_version bigint NOT NULL DEFAULT 0,
    -- Calls that failed since one succeeded.
    failures smallint NOT NULL DEFAULT 0 CHECK (failures >= 0),
    -- When the cloud is next asked how it is; until then a device with a problem is left alone.
    state_due_at timestamptz NOT NULL,
    -- When there is next something to do; infinity while somebody does it.
    due_at timestamptz NOT NULL,
    -- Until when whoever took it has it for themselves.
    leased_until timestamptz,
    PRIMARY KEY (org_id, device_id),
    FOREIGN KEY (org_id, device_id) REFERENCES devices (org_id, device_id)
) WITH (fillfactor = 50);
CREATE INDEX cloud_devices_due_at ON cloud_devices (channel, due_at);
CREATE INDEX cloud_devices_leased_until ON cloud_devices (channel, leased_until)
WHERE leased_until IS NOT NULL;

-- Those that were registered before somebody served them.
ALTER TABLE devices NO FORCE ROW LEVEL SECURITY;
INSERT INTO cloud_devices (org_id, device_id, channel, state_due_at, due_at)
SELECT org_id, device_id, channel, created_at, created_at
FROM devices
WHERE channel IN ('xpyun', 'feie') AND NOT archived;
ALTER TABLE devices FORCE ROW LEVEL SECURITY;

ALTER TABLE cloud_devices ENABLE ROW LEVEL SECURITY;
ALTER TABLE cloud_devices FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON cloud_devices TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON cloud_devices TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON cloud_devices TO yizhimai_app;
GRANT SELECT (org_id, device_id, channel, due_at, leased_until), UPDATE (due_at, leased_until)
ON cloud_devices TO yizhimai_system;
