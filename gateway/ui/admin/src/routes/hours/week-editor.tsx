import { Button, Dropdown, Switch } from "antd";

import type { Period } from "../../data/types";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import styles from "./hours.module.css";
import { SpansEditor } from "./spans-editor";
import { texts } from "./texts";
import { copyDay, DAY_MINUTES, isWholeWeek, ofDay, weekdays, type Span, type Weekday } from "./week";
import { WeekPicture } from "./week-picture";

interface WeekEditorProps {
  /** Given by the form. */
  value?: Period[];
  onChange?: (periods: Period[]) => void;
  disabled?: boolean;
}

const wholeDay: Span = { open_minute: 0, close_minute: DAY_MINUTES };
const usualDay: Span = { open_minute: 10 * 60, close_minute: 22 * 60 };

/** The week as a picture, and its periods to type under it. */
export function WeekEditor({ value = [], onChange = () => undefined, disabled = false }: WeekEditorProps) {
  const t = useT();
  const everyDay = (span: Span) => onChange(weekdays.map((weekday) => ({ weekday, ...span })));
  return (
    <>
      <label className={styles.whole}>
        <Switch checked={isWholeWeek(value)} disabled={disabled} onChange={(whole) => everyDay(whole ? wholeDay : usualDay)} />
        {t(texts.wholeWeek)}
      </label>
      <WeekPicture periods={value} onChange={onChange} disabled={disabled} />
      {weekdays.map((weekday) => (
        <DayEditor key={weekday} weekday={weekday} periods={value} onChange={onChange} disabled={disabled} />
      ))}
    </>
  );
}

function DayEditor({ weekday, periods, onChange, disabled }: Required<Omit<WeekEditorProps, "value">> & { weekday: Weekday; periods: Period[] }) {
  const t = useT();
  const others = periods.filter((period) => period.weekday !== weekday);
  const name = t(common.weekday[weekday]);
  const put = (spans: Span[]) => onChange([...others, ...spans.map((span) => ({ weekday, ...span }))]);
  const copy = (days: readonly number[]) => onChange(copyDay(periods, weekday, days));
  return (
    <div className={styles.row} role="group" aria-label={name}>
      <span className={styles.dayName}>{name}</span>
      <SpansEditor
        name={name}
        spans={ofDay(periods, weekday)}
        onChange={put}
        disabled={disabled}
        extra={
          <Dropdown
            trigger={["click"]}
            disabled={disabled}
            menu={{
              items: [
                { key: "whole", label: t(texts.makeWhole), onClick: () => put([wholeDay]) },
                { key: "rest", label: t(texts.makeRest), onClick: () => put([]) },
                { type: "divider" },
                { key: "work", label: t(texts.copyWorkdays), onClick: () => copy([1, 2, 3, 4, 5]) },
                { key: "weekend", label: t(texts.copyWeekend), onClick: () => copy([6, 7]) },
                { key: "all", label: t(texts.copyAll), onClick: () => copy(weekdays) },
                {
                  key: "one", label: t(texts.copyOne),
                  children: weekdays.filter((day) => day !== weekday).map((day) => ({ key: String(day), label: t(common.weekday[day]), onClick: () => copy([day]) })),
                },
              ],
            }}
          >
            <Button aria-label={t(texts.moreFor, { day: name })}>⋯</Button>
          </Dropdown>
        }
      />
    </div>
  );
}
