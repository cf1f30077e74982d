-- Where a product is made and what is printed on its ticket: capacity limits, pauses and print rules go
-- by them. The old release leaves the new columns empty.
ALTER TABLE products
    ADD COLUMN station text NOT NULL DEFAULT '',
    ADD COLUMN print_tag text NOT NULL DEFAULT '';
