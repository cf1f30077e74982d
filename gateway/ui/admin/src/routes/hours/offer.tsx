import { useQuery } from "@tanstack/react-query";
import { dayName, formatTime } from "@yizhimai/kit";
import { Alert, Segmented, Skeleton } from "antd";
import { useEffect, useState } from "react";

import { problemFrom } from "../../data/gateway";
import type { Method, OfferedDay, PreviewInput } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { common } from "../../i18n/common";
import { useBusinessDay } from "../../patterns/use-business-day";
import { methods } from "./draft";
import styles from "./hours.module.css";
import { previewQuery } from "./queries";
import { texts } from "./texts";

const PAUSE_MS = 350;

/** The value once it has stood still for a moment. */
function useSettled<V>(value: V): V {
  const [settled, setSettled] = useState(value);
  const text = JSON.stringify(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(JSON.parse(text) as V), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

interface OfferProps {
  branchId: string;
  /** What is being changed; empty for nothing. */
  change: PreviewInput;
}

/** 客人看到的: today and a week as the storefront will offer them, following what is being typed. */
export function Offer({ branchId, change }: OfferProps) {
  const t = useT();
  const sentence = useReason();
  const { branch, timeZone } = useScope();
  const today = useBusinessDay(timeZone, branch?.cutoff_minutes);
  const [method, setMethod] = useState<Method>("pickup");
  const asked = useSettled({ ...change, method });
  const query = useQuery(previewQuery(branchId, asked));
  const changes = Object.values(change).some((part) => part !== undefined && part !== null);
  return (
    <aside className={styles.offer} aria-label={t(texts.offerTitle)}>
      <h2>{t(texts.offerTitle)}</h2>
      <p className={styles.hint}>{changes ? t(texts.offerPlanned) : t(texts.offerSaved)}</p>
      <Segmented<Method> block value={method} onChange={setMethod} aria-label={t(texts.offerMethod)} options={methods.map((one) => ({ value: one, label: t(common.method[one]) }))} />
      {query.isError ? <Alert role="status" type="warning" showIcon title={t(texts.offerCannot)} description={sentence(problemFrom(query.error))} /> : null}
      {query.data ? (
        <>
          {query.data.affected_total > 0 ? (
            <Alert role="status" type="warning" showIcon title={t(texts.offerAffected, { count: query.data.affected_total })} description={t(texts.offerAffectedHint)} />
          ) : null}
          <ul className={styles.days} aria-busy={query.isFetching}>
            {query.data.days.map((day) => (
              <Day key={day.business_day} day={day} today={today} />
            ))}
          </ul>
        </>
      ) : query.isError ? null : (
        <Skeleton active paragraph={{ rows: 10 }} title={false} />
      )}
    </aside>
  );
}

function Day({ day, today }: { day: OfferedDay; today: string }) {
  const t = useT();
  const { timeZone } = useScope();
  const time = (instant: string) => formatTime(instant, timeZone);
  const next = (opening: OfferedDay["openings"][number]) => Date.parse(opening.to) - Date.parse(opening.from) < 86_400_000 && time(opening.to) <= time(opening.from);
  const openings = day.openings.map((opening) => {
    if (Date.parse(opening.to) - Date.parse(opening.from) >= 86_400_000) return t(texts.wholeDay);
    return `${time(opening.from)}–${next(opening) ? t(texts.nextDayAt, { time: time(opening.to) }) : time(opening.to)}`;
  });
  const count = day.slots.length;
  return (
    <li className={styles.offered} data-closed={day.openings.length === 0 || undefined}>
      <div className={styles.offeredHead}>
        <strong>{dayName(day.business_day, today, t.locale)}</strong>
        {day.special_day ? <span className={styles.tag} data-kind="special">{day.special_day}</span> : null}
        <span className="tabular">{openings.length > 0 ? [...new Set(openings)].join(t(common.listComma)) : t(texts.rest)}</span>
      </div>
      {count > 0 ? (
        <details>
          <summary>{t(texts.offerSlots, { count })}</summary>
          <div className={styles.slots}>
            {day.slots.map((slot) => (
              <span key={slot} className={styles.slot}>{time(slot)}</span>
            ))}
          </div>
        </details>
      ) : (
        <span className={styles.hint}>{day.beyond ? t(texts.offerBeyond) : day.openings.length > 0 ? t(texts.offerOver) : ""}</span>
      )}
    </li>
  );
}
