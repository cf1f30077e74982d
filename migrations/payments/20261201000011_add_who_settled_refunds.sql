-- Who ended a refund that needed a person, and how or why.
ALTER TABLE refunds
    ADD COLUMN settled_by uuid,
    ADD COLUMN settled_by_name text NOT NULL DEFAULT '',
    ADD COLUMN note text NOT NULL DEFAULT '' CHECK (char_length(note) <= 400);
