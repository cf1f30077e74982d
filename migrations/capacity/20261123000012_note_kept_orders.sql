-- What a change of hours must ask about: booked orders that are not finished, and that staff has not yet
-- decided to keep although they lie outside the hours.
ALTER TABLE holds ADD COLUMN finished boolean NOT NULL DEFAULT false;
ALTER TABLE holds ADD COLUMN kept_outside boolean NOT NULL DEFAULT false;
-- Orders are booked for the days to come: ranges suffice, and settling a hold touches no index more.
CREATE INDEX holds_promised_at ON holds USING brin (promised_at) WITH (autosummarize = on);
