-- What a vendor's cloud was given for a try: one row a part of its slip, written before the cloud is called.
CREATE TABLE cloud_orders (
    org_id uuid NOT NULL,
    job_id uuid NOT NULL,
    attempt smallint NOT NULL,
    part smallint NOT NULL CHECK (part > 0),
    device_id uuid NOT NULL,
    -- The cloud's number of it; empty while nobody knows whether the cloud has it.
    reference text NOT NULL DEFAULT '',
    printed boolean NOT NULL DEFAULT false,
    -- When the try was begun.
    given_at timestamptz NOT NULL,
    -- After which instant the cloud prints it no more; NULL where it was given no end.
    ends_at timestamptz,
    -- When the cloud is next asked about it; NULL when it is not asked.
    ask_at timestamptz,
    PRIMARY KEY (org_id, job_id, attempt, part),
    FOREIGN KEY (org_id, job_id, attempt)
    REFERENCES print_attempts (org_id, job_id, number) ON DELETE CASCADE
);
CREATE INDEX cloud_orders_ask_at ON cloud_orders (org_id, device_id, ask_at)
WHERE ask_at IS NOT NULL;

ALTER TABLE cloud_orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE cloud_orders FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON cloud_orders TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON cloud_orders TO yizhimai_app;
