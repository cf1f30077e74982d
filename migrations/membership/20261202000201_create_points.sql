-- Points of members. An account is what a member has in one programme, entries say how it became so, and lots
-- are its parts by when they end. Entries and their changes of lots are only ever added: triggers carry them into
-- accounts and lots, so that balance = sum of entries = sum of lots, and checks keep all of them at 0 or above.
CREATE TABLE point_accounts (
    org_id uuid NOT NULL,
    member_id uuid NOT NULL,
    programme_id uuid NOT NULL,
    balance integer NOT NULL DEFAULT 0 CONSTRAINT point_accounts_balance CHECK (balance >= 0),
    -- Part of the balance that open orders hold.
    held integer NOT NULL DEFAULT 0 CONSTRAINT point_accounts_held CHECK (held BETWEEN 0 AND balance),
    -- 待入帳.
    pending integer NOT NULL DEFAULT 0 CHECK (pending >= 0),
    -- 待扣點數.
    debt integer NOT NULL DEFAULT 0 CHECK (debt >= 0),
    -- Entries so far.
    last_seq bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, member_id, programme_id)
);
CREATE INDEX point_accounts_programme
ON point_accounts (org_id, programme_id) INCLUDE (balance, pending, debt);

CREATE TABLE point_lots (
    org_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    member_id uuid NOT NULL,
    programme_id uuid NOT NULL,
    remaining integer NOT NULL DEFAULT 0 CONSTRAINT point_lots_remaining CHECK (remaining >= 0),
    -- Part of it that open orders hold.
    held integer NOT NULL DEFAULT 0 CONSTRAINT point_lots_held CHECK (held BETWEEN 0 AND remaining),
    credited integer NOT NULL CHECK (credited > 0),
    credited_at timestamptz NOT NULL,
    -- NULL for never.
    expires_at timestamptz,
    -- Months after the last completed order at which it ends, for N 月無消費.
    inactivity_months smallint,
    -- Order that earned it.
    order_id uuid,
    -- Days before the end of which the member was notified last: 30, then 7.
    noticed_days smallint,
    PRIMARY KEY (org_id, lot_id),
    FOREIGN KEY (org_id, member_id, programme_id)
    REFERENCES point_accounts (org_id, member_id, programme_id)
);
CREATE INDEX point_lots_open
ON point_lots (org_id, member_id, programme_id, expires_at) WHERE remaining > 0;
CREATE INDEX point_lots_expiry ON point_lots (expires_at) WHERE remaining > 0 AND expires_at IS NOT NULL;

CREATE TABLE point_entries (
    org_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    member_id uuid NOT NULL,
    programme_id uuid NOT NULL,
    -- Counts the entries of the account; set by the trigger.
    seq bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN (
        'earned', 'pending', 'bonus', 'redeemed', 'expired', 'returned', 'taken_back', 'adjusted', 'merged'
    )),
    -- Changes of the account.
    points integer NOT NULL,
    pending integer NOT NULL,
    debt integer NOT NULL,
    -- Balance after it; set by the trigger.
    balance integer NOT NULL,
    at timestamptz NOT NULL,
    order_id uuid,
    order_number text NOT NULL,
    branch_id uuid,
    refund_id uuid,
    -- Version of the programme; 0 for none.
    programme_version bigint NOT NULL,
    -- What the one-line explanation says, and its numbers.
    explanation text NOT NULL,
    params jsonb NOT NULL,
    -- Account of staff; NULL for the platform.
    operator uuid,
    reason text NOT NULL,
    -- What it books, once.
    source text NOT NULL,
    PRIMARY KEY (org_id, entry_id),
    UNIQUE (org_id, member_id, programme_id, seq),
    CONSTRAINT point_entries_source UNIQUE (org_id, member_id, programme_id, source),
    FOREIGN KEY (org_id, member_id, programme_id)
    REFERENCES point_accounts (org_id, member_id, programme_id)
);
CREATE INDEX point_entries_at ON point_entries (org_id, at DESC, entry_id DESC);
CREATE INDEX point_entries_member ON point_entries (org_id, member_id, at DESC, entry_id DESC);
CREATE INDEX point_entries_order ON point_entries (org_id, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX point_entries_programme ON point_entries (org_id, programme_id, at);

CREATE TABLE point_lot_changes (
    org_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    points integer NOT NULL CHECK (points <> 0),
    PRIMARY KEY (org_id, entry_id, lot_id),
    FOREIGN KEY (org_id, entry_id) REFERENCES point_entries (org_id, entry_id),
    FOREIGN KEY (org_id, lot_id) REFERENCES point_lots (org_id, lot_id)
);
CREATE INDEX point_lot_changes_lot ON point_lot_changes (org_id, lot_id);

-- The triggers run as the writer, whose policy shows it the organisation's own rows.
CREATE FUNCTION point_entries_carry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE point_accounts
    SET balance = balance + NEW.points,
        pending = pending + NEW.pending,
        debt = debt + NEW.debt,
        last_seq = last_seq + 1
    WHERE (org_id, member_id, programme_id) = (NEW.org_id, NEW.member_id, NEW.programme_id)
    RETURNING last_seq, balance INTO NEW.seq, NEW.balance;
    RETURN NEW;
END $$;
CREATE TRIGGER point_entries_carry BEFORE INSERT ON point_entries
FOR EACH ROW EXECUTE FUNCTION point_entries_carry();

CREATE FUNCTION point_lot_changes_carry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE point_lots
    SET remaining = remaining + NEW.points
    WHERE (org_id, lot_id) = (NEW.org_id, NEW.lot_id);
    RETURN NULL;
END $$;
CREATE TRIGGER point_lot_changes_carry AFTER INSERT ON point_lot_changes
FOR EACH ROW EXECUTE FUNCTION point_lot_changes_carry();

CREATE FUNCTION point_entries_check_lots() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (
        SELECT coalesce(sum(points), 0) FROM point_lot_changes
        WHERE (org_id, entry_id) = (NEW.org_id, NEW.entry_id)
    ) IS DISTINCT FROM (
        SELECT points FROM point_entries WHERE (org_id, entry_id) = (NEW.org_id, NEW.entry_id)
    ) THEN
        RAISE EXCEPTION 'the lots of point entry % do not sum up to it', NEW.entry_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'point_entries_lots';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER point_entries_lots
AFTER INSERT ON point_entries DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION point_entries_check_lots();
CREATE CONSTRAINT TRIGGER point_lot_changes_sum
AFTER INSERT ON point_lot_changes DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION point_entries_check_lots();

CREATE FUNCTION points_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = 'points_append_only';
END $$;
CREATE TRIGGER point_entries_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON point_entries
FOR EACH STATEMENT EXECUTE FUNCTION points_refuse_change();
CREATE TRIGGER point_lot_changes_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON point_lot_changes
FOR EACH STATEMENT EXECUTE FUNCTION points_refuse_change();

ALTER TABLE point_accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE point_accounts FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON point_accounts TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON point_accounts TO yizhimai_app;

ALTER TABLE point_lots ENABLE ROW LEVEL SECURITY;
ALTER TABLE point_lots FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON point_lots TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON point_lots TO yizhimai_app;
CREATE POLICY system ON point_lots TO yizhimai_system USING (true);
GRANT SELECT ON point_lots TO yizhimai_system;

ALTER TABLE point_entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE point_entries FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON point_entries TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT ON point_entries TO yizhimai_app;

ALTER TABLE point_lot_changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE point_lot_changes FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON point_lot_changes TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT ON point_lot_changes TO yizhimai_app;
