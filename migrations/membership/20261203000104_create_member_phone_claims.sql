-- Members who confirmed a phone that belongs to another member.
CREATE TABLE member_phone_claims (
    org_id uuid NOT NULL,
    member_id uuid NOT NULL,
    phone text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (org_id, member_id)
);

ALTER TABLE member_phone_claims ENABLE ROW LEVEL SECURITY;
ALTER TABLE member_phone_claims FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON member_phone_claims TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON member_phone_claims TO yizhimai_app;
