import { useQuery } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { formatBusinessDay, formatDayTime, formatTime } from "@yizhimai/kit";
import { Alert, Button, DatePicker, Input, Skeleton } from "antd";
import dayjs from "dayjs";
import { useEffect, useRef, useState } from "react";

import { problemFrom } from "../../data/gateway";
import type { LimitRule, LimitsPreview } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { common } from "../../i18n/common";
import { paths } from "../../paths";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { useBusinessDay } from "../../patterns/use-business-day";
import { useOrderSummaries } from "../../patterns/use-order-summaries";
import { may } from "../../session/may";
import { daysFrom } from "./heat";
import styles from "./limits.module.css";
import { limitsPreviewQuery } from "./queries";
import { sentence, type Words } from "./sentence";
import { texts } from "./texts";

const MOST_SHOWN = 6;
const DAYS_BACK = 60;

interface SaveDrawerProps {
  branchId: string;
  rules: LimitRule[];
  words: Words;
  busy: boolean;
  onSave: (note: string) => void;
  /** The rules themselves are wrong: there is no preview. */
  onRefused: (thrown: unknown) => void;
  onClose: () => void;
}

/** Before saving: what would be 超訂, and 若昨天用這個設定. */
export function SaveDrawer({ branchId, rules, words, busy, onSave, onRefused, onClose }: SaveDrawerProps) {
  const t = useT();
  const say = useReason();
  const { branch, timeZone } = useScope();
  const [day, setDay] = useState<string>();
  const [note, setNote] = useState("");
  const preview = useQuery(limitsPreviewQuery(branchId, rules, day));
  const today = useBusinessDay(timeZone, branch?.cutoff_minutes);
  const [yesterday = today] = daysFrom(new Date(Date.parse(`${today}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10), 1);
  const refuse = useRef(onRefused);
  refuse.current = onRefused;
  const { error } = preview;
  useEffect(() => {
    if (error && problemFrom(error).reason === "CAPACITY_INVALID") refuse.current(error);
  }, [error]);
  return (
    <DetailDrawer
      open
      title={t(texts.checkTitle)}
      onClose={onClose}
      footer={
        <div className={styles.saveFoot}>
          <Input size="large" maxLength={200} aria-label={t(texts.note)} placeholder={t(texts.note)} value={note} onChange={({ target }) => setNote(target.value)} onPressEnter={() => onSave(note.trim())} />
          <Button size="large" type="primary" loading={busy} onClick={() => onSave(note.trim())}>{t(common.formSave)}</Button>
        </div>
      }
    >
      {preview.isError && problemFrom(preview.error).reason !== "CAPACITY_INVALID" ? <Alert type="warning" showIcon title={say(problemFrom(preview.error))} /> : null}
      {preview.data ? <Over preview={preview.data} rules={rules} words={words} /> : preview.isLoading ? <Skeleton active paragraph={{ rows: 6 }} /> : null}
      <section aria-label={t(texts.triedLabel)} aria-busy={preview.isPlaceholderData || undefined}>
        <div className={styles.triedHead}>
          <h3 className={styles.label}>{(day ?? yesterday) === yesterday ? t(texts.triedYesterday) : t(texts.triedOn, { day: formatBusinessDay(day ?? yesterday, t.locale) })}</h3>
          <DatePicker
            size="large"
            allowClear={false}
            aria-label={t(texts.triedDay)}
            minDate={dayjs(today).subtract(DAYS_BACK, "day")}
            maxDate={dayjs(yesterday)}
            value={dayjs(day ?? yesterday)}
            onChange={(date) => setDay(dayjs(date).format("YYYY-MM-DD"))}
          />
        </div>
        {preview.data ? <Tried branchId={branchId} preview={preview.data} rules={rules} words={words} /> : null}
      </section>
    </DetailDrawer>
  );
}

/** A rule by its id, or a new one by its place. */
function ruleAt(rules: readonly LimitRule[], id: string | null | undefined): LimitRule | undefined {
  return rules.find((rule) => rule.rule_id === id) ?? (id && /^\d+$/u.test(id) ? rules[Number(id)] : undefined);
}

function Over({ preview, rules, words }: { preview: LimitsPreview; rules: readonly LimitRule[]; words: Words }) {
  const { t } = words;
  const { timeZone } = useScope();
  const { overbooked } = preview;
  const now = new Date();
  const groups = [...new Set(overbooked.map((one) => one.rule_id ?? ""))].map((id) => [id, overbooked.filter((one) => (one.rule_id ?? "") === id)] as const);
  if (overbooked.length === 0) return <Alert type="success" showIcon title={t(texts.noneOver)} />;
  return (
    <Alert
      type="warning"
      showIcon
      title={t(texts.wouldOver, { count: overbooked.length })}
      description={
        <>
          <p>{t(texts.overHint)}</p>
          <ul className={styles.overs}>
            {groups.map(([id, counters]) => {
              const rule = ruleAt(rules, id);
              const [first] = counters;
              return (
                <li key={id}>
                  <strong>{rule ? sentence(rule, words) : t(texts.byHours, { minutes: words.slotMinutes, count: first?.limit ?? 0 })}</strong>
                  <ul>
                    {counters.slice(0, MOST_SHOWN).map((one) => (
                      <li key={one.starts_at} className="tabular">{`${formatDayTime(one.starts_at, timeZone, now, t.locale)} ${t(texts.over, { count: one.used - one.limit })}`}</li>
                    ))}
                    {counters.length > MOST_SHOWN ? <li>{t(texts.moreOver, { count: counters.length - MOST_SHOWN })}</li> : null}
                  </ul>
                </li>
              );
            })}
          </ul>
        </>
      }
    />
  );
}

function Tried({ branchId, preview, rules, words }: { branchId: string; preview: LimitsPreview; rules: readonly LimitRule[]; words: Words }) {
  const { t } = words;
  const { timeZone } = useScope();
  const sees = may(useMe(), "ops.orders");
  const known = useOrderSummaries(preview.tried.map((order) => order.order_id));
  if (preview.orders === 0) return <p className={styles.soft}>{t(texts.triedNone)}</p>;
  return (
    <>
      <dl className={styles.figures}>
        {(["orders", "rescheduled", "refused"] as const).map((one) => (
          <div key={one} data-kind={preview[one] > 0 ? one : undefined}>
            <dt>{t(texts.tried[one])}</dt>
            <dd>{preview[one]}</dd>
          </div>
        ))}
      </dl>
      <ul className={styles.filling} aria-label={t(texts.triedOrders)}>
        {preview.tried.map(({ order_id, slot_starts_at, offered_at, rules: inTheWay }) => {
          const order = known.get(order_id);
          const number = order?.pickup_number ?? order_id.slice(-6);
          const text = t(texts.order, { number, time: formatTime(slot_starts_at, timeZone), name: order?.contact_name ?? "" });
          return (
            <li key={order_id}>
              <span>
                {sees ? <Link to={paths.orders(branchId) as LinkProps["to"]} search={{ order: order_id } as never} target="_blank">{text}</Link> : text}
                <span className={styles.soft}>{inTheWay.flatMap((place) => (rules[place] ? [sentence(rules[place], words)] : [])).join("；")}</span>
              </span>
              <b className="tabular">{offered_at ? t(texts.movedTo, { time: formatTime(offered_at, timeZone) }) : t(texts.noSlot)}</b>
            </li>
          );
        })}
      </ul>
    </>
  );
}
