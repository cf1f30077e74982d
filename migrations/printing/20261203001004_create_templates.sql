-- How documents look. Archived ones stay: print points that had them print the default.
CREATE TABLE templates (
    org_id uuid NOT NULL,
    template_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 120),
    document text NOT NULL CHECK (document IN (
        'customer_slip', 'kitchen_slip', 'label', 'cancel_slip', 'revision_slip', 'prep_list',
        'test_slip'
    )),
    paper text NOT NULL CHECK (paper IN ('58mm', '80mm', 'label_40x25')),
    -- Blocks and logo, as `print-render` reads them.
    layout jsonb NOT NULL,
    archived boolean NOT NULL DEFAULT false,
    version bigint NOT NULL CHECK (version > 0),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, template_id)
);
CREATE INDEX templates_brand ON templates (org_id, brand_id, name, template_id) WHERE NOT archived;

ALTER TABLE templates ENABLE ROW LEVEL SECURITY;
ALTER TABLE templates FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON templates TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON templates TO yizhimai_app;
