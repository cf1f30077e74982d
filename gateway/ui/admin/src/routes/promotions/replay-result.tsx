import { formatBusinessDay, formatMoney } from "@yizhimai/kit";
import { Alert, Flex } from "antd";
import type { ReactNode } from "react";

import type { ReplayResult } from "../../data/benefit-types";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import styles from "../rules/rules.module.css";
import { OrderLink } from "../settlements/order-link";
import { change } from "./result";
import { texts } from "./texts";

const MOST_SHOWN = 10;

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={styles.fact}>
      {name}
      <strong>{children}</strong>
    </div>
  );
}

/** What a rule would have done to the orders of the last days. */
export function ReplayResultView({ result }: { result: ReplayResult }) {
  const t = useT();
  const { brand, branches } = useScope();
  const money = (amount: number) => formatMoney(amount, brand?.currency);
  const { orders, reproduced, truncated, touched, net_before, net_after, delivery_off, gifts } = result;
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
            {delivery_off === 0 ? null : <Fact name={t(texts.replayDelivery)}>{money(delivery_off)}</Fact>}
            {gifts === 0 ? null : <Fact name={t(texts.replayGifts)}>{money(gifts)}</Fact>}
          </div>
          <Days days={result.by_day} />
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
      <Mismatches orders={result.mismatches} />
    </Flex>
  );
}

/** By business day, each beside the same weekday before as it was sold. */
function Days({ days }: { days: ReplayResult["by_day"] }) {
  const t = useT();
  const { brand } = useScope();
  const money = (amount: number) => formatMoney(amount, brand?.currency);
  return (
    <Table title={t(texts.byDay)}>
      <thead>
        <tr>
          <th scope="col">{t(texts.columnDay)}</th>
          <th scope="col" data-number>{t(texts.columnTouched)}</th>
          <th scope="col" data-number>{t(texts.columnAfter)}</th>
          <th scope="col" data-number>{t(texts.weekBefore)}</th>
          <th scope="col" data-number>{t(texts.weekChange)}</th>
          <th scope="col" data-number>{t(texts.columnOff)}</th>
        </tr>
      </thead>
      <tbody>
        {days.map(({ business_day, touched, orders, net_before, net_after, week_before }) => (
          <tr key={business_day}>
            <th scope="row" className={styles.whole}>{formatBusinessDay(business_day, t.locale)}</th>
            <td data-number>{`${String(touched)} / ${String(orders)}`}</td>
            <td data-number>{money(net_after)}</td>
            <td data-number>{week_before ? money(week_before.net) : "—"}</td>
            <td data-number>{week_before ? change(net_after, week_before.net) : "—"}</td>
            <td data-number>{money(net_before - net_after)}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

/** Orders whose price with the rules of their time is another one than they were sold at. */
function Mismatches({ orders }: { orders: ReplayResult["mismatches"] }) {
  const t = useT();
  const { brand } = useScope();
  if (orders.length === 0) return null;
  const money = (amount: number) => formatMoney(amount, brand?.currency);
  return (
    <>
      <Table title={t(texts.mismatches)}>
        <thead>
          <tr>
            <th scope="col">{t(texts.columnOrder)}</th>
            <th scope="col" data-number>{t(texts.columnSold)}</th>
            <th scope="col" data-number>{t(texts.columnNow)}</th>
          </tr>
        </thead>
        <tbody>
          {orders.map(({ order_id, order_number, branch_id, sold, now }) => (
            <tr key={order_id}>
              <th scope="row">
                <OrderLink orderId={order_id} number={order_number} branchId={branch_id} />
              </th>
              <td data-number>{money(sold)}</td>
              <td data-number>{now === null ? t(texts.mismatchNone) : money(now)}</td>
            </tr>
          ))}
        </tbody>
      </Table>
      <p className={styles.soft}>{t(texts.mismatchesHint)}</p>
    </>
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
