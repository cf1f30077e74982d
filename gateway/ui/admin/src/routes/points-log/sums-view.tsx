import { useQuery } from "@tanstack/react-query";
import { formatAmount, formatDate, formatMoney } from "@yizhimai/kit";
import { DatePicker, Select } from "antd";
import dayjs from "dayjs";

import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { EmptyState, QueryView } from "../../patterns/states";
import membership from "../membership/membership.module.css";
import { scopeName } from "../membership/programmes";
import { pointProgrammesQuery } from "../membership/queries";
import { sumsQuery } from "./queries";
import { sumPeriod, type LogSearch } from "./search";
import { texts } from "./texts";
import { signed } from "./words";

const MOST_DAYS = 365;

interface SumsViewProps {
  search: LogSearch;
  onFilter: (next: Partial<LogSearch>) => void;
}

/** Entries of a period by kind, from the points at its beginning to those at its end. */
export function SumsView({ search, onFilter }: SumsViewProps) {
  const t = useT();
  const { brands } = useScope();
  const query = useQuery(pointProgrammesQuery);
  return (
    <QueryView query={query}>
      {(programmes) => {
        const shown = programmes.find((one) => one.programme_id === search.programme) ?? programmes[0];
        if (!shown) return <EmptyState title={t(texts.sumsNone)} />;
        return (
          <>
            <div className={membership.tools}>
              {programmes.length > 1 ? (
                <Select
                  style={{ minWidth: 180 }}
                  aria-label={t(texts.programme)}
                  value={shown.programme_id}
                  options={programmes.map((one) => ({ value: one.programme_id, label: scopeName(t, one, brands) }))}
                  onChange={(programme) => onFilter({ programme })}
                />
              ) : null}
              <Period search={search} onFilter={onFilter} />
            </div>
            <Sums programmeId={shown.programme_id} search={search} />
          </>
        );
      }}
    </QueryView>
  );
}

function Period({ search, onFilter }: SumsViewProps) {
  const t = useT();
  const { timeZone } = useScope();
  const today = formatDate(new Date(), timeZone);
  const { from, until } = sumPeriod(search, today);
  return (
    <DatePicker.RangePicker
      aria-label={t(texts.period)}
      title={t(texts.sumsLong)}
      allowClear={false}
      style={{ flex: "1 1 240px", maxWidth: 280 }}
      maxDate={dayjs(today)}
      disabledDate={(day, { from: first }) => first !== undefined && Math.abs(day.diff(first, "day")) > MOST_DAYS}
      value={[dayjs(from), dayjs(until)]}
      onChange={(_, [first, last]) => onFilter({ from: first, until: last })}
    />
  );
}

function Sums({ programmeId, search }: { programmeId: string; search: LogSearch }) {
  const t = useT();
  const { timeZone } = useScope();
  const query = useQuery(sumsQuery(programmeId, search, timeZone, formatDate(new Date(), timeZone)));
  return (
    <QueryView query={query}>
      {({ sums, points_before, points_after, liability_after }) => (
        <section className={`${membership.card} ${membership.scroll}`} aria-label={t(texts.tab.sums)}>
          <table className={membership.table}>
            <thead>
              <tr>
                <th scope="col">{t(texts.sumsKind)}</th>
                <th scope="col">{t(texts.sumsEntries)}</th>
                <th scope="col">{t(texts.points)}</th>
                <th scope="col">{t(texts.sumsDebt)}</th>
              </tr>
            </thead>
            <tbody className="tabular">
              <tr>
                <td colSpan={2}>{t(texts.sumsBefore)}</td>
                <td><strong>{formatAmount(points_before)}</strong></td>
                <td>—</td>
              </tr>
              {sums.map((sum) => (
                <tr key={sum.kind}>
                  <td>{t(texts.kind[sum.kind])}</td>
                  <td>{formatAmount(sum.entries)}</td>
                  <td>{signed(sum.points)}</td>
                  <td>{signed(sum.debt)}</td>
                </tr>
              ))}
              <tr>
                <td colSpan={2}>{t(texts.sumsAfter)}</td>
                <td>
                  <strong>{formatAmount(points_after)}</strong>
                  <div className={membership.soft}>{t(texts.sumsLiability, { amount: formatMoney(liability_after) })}</div>
                </td>
                <td>—</td>
              </tr>
            </tbody>
          </table>
        </section>
      )}
    </QueryView>
  );
}
