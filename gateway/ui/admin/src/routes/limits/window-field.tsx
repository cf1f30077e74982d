import { Flex, Input, InputNumber } from "antd";

import type { LimitWindow } from "../../data/types";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { ClockField } from "../hours/clock-field";
import { Chips } from "./fields";
import styles from "./limits.module.css";
import { dayparts, eachSlot, rollingMinutes } from "./rule";
import { texts } from "./texts";

const DAY_MINUTES = 1440;
const kinds: readonly LimitWindow["kind"][] = ["slot", "rolling", "daypart", "day"];

interface WindowFieldProps {
  window: LimitWindow;
  slotMinutes: number;
  onChange: (window: LimitWindow) => void;
}

/** Over which time a rule counts: each slot, any minutes in a row, a part of the day, or all of it. */
export function WindowField({ window, slotMinutes, onChange }: WindowFieldProps) {
  const t = useT();
  const usual = rollingMinutes(slotMinutes);

  function choose(kind: LimitWindow["kind"]) {
    const [, lunch] = dayparts;
    if (kind === "rolling") onChange({ ...eachSlot, kind, minutes: 60 });
    else if (kind === "daypart") onChange({ ...eachSlot, kind, name: t(texts.daypart.lunch), from_minute: lunch.from_minute, to_minute: lunch.to_minute });
    else onChange({ ...eachSlot, kind });
  }

  return (
    <>
      <Chips label={t(texts.windowLabel)} values={kinds} chosen={window.kind} text={(kind) => t(texts.window[kind])} onChoose={choose} />
      {window.kind === "rolling" ? (
        <Flex gap={8} wrap align="center" className={styles.sub ?? ""}>
          <Chips label={t(texts.minutes)} values={usual.map(String)} chosen={String(window.minutes)} text={(minutes) => minutes} onChoose={(minutes) => onChange({ ...window, minutes: Number(minutes) })} />
          <InputNumber
            size="large"
            min={1}
            max={240}
            precision={0}
            step={slotMinutes}
            suffix={t(common.unitMinutes)}
            aria-label={t(texts.minutes)}
            style={{ width: 130 }}
            value={window.minutes ?? null}
            onChange={(minutes) => onChange({ ...window, minutes: minutes ?? 0 })}
          />
        </Flex>
      ) : null}
      {window.kind === "daypart" ? (
        <div className={styles.sub}>
          <Chips
            label={t(texts.daypartLabel)}
            values={dayparts.map((part) => part.name)}
            chosen={dayparts.find((part) => t(texts.daypart[part.name]) === window.name)?.name}
            text={(name) => t(texts.daypart[name])}
            onChoose={(name) => {
              const part = dayparts.find((one) => one.name === name);
              if (part) onChange({ ...window, name: t(texts.daypart[name]), from_minute: part.from_minute, to_minute: part.to_minute });
            }}
          />
          <Flex gap={8} wrap align="center">
            <Input
              size="large"
              maxLength={20}
              style={{ width: 200 }}
              aria-label={t(texts.daypartName)}
              placeholder={t(texts.daypartName)}
              value={window.name ?? ""}
              onChange={({ target }) => onChange({ ...window, name: target.value })}
            />
            <Flex gap={8} align="center">
              <ClockField label={t(texts.from)} minute={window.from_minute ?? 0} onChange={(from_minute) => onChange({ ...window, from_minute })} />
              <span aria-hidden>–</span>
              <ClockField label={t(texts.to)} minute={window.to_minute ?? 0} onChange={(minute) => onChange({ ...window, to_minute: minute === 0 ? DAY_MINUTES : minute })} />
            </Flex>
            {(window.to_minute ?? 0) < (window.from_minute ?? 0) ? <span className={styles.soft}>{t(texts.nextDay)}</span> : null}
          </Flex>
        </div>
      ) : null}
    </>
  );
}
