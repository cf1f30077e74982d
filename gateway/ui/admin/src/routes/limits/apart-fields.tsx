import { Flex, InputNumber } from "antd";

import type { LimitRule, PauseChannel } from "../../data/types";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { Field } from "./fields";
import styles from "./limits.module.css";
import { isMaking, isParted } from "./rule";
import { amountText, type Words } from "./sentence";
import { texts } from "./texts";

const channels: readonly PauseChannel[] = ["web", "line", "qr_table", "uber_eats", "counter"];

interface ApartFieldsProps {
  rule: LimitRule;
  words: Words;
  faults: (...places: string[]) => string[];
  onChange: (part: Partial<LimitRule>) => void;
}

/** What only some need: shares of channels, the counter's reserve, work done early. */
export function ApartFields({ rule, words, faults, onChange }: ApartFieldsProps) {
  const t = useT();
  const share = (channel: PauseChannel) => rule.shares.find((one) => one.channel === channel)?.percent ?? null;
  const setShare = (channel: PauseChannel, percent: number | null) =>
    onChange({ shares: channels.flatMap((one) => {
      const of = one === channel ? percent : share(one);
      return of === null ? [] : [{ channel: one, percent: of }];
    }) });
  const sum = rule.shares.reduce((all, one) => all + one.percent, 0);
  return (
    <Flex vertical gap={20}>
      <Field label={t(texts.shares)} hint={rule.shares.length > 0 ? t(texts.sharesSum, { percent: sum }) : t(texts.sharesHint)} faults={faults("shares")}>
        <div className={styles.shares}>
          {channels.map((channel) => (
            <label key={channel}>
              <span>{t(common.channel[channel])}</span>
              <InputNumber
                size="large"
                min={0}
                max={100}
                precision={0}
                suffix="%"
                placeholder={t(texts.shareAll)}
                aria-label={t(texts.shareNamed, { channel: t(common.channel[channel]) })}
                value={share(channel)}
                onChange={(percent) => setShare(channel, percent)}
              />
            </label>
          ))}
        </div>
      </Field>
      <Field label={t(texts.reserve)} hint={t(texts.reserveHint, { amount: amountText(rule.measure, rule.reserved_for_counter, words) })} faults={faults("reserved_for_counter")}>
        <InputNumber
          size="large"
          min={0}
          precision={0}
          style={{ width: 160 }}
          aria-label={t(texts.reserve)}
          value={rule.reserved_for_counter}
          onChange={(value) => onChange({ reserved_for_counter: value ?? 0 })}
        />
      </Field>
      {isMaking(rule) ? (
        <Field label={t(texts.early)} hint={isParted(rule) ? t(texts.earlyNot) : t(texts.earlyHint)} faults={faults("early_hours")}>
          <InputNumber
            size="large"
            min={0}
            max={12}
            precision={0}
            suffix={t(texts.hoursUnit)}
            style={{ width: 160 }}
            disabled={isParted(rule)}
            aria-label={t(texts.early)}
            value={rule.early_hours}
            onChange={(value) => onChange({ early_hours: value ?? 0 })}
          />
        </Field>
      ) : null}
    </Flex>
  );
}
