import { useQuery, useQueryClient } from "@tanstack/react-query";
import { formatMoney } from "@yizhimai/kit";
import { Alert, Button, Flex, Progress, Segmented } from "antd";
import { useState, type ReactNode } from "react";

import type { ReplayResult } from "../../data/benefit-types";
import { problemFrom } from "../../data/gateway";
import { keys } from "../../data/keys";
import { useMe, useScope } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { useBodyKey } from "../../patterns/use-body-key";
import { may } from "../../session/may";
import type { Rule } from "../rules/rule";
import styles from "../rules/rules.module.css";
import { OrderLink } from "../settlements/order-link";
import { replayQuery, startReplay } from "./queries";
import { texts } from "./texts";

const choices = [7, 14, 31] as const;
const MOST_SHOWN = 10;
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
        {replay.data?.result ? <Result result={replay.data.result} /> : null}
      </div>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={styles.fact}>
      {name}
      <strong>{children}</strong>
    </div>
  );
}

function Result({ result }: { result: ReplayResult }) {
  const t = useT();
  const { brand, branches } = useScope();
  const money = (amount: number) => formatMoney(amount, brand?.currency);
  const { orders, reproduced, truncated, touched, net_before, net_after } = result;
  const row = (before: number, after: number) => (
    <>
      <td data-number>{money(before)}</td>
      <td data-number>{money(after)}</td>
      <td data-number>{money(before - after)}</td>
    </>
  );
  const heads = (
    <>
      <th scope="col" data-number>{t(texts.columnBefore)}</th>
      <th scope="col" data-number>{t(texts.columnAfter)}</th>
      <th scope="col" data-number>{t(texts.columnOff)}</th>
    </>
  );
  return (
    <Flex vertical gap={16}>
      <Alert type={reproduced === orders ? "success" : "warning"} showIcon title={t(texts.replayProof, { reproduced, orders })} description={truncated ? t(texts.replayTruncated, { count: orders }) : undefined} />
      {touched === 0 ? (
        <p>{t(texts.replayNone)}</p>
      ) : (
        <>
          <div className={styles.facts}>
            <Fact name={t(texts.replayTouched)}>{touched}</Fact>
            <Fact name={t(texts.replayDiscount)}>{money(net_before - net_after)}</Fact>
            <Fact name={t(texts.replayNet)}>{money(net_after)}</Fact>
          </div>
          <Table title={t(texts.byBranch)}>
            <thead>
              <tr>
                <th scope="col">{t(texts.columnBranch)}</th>
                <th scope="col" data-number>{t(texts.columnTouched)}</th>
                {heads}
              </tr>
            </thead>
            <tbody>
              {result.branches.slice(0, MOST_SHOWN).map((one) => (
                <tr key={one.branch_id}>
                  <th scope="row">{branches.find(({ branch_id }) => branch_id === one.branch_id)?.name ?? "…"}</th>
                  <td data-number>{one.touched}</td>
                  {row(one.net_before, one.net_after)}
                </tr>
              ))}
            </tbody>
          </Table>
          <Table title={t(texts.byProduct)}>
            <thead>
              <tr>
                <th scope="col">{t(texts.columnProduct)}</th>
                <th scope="col" data-number>{t(texts.columnUnits)}</th>
                {heads}
              </tr>
            </thead>
            <tbody>
              {result.products.slice(0, MOST_SHOWN).map((one) => (
                <tr key={one.product_id}>
                  <th scope="row">{one.name}</th>
                  <td data-number>{one.units}</td>
                  {row(one.net_before, one.net_after)}
                </tr>
              ))}
            </tbody>
          </Table>
          <Table title={t(texts.largest)}>
            <thead>
              <tr>
                <th scope="col">{t(texts.columnOrder)}</th>
                {heads}
              </tr>
            </thead>
            <tbody>
              {result.largest.slice(0, MOST_SHOWN).map((one) => (
                <tr key={one.order_id}>
                  <th scope="row">
                    <OrderLink orderId={one.order_id} number={one.order_number} branchId={one.branch_id} />
                  </th>
                  {row(one.net_before, one.net_after)}
                </tr>
              ))}
            </tbody>
          </Table>
        </>
      )}
    </Flex>
  );
}

function Table({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h4>{title}</h4>
      <div className={styles.tableFrame} role="group" tabIndex={0} aria-label={title}>
        <table className={styles.table}>{children}</table>
      </div>
    </section>
  );
}
