import { MoreOutlined } from "@ant-design/icons";
import { Button, Dropdown, Switch } from "antd";

import type { LimitRule } from "../../data/types";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import styles from "./limits.module.css";
import type { Fault } from "./problems";
import { besides, daysText, mostText, sentence, targetText, windowText, type Words } from "./sentence";
import { texts } from "./texts";

interface RuleLineProps {
  rule: LimitRule;
  words: Words;
  /** How many windows are beyond it now. */
  over: number;
  faults: readonly Fault[];
  manages: boolean;
  onOpen: () => void;
  onSwitch: (enabled: boolean) => void;
  onDuplicate: (() => void) | undefined;
  onCopyDays: () => void;
  onDelete: () => void;
}

/** A rule as a sentence with its switch; a tap opens it. */
export function RuleLine({ rule, words, over, faults, manages, onOpen, onSwitch, onDuplicate, onCopyDays, onDelete }: RuleLineProps) {
  const t = useT();
  const name = sentence(rule, words);
  const days = daysText(rule, t);
  const more = besides(rule, words);
  const text = (
    <>
      <strong>{[windowText(rule, words), targetText(rule, t), mostText(rule, words)].join(" · ")}</strong>
      <span className={styles.soft}>{[rule.enabled ? "" : t(texts.isOff), days || t(texts.days.every), more].filter(Boolean).join(" · ")}</span>
      {over > 0 ? <span className={styles.levelTag} data-level="over">{t(texts.overTimes, { count: over })}</span> : null}
      {faults.map((fault) => (
        <span key={`${fault.place} ${fault.text}`} role="alert" className={styles.fault}>{fault.text}</span>
      ))}
    </>
  );
  return (
    <li className={styles.rule} data-off={!rule.enabled || undefined} data-wrong={faults.length > 0 || undefined}>
      {manages ? (
        <button type="button" className={styles.ruleText} onClick={onOpen} aria-label={t(common.actionEditNamed, { name })}>
          {text}
        </button>
      ) : (
        <span className={styles.ruleText}>{text}</span>
      )}
      <span className={styles.ruleActions}>
        <Switch className={styles.switch ?? ""} checked={rule.enabled} disabled={!manages} aria-label={t(texts.on, { name })} onChange={onSwitch} />
        {manages ? (
          <Dropdown
            trigger={["click"]}
            menu={{
              items: [
                { key: "duplicate", label: t(texts.duplicate), disabled: !onDuplicate, onClick: () => onDuplicate?.() },
                { key: "days", label: t(texts.copyDays), disabled: !onDuplicate, onClick: onCopyDays },
                { key: "delete", label: t(texts.delete), danger: true, onClick: onDelete },
              ],
            }}
          >
            <Button type="text" size="large" icon={<MoreOutlined />} aria-label={t(texts.moreOf, { name })} />
          </Dropdown>
        ) : null}
      </span>
    </li>
  );
}
