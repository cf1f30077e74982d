import { useQuery } from "@tanstack/react-query";
import { Alert, Skeleton } from "antd";
import { useEffect, useState } from "react";

import { problemFrom } from "../../data/gateway";
import type { SlipPreviewInput } from "../../data/types";
import { useReason, useT } from "../../i18n";
import jobStyles from "../print-jobs/print-jobs.module.css";
import { Slips } from "../print-jobs/slips";
import { texts as jobTexts } from "../print-jobs/texts";
import { slipPreviewQuery } from "./queries";
import { texts } from "./texts";

const CALM_MS = 350;

/** A sample order as the printer prints it; drawn anew once what it is drawn from has been left alone for a moment. */
export function SlipPreview({ input }: { input: SlipPreviewInput }) {
  const t = useT();
  const sentence = useReason();
  const body = useSettled(input);
  const query = useQuery(slipPreviewQuery(body));
  const problem = query.isError ? problemFrom(query.error) : undefined;
  return (
    <section aria-label={t(texts.preview)}>
      <h3>{t(texts.preview)}</h3>
      <p className={jobStyles.soft} style={{ marginBottom: 8 }}>{t(texts.previewHint)}</p>
      {problem ? (
        <Alert type="warning" showIcon role="status" title={t(texts.previewFailed, { reason: sentence(problem.fields[0] ?? problem) })} />
      ) : query.data ? (
        <Slips label={t(jobTexts.document[body.document])} pages={query.data} busy={query.isPlaceholderData} />
      ) : (
        <Skeleton active paragraph={{ rows: 8 }} />
      )}
    </section>
  );
}

/** The value once it has not changed for a moment. */
function useSettled(input: SlipPreviewInput): SlipPreviewInput {
  const text = JSON.stringify(input);
  const [settled, settle] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => settle(text), CALM_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return JSON.parse(settled) as SlipPreviewInput;
}
