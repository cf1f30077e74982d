-- The purge finds settled holds by age: ranges suffice, and settling a hold then
-- changes one index less. Old replicas never name the index.
DROP INDEX holds_settled;
CREATE INDEX holds_held_at ON holds USING brin (held_at) WITH (autosummarize = on);
