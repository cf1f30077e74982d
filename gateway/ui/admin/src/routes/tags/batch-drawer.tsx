import { useQuery } from "@tanstack/react-query";
import { formatAmount } from "@yizhimai/kit";
import { Alert, App, Button, Flex, Input, InputNumber, Segmented, Select } from "antd";
import { useMemo, useState } from "react";

import { problemFrom } from "../../data/gateway";
import type { Tag, TagBatchOutcome } from "../../data/types";
import { useReason, useT } from "../../i18n";
import { common } from "../../i18n/common";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { useDeed } from "../../patterns/dialog-refusal";
import { useBodyKey } from "../../patterns/use-body-key";
import membership from "../membership/membership.module.css";
import { useTags, useTiers } from "../membership/use-names";
import { useSettled } from "../membership/use-settled";
import { batchPreviewQuery, createBatch, type BatchTarget } from "./queries";
import { filterOf, hasCondition, noFilter, phonesIn, type FilterDraft } from "./tags";
import { texts } from "./texts";

const MOST_PHONES = 20_000;

interface BatchDrawerProps {
  tag: Tag;
  /** Given when true, taken when false. */
  add: boolean;
  onClose: () => void;
  onDone: () => Promise<unknown>;
}

/** Gives a tag to many members or takes it from them; how many is shown before. */
export function BatchDrawer({ tag, add, onClose, onDone }: BatchDrawerProps) {
  const t = useT();
  const sentence = useReason();
  const { message } = App.useApp();
  const { busy, run, alert } = useDeed();
  const keyOf = useBodyKey();
  const [by, setBy] = useState<"filter" | "phones">("filter");
  const [phones, setPhones] = useState("");
  const [filter, setFilter] = useState<FilterDraft>(noFilter);
  const [now] = useState(() => Date.now());
  const listed = useMemo(() => phonesIn(phones), [phones]);
  const isReady = by === "phones" ? listed.length > 0 && listed.length <= MOST_PHONES : hasCondition(filter);
  const target = useMemo<BatchTarget>(() => (by === "phones" ? { add, phones: listed } : { add, filter: filterOf(filter, now) }), [by, add, listed, filter, now]);
  const settled = useSettled(target);
  const preview = useQuery({ ...batchPreviewQuery(tag.tag_id, settled), enabled: isReady });
  const known = isReady && settled === target && !preview.isPlaceholderData ? preview.data : undefined;
  const deed = known ? t(add ? texts.batchDoGive : texts.batchDoTake, { count: known.changed }) : t(add ? texts.giveMany : texts.takeMany);

  async function apply() {
    let changed = 0;
    const done = await run(async () => {
      changed = (await createBatch(tag.tag_id, target, false, keyOf(target))).changed;
    });
    if (!done) return;
    await onDone();
    void message.success(t(texts.batchDone, { count: changed }));
    onClose();
  }

  return (
    <DetailDrawer
      open
      title={t(add ? texts.batchGive : texts.batchTake, { name: tag.name })}
      onClose={onClose}
      footer={
        <Flex gap={8} justify="end" wrap>
          <Button size="large" onClick={onClose}>{t(common.actionKeep)}</Button>
          <Button size="large" type="primary" danger={!add} disabled={!known || known.changed === 0} loading={busy} onClick={() => void apply()}>{deed}</Button>
        </Flex>
      }
    >
      <Segmented block size="large" aria-label={t(texts.batchBy)} value={by} onChange={setBy} options={(["filter", "phones"] as const).map((one) => ({ value: one, label: t(texts.by[one]) }))} />
      {by === "phones" ? (
        <div>
          <Input.TextArea aria-label={t(texts.phones)} placeholder={t(texts.phones)} autoSize={{ minRows: 6, maxRows: 14 }} value={phones} onChange={({ target: { value } }) => setPhones(value)} />
          <p className={membership.soft}>{t(listed.length > MOST_PHONES ? texts.phonesMany : texts.phonesHint)}</p>
        </div>
      ) : (
        <FilterFields tag={tag} filter={filter} onChange={setFilter} />
      )}
      {isReady && preview.isError ? <Alert role="alert" type="error" showIcon title={sentence(problemFrom(preview.error))} /> : null}
      <div aria-live="polite">{known ? <Outcome outcome={known} add={add} /> : <p className={membership.soft}>{t(texts.previewWait)}</p>}</div>
      {alert}
    </DetailDrawer>
  );
}

function Outcome({ outcome, add }: { outcome: TagBatchOutcome; add: boolean }) {
  const t = useT();
  const { matched, changed, full, invalid_phones, unknown_phones } = outcome;
  const notes = [
    full > 0 ? t(texts.previewFull, { count: full }) : "",
    invalid_phones > 0 ? t(texts.previewInvalid, { count: invalid_phones }) : "",
    unknown_phones > 0 ? t(texts.previewUnknown, { count: unknown_phones }) : "",
  ].filter(Boolean);
  const counts = { matched: formatAmount(matched), changed: formatAmount(changed) };
  return (
    <Alert
      type={changed > 0 ? "info" : "warning"}
      showIcon
      title={t(add ? texts.previewGive : texts.previewTake, counts)}
      description={notes.length > 0 ? notes.join(t(common.listComma)) : undefined}
    />
  );
}

interface FilterFieldsProps {
  tag: Tag;
  filter: FilterDraft;
  onChange: (filter: FilterDraft) => void;
}

function FilterFields({ tag, filter, onChange }: FilterFieldsProps) {
  const t = useT();
  const tiers = [...useTiers().values()];
  const tags = [...useTags().values()].filter((one) => !one.archived && one.tag_id !== tag.tag_id);
  const many = (name: "tier_ids" | "tag_ids" | "without_tag_ids", label: string, options: { value: string; label: string }[]) => (
    <label>
      {label}
      <Select
        mode="multiple"
        size="large"
        style={{ width: "100%" }}
        aria-label={label}
        placeholder={t(texts.filterAny)}
        showSearch={{ optionFilterProp: "label" }}
        value={filter[name]}
        options={options}
        onChange={(value: string[]) => onChange({ ...filter, [name]: value })}
      />
    </label>
  );
  const number = (name: "min_orders" | "quiet_days" | "joined_days", label: string, unit: string) => (
    <label>
      {label}
      <InputNumber<number>
        size="large"
        min={1}
        max={36_500}
        precision={0}
        suffix={unit}
        style={{ width: "100%" }}
        aria-label={label}
        placeholder={t(texts.filterAny)}
        value={filter[name]}
        onChange={(value) => onChange({ ...filter, [name]: value })}
      />
    </label>
  );
  const tagOptions = tags.map((one) => ({ value: one.tag_id, label: one.name }));
  return (
    <Flex vertical gap={12}>
      <p className={membership.soft}>{t(texts.filterHint)}</p>
      {tiers.length > 0 ? many("tier_ids", t(texts.filterTiers), tiers.map((one) => ({ value: one.tier_id ?? "", label: one.name }))) : null}
      {many("tag_ids", t(texts.filterTags), tagOptions)}
      {many("without_tag_ids", t(texts.filterWithout), tagOptions)}
      {number("min_orders", t(texts.filterOrders), t(texts.unitOrders))}
      {number("quiet_days", t(texts.filterQuiet), t(common.unitDays))}
      {number("joined_days", t(texts.filterJoined), t(common.unitDays))}
    </Flex>
  );
}
