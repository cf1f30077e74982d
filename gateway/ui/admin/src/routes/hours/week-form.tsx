import { useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Flex, Form, InputNumber, Radio, Segmented } from "antd";
import { useState } from "react";

import { keys } from "../../data/keys";
import type { Hours, Method, MethodHours, Period } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { FormPage, FormSection } from "../../patterns/form-page";
import { WallField } from "../../patterns/wall-field";
import { may } from "../../session/may";
import { useDecisions } from "./decisions";
import { formOf, inputOf, methods, plannedBy, tomorrowAt, weekOf, type HoursForm, type Origin } from "./draft";
import styles from "./hours.module.css";
import { MethodWeeks } from "./method-weeks";
import { Offer } from "./offer";
import { setHours } from "./queries";
import { texts } from "./texts";
import { overlappingDays } from "./week";
import { WeekEditor } from "./week-editor";

const slotLengths = [5, 10, 15, 20, 30, 60];

/** What the form begins with: the hours in force, a pending change to alter, or an earlier version to bring back. */
export interface Beginning {
  hours: Hours;
  effective?: string | undefined;
  replaces?: number | undefined;
  restores?: number | undefined;
}

interface WeekFormProps {
  branchId: string;
  version: number;
  beginning: Beginning;
  onReload: () => void;
  /** Back to the hours in force. */
  onLeave: () => void;
}

/** The weekly hours to change, beside what customers will be offered. */
export function WeekForm({ branchId, version, beginning, onReload, onLeave }: WeekFormProps) {
  const t = useT();
  const client = useQueryClient();
  const { timeZone, branch } = useScope();
  const manages = may(useMe(), "store.hours", "manage");
  const [form] = Form.useForm<HoursForm>();
  const [service, setService] = useState<"store" | Method>("store");
  const { settle, report, dialog } = useDecisions(branchId);
  const origin: Origin = { version, replaces: beginning.replaces, restores: beginning.restores };
  const initial = formOf(beginning.hours, beginning.effective);
  const typed = Form.useWatch([], form) as HoursForm | undefined;
  const draft = typed?.periods ? { ...initial, ...typed } : initial;
  const changed = JSON.stringify(draft) !== JSON.stringify(initial) || beginning.restores !== undefined || beginning.replaces !== undefined;

  async function save(values: HoursForm) {
    const input = inputOf({ ...initial, ...values }, origin, timeZone);
    const answer = await settle(plannedBy(input), (decisions) => setHours(branchId, { ...input, decisions }));
    client.setQueryData(keys.hours(branchId), { hours: answer.hours, pending: answer.pending });
    await Promise.all([
      client.invalidateQueries({ queryKey: keys.availability(branchId) }),
      client.invalidateQueries({ queryKey: keys.hoursVersions(branchId) }),
      client.invalidateQueries({ queryKey: ["branch", branchId, "hours-preview"] }),
    ]);
    report(answer);
    onLeave();
  }

  const refuseOverlap = (periods: readonly Period[]) => {
    const days = overlappingDays(periods);
    if (days.length > 0) throw new Error(t(texts.overlap, { days: days.map((day) => t(common.weekday[day as 1])).join(t(common.listComma)) }));
  };
  const special = beginning.restores !== undefined || beginning.replaces !== undefined;
  return (
    <div className={styles.columns}>
      {dialog}
      <div className={styles.main}>
        {special ? (
          <Alert
            type="info"
            showIcon
            style={{ marginBottom: 16 }}
            title={beginning.restores === undefined ? t(texts.changingPending) : t(texts.restoring, { number: beginning.restores })}
            action={<Button onClick={onLeave}>{t(texts.leave)}</Button>}
          />
        ) : null}
        <FormPage<HoursForm> form={form} initial={initial} onSave={save} onReload={onReload} readOnly={!manages} saveText={draft.effective ? t(texts.saveLater) : t(common.formSave)}>
          <FormSection title={t(texts.week)} hint={t(texts.weekHint)}>
            <Segmented
              block
              className={styles.services ?? ""}
              aria-label={t(texts.service)}
              value={service}
              onChange={setService}
              options={[
                { value: "store" as const, label: t(texts.store) },
                ...methods.map((method) => ({ value: method, label: draft.methods.some((own) => own.method === method) ? `${t(common.method[method])} ●` : t(common.method[method]) })),
              ]}
            />
            {service !== "store" && service !== "pickup" ? <p className={styles.hint}>{t(texts.notYet)}</p> : null}
            <Form.Item name="periods" hidden={service !== "store"} rules={[{ validator: async (_, periods: Period[]) => refuseOverlap(periods) }]} style={{ margin: 0 }}>
              <WeekEditor disabled={!manages} />
            </Form.Item>
            <Form.Item
              name="methods"
              hidden={service === "store"}
              rules={[{ validator: async (_, own: MethodHours[]) => methods.forEach((method) => refuseOverlap(weekOf({ periods: [], methods: own }, method))) }]}
              style={{ margin: 0 }}
            >
              <MethodWeeks method={service === "store" ? "pickup" : service} store={draft.periods} lastOrder={draft.last_order_minutes} disabled={!manages} />
            </Form.Item>
          </FormSection>
          <FormSection title={t(texts.ordering)} hint={t(texts.orderingHint)}>
            <Form.Item name="slot_minutes" required label={t(texts.slot)}>
              <Radio.Group optionType="button" options={slotLengths.map((minutes) => ({ value: minutes, label: t(common.unitMinutesShort, { count: minutes }) }))} />
            </Form.Item>
            <div className={styles.numbers}>
              <Form.Item name="lead_minutes" required label={t(texts.lead)} extra={t(texts.leadHint)}>
                <InputNumber min={0} max={1440} precision={0} suffix={t(common.unitMinutes)} style={{ width: 140 }} />
              </Form.Item>
              <Form.Item name="last_order_minutes" required label={t(texts.lastOrder)} extra={t(texts.lastOrderHint)}>
                <InputNumber min={0} max={180} precision={0} suffix={t(common.unitMinutes)} style={{ width: 140 }} />
              </Form.Item>
              <Form.Item name="days_ahead" required label={t(texts.daysAhead)} extra={t(texts.daysAheadHint)}>
                <InputNumber min={0} max={60} precision={0} suffix={t(common.unitDays)} style={{ width: 140 }} />
              </Form.Item>
              <Form.Item name="max_orders_per_slot" label={t(texts.max)} extra={t(texts.maxHint)}>
                <InputNumber min={0} max={9999} precision={0} placeholder={t(texts.noLimit)} suffix={t(common.unitOrders)} style={{ width: 140 }} />
              </Form.Item>
            </div>
            <Form.Item name="outside_hours" label={t(texts.outside)} style={{ margin: 0 }}>
              <Radio.Group
                options={[
                  { value: "future_only", label: t(texts.outsideFutureOnly) },
                  { value: "none", label: t(texts.outsideNone) },
                ]}
              />
            </Form.Item>
          </FormSection>
          <FormSection title={t(texts.effective)} hint={t(texts.effectiveHint)}>
            <Form.Item name="effective" style={{ margin: 0 }}>
              <EffectiveField disabled={!manages} suggestion={() => tomorrowAt(new Date(), timeZone, branch?.cutoff_minutes ?? 240)} />
            </Form.Item>
          </FormSection>
        </FormPage>
      </div>
      <Offer branchId={branchId} change={changed ? plannedBy(inputOf(draft, origin, timeZone)) : {}} />
    </div>
  );
}

interface EffectiveFieldProps {
  value?: string;
  onChange?: (wall: string | undefined) => void;
  disabled: boolean;
  suggestion: () => string;
}

/** At once, or from a time on. */
function EffectiveField({ value, onChange = () => undefined, disabled, suggestion }: EffectiveFieldProps) {
  const t = useT();
  return (
    <Flex vertical gap={12}>
      <Radio.Group
        disabled={disabled}
        value={value !== undefined}
        onChange={({ target }) => onChange(target.value ? suggestion() : undefined)}
        options={[
          { value: false, label: t(texts.atOnce) },
          { value: true, label: t(texts.fromThen) },
        ]}
      />
      {value === undefined ? null : (
        <WallField label={t(texts.effective)} value={value} onChange={onChange} daysAhead={365} disabled={disabled} />
      )}
    </Flex>
  );
}
