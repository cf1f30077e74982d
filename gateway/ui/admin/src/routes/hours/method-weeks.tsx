import { Flex, InputNumber, Radio } from "antd";

import type { MethodHours, Period, Method } from "../../data/types";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { ownOf, withOwn } from "./draft";
import styles from "./hours.module.css";
import { texts } from "./texts";
import { WeekEditor } from "./week-editor";

interface MethodWeeksProps {
  method: Method;
  /** The week of the 門市, which a method begins with when it gets its own. */
  store: Period[];
  lastOrder: number;
  /** Given by the form. */
  value?: MethodHours[];
  onChange?: (methods: MethodHours[]) => void;
  disabled: boolean;
}

/** Minutes from ordering to the earliest promise, where a method has none of its own. */
const usualLead = { delivery: 40, on_site: 0 };

/** What one method has for itself: a week, when its last order is, and how soon it can promise. */
export function MethodWeeks({ method, store, lastOrder, value = [], onChange = () => undefined, disabled }: MethodWeeksProps) {
  const t = useT();
  const own = ownOf(value, method);
  const name = t(common.method[method]);
  const put = (part: Partial<MethodHours>) => onChange(withOwn(value, { ...own, ...part }));
  return (
    <>
      <Radio.Group
        className={styles.follow}
        aria-label={t(texts.follow, { method: name })}
        disabled={disabled}
        value={own.own_week}
        onChange={({ target }) => put(target.value ? { own_week: true, periods: store } : { own_week: false })}
        options={[
          { value: false, label: t(texts.followStore) },
          { value: true, label: t(texts.ownWeek, { method: name }) },
        ]}
      />
      {own.own_week ? <WeekEditor value={own.periods ?? []} onChange={(periods) => put({ periods })} disabled={disabled} /> : null}
      <Minutes
        id={`last-order-${method}`}
        label={t(texts.lastOrderOf, { method: name })}
        hint={t(texts.lastOrderFollows)}
        max={180}
        usual={lastOrder}
        disabled={disabled}
        value={own.last_order_minutes}
        onChange={(minutes) => put({ last_order_minutes: minutes })}
      />
      {method === "pickup" ? null : (
        <Minutes
          id={`lead-${method}`}
          label={t(texts.leadOf, { method: name })}
          hint={t(texts.leadUsual, { count: usualLead[method] })}
          max={1440}
          usual={usualLead[method]}
          disabled={disabled}
          value={own.lead_minutes}
          onChange={(minutes) => put({ lead_minutes: minutes })}
        />
      )}
    </>
  );
}

interface MinutesProps {
  id: string;
  label: string;
  hint: string;
  max: number;
  /** What counts while nothing is set. */
  usual: number;
  value: number | null | undefined;
  disabled: boolean;
  onChange: (minutes: number | null) => void;
}

function Minutes({ id, label, hint, max, usual, value, disabled, onChange }: MinutesProps) {
  const t = useT();
  return (
    <Flex gap={8} align="center" wrap style={{ marginTop: 16 }}>
      <label htmlFor={id}>{label}</label>
      <InputNumber
        id={id}
        size="large"
        min={0}
        max={max}
        precision={0}
        disabled={disabled}
        value={value ?? null}
        placeholder={String(usual)}
        suffix={t(common.unitMinutes)}
        style={{ width: 140 }}
        onChange={onChange}
      />
      <span style={{ color: "var(--ink-2)" }}>{hint}</span>
    </Flex>
  );
}
