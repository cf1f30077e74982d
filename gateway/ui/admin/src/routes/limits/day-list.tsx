import { LeftOutlined, RightOutlined } from "@ant-design/icons";
import { dayName } from "@yizhimai/kit";
import { Button } from "antd";
import { useRef, useState } from "react";

import type { LimitRule } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { cellLabel, cellMark } from "./cell-text";
import { percent, type Cell, type Row } from "./heat";
import styles from "./limits.module.css";
import { texts } from "./texts";

const SWIPE_PX = 60;

interface DayListProps {
  rows: readonly Row[];
  rules: readonly LimitRule[];
  days: readonly string[];
  today: string;
  onOpen: (cell: Cell) => void;
  /** Shows the days before or after these. */
  onShift: (by: 1 | -1) => void;
}

/** One day on a phone, hour by hour as bars; a swipe or an arrow shows the next. */
export function DayList({ rows, rules, days, today, onOpen, onShift }: DayListProps) {
  const t = useT();
  const { timeZone } = useScope();
  const [at, setAt] = useState(0);
  const touch = useRef<{ x: number; y: number }>(undefined);
  const index = Math.min(at, days.length - 1);
  const day = days[index] ?? today;

  function go(by: 1 | -1) {
    const next = index + by;
    if (next >= 0 && next < days.length) return setAt(next);
    onShift(by);
    return setAt(by > 0 ? 0 : days.length - 1);
  }

  const shown = rows.filter((row) => row.cells[index]);
  return (
    <section
      aria-label={t(texts.map)}
      onTouchStart={({ touches }) => {
        const first = touches[0];
        touch.current = first && { x: first.clientX, y: first.clientY };
      }}
      onTouchEnd={({ changedTouches }) => {
        const last = changedTouches[0];
        if (!touch.current || !last) return;
        const [x, y] = [last.clientX - touch.current.x, last.clientY - touch.current.y];
        if (Math.abs(x) > SWIPE_PX && Math.abs(x) > 2 * Math.abs(y)) go(x < 0 ? 1 : -1);
      }}
    >
      <div className={styles.dayBar}>
        <Button size="large" icon={<LeftOutlined />} aria-label={t(texts.dayBefore)} onClick={() => go(-1)} />
        <h2 aria-live="polite">{dayName(day, today, t.locale)}</h2>
        <Button size="large" icon={<RightOutlined />} aria-label={t(texts.dayAfter)} onClick={() => go(1)} />
      </div>
      {shown.length === 0 ? <p className={styles.closedDay}>{t(texts.closedDay)}</p> : null}
      <ul className={styles.hours}>
        {shown.map((row) => {
          const cell = row.cells[index];
          if (!cell) return null;
          const used = cell.fullest ? Math.min(100, percent(cell.fullest)) : 0;
          return (
            <li key={row.minute}>
              <button type="button" data-past={cell.past || undefined} aria-label={cellLabel(cell, rules, timeZone, t)} onClick={() => onOpen(cell)}>
                <span className={styles.hour}>{row.label}</span>
                <span className={styles.bar}>
                  <span className={styles.fill} data-level={cell.level} style={{ width: `${String(used)}%` }} />
                </span>
                <b data-over={cell.level === "over" || undefined}>{cellMark(cell, t)}</b>
                <small>{cell.fullest ? t(texts.orders, { count: cell.orders }) : t(texts.unitsShort, { count: cell.units })}</small>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
