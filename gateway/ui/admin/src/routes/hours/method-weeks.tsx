import { Flex, InputNumber, Radio } from "antd";

import type { MethodHours, Period, ServiceMethod } from "../../data/types";
import { useT } from "../../i18n";
import { ownOf, withOwn } from "./draft";
import styles from "./hours.module.css";
import { WeekEditor } from "./week-editor";

interface MethodWeeksProps {
  method: ServiceMethod;
  /** The week of the 門市, which a method begins with when it gets its own. */
  store: Period[];
  lastOrder: number;
  /** Given by the form. */
  value?: MethodHours[];
  onChange?: (methods: MethodHours[]) => void;
  disabled: boolean;
}

/** What one method has for itself: a week, and when its last order is. */
export function MethodWeeks({ method, store, lastOrder, value = [], onChange = () => undefined, disabled }: MethodWeeksProps) {
  const t = useT();
  const own = ownOf(value, method);
  const name = t(`method.${method}`);
  const put = (part: Partial<MethodHours>) => onChange(withOwn(value, { ...own, ...part }));
  return (
    <>
      <Radio.Group
        className={styles.follow}
        aria-label={t("hours.follow", { method: name })}
        disabled={disabled}
        value={own.own_week}
        onChange={({ target }) => put(target.value ? { own_week: true, periods: store } : { own_week: false })}
        options={[
          { value: false, label: t("hours.followStore") },
          { value: true, label: t("hours.ownWeek", { method: name }) },
        ]}
      />
      {own.own_week ? <WeekEditor value={own.periods ?? []} onChange={(periods) => put({ periods })} disabled={disabled} /> : null}
      <Flex gap={8} align="center" wrap style={{ marginTop: 16 }}>
        <label htmlFor={`last-order-${method}`}>{t("hours.lastOrderOf", { method: name })}</label>
        <InputNumber
          id={`last-order-${method}`}
          size="large"
          min={0}
          max={180}
          precision={0}
          disabled={disabled}
          value={own.last_order_minutes ?? null}
          placeholder={String(lastOrder)}
          suffix={t("unit.minutes")}
          style={{ width: 140 }}
          onChange={(minutes) => put({ last_order_minutes: minutes })}
        />
        <span style={{ color: "var(--ink-2)" }}>{t("hours.lastOrderFollows")}</span>
      </Flex>
    </>
  );
}
