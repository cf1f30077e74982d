import { instantOf } from "@yizhimai/kit";
import { useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, DatePicker, Flex, Input, Radio, Switch } from "antd";
import dayjs from "dayjs";
import { useState } from "react";

import { newIdempotencyKey, problemFrom } from "../../data/gateway";
import { keys } from "../../data/keys";
import type { PreviewInput, SpecialDay, SpecialDayInput } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { common } from "../../i18n/common";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { useDanger } from "../../patterns/use-danger";
import { useDecisions } from "./decisions";
import styles from "./hours.module.css";
import { Offer } from "./offer";
import { preview, removeSpecialDay, saveSpecialDay } from "./queries";
import { SpansEditor } from "./spans-editor";
import { texts } from "./texts";
import { overlaps } from "./week";

/** A special day being looked at, or a new one. */
export type SpecialDayDraft = Pick<SpecialDay, "name" | "from_date" | "to_date" | "periods" | "locked" | "version"> & {
  special_day_id?: string;
  ofBrand: boolean;
};

interface DrawerProps {
  branchId: string;
  brandId: string;
  draft: SpecialDayDraft | undefined;
  manages: boolean;
  managesBrand: boolean;
  onClose: () => void;
}

/** One special day: its dates and hours, what customers will be offered, saving and removing. */
export function SpecialDayDrawer({ draft, onClose, ...rest }: DrawerProps) {
  const t = useT();
  return (
    <DetailDrawer open={draft !== undefined} title={draft?.special_day_id ? draft.name : t(texts.specialAdd)} onClose={onClose}>
      {draft ? <Editor {...rest} draft={draft} onClose={onClose} /> : null}
    </DetailDrawer>
  );
}

const DATE = "YYYY-MM-DD";

function Editor({ branchId, brandId, draft, manages, managesBrand, onClose }: DrawerProps & { draft: SpecialDayDraft }) {
  const t = useT();
  const sentence = useReason();
  const danger = useDanger();
  const client = useQueryClient();
  const { message, modal } = App.useApp();
  const { settle, report, dialog } = useDecisions(branchId);
  const [day, setDay] = useState(draft);
  const [isOpen, setOpen] = useState(draft.periods.length > 0);
  const [refused, setRefused] = useState<readonly string[]>([]);
  const [busy, setBusy] = useState(false);
  const { timeZone } = useScope();
  const [key] = useState(() => newIdempotencyKey());
  const id = draft.special_day_id;
  const readOnly = draft.ofBrand ? !managesBrand : !manages;
  const put = (part: Partial<SpecialDayDraft>) => setDay({ ...day, ...part });
  const periods = isOpen ? day.periods : [];
  const complete = day.name.trim() !== "" && day.from_date !== "" && (!isOpen || day.periods.length > 0);
  const overlap = overlaps(periods, day.from_date !== day.to_date);
  const input: SpecialDayInput = { name: day.name, from_date: day.from_date, to_date: day.to_date, periods, locked: day.ofBrand && day.locked, version: day.version };
  const owner = day.ofBrand ? { brand_id: brandId } : { branch_id: branchId };
  const change: PreviewInput = complete ? { special_day: { ...input, special_day_id: id ?? null, ...owner }, from: weekOf(day.from_date, timeZone) } : {};

  /** What answers false was thought better of: nothing was done, and the drawer stays. */
  async function act(doing: () => Promise<boolean>) {
    setBusy(true);
    setRefused([]);
    try {
      if (!(await doing())) return;
      await Promise.all([
        client.invalidateQueries({ queryKey: keys.specialDays(branchId) }),
        client.invalidateQueries({ queryKey: keys.availability(branchId) }),
        client.invalidateQueries({ queryKey: ["branch", branchId, "hours-preview"] }),
      ]);
      onClose();
    } catch (thrown) {
      const problem = problemFrom(thrown);
      setRefused(problem.fields.length > 0 && problem.reason !== "ORDERS_AFFECTED" ? problem.fields.map((field) => inTheWay(field) + sentence(field)) : [sentence(problem)]);
    } finally {
      setBusy(false);
    }
  }

  /** Names the other day that is in the way. */
  const inTheWay = ({ params }: { params?: Record<string, string> }) => (params?.name ? t(texts.specialInTheWay, { name: params.name, from: params.from ?? "", to: params.to ?? "" }) : "");

  async function save() {
    await act(async () => {
      const { overridden } = await preview(branchId, change);
      if (overridden.length > 0) {
        const agreed = await modal.confirm({
          title: t(texts.specialOverrideTitle, { count: overridden.length }),
          content: t(texts.specialOverrideText, { names: overridden.map((one) => `${one.name}（${one.from_date}）`).join(t(common.listComma)) }),
          okText: t(texts.specialOverrideDeed),
          cancelText: t(common.actionKeep),
        });
        if (!agreed) return false;
      }
      const answer = await settle(change, (decisions) => saveSpecialDay(owner, id, input, decisions, id ? newIdempotencyKey() : key));
      report(answer);
      void message.success(t(common.formSaved));
      return true;
    });
  }

  async function remove() {
    await act(async () => {
      const answer = await settle({ removed_special_day_id: id ?? "" }, (decisions) => removeSpecialDay(id ?? "", { version: day.version, decisions }));
      report(answer);
      void message.success(t(texts.specialRemoved));
      return true;
    });
  }

  return (
    <>
      {dialog}
      {draft.ofBrand ? <Alert type="info" showIcon title={readOnly ? t(texts.specialInheritedHint) : t(texts.specialBrandHint)} /> : null}
      {id || !managesBrand ? null : (
        <Radio.Group
          aria-label={t(texts.specialWhose)}
          value={day.ofBrand}
          onChange={({ target }) => put({ ofBrand: target.value as boolean })}
          options={[
            { value: false, label: t(texts.specialOfBranch) },
            { value: true, label: t(texts.specialOfBrand) },
          ]}
        />
      )}
      <label className={styles.field}>
        {t(texts.specialName)}
        <Input size="large" maxLength={60} disabled={readOnly} value={day.name} onChange={({ target }) => put({ name: target.value })} placeholder={t(texts.specialNamePlaceholder)} />
      </label>
      {readOnly ? null : (
        <Flex gap={8} wrap>
          {(["typhoon", "party", "holiday", "rest"] as const).map((one) => (
            <Button key={one} onClick={() => put({ name: t(texts.specialNames[one]) })}>{t(texts.specialNames[one])}</Button>
          ))}
        </Flex>
      )}
      <div className={styles.field}>
        <span>{t(texts.specialDates)}</span>
        <Flex gap={8} align="center">
          <DateField label={t(texts.specialFrom)} value={day.from_date} disabled={readOnly} onChange={(from_date) => put({ from_date, to_date: day.to_date < from_date ? from_date : day.to_date })} />
          <span aria-hidden>–</span>
          <DateField label={t(texts.specialTo)} value={day.to_date} min={day.from_date} disabled={readOnly} onChange={(to_date) => put({ to_date, from_date: day.from_date || to_date })} />
        </Flex>
        <span className={styles.hint}>{t(texts.specialDatesHint)}</span>
      </div>
      <Radio.Group
        aria-label={t(texts.specialHours)}
        disabled={readOnly}
        value={isOpen}
        onChange={({ target }) => setOpen(target.value as boolean)}
        options={[
          { value: false, label: t(texts.specialClosed) },
          { value: true, label: t(texts.specialOpen) },
        ]}
      />
      {isOpen ? <SpansEditor name={day.name || t(texts.specialAdd)} spans={day.periods} onChange={(spans) => put({ periods: spans })} disabled={readOnly} /> : null}
      {overlap ? <Alert role="alert" type="error" showIcon title={sentence({ reason: "HOURS_OVERLAP" })} /> : null}
      {day.ofBrand ? (
        <label className={styles.whole}>
          <Switch checked={day.locked} disabled={readOnly} onChange={(locked) => put({ locked })} />
          {t(texts.specialLock)}
        </label>
      ) : null}
      {refused.length > 0 ? <Alert role="alert" type="error" showIcon title={refused.join(" ")} /> : null}
      {readOnly ? null : (
        <Flex gap={8} justify="space-between" wrap>
          {id ? (
            <Button danger size="large" disabled={busy} onClick={() => danger({ title: t(texts.specialRemoveTitle, { name: draft.name }), text: t(texts.specialRemoveText), deed: t(texts.specialRemove), act: async () => void remove() })}>
              {t(texts.specialRemove)}
            </Button>
          ) : <span />}
          <Button type="primary" size="large" loading={busy} disabled={!complete || overlap} onClick={() => void save()}>
            {t(common.formSave)}
          </Button>
        </Flex>
      )}
      {complete ? <Offer branchId={branchId} change={change} /> : null}
    </>
  );
}

/** From when the offer is shown, so that a day beyond the coming week is in it. */
function weekOf(date: string, timeZone: string): string | null {
  const begins = instantOf(`${date}T12:00`, timeZone);
  return Date.parse(begins) > Date.now() + 7 * 86_400_000 ? begins : null;
}

interface DateFieldProps {
  label: string;
  value: string;
  min?: string;
  disabled: boolean;
  onChange: (date: string) => void;
}

function DateField({ label, value, min, disabled, onChange }: DateFieldProps) {
  return (
    <DatePicker
      aria-label={label}
      placeholder={label}
      size="large"
      style={{ flex: 1 }}
      format={DATE}
      disabled={disabled}
      allowClear={false}
      minDate={min ? dayjs(min) : dayjs().subtract(1, "day").startOf("day")}
      value={value ? dayjs(value) : null}
      onChange={(date) => date && onChange(date.format(DATE))}
    />
  );
}
