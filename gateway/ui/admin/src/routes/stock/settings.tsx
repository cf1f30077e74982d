import { CloseOutlined } from "@ant-design/icons";
import { Alert, Button, Flex, Input, InputNumber, Segmented } from "antd";
import { useState } from "react";

import { problemFrom } from "../../data/gateway";
import type { StockDeduct, StockItem, StockMode, StockRules } from "../../data/types";
import { useReason, useT } from "../../i18n";
import { common } from "../../i18n/common";
import { setStock } from "./queries";
import type { StockRow } from "./rows";
import styles from "./stock.module.css";
import { texts } from "./texts";

interface SettingsProps {
  branchId: string;
  row: StockRow;
  onChanged: (item: StockItem) => void;
  onConflict: () => void;
}

const modes: readonly StockMode[] = ["untracked", "running", "daily"];
const deducts: readonly StockDeduct[] = ["at_once", "on_day"];
const weekdays = [1, 2, 3, 4, 5, 6, 7] as const;
const MOST = 999_999;
const fresh: StockRules = { weekday_amounts: [], date_amounts: [], max_per_order: 0, show_last: 5, deduct: "at_once" };

/** How a unit is counted: mode, amounts, threshold, the limit of an order, and what customers see. */
export function Settings({ branchId, row, onChanged, onConflict }: SettingsProps) {
  const t = useT();
  const sentence = useReason();
  const { item } = row;
  const before = { mode: item?.mode ?? ("untracked" as StockMode), daily_amount: item?.daily_amount ?? 0, low_threshold: item?.low_threshold ?? 0, rules: item?.rules ?? fresh };
  const [now, setNow] = useState(before);
  const [refused, setRefused] = useState<string>();
  const [busy, setBusy] = useState(false);
  const change = (part: Partial<typeof now>) => setNow({ ...now, ...part });
  const rule = (part: Partial<StockRules>) => change({ rules: { ...now.rules, ...part } });
  const deduct = now.rules.deduct ?? "at_once";
  const expects = now.mode === "running" && deduct === "on_day";
  const same = JSON.stringify(now) === JSON.stringify(before);

  async function save() {
    setBusy(true);
    setRefused(undefined);
    try {
      const rules = { ...now.rules, date_amounts: now.rules.date_amounts.filter((one) => one.business_day !== "") };
      const answer = await setStock(branchId, row.sku_id, { ...now, rules, ...(item ? { version: item.version } : {}) });
      onChanged(answer.item);
    } catch (thrown) {
      const problem = problemFrom(thrown);
      setRefused(sentence(problem));
      if (problem.reason === "VERSION_CONFLICT") onConflict();
    } finally {
      setBusy(false);
    }
  }

  const number = (label: string, value: number, max: number, set: (value: number) => void) => (
    <label className={styles.field}>
      {label}
      <InputNumber size="large" style={{ width: "100%" }} inputMode="numeric" min={0} max={max} precision={0} value={value} onChange={(next) => set(next ?? 0)} />
    </label>
  );
  return (
    <section aria-label={t(texts.settings)}>
      <Flex vertical gap={12}>
        <Segmented<StockMode> block size="large" aria-label={t(texts.settings)} value={now.mode} onChange={(mode) => change({ mode })} options={modes.map((one) => ({ value: one, label: t(texts.stockMode[one]) }))} />
        <p className={styles.hint}>{t(texts.stockModeHint[now.mode])}</p>
        {now.mode === "running" ? <Deduct value={deduct} onChange={(next) => rule({ deduct: next })} /> : null}
        {now.mode === "daily" || expects ? <Amounts of={expects ? "expected" : "daily"} daily={now.daily_amount} rules={now.rules} onDaily={(daily_amount) => change({ daily_amount })} onRules={rule} /> : null}
        <div className={styles.fields}>
          {now.mode === "untracked" ? null : number(t(texts.low), now.low_threshold, MOST, (low_threshold) => change({ low_threshold }))}
          {number(t(texts.maxPerOrder), now.rules.max_per_order, 999, (max_per_order) => rule({ max_per_order }))}
          {row.kind === "component" ? null : number(t(texts.showLast), now.rules.show_last, 99, (show_last) => rule({ show_last }))}
        </div>
        <p className={styles.hint}>{t(texts.zeroHint)}</p>
        {refused ? <Alert role="alert" type="error" showIcon title={refused} /> : null}
        <Button size="large" type="primary" loading={busy} disabled={same} onClick={() => void save()}>
          {t(texts.saveSettings)}
        </Button>
      </Flex>
    </section>
  );
}

/** What orders for later days take from: what there is now, or what is expected for their day. */
function Deduct({ value, onChange }: { value: StockDeduct; onChange: (value: StockDeduct) => void }) {
  const t = useT();
  return (
    <div className={styles.field}>
      <span id="deduct">{t(texts.deduct)}</span>
      <Segmented<StockDeduct> block size="large" aria-labelledby="deduct" value={value} onChange={onChange} options={deducts.map((one) => ({ value: one, label: t(texts.stockDeduct[one]) }))} />
      <p className={styles.hint}>{t(texts.stockDeductHint[value])}</p>
    </div>
  );
}

interface AmountsProps {
  /** 每日限量 limits a day, 當日扣 expects it to be delivered. */
  of: "daily" | "expected";
  daily: number;
  rules: StockRules;
  onDaily: (amount: number) => void;
  onRules: (part: Partial<StockRules>) => void;
}

/** Units of a day: the default, the week in a row of seven, and single dates that beat both. */
function Amounts({ of, daily, rules, onDaily, onRules }: AmountsProps) {
  const t = useT();
  const dates = rules.date_amounts;
  const setDate = (index: number, part: Partial<(typeof dates)[number]>) => onRules({ date_amounts: dates.map((one, at) => (at === index ? { ...one, ...part } : one)) });
  const setWeekday = (weekday: number, amount: number | null) => {
    const others = rules.weekday_amounts.filter((one) => one.weekday !== weekday);
    onRules({ weekday_amounts: amount === null ? others : [...others, { weekday, amount }].sort((a, b) => a.weekday - b.weekday) });
  };
  return (
    <Flex vertical gap={12}>
      <label className={styles.field}>
        {t(texts.amount[of])}
        <InputNumber size="large" style={{ width: "100%" }} inputMode="numeric" min={0} max={MOST} precision={0} value={daily} onChange={(value) => onDaily(value ?? 0)} />
      </label>
      <fieldset className={styles.week}>
        <legend>{t(texts.week[of])}</legend>
        {weekdays.map((weekday) => (
          <label key={weekday}>
            <span>{t(common.weekday[weekday])}</span>
            <InputNumber
              size="large"
              controls={false}
              inputMode="numeric"
              min={0}
              max={MOST}
              precision={0}
              placeholder={String(daily)}
              value={rules.weekday_amounts.find((one) => one.weekday === weekday)?.amount ?? null}
              onChange={(amount) => setWeekday(weekday, amount)}
            />
          </label>
        ))}
      </fieldset>
      <fieldset className={styles.dates}>
        <legend>{t(texts.dates[of])}</legend>
        {dates.map((one, index) => (
          // A row is its place: its date may be any, even twice while it is being typed.
          // oxlint-disable-next-line no-array-index-key
          <Flex key={index} gap={8}>
            <Input size="large" type="date" aria-label={t(texts.date)} value={one.business_day} onChange={({ target }) => setDate(index, { business_day: target.value })} />
            <InputNumber size="large" inputMode="numeric" aria-label={t(texts.dateAmount)} min={0} max={MOST} precision={0} value={one.amount} onChange={(amount) => setDate(index, { amount: amount ?? 0 })} />
            <Button size="large" type="text" icon={<CloseOutlined />} aria-label={t(texts.dateRemove)} onClick={() => onRules({ date_amounts: dates.filter((_, at) => at !== index) })} />
          </Flex>
        ))}
        <Button size="large" disabled={dates.length >= 120} onClick={() => onRules({ date_amounts: [...dates, { business_day: "", amount: daily }] })}>
          {t(texts.dateAdd)}
        </Button>
      </fieldset>
      <p className={styles.hint}>{t(texts.amountsHint[of])}</p>
    </Flex>
  );
}
