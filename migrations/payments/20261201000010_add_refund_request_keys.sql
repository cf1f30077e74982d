-- The key of the request that a refund belongs to: a key refunds once, however late it is repeated. Empty
-- for what the platform requested, and for what was requested before this column was there.
ALTER TABLE refunds ADD COLUMN request_key text NOT NULL DEFAULT ''
    CHECK (char_length(request_key) <= 128);
