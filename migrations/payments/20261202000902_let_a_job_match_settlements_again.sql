-- A job finds the rows that what was recorded since may explain, across organisations.
CREATE POLICY system ON settlements FOR SELECT TO yizhimai_system USING (true);
GRANT SELECT (org_id, settlement_id, imported_at) ON settlements TO yizhimai_system;
CREATE POLICY system ON settlement_rows FOR SELECT TO yizhimai_system USING (true);
GRANT SELECT (org_id, settlement_id, outcome, cause, decision) ON settlement_rows TO yizhimai_system;
