-- 暫停銷售: what is not sold for a while, and in which branches.
CREATE TABLE pauses (
    org_id uuid NOT NULL,
    pause_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    -- Every branch of the brand, those that open later included.
    whole_brand boolean NOT NULL,
    -- Kinds may be added: a release that does not know one ignores the pause.
    target_kind text NOT NULL,
    target_id uuid,
    target_method text CHECK (target_method IN ('pickup', 'delivery', 'on_site')),
    -- Name of a station or print tag, which have no id.
    target_label text NOT NULL DEFAULT '',
    -- As staff saw it: the menu may lose it while the history stays.
    target_name text NOT NULL,
    -- Empty for all.
    channels text[] NOT NULL,
    reason text NOT NULL CHECK (reason IN ('out_of_stock', 'equipment', 'staffing', 'food_safety', 'other')),
    note text NOT NULL,
    end_kind text NOT NULL CHECK (end_kind IN ('today', 'minutes', 'at', 'restocked', 'manual')),
    end_minutes smallint CHECK (end_minutes BETWEEN 1 AND 1440),
    end_at timestamptz,
    -- Units whose restocking ends it.
    restock_sku_ids uuid[] NOT NULL,
    -- Only who has the whole brand may resume it.
    locked boolean NOT NULL,
    started_at timestamptz NOT NULL,
    started_by text NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    CHECK ((target_kind = 'method') = (target_method IS NOT NULL)),
    CHECK ((target_kind IN ('station', 'tag')) = (target_label <> '')),
    CHECK ((end_kind = 'minutes') = (end_minutes IS NOT NULL)),
    CHECK ((end_kind = 'at') = (end_at IS NOT NULL)),
    PRIMARY KEY (org_id, pause_id)
);

-- A pause in a branch. It ends there by its time, by restocking or by somebody who resumes it.
CREATE TABLE paused_branches (
    org_id uuid NOT NULL,
    pause_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    -- When it ends by itself; NULL when nobody knows.
    ends_at timestamptz,
    ended_at timestamptz,
    ending text CHECK (ending IN ('time', 'restocked', 'resumed')),
    ended_by text NOT NULL DEFAULT '',
    CHECK ((ended_at IS NULL) = (ending IS NULL)),
    PRIMARY KEY (org_id, pause_id, branch_id),
    FOREIGN KEY (org_id, pause_id) REFERENCES pauses
);
CREATE INDEX paused_branches_lasting ON paused_branches (org_id, branch_id) WHERE ended_at IS NULL;
CREATE INDEX paused_branches_due ON paused_branches (ends_at) WHERE ended_at IS NULL;
CREATE INDEX paused_branches_ended ON paused_branches (org_id, branch_id, ended_at, pause_id)
    WHERE ended_at IS NOT NULL;

ALTER TABLE pauses ENABLE ROW LEVEL SECURITY;
ALTER TABLE pauses FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON pauses TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
ALTER TABLE paused_branches ENABLE ROW LEVEL SECURITY;
ALTER TABLE paused_branches FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON paused_branches TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON paused_branches TO yizhimai_system USING (true);

-- What was paused, why and by whom is history: only the version and the endings are written later.
GRANT SELECT, INSERT ON pauses TO yizhimai_app;
GRANT UPDATE (version) ON pauses TO yizhimai_app;
GRANT SELECT, INSERT ON paused_branches TO yizhimai_app;
GRANT UPDATE (ended_at, ending, ended_by) ON paused_branches TO yizhimai_app;
GRANT SELECT ON paused_branches TO yizhimai_system;
