import { DatePicker, Flex } from "antd";
import dayjs from "dayjs";

import type { LimitRule } from "../../data/types";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { weekdays } from "../hours/week";
import { Chips } from "./fields";
import styles from "./limits.module.css";
import { everyDay } from "./rule";
import { texts } from "./texts";

type Days = LimitRule["days"];
type Kind = "every" | "work" | "weekend" | "some" | "date";

const DATE = "YYYY-MM-DD";
const work = [1, 2, 3, 4, 5];
const weekend = [6, 7];
const kinds: readonly Kind[] = ["every", "work", "weekend", "some", "date"];

const isSame = (one: readonly number[], other: readonly number[]) => one.length === other.length && other.every((day) => one.includes(day));

function kindOf({ weekdays: chosen, date }: Days): Kind {
  if (date) return "date";
  if (chosen.length === 0) return "every";
  return isSame(chosen, work) ? "work" : isSame(chosen, weekend) ? "weekend" : "some";
}

/** Weekdays as buttons that stay pressed. */
export function WeekdayButtons({ chosen, onChange }: { chosen: readonly number[]; onChange: (weekdays: number[]) => void }) {
  const t = useT();
  return (
    <div role="group" aria-label={t(texts.weekdays)} className={styles.chips}>
      {weekdays.map((day) => {
        const pressed = chosen.includes(day);
        return (
          <button key={day} type="button" aria-pressed={pressed} className={styles.chip} onClick={() => onChange(pressed ? chosen.filter((one) => one !== day) : [...chosen, day].toSorted((a, b) => a - b))}>
            {t(common.weekday[day])}
          </button>
        );
      })}
    </div>
  );
}

/** The days on which a rule counts: by weekday, within dates, or a single date. */
export function DaysField({ days, today, onChange }: { days: Days; today: string; onChange: (days: Days) => void }) {
  const t = useT();
  const kind = kindOf(days);

  function choose(next: Kind) {
    const range = { from_date: days.from_date ?? null, to_date: days.to_date ?? null };
    const week = { every: [], work, weekend, some: days.weekdays.length > 0 ? days.weekdays : [dayjs(today).day() || 7], date: [] }[next];
    onChange(next === "date" ? { ...everyDay, date: days.date ?? today } : { ...everyDay, ...range, weekdays: week });
  }

  return (
    <>
      <Chips label={t(texts.daysLabel)} values={kinds} chosen={kind} text={(one) => t(texts.days[one])} onChoose={choose} />
      <div className={styles.sub}>
        {kind === "date" ? (
          <DatePicker
            size="large"
            allowClear={false}
            aria-label={t(texts.days.date)}
            minDate={dayjs(today)}
            value={dayjs(days.date)}
            onChange={(date) => onChange({ ...everyDay, date: dayjs(date).format(DATE) })}
          />
        ) : (
          <Flex vertical gap={8}>
            {kind === "every" ? null : <WeekdayButtons chosen={days.weekdays} onChange={(chosen) => onChange({ ...days, weekdays: chosen })} />}
            <DatePicker.RangePicker
              size="large"
              allowEmpty={[true, true]}
              aria-label={t(texts.days.range)}
              placeholder={[t(texts.days.anyFrom), t(texts.days.anyTo)]}
              value={[days.from_date ? dayjs(days.from_date) : null, days.to_date ? dayjs(days.to_date) : null]}
              onChange={(range) => onChange({ ...days, from_date: range?.[0]?.format(DATE) ?? null, to_date: range?.[1]?.format(DATE) ?? null })}
            />
          </Flex>
        )}
      </div>
    </>
  );
}
