-- Who changed what, of all services: append-only and chained by hash within an organisation, so that a
-- record that was altered, removed or slipped in shows. Only the oldest can be removed, after five years.
CREATE TABLE audit_records (
    org_id uuid NOT NULL,
    -- Place in the organisation's chain, without gaps.
    seq bigint NOT NULL,
    record_id uuid NOT NULL,
    recorded_at timestamptz NOT NULL,
    action text NOT NULL,
    outcome text NOT NULL,
    actor_kind text NOT NULL,
    actor_id text NOT NULL,
    session_id uuid,
    -- Where the caller came from, masked, and with what.
    network text NOT NULL,
    user_agent text NOT NULL,
    on_behalf_of uuid,
    brand_id uuid,
    branch_id uuid,
    object_type text NOT NULL,
    object_id text NOT NULL,
    request jsonb,
    -- A list of `field`, `before` and `after`.
    changes jsonb NOT NULL,
    omitted_changes integer NOT NULL,
    reason text NOT NULL,
    trace_id text NOT NULL,
    -- Hash of the record before; empty for the first.
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (org_id, seq),
    CONSTRAINT audit_records_record UNIQUE (org_id, record_id)
);

CREATE INDEX audit_records_actor ON audit_records (org_id, actor_id, seq);
CREATE INDEX audit_records_object ON audit_records (org_id, object_id, seq);
CREATE INDEX audit_records_branch ON audit_records (org_id, branch_id, seq);
CREATE INDEX audit_records_brand ON audit_records (org_id, brand_id, seq);

ALTER TABLE audit_records ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_records FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON audit_records TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT ON audit_records TO yizhimai_app;

-- The job that removes old records sees their places and times, and no younger one can be removed.
CREATE POLICY system ON audit_records FOR SELECT TO yizhimai_system USING (true);
CREATE POLICY system_remove ON audit_records FOR DELETE TO yizhimai_system
    USING (recorded_at < now() - interval '5 years');
GRANT SELECT (org_id, seq, recorded_at, hash), DELETE ON audit_records TO yizhimai_system;

-- Where each chain ends. It serialises the appending, and shows when the newest records are missing.
CREATE TABLE audit_chains (
    org_id uuid PRIMARY KEY,
    seq bigint NOT NULL,
    hash bytea NOT NULL
);

ALTER TABLE audit_chains ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_chains FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON audit_chains TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON audit_chains TO yizhimai_app;
CREATE POLICY system ON audit_chains FOR SELECT TO yizhimai_system USING (true);
GRANT SELECT (org_id) ON audit_chains TO yizhimai_system;

-- Where a chain starts whose oldest records were removed: the place and the hash of the last of those.
-- The first record that is kept follows it, so the rest of the chain proves what it did before.
CREATE TABLE audit_chain_starts (
    org_id uuid PRIMARY KEY,
    seq bigint NOT NULL,
    hash bytea NOT NULL
);

ALTER TABLE audit_chain_starts ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_chain_starts FORCE ROW LEVEL SECURITY;
CREATE POLICY system ON audit_chain_starts TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON audit_chain_starts TO yizhimai_system;

-- Hash of a record's content and of the record before it. The content is a JSON list in the order of the
-- columns; times are microseconds, so that no setting changes the text.
CREATE FUNCTION audit_record_hash(record audit_records) RETURNS bytea
LANGUAGE sql STABLE
RETURN sha256(record.previous_hash || convert_to(jsonb_build_array(
    record.org_id,
    record.seq,
    record.record_id,
    (extract(epoch FROM record.recorded_at) * 1000000)::bigint,
    record.action,
    record.outcome,
    record.actor_kind,
    record.actor_id,
    record.session_id,
    record.network,
    record.user_agent,
    record.on_behalf_of,
    record.brand_id,
    record.branch_id,
    record.object_type,
    record.object_id,
    record.request,
    record.changes,
    record.omitted_changes,
    record.reason,
    record.trace_id
)::text, 'UTF8'));

CREATE FUNCTION append_to_audit_chain() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
    chain audit_chains;
BEGIN
    INSERT INTO audit_chains (org_id, seq, hash)
    VALUES (NEW.org_id, 0, '')
    ON CONFLICT DO NOTHING;
    SELECT * INTO chain FROM audit_chains WHERE org_id = NEW.org_id FOR UPDATE;

    NEW.seq := chain.seq + 1;
    NEW.previous_hash := chain.hash;
    NEW.hash := audit_record_hash(NEW);

    UPDATE audit_chains SET seq = NEW.seq, hash = NEW.hash WHERE org_id = NEW.org_id;
    RETURN NEW;
END
$$;

CREATE TRIGGER audit_records_append
BEFORE INSERT ON audit_records
FOR EACH ROW EXECUTE FUNCTION append_to_audit_chain();

-- Keeps the proof of a chain whose oldest records are removed, and refuses to remove any other.
CREATE FUNCTION move_audit_chain_start() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO audit_chain_starts (org_id, seq, hash)
    SELECT DISTINCT ON (org_id) org_id, seq, hash
    FROM removed
    ORDER BY org_id, seq DESC
    ON CONFLICT (org_id) DO UPDATE
    SET seq = excluded.seq,
        hash = excluded.hash;

    IF EXISTS (
        SELECT
        FROM audit_chain_starts AS start
        JOIN audit_records AS kept ON kept.org_id = start.org_id AND kept.seq <= start.seq
        WHERE start.org_id IN (SELECT org_id FROM removed)
    ) THEN
        RAISE EXCEPTION 'only the oldest audit records of an organisation can be removed';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER audit_records_remove
AFTER DELETE ON audit_records
REFERENCING OLD TABLE AS removed
FOR EACH STATEMENT EXECUTE FUNCTION move_audit_chain_start();
