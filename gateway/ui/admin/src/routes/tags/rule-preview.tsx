import { useQuery } from "@tanstack/react-query";
import { formatAmount } from "@yizhimai/kit";
import { Alert, Form, type FormInstance } from "antd";
import { useMemo } from "react";

import { problemFrom } from "../../data/gateway";
import type { TagRule } from "../../data/types";
import { useReason, useT } from "../../i18n";
import membership from "../membership/membership.module.css";
import { useSettled } from "../membership/use-settled";
import { rulePreviewQuery } from "./queries";
import { contradiction, hasConditions, noRule, sentRule } from "./rule";
import type { TagForm } from "./tag-form";
import { texts } from "./texts";

/** How many members meet the rule on the form, and whom it would change. */
export function RulePreview({ tagId, form }: { tagId: string | undefined; form: FormInstance<TagForm> }) {
  const t = useT();
  const sentence = useReason();
  const rule = Form.useWatch("rule", { form, preserve: true }) as TagRule | undefined;
  const typed = JSON.stringify(sentRule({ ...noRule, ...rule }));
  const settled = useSettled(typed);
  const asked = useMemo(() => JSON.parse(settled) as TagRule, [settled]);
  const isAsked = hasConditions(asked) && contradiction(asked) === undefined;
  const preview = useQuery({ ...rulePreviewQuery(tagId, asked), enabled: isAsked });
  const known = isAsked && settled === typed && !preview.isPlaceholderData ? preview.data : undefined;
  if (isAsked && preview.isError) return <Alert role="alert" type="error" showIcon title={sentence(problemFrom(preview.error))} />;
  return (
    <div aria-live="polite">
      {known ? (
        <Alert
          type={known.taken > 0 ? "warning" : "info"}
          showIcon
          title={t(texts.ruleMatched, { count: formatAmount(known.matched) })}
          description={t(texts.ruleChanges, { given: formatAmount(known.given), taken: formatAmount(known.taken) })}
        />
      ) : (
        <p className={membership.soft}>{t(texts.previewWait)}</p>
      )}
    </div>
  );
}
