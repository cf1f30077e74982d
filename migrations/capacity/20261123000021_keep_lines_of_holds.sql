-- What pauses and limits judge an order by; holds of the release before say nothing of it.
ALTER TABLE holds ADD COLUMN channel text NOT NULL DEFAULT 'web';
ALTER TABLE holds ADD COLUMN method text NOT NULL DEFAULT 'pickup';
-- Array of lines: product_id, variant_id, option_ids, category_ids, quantity, amount, make_seconds.
ALTER TABLE holds ADD COLUMN lines jsonb NOT NULL DEFAULT '[]';
