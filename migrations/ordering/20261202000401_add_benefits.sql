-- What promotions, tier, codes, coupons and points did to an order, stored and never computed again; NULL where
-- nothing of them concerned it.
ALTER TABLE orders ADD COLUMN benefits jsonb CHECK (jsonb_typeof(benefits) = 'object');

-- Points of each unit, the offer a line was bought by, the rule whose gift it is; NULL for a line without.
ALTER TABLE order_lines ADD COLUMN benefits jsonb CHECK (
    jsonb_typeof(benefits) = 'object'
    AND jsonb_typeof(benefits -> 'unit_points') = 'array'
    AND jsonb_array_length(benefits -> 'unit_points') IN (0, quantity)
);

-- Gifts are lines after the fifty of a cart.
ALTER TABLE order_lines DROP CONSTRAINT order_lines_position_check;
ALTER TABLE order_lines ADD CONSTRAINT order_lines_position_check CHECK (position BETWEEN 0 AND 99);
