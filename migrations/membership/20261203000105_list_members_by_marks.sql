-- Members of a tag or tier are listed in the order of joining, which is kept beside each: the list then walks one
-- index whatever the number of members, as it does for what is searched for.
ALTER TABLE member_tags ADD COLUMN joined_at timestamptz;
ALTER TABLE member_tiers ADD COLUMN joined_at timestamptz;

-- It runs as the writer, whose policy shows it the organisation's own members; when they joined never changes.
CREATE FUNCTION marks_note_joined_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT joined_at INTO NEW.joined_at
    FROM members
    WHERE (org_id, member_id) = (NEW.org_id, NEW.member_id);
    RETURN NEW;
END $$;
CREATE TRIGGER member_tags_joined_at BEFORE INSERT ON member_tags
FOR EACH ROW EXECUTE FUNCTION marks_note_joined_at();
CREATE TRIGGER member_tiers_joined_at BEFORE INSERT ON member_tiers
FOR EACH ROW EXECUTE FUNCTION marks_note_joined_at();

-- The owner sees the rows of all organisations while this transaction keeps everybody else out.
ALTER TABLE members NO FORCE ROW LEVEL SECURITY;
ALTER TABLE member_tags NO FORCE ROW LEVEL SECURITY;
ALTER TABLE member_tiers NO FORCE ROW LEVEL SECURITY;
UPDATE member_tags AS mark
SET joined_at = member.joined_at
FROM members AS member
WHERE (member.org_id, member.member_id) = (mark.org_id, mark.member_id);
UPDATE member_tiers AS mark
SET joined_at = member.joined_at
FROM members AS member
WHERE (member.org_id, member.member_id) = (mark.org_id, mark.member_id);
ALTER TABLE members FORCE ROW LEVEL SECURITY;
ALTER TABLE member_tags FORCE ROW LEVEL SECURITY;
ALTER TABLE member_tiers FORCE ROW LEVEL SECURITY;

CREATE INDEX member_tags_joined ON member_tags (org_id, tag_id, joined_at DESC, member_id DESC);
CREATE INDEX member_tiers_joined ON member_tiers (org_id, tier_id, joined_at DESC, member_id DESC);
