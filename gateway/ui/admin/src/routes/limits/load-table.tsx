import { formatBusinessDay, formatMoney } from "@yizhimai/kit";
import { Button } from "antd";

import type { LimitRule } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { cellDetail, cellLabel, cellMark, cellSpan } from "./cell-text";
import type { Cell, Row } from "./heat";
import styles from "./limits.module.css";
import { ruleText } from "./rule-text";
import { texts } from "./texts";

/** The same as the map, in words and numbers: an hour a line. */
export function LoadTable({ rows, rules, onOpen }: { rows: readonly Row[]; rules: readonly LimitRule[]; onOpen: (cell: Cell) => void }) {
  const t = useT();
  const { brand, timeZone } = useScope();
  const currency = brand?.currency ?? "TWD";
  const cells = rows.flatMap((row) => row.cells).filter((cell): cell is Cell => cell !== undefined && !cell.past).toSorted((a, b) => a.from.localeCompare(b.from));
  return (
    <div className={styles.mapFrame} role="region" aria-label={t(texts.view.table)} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            {(["time", "used", "fullest", "orders", "units", "minutes", "amount"] as const).map((one) => (
              <th key={one} scope="col">{t(texts.column[one])}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {cells.map((cell) => (
            <tr key={cell.from}>
              <th scope="row">
                <Button type="link" aria-label={cellLabel(cell, rules, timeZone, t)} onClick={() => onOpen(cell)}>
                  {`${formatBusinessDay(cell.day, t.locale)} ${cellSpan(cell, timeZone)}`}
                </Button>
              </th>
              <td>
                <span className={styles.levelTag} data-level={cell.level}>{cell.fullest ? cellMark(cell, t) : "—"}</span>
              </td>
              <td>
                {cell.fullest ? `${ruleText(cell.fullest, rules, { t, slotMinutes: cell.slots[0]?.minutes ?? 15, currency })}（${cellDetail(cell, rules, t)}）` : t(texts.level.unlimited)}
              </td>
              <td>{cell.orders}</td>
              <td>{cell.units}</td>
              <td>{Math.ceil(cell.make_seconds / 60)}</td>
              <td>{formatMoney(cell.amount, currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
