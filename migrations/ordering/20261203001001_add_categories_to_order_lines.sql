-- Categories of each line's product when it was sold, for who prints it. Expand only: lines of the release before
-- have none.
ALTER TABLE order_lines ADD COLUMN category_ids jsonb NOT NULL DEFAULT '[]' CHECK (
    jsonb_typeof(category_ids) = 'array'
);
