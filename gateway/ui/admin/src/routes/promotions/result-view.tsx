import { useQuery } from "@tanstack/react-query";
import { formatBusinessDay, formatMoney } from "@yizhimai/kit";
import { DatePicker, Flex } from "antd";
import dayjs from "dayjs";
import { useState } from "react";

import type { Promotion, PromotionDay } from "../../data/benefit-types";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { EmptyState, QueryView } from "../../patterns/states";
import { useBusinessDay } from "../../patterns/use-business-day";
import styles from "../rules/rules.module.css";
import { resultQuery } from "./queries";
import { change, sumsBy, sumsOf, type Sums } from "./result";
import { texts } from "./texts";

const DATE = "YYYY-MM-DD";
const FIRST_DAYS = 13;
const MOST_DAYS = 91;

/** 成效: what a promotion did, by completed orders. */
export function ResultView({ promotion }: { promotion: Promotion }) {
  const t = useT();
  const { branch, timeZone } = useScope();
  const today = useBusinessDay(timeZone, branch?.cutoff_minutes);
  const [range, setRange] = useState<[from: string, to: string]>();
  const [from, to] = range ?? [dayjs(today).subtract(FIRST_DAYS, "day").format(DATE), today];
  const result = useQuery(resultQuery(promotion.promotion_id, from, to));
  return (
    <Flex vertical gap={16}>
      <Flex wrap gap={12} align="center">
        <DatePicker.RangePicker
          size="large"
          allowClear={false}
          aria-label={t(texts.columnPeriod)}
          maxDate={dayjs(today)}
          value={[dayjs(from), dayjs(to)]}
          disabledDate={(day, { from: first }) => Boolean(first && Math.abs(day.diff(first, "day")) > MOST_DAYS)}
          onChange={(dates) => {
            const [first, last] = dates ?? [];
            if (first && last) setRange([first.format(DATE), last.format(DATE)]);
          }}
        />
        <span className={styles.soft}>{t(texts.resultHint)}</span>
      </Flex>
      <QueryView query={result}>{(days) => (days.length === 0 ? <EmptyState title={t(texts.resultNone)} /> : <Totals days={days} />)}</QueryView>
    </Flex>
  );
}

/** All completed orders of the branch beside those of the same weekday before. */
function ComparedCells({ sums: { compared }, money }: { sums: Sums; money: (amount: number) => string }) {
  return (
    <>
      <td data-number>{compared ? money(compared.net) : "—"}</td>
      <td data-number>{compared ? money(compared.before_net) : "—"}</td>
      <td data-number>{compared ? change(compared.net, compared.before_net) : "—"}</td>
    </>
  );
}

function Totals({ days }: { days: PromotionDay[] }) {
  const t = useT();
  const { brand, branches } = useScope();
  const money = (amount: number) => formatMoney(amount, brand?.currency);
  const all = sumsOf(days);
  const facts: [name: string, value: string][] = [
    [t(texts.resultOrders), String(all.orders)],
    [t(texts.resultFirst), String(all.first_orders)],
    [t(texts.resultDiscount), money(all.discount)],
    [t(texts.resultNet), money(all.net)],
  ];
  const comparedTitles = [t(texts.branchNet), t(texts.weekBefore), t(texts.weekChange)];
  const table = (title: string, rows: [key: string, name: string, sums: Sums][]) => (
    <section aria-label={title} className={styles.tableFrame} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{title}</th>
            {[...facts.map(([name]) => name), ...(all.compared ? comparedTitles : [])].map((name) => (
              <th key={name} scope="col" data-number>{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([key, name, sums]) => (
            <tr key={key}>
              <th scope="row" className={styles.whole}>{name}</th>
              <td data-number>{sums.orders}</td>
              <td data-number>{sums.first_orders}</td>
              <td data-number>{money(sums.discount)}</td>
              <td data-number>{money(sums.net)}</td>
              {all.compared ? <ComparedCells sums={sums} money={money} /> : null}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
  const branchName = (id: string) => branches.find(({ branch_id }) => branch_id === id)?.name ?? "…";
  return (
    <>
      <div className={styles.facts}>
        {facts.map(([name, value]) => (
          <div key={name} className={styles.fact}>
            {name}
            <strong>{value}</strong>
          </div>
        ))}
      </div>
      {all.compared ? (
        <p className={styles.soft}>
          {t(texts.comparedHint, { net: money(all.compared.net), before: money(all.compared.before_net), change: change(all.compared.net, all.compared.before_net) })}
        </p>
      ) : null}
      {table(t(texts.columnDay), sumsBy(days, "business_day").map(([day, sums]) => [day, formatBusinessDay(day, t.locale), sums]))}
      {table(t(texts.columnBranch), sumsBy(days, "branch_id").map(([id, sums]) => [id, branchName(id), sums]))}
    </>
  );
}
