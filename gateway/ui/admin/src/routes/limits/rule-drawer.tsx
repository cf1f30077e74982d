import { useQuery } from "@tanstack/react-query";
import { folded } from "@yizhimai/kit";
import { Button, Collapse, Flex, InputNumber, Select } from "antd";
import { useState } from "react";

import type { LimitRule } from "../../data/types";
import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { DetailDrawer } from "../../patterns/detail-drawer";
import { useBusinessDay } from "../../patterns/use-business-day";
import { branchMenuQuery } from "../pauses/queries";
import { ApartFields } from "./apart-fields";
import { DaysField } from "./days-field";
import { Chips, Field } from "./fields";
import styles from "./limits.module.css";
import { faultText, type Fault } from "./problems";
import { changed, faultsOf, isMaking, isParted, measures } from "./rule";
import { sentence } from "./sentence";
import { targetGroups, valueOf, type TargetOption } from "./targets";
import { texts } from "./texts";
import { WindowField } from "./window-field";

interface RuleDrawerProps {
  rule: LimitRule;
  isNew: boolean;
  slotMinutes: number;
  /** What the server said of it when it was sent. */
  refused: readonly Fault[];
  onDone: (rule: LimitRule) => void;
  onDelete: () => void;
  onClose: () => void;
}

/** One rule: what, how much, how often, on which days; said in one sentence while it is made. */
export function RuleDrawer({ rule: given, isNew, slotMinutes, refused, onDone, onDelete, onClose }: RuleDrawerProps) {
  const t = useT();
  const { brand, branch, timeZone } = useScope();
  const menu = useQuery(branchMenuQuery(brand?.slug ?? "", branch?.slug ?? ""));
  const [rule, setRule] = useState(given);
  const [tried, setTried] = useState(false);
  const [touched, setTouched] = useState(false);
  const [typed, setTyped] = useState("");
  const currency = brand?.currency ?? "TWD";
  const words = { t, slotMinutes, currency };
  const today = useBusinessDay(timeZone, branch?.cutoff_minutes);
  const own = faultsOf(rule, slotMinutes);

  function set(part: Partial<LimitRule>) {
    setTouched(true);
    setRule((now) => changed(now, part));
  }

  /** What is wrong at places: what the server said until something changes, then what is known here. */
  const faults = (...places: string[]) => {
    const said = touched ? [] : refused.filter((fault) => places.includes(fault.place)).map((fault) => fault.text);
    const found = tried || touched || refused.length > 0 ? own.filter((place) => places.includes(place)).map((place) => faultText(t, place, slotMinutes)) : [];
    return [...new Set([...said, ...found])];
  };

  function done() {
    setTried(true);
    if (own.length === 0) onDone(rule);
  }

  const groups = targetGroups(menu.data, rule.target, typed, t);
  const byPeople = isMaking(rule) && rule.people !== null && rule.people !== undefined;
  return (
    <DetailDrawer
      open
      title={isNew ? t(texts.add) : t(texts.edit)}
      onClose={onClose}
      footer={
        <Flex gap={8} justify="space-between">
          {isNew ? <Button size="large" onClick={onClose}>{t(common.actionKeep)}</Button> : <Button size="large" danger onClick={onDelete}>{t(texts.delete)}</Button>}
          <Button size="large" type="primary" onClick={done}>{isNew ? t(texts.addIt) : t(texts.done)}</Button>
        </Flex>
      }
    >
      <p className={styles.sentence} aria-live="polite">{sentence(rule, words)}</p>
      <Field label={t(texts.target)} faults={faults("target.id", "target.name", "target.kind")}>
        <Select<string, TargetOption>
          size="large"
          showSearch={{ filterOption: (text, option) => folded(String(option?.label ?? "")).includes(folded(text)), onSearch: setTyped }}
          aria-label={t(texts.target)}
          placeholder={t(texts.targetHint)}
          style={{ width: "100%" }}
          loading={menu.isLoading}
          value={valueOf(rule.target)}
          options={groups as unknown as TargetOption[]}
          onChange={(_, option) => {
            const chosen = Array.isArray(option) ? option[0] : option;
            if (chosen) set({ target: chosen.target });
          }}
        />
      </Field>
      <Field label={t(texts.measureLabel)} faults={faults("measure")}>
        <Chips label={t(texts.measureLabel)} values={measures} chosen={rule.measure} text={(one) => t(texts.measure[one])} onChoose={(measure) => set({ measure })} />
      </Field>
      <Field
        label={t(texts.most)}
        hint={byPeople ? t(texts.peopleHint, { people: rule.people ?? 0, minutes: (rule.people ?? 0) * slotMinutes, slot: slotMinutes }) : rule.limit === 0 ? t(texts.zeroHint) : ""}
        faults={faults("limit", "people")}
      >
        {isMaking(rule) ? (
          <Chips
            label={t(texts.byLabel)}
            values={["people", "minutes"]}
            chosen={byPeople ? "people" : "minutes"}
            text={(one) => t(texts.by[one])}
            onChoose={(by) => set(by === "people" ? { people: Math.max(1, Math.round(rule.limit / slotMinutes)), limit: 0 } : { people: null, limit: (rule.people ?? 1) * slotMinutes })}
          />
        ) : null}
        {byPeople ? (
          <InputNumber
            size="large" min={1} max={99} precision={0} inputMode="numeric" suffix={t(texts.peopleUnit)} style={{ width: 180 }} aria-label={t(texts.by.people)}
            value={rule.people ?? null}
            onChange={(people) => set({ people: people ?? 1 })}
          />
        ) : (
          <InputNumber
            size="large" min={0} precision={0} inputMode="numeric" suffix={t(texts.unit[rule.measure])} style={{ width: 180 }} aria-label={t(texts.most)}
            value={rule.limit}
            onChange={(limit) => set({ limit: limit ?? 0 })}
            onPressEnter={done}
          />
        )}
      </Field>
      <Field label={t(texts.windowLabel)} faults={faults("window.kind", "window.minutes", "window.name", "window.from_minute", "window.to_minute")}>
        <WindowField window={rule.window} slotMinutes={slotMinutes} onChange={(window) => set({ window })} />
      </Field>
      <Field label={t(texts.daysLabel)} hint={rule.days.date ? t(texts.dateHint) : ""} faults={faults("days", "days.weekdays", "days.from_date", "days.to_date", "days.date")}>
        <DaysField days={rule.days} today={today} onChange={(days) => set({ days })} />
      </Field>
      <Collapse
        ghost
        defaultActiveKey={isParted(given) || refused.some((fault) => ["shares", "reserved_for_counter", "early_hours"].includes(fault.place)) ? ["more"] : []}
        items={[{ key: "more", label: t(texts.more), children: <ApartFields rule={rule} words={words} faults={faults} onChange={set} /> }]}
      />
    </DetailDrawer>
  );
}
