import { useQuery } from "@tanstack/react-query";
import { formatAmount, formatMoney } from "@yizhimai/kit";
import { Form, Skeleton, type FormInstance } from "antd";
import { useMemo } from "react";

import { problemFrom } from "../../data/gateway";
import type { PointsPreview } from "../../data/types";
import { useReason, useT } from "../../i18n";
import styles from "../membership/membership.module.css";
import { useSettled } from "../membership/use-settled";
import { pointsPreviewQuery } from "./queries";
import { rulesOf, type RulesDraft } from "./rules";
import { texts } from "./texts";

/** What the rules on the form would change: examples before and after, and what points are worth. */
export function PointsPreviewPanel({ programmeId, form }: { programmeId: string | undefined; form: FormInstance<RulesDraft> }) {
  const t = useT();
  const sentence = useReason();
  const draft = Form.useWatch((values) => values, { form, preserve: true }) as RulesDraft | undefined;
  const typed = JSON.stringify(draft?.rules ? rulesOf(draft) : null);
  const settled = useSettled(typed);
  const rules = useMemo(() => JSON.parse(settled) as ReturnType<typeof rulesOf> | null, [settled]);
  const query = useQuery({ ...pointsPreviewQuery(programmeId, rules as ReturnType<typeof rulesOf>), enabled: rules !== null });
  if (query.isError) {
    const problem = problemFrom(query.error);
    return <p className={styles.soft}>{problem.status >= 500 || problem.status === 0 ? sentence(problem) : t(texts.previewWait)}</p>;
  }
  if (!query.data) return rules === null ? <p className={styles.soft}>{t(texts.previewWait)}</p> : <Skeleton active paragraph={{ rows: 3 }} />;
  return <Preview preview={query.data} busy={query.isPlaceholderData || typed !== settled} />;
}

function Preview({ preview, busy }: { preview: PointsPreview; busy: boolean }) {
  const t = useT();
  const points = (count: number | null | undefined) => (count === null || count === undefined ? "—" : formatAmount(count));
  const change = (before: number | null | undefined, after: number | null | undefined) => (before === after ? points(after) : `${points(before)} → ${points(after)}`);
  const amounts = {
    members: formatAmount(preview.members), points: formatAmount(preview.outstanding_points), after: formatMoney(preview.liability_after),
  };
  return (
    <div aria-busy={busy || undefined} aria-live="polite">
      <div className={styles.scroll}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t(texts.previewGoods)}</th>
              <th scope="col">{t(texts.previewEarned)}</th>
              <th scope="col">{t(texts.previewUsable)}</th>
            </tr>
          </thead>
          <tbody>
            {preview.examples.map((example) => (
              <tr key={example.goods} className="tabular">
                <td>{formatMoney(example.goods)}</td>
                <td>{change(example.earned_before, example.earned_after)}</td>
                <td>{change(example.usable_before, example.usable_after)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {preview.outstanding_points > 0 ? (
        <p style={{ marginTop: 12 }}>
          {preview.liability_before === preview.liability_after
            ? t(texts.liabilitySame, amounts)
            : t(texts.liabilityChange, { ...amounts, before: formatMoney(preview.liability_before) })}
        </p>
      ) : null}
    </div>
  );
}
