-- Brands are listed for services that copy their names. Expand only.
CREATE POLICY system ON brands FOR SELECT TO yizhimai_system USING (true);
GRANT SELECT (org_id, brand_id) ON brands TO yizhimai_system;
