-- Print points: places with slips of their own. Several lie on one device.
CREATE TABLE print_points (
    org_id uuid NOT NULL,
    point_id uuid NOT NULL,
    branch_id uuid NOT NULL,
    device_id uuid NOT NULL,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 120),
    place text NOT NULL CHECK (char_length(place) BETWEEN 1 AND 60),
    scenes text[] NOT NULL CHECK (
        cardinality(scenes) > 0 AND scenes <@ ARRAY['pickup', 'delivery', 'on_site']
    ),
    copies smallint NOT NULL CHECK (copies BETWEEN 1 AND 5),
    enabled boolean NOT NULL,
    -- Takes over when the device fails; NULL for none.
    substitute_id uuid,
    prints_again boolean NOT NULL,
    archived boolean NOT NULL DEFAULT false,
    version bigint NOT NULL CHECK (version > 0),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, point_id),
    FOREIGN KEY (org_id, device_id) REFERENCES devices (org_id, device_id),
    FOREIGN KEY (org_id, substitute_id) REFERENCES print_points (org_id, point_id),
    CONSTRAINT print_points_other_substitute CHECK (substitute_id <> point_id)
);
CREATE INDEX print_points_branch ON print_points (org_id, branch_id, name, point_id)
WHERE NOT archived;
CREATE INDEX print_points_device ON print_points (org_id, device_id) WHERE NOT archived;
CREATE INDEX print_points_substitute ON print_points (org_id, substitute_id)
WHERE substitute_id IS NOT NULL;

ALTER TABLE print_points ENABLE ROW LEVEL SECURITY;
ALTER TABLE print_points FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON print_points TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
CREATE POLICY system ON print_points FOR SELECT TO yizhimai_system USING (true);
GRANT SELECT, INSERT, UPDATE ON print_points TO yizhimai_app;
GRANT SELECT (org_id, point_id, device_id, substitute_id) ON print_points TO yizhimai_system;

-- The template of a document at a print point; without a row it is the default.
CREATE TABLE point_templates (
    org_id uuid NOT NULL,
    point_id uuid NOT NULL,
    document text NOT NULL,
    template_id uuid NOT NULL,
    PRIMARY KEY (org_id, point_id, document),
    FOREIGN KEY (org_id, point_id) REFERENCES print_points (org_id, point_id),
    FOREIGN KEY (org_id, template_id) REFERENCES templates (org_id, template_id)
);
CREATE INDEX point_templates_template ON point_templates (org_id, template_id);

ALTER TABLE point_templates ENABLE ROW LEVEL SECURITY;
ALTER TABLE point_templates FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON point_templates TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, DELETE ON point_templates TO yizhimai_app;

-- Which slips a print point prints, and when.
CREATE TABLE print_rules (
    org_id uuid NOT NULL,
    rule_id uuid NOT NULL,
    point_id uuid NOT NULL,
    document text NOT NULL CHECK (document IN (
        'customer_slip', 'kitchen_slip', 'label', 'cancel_slip', 'revision_slip'
    )),
    -- NULL for documents that have a moment of their own.
    trigger text CHECK (
        trigger IN ('placed', 'accepted', 'preparing', 'ready', 'completed', 'manual')
    ),
    -- Empty lists name all.
    methods text[] NOT NULL CHECK (methods <@ ARRAY['pickup', 'delivery', 'on_site']),
    channels text[] NOT NULL CHECK (
        channels <@ ARRAY['web', 'line', 'qr_table', 'counter', 'uber_eats']
    ),
    product_ids uuid[] NOT NULL CHECK (cardinality(product_ids) <= 200),
    category_ids uuid[] NOT NULL CHECK (cardinality(category_ids) <= 50),
    print_tags text[] NOT NULL CHECK (cardinality(print_tags) <= 50),
    stations text[] NOT NULL CHECK (cardinality(stations) <= 50),
    per text NOT NULL CHECK (per IN ('order', 'station', 'item')),
    paid_only boolean NOT NULL,
    min_total bigint NOT NULL CHECK (min_total BETWEEN 0 AND 9999999),
    enabled boolean NOT NULL,
    archived boolean NOT NULL DEFAULT false,
    version bigint NOT NULL CHECK (version > 0),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, rule_id),
    FOREIGN KEY (org_id, point_id) REFERENCES print_points (org_id, point_id),
    CONSTRAINT print_rules_trigger CHECK (
        (document IN ('cancel_slip', 'revision_slip')) = (trigger IS NULL)
    )
);
CREATE INDEX print_rules_point ON print_rules (org_id, point_id, created_at, rule_id)
WHERE NOT archived;

ALTER TABLE print_rules ENABLE ROW LEVEL SECURITY;
ALTER TABLE print_rules FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON print_rules TO yizhimai_app
USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON print_rules TO yizhimai_app;
