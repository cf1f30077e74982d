-- Members of an organisation. One phone is one member; a member who was merged or erased keeps the row.
CREATE TABLE members (
    org_id uuid NOT NULL,
    member_id uuid NOT NULL,
    version bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('active', 'blocked', 'prepays', 'merged', 'erased')),
    -- Why, by whom and when the state was set by staff; NULL when it never was.
    state_reason text,
    state_by uuid,
    state_at timestamptz,
    -- Member that this one was merged into.
    merged_into uuid,
    -- As typed, at most 30 characters; empty when unknown.
    name text NOT NULL,
    -- Folded, to be compared.
    name_key text NOT NULL,
    -- E.164; NULL when unknown.
    phone text,
    phone_verified boolean NOT NULL DEFAULT false,
    email text,
    -- Folded.
    email_key text,
    birthday date,
    -- When the member set the birthday last.
    birthday_set_at timestamptz,
    gender text NOT NULL DEFAULT 'not_given' CHECK (gender IN ('male', 'female', 'other', 'not_given')),
    -- User id in LINE.
    line_user text,
    -- Kinds of marketing agreed to, as the last consents say.
    marketing_line boolean NOT NULL DEFAULT false,
    marketing_sms boolean NOT NULL DEFAULT false,
    marketing_email boolean NOT NULL DEFAULT false,
    joined_at timestamptz NOT NULL,
    source text NOT NULL DEFAULT 'counter' CHECK (source IN ('storefront', 'qr', 'counter', 'line')),
    source_branch_id uuid,
    -- Raised by whatever ends all sessions.
    session_generation integer NOT NULL DEFAULT 0,
    -- Completed orders, what they came to, and when the last of them was placed.
    orders integer NOT NULL DEFAULT 0 CHECK (orders >= 0),
    spent bigint NOT NULL DEFAULT 0 CHECK (spent >= 0),
    last_order_at timestamptz,
    PRIMARY KEY (org_id, member_id),
    CHECK ((state = 'merged') = (merged_into IS NOT NULL)),
    -- Nothing of the person is left.
    CONSTRAINT members_erased CHECK (
        state <> 'erased'
        OR (name = '' AND phone IS NULL AND email IS NULL AND birthday IS NULL AND line_user IS NULL)
    )
);
CREATE UNIQUE INDEX members_phone ON members (org_id, phone) WHERE state NOT IN ('merged', 'erased');
CREATE UNIQUE INDEX members_line ON members (org_id, line_user) WHERE state NOT IN ('merged', 'erased');
-- Phones and accounts in LINE of merged members lead to the member that was kept.
CREATE INDEX members_merged ON members (org_id, merged_into) WHERE state = 'merged';
CREATE INDEX members_merged_phone ON members (org_id, phone) WHERE state = 'merged';
CREATE INDEX members_merged_line ON members (org_id, line_user) WHERE state = 'merged';
-- The orders that lists have.
CREATE INDEX members_joined ON members (org_id, joined_at DESC, member_id DESC);
CREATE INDEX members_last_order ON members (org_id, last_order_at DESC, member_id DESC)
WHERE last_order_at IS NOT NULL;
CREATE INDEX members_spent ON members (org_id, spent DESC, member_id DESC);
-- Few members are in these states.
CREATE INDEX members_state ON members (org_id, state, joined_at DESC, member_id DESC) WHERE state <> 'active';
CREATE INDEX members_source_branch ON members (org_id, source_branch_id, joined_at DESC, member_id DESC)
WHERE source_branch_id IS NOT NULL;
-- Duplicates: the same e-mail, and the same name with the same birthday.
CREATE INDEX members_email ON members (org_id, email_key) WHERE email_key IS NOT NULL;
CREATE INDEX members_birthday ON members (org_id, birthday, name_key) WHERE birthday IS NOT NULL;

ALTER TABLE members ENABLE ROW LEVEL SECURITY;
ALTER TABLE members FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON members TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON members TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON members TO yizhimai_app;
GRANT SELECT ON members TO yizhimai_system;
