import { useQuery } from "@tanstack/react-query";
import { formatDayTime } from "@yizhimai/kit";
import { Button, Flex } from "antd";
import { useRef, useState } from "react";
import { flushSync } from "react-dom";

import type { AffectedOrder, PreviewInput } from "../../data/types";
import { useT } from "../../i18n";
import { SlotPicker } from "../../patterns/slot-picker";
import { orderSlotsQuery } from "../orders/queries";
import styles from "./hours.module.css";
import { previewQuery } from "./queries";
import { texts } from "./texts";

interface NewTimeProps {
  order: AffectedOrder;
  change: PreviewInput;
  timeZone: string;
  cutoffMinutes: number;
  /** The slot that was picked; none for the next free one. */
  value: string | undefined;
  onChange: (slot: string | undefined) => void;
}

/** Where an order goes: to the next free slot, or to one picked from those its own branch offers after the change. */
export function NewTime({ order, change, timeZone, cutoffMinutes, value, onChange }: NewTimeProps) {
  const t = useT();
  const [picking, setPicking] = useState(false);
  const picker = useRef<HTMLDivElement>(null);
  const after = useQuery(previewQuery(order.branch_id, { ...change, method: order.method ?? null }));
  const now = useQuery({ ...orderSlotsQuery(order.order_id), enabled: picking });
  const full = new Set(now.data?.slots.filter((slot) => slot.state === "full").map((slot) => slot.starts_at));
  const offered = (after.data?.days ?? []).flatMap(({ business_day, slots, beyond }) =>
    (beyond ? [] : slots).map((starts_at) => ({ starts_at, business_day, state: full.has(starts_at) ? ("full" as const) : ("open" as const) })),
  );
  const earliest = offered.find(({ starts_at }) => Date.parse(starts_at) > Date.parse(order.promised_at));
  const shown = (instant: string) => formatDayTime(instant, timeZone, new Date(), t.locale);
  const pick = (slot: string | undefined) => {
    onChange(slot);
    setPicking(false);
  };
  function begin() {
    flushSync(() => setPicking(true));
    picker.current?.scrollIntoView({ block: "nearest" });
  }
  if (!picking) {
    return (
      <div className={styles.newTime}>
        <span className="tabular">
          {value ? t(texts.decideMovesTo, { time: shown(value) }) : earliest ? t(texts.decideMovesNextFrom, { time: shown(earliest.starts_at) }) : t(texts.decideMovesNext)}
        </span>
        <Button size="large" onClick={begin}>{t(value ? texts.decideOtherTime : texts.decidePickTime)}</Button>
      </div>
    );
  }
  return (
    <Flex vertical gap={10} ref={picker} style={{ width: "100%" }}>
      {after.isPending ? null : (
        <SlotPicker
          label={t(texts.decideNewTime, { number: order.pickup_number ?? "" })}
          slots={offered}
          timeZone={timeZone}
          cutoffMinutes={cutoffMinutes}
          value={value}
          onChange={pick}
        />
      )}
      <Button size="large" onClick={() => pick(undefined)}>{t(texts.decideMovesNext)}</Button>
    </Flex>
  );
}
