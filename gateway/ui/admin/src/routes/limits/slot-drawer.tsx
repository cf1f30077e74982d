import { useQuery } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { formatBusinessDay, formatMoney, formatTime } from "@yizhimai/kit";
import { Skeleton } from "antd";
import { useState } from "react";

import type { LimitRule, Menu, RuleLoad } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { paths } from "../../paths";
import { DetailDrawer, Facts } from "../../patterns/detail-drawer";
import { ErrorState } from "../../patterns/states";
import { useOrderSummaries } from "../../patterns/use-order-summaries";
import { may } from "../../session/may";
import { branchMenuQuery } from "../pauses/queries";
import { cellSpan, measureOf } from "./cell-text";
import { Chips } from "./fields";
import { levelOf, percent, rulesOf, type Cell } from "./heat";
import styles from "./limits.module.css";
import { loadDetailQuery } from "./queries";
import { ruleText } from "./rule-text";
import { amountText } from "./sentence";
import { texts } from "./texts";

interface SlotDrawerProps {
  branchId: string;
  cell: Cell | undefined;
  rules: readonly LimitRule[];
  onClose: () => void;
}

/** One hour: which rules it fills, with what, and whose orders. */
export function SlotDrawer({ branchId, cell, rules, onClose }: SlotDrawerProps) {
  const t = useT();
  const { timeZone } = useScope();
  return (
    <DetailDrawer open={cell !== undefined} title={cell ? `${formatBusinessDay(cell.day, t.locale)} ${cellSpan(cell, timeZone)}` : ""} onClose={onClose}>
      {cell ? <Content key={cell.from} branchId={branchId} cell={cell} rules={rules} /> : null}
    </DetailDrawer>
  );
}

function Content({ branchId, cell, rules }: { branchId: string; cell: Cell; rules: readonly LimitRule[] }) {
  const t = useT();
  const { brand, timeZone } = useScope();
  const currency = brand?.currency ?? "TWD";
  const [at, setAt] = useState("");
  const slot = cell.slots.find((one) => one.starts_at === at);
  const shown = slot ?? cell;
  const counters = rulesOf(slot ? [slot] : cell.slots);
  const words = { t, slotMinutes: cell.slots[0]?.minutes ?? 15, currency };
  const from = slot?.starts_at ?? cell.from;
  const to = slot ? new Date(Date.parse(slot.starts_at) + slot.minutes * 60_000).toISOString() : cell.to;
  return (
    <>
      {cell.slots.length > 1 ? (
        <Chips
          label={t(texts.slots)}
          values={["", ...cell.slots.map((one) => one.starts_at)]}
          chosen={at}
          text={(one) => (one ? formatTime(one, timeZone) : t(texts.wholeHour))}
          onChoose={setAt}
        />
      ) : null}
      <section aria-label={t(texts.counters)}>
        <h3 className={styles.label}>{t(texts.counters)}</h3>
        {counters.length === 0 ? <p className={styles.soft}>{t(texts.noCounters)}</p> : null}
        <ul className={styles.counters}>
          {counters.map((load) => (
            <Counter key={load.rule_id ?? ""} load={load} text={ruleText(load, rules, words)} used={usedText(load, rules, words)} />
          ))}
        </ul>
      </section>
      <Facts
        facts={[
          [t(texts.column.orders), t(texts.orders, { count: shown.orders })],
          [t(texts.column.units), t(texts.count.units, { count: shown.units })],
          [t(texts.column.minutes), t(common.unitMinutesShort, { count: Math.ceil(shown.make_seconds / 60) })],
          [t(texts.column.amount), formatMoney(shown.amount, currency)],
        ]}
      />
      <Filling branchId={branchId} from={from} to={to} />
    </>
  );
}

/** Name of a variant with its product's, while it is on the menu. */
function variantName(menu: Menu | undefined, variantId: string): string | undefined {
  for (const product of menu?.products ?? []) {
    const variant = product.variants.find((one) => one.variant_id === variantId);
    if (variant) return `${product.name}${variant.name ? `（${variant.name}）` : ""}`;
  }
  return undefined;
}

function usedText(load: RuleLoad, rules: readonly LimitRule[], words: Parameters<typeof amountText>[2]): string {
  const measure = measureOf(load, rules);
  return `${amountText(measure, load.used, words)} / ${amountText(measure, load.limit, words)}`;
}

function Counter({ load, text, used }: { load: RuleLoad; text: string; used: string }) {
  const t = useT();
  const level = levelOf(load);
  return (
    <li>
      <span>{text}</span>
      <span className={styles.bar} aria-hidden>
        <span className={styles.fill} data-level={level} style={{ width: `${String(Math.min(100, percent(load)))}%` }} />
      </span>
      <span className={styles.counterFoot}>
        <b className="tabular">{used}</b>
        <span className={styles.levelTag} data-level={level}>{level === "over" ? t(texts.over, { count: load.used - load.limit }) : `${String(percent(load))}%`}</span>
      </span>
    </li>
  );
}

function Filling({ branchId, from, to }: { branchId: string; from: string; to: string }) {
  const t = useT();
  const sees = may(useMe(), "ops.orders");
  const { timeZone, brand, branch } = useScope();
  const detail = useQuery(loadDetailQuery(branchId, from, to));
  const menu = useQuery(branchMenuQuery(brand?.slug ?? "", branch?.slug ?? ""));
  const known = useOrderSummaries(detail.data?.orders.map((order) => order.order_id) ?? []);
  if (detail.isError && !detail.data) return <ErrorState thrown={detail.error} onRetry={() => void detail.refetch()} />;
  if (!detail.data) return <Skeleton active paragraph={{ rows: 4 }} />;
  const { products, orders } = detail.data;
  if (orders.length === 0) return <p className={styles.soft}>{t(texts.nothingBooked)}</p>;
  return (
    <>
      <section aria-label={t(texts.filledBy)}>
        <h3 className={styles.label}>{t(texts.filledBy)}</h3>
        <ul className={styles.filling}>
          {products.map((one) => (
            <li key={one.variant_id}>
              <span>{variantName(menu.data, one.variant_id) ?? t(texts.offMenu)}</span>
              <b className="tabular">{t(texts.count.units, { count: one.units })}</b>
            </li>
          ))}
        </ul>
      </section>
      <section aria-label={t(texts.column.orders)}>
        <h3 className={styles.label}>{t(texts.column.orders)}</h3>
        <ul className={styles.filling}>
          {orders.map(({ order_id, slot_starts_at, units }) => {
            const order = known.get(order_id);
            const text = t(texts.order, { number: order?.pickup_number ?? order_id.slice(-6), time: formatTime(slot_starts_at, timeZone), name: order?.contact_name ?? "" });
            return (
              <li key={order_id}>
                {sees ? (
                  <Link to={paths.orders(branchId) as LinkProps["to"]} search={{ order: order_id } as never}>{text}</Link>
                ) : (
                  <span>{text}</span>
                )}
                <span className="tabular">{t(texts.count.units, { count: units })}</span>
              </li>
            );
          })}
        </ul>
      </section>
    </>
  );
}
