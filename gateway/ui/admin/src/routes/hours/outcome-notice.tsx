import { useQuery } from "@tanstack/react-query";
import { formatDateTime } from "@yizhimai/kit";
import { Alert, Button } from "antd";

import type { StartedDecisions } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { may } from "../../session/may";
import { isRecent } from "./outcome";
import { decisionBatchesQuery } from "./queries";
import { texts } from "./texts";

interface OutcomeNoticeProps {
  onShow: (started: StartedDecisions) => void;
}

/** One line about the latest decisions of the brand: found again after a reload, or where the answer to the saving was lost. */
export function OutcomeNotice({ onShow }: OutcomeNoticeProps) {
  const t = useT();
  const { timeZone, branch } = useScope();
  const brandId = branch?.brand_id ?? "";
  const mayLook = may(useMe(), "ops.orders", "view");
  const query = useQuery({ ...decisionBatchesQuery(brandId), enabled: mayLook && brandId !== "" });
  const latest = query.data?.batches[0];
  if (!latest || !isRecent(latest, Date.now())) return null;
  const { batch_id, started_at, decided_by, waiting, done, failed } = latest;
  const time = formatDateTime(started_at, timeZone);
  return (
    <Alert
      type={failed > 0 ? "warning" : "info"}
      showIcon
      style={{ marginBottom: 12 }}
      title={waiting > 0 ? t(texts.outcomeNoticeWaiting, { time, name: decided_by, count: waiting }) : failed > 0 ? t(texts.outcomeNoticeFailed, { time, name: decided_by, done, count: failed }) : t(texts.outcomeNoticeDone, { time, name: decided_by, count: done })}
      action={<Button onClick={() => onShow({ batch_id, orders: waiting + done + failed })}>{t(texts.outcomeShow)}</Button>}
    />
  );
}
