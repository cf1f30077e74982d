import { useQuery } from "@tanstack/react-query";
import { formatAmount } from "@yizhimai/kit";
import { Form, Skeleton, type FormInstance } from "antd";
import { useMemo } from "react";

import { problemFrom } from "../../data/gateway";
import type { TierProgramme, TierRules, TiersPreview } from "../../data/types";
import { useReason, useT } from "../../i18n";
import styles from "../membership/membership.module.css";
import { inForce } from "../membership/programmes";
import { scopeOf } from "../membership/scope-field";
import { useSettled } from "../membership/use-settled";
import { tiersPreviewQuery } from "./queries";
import { rulesOf, type TiersDraft } from "./rules";
import { texts } from "./texts";

/** How many members the tiers on the form would move up and down. */
export function TiersPreviewPanel({ programme, form }: { programme: TierProgramme | undefined; form: FormInstance<TiersDraft> }) {
  const t = useT();
  const sentence = useReason();
  const draft = Form.useWatch((values) => values, { form, preserve: true }) as TiersDraft | undefined;
  const typed = JSON.stringify(draft?.rules ? rulesOf(draft) : null);
  const settled = useSettled(typed);
  const rules = useMemo(() => JSON.parse(settled) as TierRules | null, [settled]);
  const scope = programme ?? scopeOf(draft?.scope ?? "organisation");
  const query = useQuery({ ...tiersPreviewQuery(programme, scope, rules as TierRules), enabled: rules !== null });
  if (query.isError) {
    const problem = problemFrom(query.error);
    return <p className={styles.soft}>{problem.status >= 500 || problem.status === 0 ? sentence(problem) : t(texts.previewWait)}</p>;
  }
  if (!query.data || !rules) return rules === null ? <p className={styles.soft}>{t(texts.previewWait)}</p> : <Skeleton active paragraph={{ rows: 3 }} />;
  return <Preview preview={query.data} rules={rules} programme={programme} busy={query.isPlaceholderData || typed !== settled} />;
}

interface PreviewProps {
  preview: TiersPreview;
  rules: TierRules;
  programme: TierProgramme | undefined;
  busy: boolean;
}

function Preview({ preview, rules, programme, busy }: PreviewProps) {
  const t = useT();
  const before = new Map((programme ? inForce(programme)?.rules.tiers ?? [] : []).map((tier) => [tier.tier_id, tier.name]));
  const moves = preview.moves.filter((move) => before.get(move.from_tier_id) !== rules.tiers[move.to_place]?.name);
  return (
    <div aria-busy={busy || undefined} aria-live="polite">
      <dl className={styles.figures}>
        {(["up", "down", "stay"] as const).map((one) => (
          <div key={one} className={styles.figure}>
            <dt>{t(texts.moved[one])}</dt>
            <dd className="tabular">{formatAmount(preview[one])}</dd>
          </div>
        ))}
      </dl>
      {moves.length > 0 ? (
        <div className={styles.scroll}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{t(texts.from)}</th>
                <th scope="col">{t(texts.to)}</th>
                <th scope="col">{t(texts.count)}</th>
              </tr>
            </thead>
            <tbody>
              {moves.map((move) => (
                <tr key={`${move.from_tier_id} ${String(move.to_place)}`}>
                  <td>{before.get(move.from_tier_id) ?? t(texts.noTier)}</td>
                  <td>{rules.tiers[move.to_place]?.name ?? "—"}</td>
                  <td className="tabular">{formatAmount(move.members)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </div>
  );
}
