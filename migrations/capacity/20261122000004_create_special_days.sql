-- Special days: dates on which other hours count than the week's, of a branch or of all branches of a brand.
CREATE TABLE special_days (
    org_id uuid NOT NULL,
    special_day_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    -- NULL: of the brand.
    branch_id uuid,
    name text NOT NULL CHECK (name <> ''),
    from_date date NOT NULL,
    to_date date NOT NULL,
    -- Periods of each date; none: closed. Close at or before open means the next day.
    open_minutes smallint[] NOT NULL,
    close_minutes smallint[] NOT NULL,
    locked boolean NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    saved_at timestamptz NOT NULL,
    saved_by text NOT NULL,
    CHECK (to_date >= from_date AND to_date - from_date < 366),
    CHECK (cardinality(open_minutes) = cardinality(close_minutes) AND cardinality(open_minutes) <= 6),
    CONSTRAINT special_days_lock_is_the_brands CHECK (branch_id IS NULL OR NOT locked),
    PRIMARY KEY (org_id, special_day_id)
);
CREATE INDEX special_days_brand ON special_days (org_id, brand_id, to_date);

-- Each date of each special day: the guard that a branch, and a brand, has at most one on a date.
CREATE TABLE special_day_dates (
    org_id uuid NOT NULL,
    -- The branch, or the brand.
    owner_id uuid NOT NULL,
    date date NOT NULL,
    special_day_id uuid NOT NULL,
    PRIMARY KEY (org_id, owner_id, date)
);
CREATE INDEX special_day_dates_day ON special_day_dates (org_id, special_day_id);

ALTER TABLE special_days ENABLE ROW LEVEL SECURITY;
ALTER TABLE special_days FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON special_days TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
ALTER TABLE special_day_dates ENABLE ROW LEVEL SECURITY;
ALTER TABLE special_day_dates FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON special_day_dates TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);

GRANT SELECT, INSERT, UPDATE, DELETE ON special_days TO yizhimai_app;
GRANT SELECT, INSERT, DELETE ON special_day_dates TO yizhimai_app;
