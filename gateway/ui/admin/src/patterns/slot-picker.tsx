import { dayName, formatTime } from "@yizhimai/kit";
import { useEffect, useRef, useState } from "react";

import { useT } from "../i18n";
import { common } from "../i18n/common";
import styles from "./slot-picker.module.css";
import { useBusinessDay } from "./use-business-day";

/** A slot as it can be chosen; full ones stay in sight. */
export interface PickableSlot {
  starts_at: string;
  business_day: string;
  state: "open" | "filling" | "full" | "past";
}

interface SlotPickerProps<S extends PickableSlot> {
  slots: readonly S[];
  timeZone: string;
  cutoffMinutes: number;
  value: string | undefined;
  onChange: (startsAt: string) => void;
  /** What is in the way of a full slot, where the account may know. */
  why?: (slot: S) => string;
  /** Whether a full slot may be tried all the same: who chooses may be what fills it. */
  mayTry?: (slot: S) => boolean;
  /** Day shown first, where it has a free time. */
  day?: string;
  label: string;
}

/** Times of a day to tap, a day at a time. */
export function SlotPicker<S extends PickableSlot>({ slots, timeZone, cutoffMinutes, value, onChange, why, mayTry, day, label }: SlotPickerProps<S>) {
  const t = useT();
  const [tapped, setTapped] = useState<string>();
  const coming = slots.filter((slot) => slot.state !== "past");
  const days = [...new Set(coming.map((slot) => slot.business_day))];
  const free = (of: string) => coming.some((slot) => slot.business_day === of && slot.state !== "full");
  const chosen = coming.find((slot) => slot.starts_at === value)?.business_day;
  const shown = tapped ?? chosen ?? (day && free(day) ? day : days.find(free)) ?? days[0];
  const pressed = useRef<HTMLButtonElement>(null);
  useEffect(() => pressed.current?.scrollIntoView({ block: "nearest", inline: "center" }), [shown]);
  const today = useBusinessDay(timeZone, cutoffMinutes);
  const times = coming.filter((slot) => slot.business_day === shown);
  const noteOf = (slot: S) => {
    if (slot.state === "filling") return common.slotFilling;
    return mayTry?.(slot) ? common.slotTry : common.slotFull;
  };
  const obstacles = new Map<string, string[]>();
  for (const slot of times) {
    const text = slot.state === "full" ? why?.(slot) : undefined;
    if (text) obstacles.set(text, [...(obstacles.get(text) ?? []), formatTime(slot.starts_at, timeZone)]);
  }
  if (days.length === 0) return <p className={styles.none}>{t(common.slotNone)}</p>;
  return (
    <div className={styles.picker} role="group" aria-label={label}>
      <div className={styles.days}>
        {days.map((each) => (
          <button
            key={each} ref={each === shown ? pressed : null} type="button" className={styles.day} aria-pressed={each === shown}
            onClick={() => setTapped(each)}
          >
            {dayName(each, today, t.locale)}
            {free(each) ? null : <span className={styles.note}>{t(common.slotFull)}</span>}
          </button>
        ))}
      </div>
      <div className={styles.times}>
        {times.map((slot) => (
          <button
            key={slot.starts_at}
            type="button"
            className={styles.time}
            aria-pressed={slot.starts_at === value}
            disabled={slot.state === "full" && !mayTry?.(slot)}
            onClick={() => onChange(slot.starts_at)}
          >
            <span className="tabular">{formatTime(slot.starts_at, timeZone)}</span>
            {slot.state === "open" ? null : <span className={styles.note}>{t(noteOf(slot))}</span>}
          </button>
        ))}
      </div>
      {[...obstacles].map(([text, at]) => (
        <p key={text} className={styles.why}>{t(common.slotWhy, { times: at.slice(0, 6).join(t(common.listComma)), more: at.length > 6 ? "…" : "", text })}</p>
      ))}
    </div>
  );
}
