-- Lines as sold: names, prices and the explanation of each adjustment. A revision adds lines and marks
-- those it removes; nothing else of a line changes.
CREATE TABLE order_lines (
    org_id uuid NOT NULL,
    order_id uuid NOT NULL,
    line_id uuid NOT NULL,
    revision_in integer NOT NULL CHECK (revision_in > 0),
    revision_out integer CHECK (revision_out > revision_in),
    position smallint NOT NULL CHECK (position BETWEEN 0 AND 49),
    product_id uuid NOT NULL,
    variant_id uuid NOT NULL,
    product_name text NOT NULL,
    variant_name text NOT NULL,
    tax_type text NOT NULL CHECK (tax_type IN ('taxable', 'zero_rated', 'exempt')),
    station text NOT NULL,
    print_tag text NOT NULL,
    make_seconds integer NOT NULL CHECK (make_seconds >= 0),
    quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 99),
    unit_list bigint NOT NULL CHECK (unit_list >= 0),
    list bigint NOT NULL CHECK (list BETWEEN 0 AND 9999999),
    net bigint NOT NULL CHECK (net BETWEEN 0 AND 9999999),
    -- Net of each unit, in the units' order; they sum up to the net of the line.
    unit_nets jsonb NOT NULL CHECK (jsonb_array_length(unit_nets) = quantity),
    options jsonb NOT NULL,
    adjustments jsonb NOT NULL,
    -- What was chosen for a combo; NULL for a plain product.
    choices jsonb CHECK (jsonb_typeof(choices) = 'array'),
    note text NOT NULL,
    -- Who of a group it is for.
    nickname text CHECK (char_length(nickname) BETWEEN 1 AND 20),
    PRIMARY KEY (org_id, order_id, line_id),
    FOREIGN KEY (org_id, order_id) REFERENCES orders (org_id, order_id) ON DELETE CASCADE
);

ALTER TABLE order_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_lines FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON order_lines TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT ON order_lines TO yizhimai_app;
