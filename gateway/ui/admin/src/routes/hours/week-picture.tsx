import { Button, Flex, Popover } from "antd";
import { useState, type MouseEvent } from "react";

import type { Period } from "../../data/types";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { ClockField } from "./clock-field";
import styles from "./hours.module.css";
import { texts } from "./texts";
import { bars, clock, DAY_MINUTES, isWholeDay, overlappingDays, periodAt, PICTURE_MINUTES, rests, weekdays, type Bar, type Weekday } from "./week";

const axis = [0, 6, 12, 18, 24, 30];
const share = (minutes: number) => `${String((minutes / PICTURE_MINUTES) * 100)}%`;

interface WeekPictureProps {
  periods: Period[];
  onChange: (periods: Period[]) => void;
  disabled: boolean;
}

/** The week as a picture: a tap on a band changes it, a tap beside one adds another. */
export function WeekPicture({ periods, onChange, disabled }: WeekPictureProps) {
  const t = useT();
  const bad = overlappingDays(periods);
  return (
    <figure className={styles.picture} aria-label={t(texts.picture)}>
      <div className={styles.axis} aria-hidden>
        <span />
        <div>
          {axis.map((hour) => (
            <span key={hour} data-minor={hour % 12 !== 0 || undefined} style={{ left: share(hour * 60) }}>
              {hour > 24 ? t(texts.nextDayAt, { time: clock((hour - 24) * 60) }) : clock(hour * 60)}
            </span>
          ))}
        </div>
      </div>
      {weekdays.map((weekday) => (
        <DayBand key={weekday} weekday={weekday} periods={periods} onChange={onChange} disabled={disabled} bad={bad.includes(weekday)} />
      ))}
    </figure>
  );
}

function DayBand({ weekday, periods, onChange, disabled, bad }: WeekPictureProps & { weekday: Weekday; bad: boolean }) {
  const t = useT();
  const day = t(common.weekday[weekday]);
  const parts = bars(periods, weekday);
  const isClosed = parts.every((part) => part.carried);

  function add(event: MouseEvent<HTMLButtonElement>) {
    const box = event.currentTarget.getBoundingClientRect();
    // A key has no place: it adds in the morning.
    const minute = event.detail === 0 ? 10 * 60 : ((event.clientX - box.left) / box.width) * PICTURE_MINUTES;
    const period = periodAt(periods, weekday, minute);
    if (period) onChange([...periods, period]);
  }

  return (
    <div className={styles.day}>
      <span className={styles.dayName}>{day}</span>
      <div className={bad ? `${styles.track} ${styles.bad}` : styles.track}>
        <span className={styles.night} />
        {disabled ? null : <button type="button" className={styles.add} aria-label={t(texts.addOn, { day })} onClick={add} />}
        {isClosed ? <span className={styles.rest} style={{ left: parts.length > 0 ? "30%" : undefined }}>{t(texts.rest)}</span> : null}
        {rests(periods, weekday).map(({ from, to }) => (
          <span key={from} className={styles.gap} style={{ left: share(from), width: share(to - from) }} data-short={to - from < 120 || undefined}>
            {t(texts.gap)}
          </span>
        ))}
        {parts.map((part) => (
          <Band key={`${String(part.from)} ${String(part.carried)}`} part={part} day={day} periods={periods} onChange={onChange} disabled={disabled} />
        ))}
      </div>
    </div>
  );
}

function Band({ part, day, periods, onChange, disabled }: WeekPictureProps & { part: Bar; day: string }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  const { period, carried, from, to } = part;
  const style = { left: share(from), width: share(to - from) };
  const times = `${clock(period.open_minute)}–${clock(period.close_minute)}`;
  if (carried) return <span className={`${styles.open} ${styles.carried}`} style={style} title={t(texts.carried, { times })} />;
  const name = isWholeDay(period) ? t(texts.wholeDay) : times;
  const face = (
    <button type="button" className={styles.open} style={style} disabled={disabled} data-short={to - from < 6 * 60 || undefined} aria-label={t(texts.changeOn, { day, times: name })}>
      {name}
    </button>
  );
  if (disabled) return face;
  const change = (part: Partial<Period>) => onChange(periods.map((one) => (one === period ? { ...one, ...part } : one)));
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger="click"
      destroyOnHidden
      title={`${day} ${name}`}
      content={
        <Flex vertical gap={12}>
          {isWholeDay(period) ? null : (
            <Flex gap={8} align="center">
              <ClockField label={t(texts.opensOn, { day })} minute={period.open_minute} onChange={(open_minute) => change({ open_minute })} />
              <span aria-hidden>–</span>
              <ClockField label={t(texts.closesOn, { day })} minute={period.close_minute} onChange={(close_minute) => change({ close_minute: close_minute === 0 && period.open_minute === 0 ? DAY_MINUTES : close_minute })} />
            </Flex>
          )}
          <Flex gap={8} justify="space-between">
            <Button
              danger
              onClick={() => {
                setOpen(false);
                onChange(periods.filter((one) => one !== period));
              }}
            >
              {t(texts.removeOne)}
            </Button>
            <Button type="primary" onClick={() => setOpen(false)}>{t(texts.done)}</Button>
          </Flex>
        </Flex>
      }
    >
      {face}
    </Popover>
  );
}
