import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { dayName, formatDate, formatDayTime, formatTime } from "@yizhimai/kit";
import { Flex, Form, InputNumber, Radio } from "antd";

import { call } from "../../data/gateway";
import { keys } from "../../data/keys";
import { availabilityQuery } from "../../data/shared-queries";
import type { Availability, Hours, HoursInput, Period } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { FormPage, FormSection } from "../../patterns/form-page";
import { Page } from "../../patterns/page";
import { PageHeader } from "../../patterns/page-header";
import { EmptyState, QueryView } from "../../patterns/states";
import { may } from "../../session/may";
import styles from "./hours.module.css";
import { overlappingDays } from "./week";
import { WeekEditor } from "./week-editor";

const slotLengths = [5, 10, 15, 20, 30, 60];

const hoursQuery = (branchId: string) =>
  queryOptions({
    queryKey: keys.hours(branchId),
    queryFn: async () => {
      const { hours } = await call("GET", "/api/admin/branches/{branch_id}/hours", { path: { branch_id: branchId } });
      return hours;
    },
  });

/** 營業時間設定. */
export function HoursPage() {
  const t = useT();
  const { branchId = "" } = useParams({ strict: false });
  const { branch } = useScope();
  const query = useQuery(hoursQuery(branchId));
  return (
    <Page>
      <PageHeader title={t("fn.hours")} hint={t("hours.hint", { branch: branch?.name ?? "" })} />
      <QueryView query={query}>{(hours) => <HoursForm key={branchId} hours={hours} onReload={() => void query.refetch()} />}</QueryView>
    </Page>
  );
}

function HoursForm({ hours, onReload }: { hours: Hours; onReload: () => void }) {
  const t = useT();
  const client = useQueryClient();
  const manages = may(useMe(), "store.hours", "manage");
  const [form] = Form.useForm<HoursInput>();
  const { branch_id, ...initial } = hours;

  async function save(values: HoursInput) {
    const body = { ...values, max_orders_per_slot: values.max_orders_per_slot ?? null, version: hours.version };
    const answer = await call("PUT", "/api/admin/branches/{branch_id}/hours", { path: { branch_id }, body });
    client.setQueryData(keys.hours(branch_id), answer.hours);
    await client.invalidateQueries({ queryKey: keys.availability(branch_id) });
  }

  const noOverlap = async (_: unknown, periods: Period[]) => {
    const days = overlappingDays(periods);
    if (days.length > 0) throw new Error(t("hours.overlap", { days: days.map((day) => t(`weekday.${day as 1}`)).join("、") }));
  };
  return (
      <FormPage<HoursInput> form={form} initial={initial} onSave={save} onReload={onReload} readOnly={!manages}>
        <FormSection title={t("hours.week")} hint={t("hours.weekHint")}>
          <Form.Item name="periods" rules={[{ validator: noOverlap }]} style={{ margin: 0 }}>
            <WeekEditor disabled={!manages} />
          </Form.Item>
        </FormSection>
        <FormSection title={t("hours.ordering")} hint={t("hours.orderingHint")}>
          <Form.Item name="slot_minutes" required label={t("hours.slot")}>
            <Radio.Group optionType="button" options={slotLengths.map((minutes) => ({ value: minutes, label: t("unit.minutesShort", { count: minutes }) }))} />
          </Form.Item>
          <Flex gap={24} wrap>
            <Form.Item name="lead_minutes" required label={t("hours.lead")} extra={t("hours.leadHint")} style={{ flex: "1 1 200px" }}>
              <InputNumber min={0} max={1440} precision={0} suffix={t("unit.minutes")} style={{ width: 140 }} />
            </Form.Item>
            <Form.Item name="last_order_minutes" required label={t("hours.lastOrder")} extra={t("hours.lastOrderHint")} style={{ flex: "1 1 200px" }}>
              <InputNumber min={0} max={180} precision={0} suffix={t("unit.minutes")} style={{ width: 140 }} />
            </Form.Item>
            <Form.Item name="days_ahead" required label={t("hours.daysAhead")} extra={t("hours.daysAheadHint")} style={{ flex: "1 1 200px" }}>
              <InputNumber min={0} max={60} precision={0} suffix={t("unit.days")} style={{ width: 140 }} />
            </Form.Item>
            <Form.Item name="max_orders_per_slot" label={t("hours.max")} extra={t("hours.maxHint")} style={{ flex: "1 1 200px" }}>
              <InputNumber min={0} max={9999} precision={0} placeholder={t("hours.noLimit")} suffix={t("unit.orders")} style={{ width: 140 }} />
            </Form.Item>
          </Flex>
        </FormSection>
        <Preview branchId={branch_id} />
      </FormPage>
  );
}

function byDay(slots: Availability["slots"]): Map<string, Availability["slots"]> {
  const days = new Map<string, Availability["slots"]>();
  for (const slot of slots) days.set(slot.business_day, [...(days.get(slot.business_day) ?? []), slot]);
  return days;
}

/** What customers are offered now, as saved. */
function Preview({ branchId }: { branchId: string }) {
  const t = useT();
  const { timeZone } = useScope();
  const query = useQuery(availabilityQuery(branchId));
  return (
    <FormSection title={t("hours.preview")} hint={t("hours.previewHint")}>
      <QueryView query={query}>
        {(now) => {
          const days = byDay(now.slots);
          const at = (instant: string | null | undefined) => formatDayTime(instant, timeZone, new Date(now.as_of), t.locale);
          return (
            <Flex vertical gap={16}>
              <strong>
                {now.open ? t("hours.openNow", { time: at(now.promised_at) }) : t("hours.closedNow", { time: at(now.opens_at) })}
              </strong>
              {days.size === 0 ? <EmptyState title={t("hours.noSlots")} hint={t("hours.noSlotsHint")} /> : null}
              {Array.from(days).slice(0, 3).map(([day, slots]) => (
                <div key={day}>
                  <div style={{ marginBottom: 6, color: "var(--ink-2)" }}>{dayName(day, formatDate(now.as_of, timeZone), t.locale)}</div>
                  <div className={styles.slots}>
                    {slots.map((slot) => (
                      <span key={slot.starts_at} className={styles.slot} data-state={slot.state} title={t(`slot.${slot.state}`)}>
                        {formatTime(slot.starts_at, timeZone)}
                      </span>
                    ))}
                  </div>
                </div>
              ))}
              {days.size > 3 ? <span style={{ color: "var(--ink-2)" }}>{t("hours.moreDays", { count: days.size - 3 })}</span> : null}
            </Flex>
          );
        }}
      </QueryView>
    </FormSection>
  );
}
