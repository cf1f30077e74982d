import { useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Checkbox, Drawer, Flex, Input, Select, Segmented } from "antd";
import { formatDayTime } from "@yizhimai/kit";
import { useState, type ReactNode } from "react";

import { newIdempotencyKey, problemFrom } from "../../data/gateway";
import type { Menu, Pause, PauseChannel, PauseReason, PauseScope, PauseTarget } from "../../data/types";
import { useMe, useScope } from "../../frame/use-scope";
import { useReason, useT } from "../../i18n";
import { common } from "../../i18n/common";
import { WallField, instantOfWall } from "../../patterns/wall-field";
import { holdsBrand } from "../../session/may";
import styles from "./pauses.module.css";
import { createPause, previewQuery } from "./queries";
import { endChoices, endOf, fallsWith, isLong, type EndChoice, type PauseRow } from "./rows";
import { texts } from "./texts";
import { TouchedOrders } from "./touched-orders";

const reasons: readonly PauseReason[] = ["out_of_stock", "equipment", "staffing", "food_safety", "other"];
const channels: readonly PauseChannel[] = ["web", "line", "qr_table", "counter", "uber_eats"];
const MOST_NAMED = 12;

interface SheetProps {
  branchId: string;
  row: PauseRow;
  menu: Menu;
  pauses: readonly Pause[];
  onClose: () => void;
  onPaused: () => void;
}

interface ChipsProps<V extends string> {
  label: string;
  values: readonly V[];
  chosen: V;
  text: (value: V) => ReactNode;
  onChoose: (value: V) => void;
}

/** Choices as large chips: one tap with a wet thumb. */
function Chips<V extends string>({ label, values, chosen, text, onChoose }: ChipsProps<V>) {
  return (
    <div role="radiogroup" aria-label={label}>
      <h3 className={styles.label}>{label}</h3>
      <div className={styles.chips}>
        {values.map((value) => (
          <button key={value} type="button" role="radio" aria-checked={value === chosen} className={styles.chip} onClick={() => onChoose(value)}>
            {text(value)}
          </button>
        ))}
      </div>
    </div>
  );
}

/** How long and why; what falls and which orders are touched are shown before the tap that does it. */
export function PauseSheet({ branchId, row, menu, pauses, onClose, onPaused }: SheetProps) {
  const t = useT();
  const sentence = useReason();
  const { message } = App.useApp();
  const { branch, branches, timeZone } = useScope();
  const ofBrand = holdsBrand(useMe(), branch?.brand_id ?? "");
  const others = branches.filter((one) => one.brand_id === branch?.brand_id && one.branch_id !== branchId && one.state !== "closed");
  const [variantId, setVariantId] = useState("");
  const [end, setEnd] = useState<EndChoice>("today");
  const [wall, setWall] = useState<string>();
  const at = instantOfWall(wall, timeZone);
  const [reason, setReason] = useState<PauseReason>("out_of_stock");
  const [note, setNote] = useState("");
  const [scope, setScope] = useState<"branch" | PauseScope>("branch");
  const [branchIds, setBranchIds] = useState<string[]>([]);
  const [only, setOnly] = useState<PauseChannel[]>([]);
  const [locked, setLocked] = useState(false);
  const [refused, setRefused] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);
  const [key] = useState(() => newIdempotencyKey());

  const now = new Date();
  const target: PauseTarget = variantId ? { kind: "variant", id: variantId } : row.target;
  const variant = row.variants.find((one) => one.id === variantId);
  const name = variant ? `${row.name}（${variant.name}）` : row.name;
  const ends = endOf(end, at);
  const where = scope === "brand"
    ? { scope, brand_id: branch?.brand_id ?? null, branch_ids: [], channels: only }
    : { scope: "branches" as const, branch_ids: [branchId, ...(scope === "branches" ? branchIds : [])], channels: only };
  const preview = useQuery(previewQuery(branchId, { target, ...where, ...(ends ? { end: ends } : {}) }));
  const falls = fallsWith(menu, pauses, target, now);
  const incomplete = !ends || (reason === "other" && note.trim() === "") || (scope === "branches" && branchIds.length === 0);
  const minutes = ends?.kind === "minutes" ? ends.minutes : undefined;
  const until = minutes ? new Date(now.getTime() + minutes * 60_000) : end === "at" ? at : undefined;

  async function pause() {
    if (!ends) return;
    setBusy(true);
    setRefused([]);
    try {
      const body = { target, ...where, reason, note: note.trim(), end: ends, locked };
      await createPause(body, `${key}-${String(hash(JSON.stringify(body)))}`);
      void message.success(t(texts.done, { name }));
      onPaused();
      onClose();
    } catch (thrown) {
      const problem = problemFrom(thrown);
      const untracked = problem.fields.some((field) => field.params?.not_tracked);
      setRefused(untracked ? [t(texts.notTracked)] : problem.fields.length > 0 ? problem.fields.map(sentence) : [sentence(problem)]);
    } finally {
      setBusy(false);
    }
  }

  const count = preview.data?.order_count ?? 0;
  const touches = [...(falls.length > 0 ? [t(texts.falls, { count: falls.length })] : []), ...(count > 0 ? [t(texts.orders, { count })] : [])];
  const choices = endChoices.filter((one) => one !== "restocked" || row.units.length > 0);
  return (
    <Drawer
      open
      title={t(texts.title, { name })}
      placement={innerWidth < 700 ? "bottom" : "right"}
      size={innerWidth < 700 ? innerHeight * 0.92 : 520}
      onClose={onClose}
      footer={
        <Flex vertical gap={8}>
          {touches.length > 0 ? (
            <span className={styles.touches} role="status">
              {touches.join(" · ")}
            </span>
          ) : null}
          {refused.length > 0 ? <Alert role="alert" type="error" showIcon title={refused.join(" ")} /> : null}
          <Button block danger type="primary" className={styles.confirm ?? ""} loading={busy} disabled={incomplete} onClick={() => void pause()}>
            {until ? t(texts.confirmUntil, { time: formatDayTime(until, timeZone, now, t.locale) }) : t(texts.confirm[end])}
          </Button>
        </Flex>
      }
    >
      <Flex vertical gap={20}>
        {row.variants.length > 0 ? (
          <Chips
            label={t(texts.which)}
            values={["", ...row.variants.map((one) => one.id)]}
            chosen={variantId}
            text={(id) => row.variants.find((one) => one.id === id)?.name ?? t(texts.allVariants)}
            onChoose={setVariantId}
          />
        ) : null}
        <Chips label={t(texts.howLong)} values={choices} chosen={end} text={(one) => t(texts.end[one])} onChoose={setEnd} />
        {end === "at" ? (
          <WallField label={t(texts.at)} value={wall} onChange={setWall} daysAhead={30} clearable />
        ) : null}
        {isLong(end, at, now) ? <Alert type="info" showIcon title={t(texts.longHint)} /> : null}
        <Chips label={t(texts.why)} values={reasons} chosen={reason} text={(one) => t(texts.reasons[one])} onChoose={setReason} />
        <Input
          size="large"
          maxLength={200}
          aria-label={t(texts.note)}
          placeholder={reason === "other" ? t(texts.noteNeeded) : t(texts.note)}
          value={note}
          onChange={({ target: input }) => setNote(input.value)}
        />
        {falls.length > 0 ? (
          <Alert
            type="warning"
            showIcon
            title={t(texts.falls, { count: falls.length })}
            description={`${falls.slice(0, MOST_NAMED).join("、")}${falls.length > MOST_NAMED ? t(texts.fallsMore, { count: falls.length - MOST_NAMED }) : ""}`}
          />
        ) : null}
        <TouchedOrders query={preview} />
        {others.length > 0 ? (
          <div>
            <h3 className={styles.label}>{t(texts.where)}</h3>
            <Flex vertical gap={12}>
              <Segmented
                block
                size="large"
                aria-label={t(texts.where)}
                value={scope}
                onChange={(next) => setScope(next)}
                options={[
                  { value: "branch" as const, label: t(texts.scopeBranch) },
                  { value: "branches" as const, label: t(texts.scopeBranches) },
                  ...(ofBrand ? [{ value: "brand" as const, label: t(texts.scopeBrand) }] : []),
                ]}
              />
              {scope === "branches" ? (
                <Select
                  mode="multiple"
                  size="large"
                  aria-label={t(texts.scopeBranches)}
                  placeholder={t(texts.chooseBranches, { name: branch?.name ?? "" })}
                  optionFilterProp="label"
                  maxCount={199}
                  value={branchIds}
                  onChange={setBranchIds}
                  options={others.map((one) => ({ value: one.branch_id, label: one.name }))}
                />
              ) : null}
              {ofBrand ? (
                <Checkbox checked={locked} onChange={({ target: box }) => setLocked(box.checked)}>
                  {t(texts.lock)}
                </Checkbox>
              ) : null}
            </Flex>
          </div>
        ) : null}
        <div>
          <h3 className={styles.label}>{t(texts.channels)}</h3>
          <Select
            mode="multiple"
            size="large"
            style={{ width: "100%" }}
            aria-label={t(texts.channels)}
            placeholder={t(texts.allChannels)}
            value={only}
            onChange={setOnly}
            options={channels.map((one) => ({ value: one, label: t(common.channel[one]) }))}
          />
        </div>
      </Flex>
    </Drawer>
  );
}

/** Another request gets another key; a retry keeps its own. */
function hash(text: string): number {
  let sum = 0;
  for (const character of text) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 2_147_483_647;
  return sum;
}
