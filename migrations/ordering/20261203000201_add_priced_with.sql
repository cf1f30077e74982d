-- What decided an order's price beside its lines, its fees and its menu, so that it can be priced again; NULL for a
-- guest of a brand without rules, and in orders from before.
ALTER TABLE orders ADD COLUMN priced_with jsonb CHECK (jsonb_typeof(priced_with) = 'object');
