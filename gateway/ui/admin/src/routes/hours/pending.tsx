import { formatDateTime } from "@yizhimai/kit";
import { useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Flex } from "antd";

import { problemFrom } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { HoursVersion } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { useDanger } from "../../patterns/use-danger";
import { may } from "../../session/may";
import { useDecisions } from "./decisions";
import { withdrawHours } from "./queries";
import { texts } from "./texts";
import { WeekText } from "./week-text";

interface PendingProps {
  branchId: string;
  version: number;
  pending: readonly HoursVersion[];
  onChange: (version: HoursVersion) => void;
}

/** 待生效: changes that wait for their time, each to be altered or taken back. */
export function Pending({ branchId, version, pending, onChange }: PendingProps) {
  const t = useT();
  const sentence = useReason();
  const danger = useDanger();
  const client = useQueryClient();
  const { message } = App.useApp();
  const { timeZone } = useScope();
  const manages = may(useMe(), "store.hours", "manage");
  const { settle, report, dialog } = useDecisions(branchId);

  async function withdraw(number: number) {
    try {
      const answer = await settle({ withdrawn_number: number }, (decisions) => withdrawHours(branchId, number, { version, decisions }));
      client.setQueryData(keys.hours(branchId), { hours: answer.hours, pending: answer.pending });
      await client.invalidateQueries({ queryKey: keys.hoursVersions(branchId) });
      report(answer);
      void message.success(t(texts.pendingWithdrawn));
    } catch (thrown) {
      const problem = problemFrom(thrown);
      void message.error(sentence(problem));
      if (problem.reason === "VERSION_CONFLICT" || problem.reason === "NOT_FOUND") void client.invalidateQueries({ queryKey: keys.hours(branchId) });
    }
  }

  return (
    <>
      {dialog}
      {pending.map((one) => {
        const time = formatDateTime(one.effective_at, timeZone);
        return (
          <Alert
            key={one.number}
            type="info"
            showIcon
            style={{ marginBottom: 12 }}
            title={t(texts.pendingTitle, { time })}
            description={
              <Flex vertical gap={8}>
                <WeekText periods={one.hours.periods} />
                <span style={{ color: "var(--ink-2)" }}>{t(texts.pendingBy, { name: one.saved_by ?? "—", time: formatDateTime(one.saved_at, timeZone) })}</span>
                {manages ? (
                  <Flex gap={8} wrap>
                    <Button onClick={() => onChange(one)}>{t(texts.pendingChange)}</Button>
                    <Button
                      danger
                      onClick={() => danger({ title: t(texts.pendingWithdrawTitle, { time }), text: t(texts.pendingWithdrawText), deed: t(texts.pendingWithdraw), act: async () => void withdraw(one.number) })}
                    >
                      {t(texts.pendingWithdraw)}
                    </Button>
                  </Flex>
                ) : null}
              </Flex>
            }
          />
        );
      })}
    </>
  );
}
