-- What the chassis's own tests write: one row an event, a unique text to fail on.
CREATE TABLE notes (
    org_id uuid NOT NULL,
    note_id uuid NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (org_id, note_id),
    CONSTRAINT notes_body_is_not_empty CHECK (body <> '')
);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE notes FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON notes TO yizhimai_app
    USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO yizhimai_app;
