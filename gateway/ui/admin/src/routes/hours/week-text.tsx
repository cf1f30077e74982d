import type { Period } from "../../data/types";
import { useT, type T } from "../../i18n";
import { common } from "../../i18n/common";
import { texts } from "./texts";
import { clock, closeOf, DAY_MINUTES, daysAlike, isWholeDay, type Span, type Weekday } from "./week";

/** `10:00–14:00、16:00–隔天 02:00`. */
export function spansText(spans: readonly Span[], t: T): string {
  const one = (span: Span) => {
    if (isWholeDay(span)) return t(texts.wholeDay);
    const close = clock(span.close_minute);
    return `${clock(span.open_minute)}–${closeOf(span) > DAY_MINUTES ? t(texts.nextDayAt, { time: close }) : close}`;
  };
  return spans.length > 0 ? spans.map(one).join(t(common.listComma)) : t(texts.rest);
}

function daysText(days: readonly Weekday[], t: T): string {
  const [first] = days;
  const last = days.at(-1);
  if (!first || !last) return "";
  if (days.length === 7) return t(texts.everyDay);
  return days.length > 2 ? `${t(common.weekday[first])}–${t(common.weekday[last])}` : days.map((day) => t(common.weekday[day])).join(t(common.listComma));
}

/** A week in a few lines. */
export function WeekText({ periods }: { periods: readonly Period[] }) {
  const t = useT();
  return (
    <div className="tabular">
      {daysAlike(periods).map(({ days, spans }) => (
        <div key={days[0]}>
          {daysText(days, t)}　{spansText(spans, t)}
        </div>
      ))}
    </div>
  );
}
