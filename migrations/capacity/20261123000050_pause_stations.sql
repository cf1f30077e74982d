-- Pauses of a station or a print tag, which have a name and no id. The old release does not know these
-- kinds and ignores such pauses.
ALTER TABLE pauses
    ADD COLUMN target_label text NOT NULL DEFAULT '',
    ADD CONSTRAINT pauses_target_label CHECK ((target_kind IN ('station', 'tag')) = (target_label <> '')) NOT VALID;
