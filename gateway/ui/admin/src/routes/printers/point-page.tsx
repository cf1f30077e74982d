import { DeleteOutlined, EditOutlined, PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Button, Switch } from "antd";
import { useState } from "react";

import { newIdempotencyKey, ProblemError } from "../../data/gateway";
import type { PrintPoint, PrintRule } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { paths } from "../../paths";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { EmptyState, ErrorState, QueryView } from "../../patterns/states";
import { useDanger } from "../../patterns/use-danger";
import { may } from "../../session/may";
import styles from "./printers.module.css";
import { deleteRule, pointsQuery, rulesQuery, saveRule } from "./queries";
import { draftOf, inputOf, sentenceOf } from "./rule";
import { RuleDrawer } from "./rule-drawer";
import { texts } from "./texts";
import { useDeed } from "./use-deed";

const route = getRouteApi("/signed-in/branches/$branchId/printers/points/$printPointId");
const NOT_FOUND = new ProblemError({ status: 404, reason: "NOT_FOUND", params: {}, fields: [], members: {} });

/** The rules of a print point: which slips it prints, and when. */
export function PrintPointPage() {
  const t = useT();
  const { branchId, printPointId } = route.useParams();
  const points = useQuery(pointsQuery(branchId));
  const point = points.data?.find(({ print_point_id }) => print_point_id === printPointId);
  return (
    <Page narrow>
      <PageHeader
        title={point ? t(texts.rulesOf, { name: point.name }) : t(texts.rules)}
        hint={point ? `${point.place} · ${t(texts.paper[point.paper])} · ${point.scenes.map((one) => t(common.method[one])).join("+")}` : undefined}
        back={paths.printers(branchId)}
      />
      <QueryView query={points}>
        {() => (point ? <Rules key={printPointId} branchId={branchId} point={point} /> : <ErrorState thrown={NOT_FOUND} onRetry={() => void points.refetch()} />)}
      </QueryView>
    </Page>
  );
}

function Rules({ branchId, point }: { branchId: string; point: PrintPoint }) {
  const t = useT();
  const danger = useDanger();
  const { brand } = useScope();
  const manages = may(useMe(), "device.printers", "manage");
  const { busy, run } = useDeed(branchId);
  const query = useQuery(rulesQuery(branchId, point.print_point_id));
  const [edited, setEdited] = useState<PrintRule | "new">();
  const add = <Button size="large" type="primary" icon={<PlusOutlined />} onClick={() => setEdited("new")}>{t(texts.addRule)}</Button>;

  const remove = (rule: PrintRule) =>
    danger({
      title: t(texts.removeRuleTitle), text: t(texts.removeRuleText), deed: t(texts.remove), act: () => run(rule.rule_id, () => deleteRule(rule)),
    });

  return (
    <>
      <QueryView query={query}>
        {(rules) =>
          rules.length === 0 ? (
            <EmptyState title={t(texts.noRules)} hint={t(texts.noRulesHint)} action={manages ? add : null} />
          ) : (
            <>
              {manages ? <div className={styles.tools} style={{ justifyContent: "flex-end" }}>{add}</div> : null}
              <ul className={styles.list} aria-label={t(texts.rules)}>
                {rules.map((rule) => {
                  const { what, limits } = sentenceOf(t, rule, brand?.currency ?? "TWD");
                  const switched = (enabled: boolean) => saveRule(point.print_point_id, rule.rule_id, inputOf({ ...draftOf(rule), enabled }, rule.version), newIdempotencyKey());
                  return (
                    <li key={rule.rule_id} className={styles.row}>
                      <span className={styles.what}>
                        <strong>{what}</strong>
                        {limits ? <span className={styles.soft}>{limits}</span> : null}
                      </span>
                      <span className={styles.acts}>
                        <Switch
                          checked={rule.enabled}
                          disabled={!manages}
                          loading={busy === rule.rule_id}
                          aria-label={`${t(texts.ruleOn)}：${what}`}
                          onChange={(enabled) => void run(rule.rule_id, () => switched(enabled))}
                        />
                        <Button type="text" icon={<EditOutlined />} aria-label={t(common.actionEditNamed, { name: what })} onClick={() => setEdited(rule)} />
                        {manages ? <Button type="text" danger icon={<DeleteOutlined />} aria-label={t(texts.removeNamed, { name: what })} onClick={() => remove(rule)} /> : null}
                      </span>
                    </li>
                  );
                })}
              </ul>
            </>
          )
        }
      </QueryView>
      {edited ? <RuleDrawer branchId={branchId} point={point} rule={edited === "new" ? undefined : edited} readOnly={!manages} onClose={() => setEdited(undefined)} /> : null}
    </>
  );
}
