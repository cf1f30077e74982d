-- Print jobs. The open ones of a device are its queue.
CREATE TABLE print_jobs (
    org_id uuid NOT NULL,
    job_id uuid NOT NULL,
    -- The order in which jobs were made, within a queue.
    seq bigint GENERATED ALWAYS AS IDENTITY,
    brand_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    device_id uuid NOT NULL,
    -- NULL for slips of a device itself.
    point_id uuid,
    -- NULL for what no rule made.
    rule_id uuid,
    order_id uuid,
    -- Revision of the order; 0 for none.
    revision integer NOT NULL CHECK (revision >= 0),
    document text NOT NULL CHECK (document IN (
        'customer_slip', 'kitchen_slip', 'label', 'cancel_slip', 'revision_slip', 'prep_list',
        'test_slip'
    )),
    -- Step of the order that asked for it; NULL for none.
    trigger text CHECK (
        trigger IN ('placed', 'accepted', 'preparing', 'ready', 'completed', 'manual')
    ),
    -- What made it: a rule, or a print point for what follows from its slips.
    source_id uuid NOT NULL,
    -- Lines of the order it prints, in their order.
    line_ids uuid[] NOT NULL,
    per text NOT NULL CHECK (per IN ('order', 'station', 'item')),
    -- What is printed besides an order: the number of a pairing code, or the lines of a prep list.
    payload jsonb,
    copies smallint NOT NULL CHECK (copies BETWEEN 1 AND 5),
    -- 補印 n.
    reprint smallint NOT NULL CHECK (reprint BETWEEN 0 AND 99),
    reprint_of uuid,
    may_be_duplicate boolean NOT NULL,
    -- Device it was moved from, 代印.
    moved_from uuid,
    test boolean NOT NULL,
    -- Its first print accepts the order, where the branch wants that.
    accepts boolean NOT NULL,
    -- 取消單 first.
    urgent boolean NOT NULL,
    state text NOT NULL CHECK (state IN (
        'queued', 'sent', 'printed', 'failed', 'expired', 'cancelled', 'unconfirmed'
    )),
    reason text NOT NULL,
    -- Number of its last attempt, and the tries that count towards giving up.
    attempt smallint NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    tries smallint NOT NULL DEFAULT 0 CHECK (tries >= 0),
    not_before timestamptz NOT NULL,
    -- Of a job that is sent: until when its attempt counts.
    lease_until timestamptz,
    -- How far its attempt came: 'held' by an agent, or 'out', where paper may be.
    delivery text NOT NULL CHECK (delivery IN ('none', 'held', 'out')),
    -- Of a job that an agent shall give back: until when it has to answer.
    withdraw_until timestamptz,
    due_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    ended_at timestamptz,
    version bigint NOT NULL CHECK (version > 0),
    PRIMARY KEY (org_id, job_id),
    FOREIGN KEY (org_id, device_id) REFERENCES devices (org_id, device_id),
    FOREIGN KEY (org_id, point_id) REFERENCES print_points (org_id, point_id),
    CONSTRAINT print_jobs_lease CHECK ((state = 'sent') = (lease_until IS NOT NULL)),
    CONSTRAINT print_jobs_delivery CHECK (state <> 'queued' OR delivery = 'none'),
    CONSTRAINT print_jobs_ended CHECK ((state IN ('queued', 'sent')) = (ended_at IS NULL))
);
-- Exactly one job for each revision of an order, document and source; reprints are counted.
CREATE UNIQUE INDEX print_jobs_once
ON print_jobs (org_id, order_id, revision, document, source_id, reprint)
WHERE order_id IS NOT NULL;
-- The queue of a device.
CREATE INDEX print_jobs_queue ON print_jobs (org_id, device_id, urgent DESC, seq)
WHERE state IN ('queued', 'sent');
-- One job at a time: two transactions cannot both send one.
CREATE UNIQUE INDEX print_jobs_one_sent ON print_jobs (org_id, device_id) WHERE state = 'sent';
-- What staff should look at.
CREATE INDEX print_jobs_troubled ON print_jobs (org_id, device_id, ended_at)
WHERE state IN ('unconfirmed', 'failed', 'expired');
CREATE INDEX print_jobs_order ON print_jobs (org_id, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX print_jobs_branch ON print_jobs (org_id, branch_id, seq DESC);
CREATE INDEX print_jobs_lease_until ON print_jobs (lease_until) WHERE state = 'sent';
CREATE INDEX print_jobs_expires_at ON print_jobs (expires_at) WHERE state = 'queued';
CREATE INDEX print_jobs_created_at ON print_jobs (created_at);

ALTER TABLE print_jobs ENABLE ROW LEVEL SECURITY;
ALTER TABLE print_jobs FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON print_jobs TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON print_jobs TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON print_jobs TO yizhimai_app;
GRANT SELECT, DELETE ON print_jobs TO yizhimai_system;

-- Tries to print jobs, kept so that evidence that comes late finds its try.
CREATE TABLE print_attempts (
    org_id uuid NOT NULL,
    job_id uuid NOT NULL,
    number smallint NOT NULL CHECK (number > 0),
    device_id uuid NOT NULL,
    -- Minutes it was late, its reprint and copy marks: the bytes follow from these.
    heads jsonb NOT NULL,
    -- Name of the job in a vendor's cloud; empty for none.
    reference text NOT NULL DEFAULT '',
    sent_at timestamptz NOT NULL,
    delivered_at timestamptz,
    ended_at timestamptz,
    printed boolean NOT NULL DEFAULT false,
    reason text NOT NULL DEFAULT '',
    PRIMARY KEY (org_id, job_id, number),
    FOREIGN KEY (org_id, job_id) REFERENCES print_jobs (org_id, job_id) ON DELETE CASCADE
);

-- Those of which a device or its cloud can be asked.
CREATE INDEX print_attempts_device ON print_attempts (org_id, device_id, sent_at) WHERE NOT printed;

ALTER TABLE print_attempts ENABLE ROW LEVEL SECURITY;
ALTER TABLE print_attempts FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON print_attempts TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON print_attempts TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON print_attempts TO yizhimai_app;
GRANT SELECT, DELETE ON print_attempts TO yizhimai_system;
