import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Dropdown, Flex, TimePicker } from "antd";
import dayjs from "dayjs";

import type { Period } from "../../data/types";
import { useT } from "../../i18n";
import styles from "./hours.module.css";
import { bars, clock, closeOf, copyDay, DAY_MINUTES, isWholeDay, MOST_PERIODS, ofDay, overlappingDays, PICTURE_MINUTES } from "./week";

export const weekdays = [1, 2, 3, 4, 5, 6, 7] as const;
const axis = [0, 6, 12, 18, 24, 30];

interface WeekEditorProps {
  /** Given by the form. */
  value?: Period[];
  onChange?: (periods: Period[]) => void;
  disabled?: boolean;
}

/** The week as a picture, and its periods to type under it. */
export function WeekEditor({ value = [], onChange = () => undefined, disabled = false }: WeekEditorProps) {
  return (
    <>
      <WeekPicture periods={value} />
      {weekdays.map((weekday) => (
        <DayEditor key={weekday} weekday={weekday} periods={value} onChange={onChange} disabled={disabled} />
      ))}
    </>
  );
}

function WeekPicture({ periods }: { periods: Period[] }) {
  const t = useT();
  const share = (minutes: number) => `${String((minutes / PICTURE_MINUTES) * 100)}%`;
  const bad = overlappingDays(periods);
  return (
    <figure className={styles.picture} style={{ margin: "0 0 20px" }}>
      <figcaption className="visually-hidden">{t("hours.picture")}</figcaption>
      <div className={styles.axis} aria-hidden>
        <span />
        <div>
          {axis.map((hour) => (
            <span key={hour} style={{ left: share(hour * 60) }}>
              {hour > 24 ? t("hours.nextDayAt", { time: clock((hour - 24) * 60) }) : clock(hour * 60)}
            </span>
          ))}
        </div>
      </div>
      {weekdays.map((weekday) => {
        const parts = bars(periods, weekday);
        return (
          <div key={weekday} className={styles.day}>
            <span className={styles.dayName}>{t(`weekday.${weekday}`)}</span>
            <div className={bad.includes(weekday) ? `${styles.track} ${styles.bad}` : styles.track}>
              <span className={styles.night} />
              {parts.every((part) => part.carried) ? <span className={styles.rest} style={{ left: parts.length > 0 ? "30%" : undefined }}>{t("hours.rest")}</span> : null}
              {parts.map((part) => (
                <span
                  key={`${String(part.from)} ${String(part.carried)}`}
                  data-short={part.to - part.from < 6 * 60 || undefined}
                  className={part.carried ? `${styles.open} ${styles.carried}` : styles.open}
                  style={{ left: share(part.from), width: share(part.to - part.from) }}
                >
                  {part.carried ? "" : `${clock(part.from)}–${clock(part.to > DAY_MINUTES ? part.to - DAY_MINUTES : part.to)}`}
                </span>
              ))}
            </div>
          </div>
        );
      })}
    </figure>
  );
}

function DayEditor({ weekday, periods, onChange, disabled }: Required<Omit<WeekEditorProps, "value">> & { weekday: (typeof weekdays)[number]; periods: Period[] }) {
  const t = useT();
  const mine = ofDay(periods, weekday);
  const others = periods.filter((period) => period.weekday !== weekday);
  const name = t(`weekday.${weekday}`);
  const put = (next: Period[]) => onChange([...others, ...next]);
  const change = (at: number, part: Partial<Period>) => put(mine.map((period, index) => (index === at ? { ...period, ...part } : period)));
  const last = mine.at(-1);

  function add() {
    const open = last ? Math.min(closeOf(last) + 60, DAY_MINUTES - 60) : 10 * 60;
    put([...mine, { weekday, open_minute: open, close_minute: Math.min(open + 4 * 60, DAY_MINUTES - 1) }]);
  }

  return (
    <div className={styles.row} role="group" aria-label={name}>
      <span className={styles.dayName}>{name}</span>
      <div className={styles.periods}>
        {mine.length === 0 ? <span className={styles.nextDay} style={{ lineHeight: "44px" }}>{t("hours.rest")}</span> : null}
        {mine.map((period, index) => (
          <div key={`${String(index)}`} className={styles.period}>
            {isWholeDay(period) ? (
              <strong>{t("hours.wholeDay")}</strong>
            ) : (
              <>
                <Clock label={t("hours.opensOn", { day: name })} disabled={disabled} minute={period.open_minute} onChange={(open_minute) => change(index, { open_minute })} />
                <span aria-hidden>–</span>
                <Clock label={t("hours.closesOn", { day: name })} disabled={disabled} minute={period.close_minute} onChange={(close_minute) => change(index, { close_minute })} />
                {closeOf(period) > DAY_MINUTES ? <span className={styles.nextDay}>{t("hours.nextDay")}</span> : null}
              </>
            )}
            <Button type="text" icon={<DeleteOutlined />} disabled={disabled} aria-label={t("hours.remove", { day: name })} onClick={() => put(mine.filter((_, at) => at !== index))} />
          </div>
        ))}
      </div>
      <Flex gap={4} wrap>
        <Button icon={<PlusOutlined />} disabled={disabled || mine.length >= MOST_PERIODS || mine.some(isWholeDay)} onClick={add}>
          {t("hours.add")}
        </Button>
        <Dropdown
          trigger={["click"]}
          disabled={disabled}
          menu={{
            items: [
              { key: "whole", label: t("hours.makeWhole"), onClick: () => put([{ weekday, open_minute: 0, close_minute: DAY_MINUTES }]) },
              { key: "work", label: t("hours.copyWorkdays"), onClick: () => onChange(copyDay(periods, weekday, [1, 2, 3, 4, 5])) },
              { key: "all", label: t("hours.copyAll"), onClick: () => onChange(copyDay(periods, weekday, weekdays)) },
            ],
          }}
        >
          <Button aria-label={t("hours.moreFor", { day: name })}>⋯</Button>
        </Dropdown>
      </Flex>
    </div>
  );
}

interface ClockProps {
  label: string;
  minute: number;
  disabled: boolean;
  onChange: (minute: number) => void;
}

function Clock({ label, minute, disabled, onChange }: ClockProps) {
  return (
    <TimePicker
      aria-label={label}
      format="HH:mm"
      size="large"
      style={{ width: 104 }}
      minuteStep={5}
      changeOnScroll
      needConfirm={false}
      allowClear={false}
      disabled={disabled}
      value={dayjs().startOf("day").add(minute % DAY_MINUTES, "minute")}
      onChange={(time) => time && onChange(time.hour() * 60 + time.minute())}
    />
  );
}
