import { dayName } from "@yizhimai/kit";
import { useRef, useState, type KeyboardEvent } from "react";

import type { LimitRule } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { cellDetail, cellLabel, cellMark } from "./cell-text";
import { moved, type Cell, type Row } from "./heat";
import styles from "./limits.module.css";
import { texts } from "./texts";

interface HeatMapProps {
  rows: readonly Row[];
  rules: readonly LimitRule[];
  days: readonly string[];
  today: string;
  /** Two weeks: only the number fits. */
  compact: boolean;
  onOpen: (cell: Cell) => void;
}

function firstOf(rows: readonly Row[]): readonly [number, number] {
  const ahead = (isRight: (cell: Cell | undefined) => boolean) => {
    const row = rows.findIndex(({ cells }) => cells.some(isRight));
    return row < 0 ? undefined : ([row, rows[row]?.cells.findIndex(isRight) ?? 0] as const);
  };
  return ahead((cell) => cell !== undefined && !cell.past) ?? ahead((cell) => cell !== undefined) ?? [0, 0];
}

/** Days side by side, hours below each other; the arrow keys go from cell to cell. */
export function HeatMap({ rows, rules, days, today, compact, onOpen }: HeatMapProps) {
  const t = useT();
  const { timeZone } = useScope();
  const table = useRef<HTMLTableElement>(null);
  const [at, setAt] = useState<readonly [number, number]>();
  const [row, column] = at && rows[at[0]]?.cells[at[1]] ? at : firstOf(rows);

  function onKey(event: KeyboardEvent) {
    const next = moved(rows, [row, column], event.key);
    if (next[0] === row && next[1] === column) return;
    event.preventDefault();
    setAt(next);
    table.current?.querySelector<HTMLButtonElement>(`[data-at="${next.join(" ")}"]`)?.focus();
  }

  return (
    <div className={styles.mapFrame} role="region" aria-label={t(texts.map)}>
      <table ref={table} className={styles.map} data-compact={compact || undefined}>
        <caption className="visually-hidden">{t(texts.mapHint)}</caption>
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">{t(texts.column.time)}</span>
            </th>
            {days.map((day) => (
              <th key={day} scope="col" data-today={day === today || undefined}>{dayName(day, today, t.locale).replace("（", compact ? "\n（" : "（")}</th>
            ))}
          </tr>
        </thead>
        <tbody onKeyDown={onKey}>
          {rows.map((line, rowIndex) => (
            <tr key={line.minute}>
              <th scope="row">{line.label}</th>
              {line.cells.map((cell, index) => {
                const day = days[index] ?? "";
                if (!cell) {
                  return (
                    <td key={day} data-closed>
                      <span className="visually-hidden">{t(texts.level.closed)}</span>
                    </td>
                  );
                }
                return (
                  <td key={day}>
                    <button
                      type="button"
                      className={styles.cell}
                      data-level={cell.level}
                      data-past={cell.past || undefined}
                      data-at={`${String(rowIndex)} ${String(index)}`}
                      tabIndex={rowIndex === row && index === column ? 0 : -1}
                      aria-label={cellLabel(cell, rules, timeZone, t)}
                      onFocus={() => setAt([rowIndex, index])}
                      onClick={() => onOpen(cell)}
                    >
                      <b>{cellMark(cell, t)}</b>
                      {compact || cell.level === "free" || (cell.fullest?.limit === 0 && cell.level === "full") ? null : <small>{cellDetail(cell, rules, t)}</small>}
                    </button>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
