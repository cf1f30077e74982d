-- Lines as sold, never changed: names, prices and the explanation of each adjustment.
CREATE TABLE order_lines (
    org_id uuid NOT NULL,
    order_id uuid NOT NULL,
    position smallint NOT NULL CHECK (position BETWEEN 0 AND 49),
    product_id uuid NOT NULL,
    variant_id uuid NOT NULL,
    product_name text NOT NULL,
    variant_name text NOT NULL,
    tax_type text NOT NULL CHECK (tax_type IN ('taxable', 'zero_rated', 'exempt')),
    quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 99),
    unit_list bigint NOT NULL CHECK (unit_list >= 0),
    list bigint NOT NULL CHECK (list BETWEEN 0 AND 9999999),
    net bigint NOT NULL CHECK (net BETWEEN 0 AND 9999999),
    options jsonb NOT NULL,
    adjustments jsonb NOT NULL,
    note text NOT NULL,
    PRIMARY KEY (org_id, order_id, position),
    FOREIGN KEY (org_id, order_id) REFERENCES orders (org_id, order_id)
);

ALTER TABLE order_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_lines FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON order_lines TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT ON order_lines TO yizhimai_app;
