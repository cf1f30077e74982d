-- What one service owns and another keeps a copy of.
CREATE TABLE letters (
    org_id uuid NOT NULL,
    letter_id uuid NOT NULL,
    body text NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (org_id, letter_id)
);
ALTER TABLE letters ENABLE ROW LEVEL SECURITY;
ALTER TABLE letters FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON letters TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON letters TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON letters TO yizhimai_app;
GRANT SELECT (org_id, letter_id) ON letters TO yizhimai_system;
