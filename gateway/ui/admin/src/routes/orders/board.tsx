import { Skeleton } from "antd";
import { useEffect, useState, type KeyboardEvent } from "react";

import type { Me, Order } from "../../data/types";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import styles from "./board.module.css";
import { OrderCard } from "./card";
import { byDue, minutesLeft, toneOf } from "./due";
import type { OrderAction } from "./order-can";
import type { PendingStep } from "./step-queue";
import { texts } from "./texts";
import { matches } from "./words";

export const columns = ["placed", "accepted", "preparing", "ready"] as const;
export type Column = (typeof columns)[number];

interface BoardProps {
  orders: Order[] | undefined;
  me: Me;
  text: string;
  timeZone: string;
  unseen: ReadonlySet<string>;
  pending: readonly PendingStep[];
  /** The column a phone shows. */
  shown: Column;
  onShow: (column: Column) => void;
  onAct: (order: Order, action: OrderAction) => void;
  onOpen: (order: Order) => void;
}

function useMinute(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 10_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

const columnOf = (order: Order): string => (order.state === "delivering" ? "ready" : order.state);

/** Open orders by state, oldest due first. */
export function Board({ orders, me, text, timeZone, unseen, pending, shown, onShow, onAct, onOpen }: BoardProps) {
  const t = useT();
  const now = useMinute();
  const found = orders?.filter((order) => matches(order, text)).toSorted(byDue);
  const sending = new Set(pending.map((step) => step.order_id));
  const inColumn = (column: Column) => found?.filter((order) => columnOf(order) === column);
  return (
    <>
      <div className={styles.board} onKeyDown={moveFocus} role="presentation">
        {columns.map((column) => {
          const cards = inColumn(column);
          return (
            <section
              key={column}
              id={`column-${column}`}
              className={styles.column}
              data-state={column}
              data-shown={column === shown || undefined}
              aria-label={t(common.orderState[column])}
            >
              <header className={styles.columnHead}>
                <h2>{t(common.orderState[column])}</h2>
                <span aria-live="polite">{cards?.length ?? ""}</span>
              </header>
              <div className={styles.cards} tabIndex={-1}>
                {cards?.map((order) => {
                  const minutes = minutesLeft(order, now);
                  return (
                    <OrderCard
                      key={order.order_id}
                      order={order}
                      me={me}
                      tone={toneOf(order, minutes)}
                      minutes={minutes}
                      timeZone={timeZone}
                      unseen={unseen.has(order.order_id)}
                      sending={sending.has(order.order_id)}
                      onAct={onAct}
                      onOpen={onOpen}
                    />
                  );
                })}
                {cards?.length === 0 ? <p className={styles.none}>{text ? t(texts.noneFound) : t(texts.none[column])}</p> : null}
                {cards ? null : <Skeleton active paragraph={{ rows: 6 }} />}
              </div>
            </section>
          );
        })}
      </div>
      <div className={styles.tabs} role="tablist" aria-label={t(texts.columns)}>
        {columns.map((column) => (
          <button
            key={column}
            type="button"
            role="tab"
            className={styles.tab}
            aria-selected={column === shown}
            aria-controls={`column-${column}`}
            onClick={() => onShow(column)}
          >
            <b>{inColumn(column)?.length ?? "–"}</b>
            {t(common.orderState[column])}
          </button>
        ))}
      </div>
    </>
  );
}

/** Arrow keys walk the cards: up and down in a column, left and right between them. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const steps: Record<string, readonly [number, number]> = { ArrowDown: [0, 1], ArrowUp: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
  const step = steps[event.key];
  const column = (event.target as HTMLElement).closest("section");
  if (!step || !column) return;
  const all = Array.from(event.currentTarget.querySelectorAll("section"));
  const numbers = (of: Element | undefined) => Array.from(of?.querySelectorAll<HTMLElement>("[data-card]") ?? []);
  const here = numbers(column).findIndex((number) => number.closest("article")?.contains(event.target as Node));
  const target = numbers(all[all.indexOf(column) + step[0]])[step[0] === 0 ? here + step[1] : Math.max(0, here)] ?? numbers(all[all.indexOf(column) + step[0]]).at(step[0] === 0 ? here : -1);
  target?.focus();
  target?.scrollIntoView({ block: "nearest" });
  event.preventDefault();
}
