import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Flex, Progress, Segmented } from "antd";
import { useState } from "react";

import { problemFrom } from "../../data/gateway";
import { keys } from "../../data/keys";
import { useMe } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { useBodyKey } from "../../patterns/use-body-key";
import { may } from "../../session/may";
import type { Rule } from "../rules/rule";
import styles from "../rules/rules.module.css";
import { replayQuery, startReplay } from "./queries";
import { ReplayResultView } from "./replay-result";
import { texts } from "./texts";

const choices = [7, 14, 31] as const;
/** Progress is known in orders only: it nears the end as they come, and reaches it with the result. */
const HALF_AT_ORDERS = 5_000;

interface ReplayPartProps {
  brandId: string;
  promotionId: string;
  rule: Rule;
}

/** 用真實訂單重算: the last days' orders with and without the rule. */
export function ReplayPart({ brandId, promotionId, rule }: ReplayPartProps) {
  const t = useT();
  const sentence = useReason();
  const client = useQueryClient();
  const manages = may(useMe(), "member.promotions", "manage");
  const [days, setDays] = useState<(typeof choices)[number]>(31);
  const [replayId, setReplayId] = useState("");
  const [tries, setTries] = useState(0);
  const [refused, setRefused] = useState<string>();
  const keyOf = useBodyKey();
  const replay = useQuery(replayQuery(replayId));
  const running = replay.data?.state === "running";

  async function start() {
    setRefused(undefined);
    setTries(tries + 1);
    try {
      const started = await startReplay(brandId, promotionId, rule, days, keyOf({ promotionId, rule, days, tries }));
      client.setQueryData(keys.replay(started.replay_id), started);
      setReplayId(started.replay_id);
    } catch (thrown) {
      setRefused(sentence(problemFrom(thrown)));
    }
  }

  const read = replay.data?.orders_read ?? 0;
  return (
    <section aria-label={t(texts.replay)}>
      <h3>{t(texts.replay)}</h3>
      <p className={styles.soft}>{t(texts.replayHint)}</p>
      {manages ? (
        <Flex wrap gap={8} style={{ marginBlock: 8 }}>
          <Segmented<number>
            size="large"
            aria-label={t(texts.replayDays)}
            disabled={running}
            value={days}
            onChange={(count) => setDays(choices.find((one) => one === count) ?? 31)}
            options={choices.map((count) => ({ value: count, label: t(texts.days, { count }) }))}
          />
          <Button size="large" loading={running} onClick={() => void start()}>{t(texts.replayStart)}</Button>
        </Flex>
      ) : null}
      {refused ? <Alert type="warning" showIcon role="alert" title={refused} /> : null}
      <div aria-live="polite">
        {running ? (
          <>
            <Progress percent={Math.round((100 * read) / (read + HALF_AT_ORDERS))} status="active" showInfo={false} aria-label={t(texts.replay)} />
            <p>{t(texts.replayRunning, { count: read })}</p>
          </>
        ) : null}
        {replay.data?.state === "failed" ? <Alert type="error" showIcon title={t(texts.replayFailed)} /> : null}
        {replay.data?.result ? <ReplayResultView result={replay.data.result} /> : null}
      </div>
    </section>
  );
}
