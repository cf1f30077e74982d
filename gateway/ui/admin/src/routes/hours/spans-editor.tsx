import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Flex } from "antd";
import type { ReactNode } from "react";

import { useT } from "../../i18n";
import { ClockField } from "./clock-field";
import styles from "./hours.module.css";
import { texts } from "./texts";
import { closeOf, DAY_MINUTES, isWholeDay, MOST_PERIODS, type Span } from "./week";

interface SpansEditorProps {
  /** What day they are of, for who cannot see it beside them. */
  name: string;
  spans: readonly Span[];
  onChange: (spans: Span[]) => void;
  disabled?: boolean;
  /** Stands beside the button that adds one. */
  extra?: ReactNode;
}

/** A close at midnight is the end of the day, not its beginning. */
function closing(open_minute: number, close_minute: number): number {
  return close_minute === 0 && open_minute === 0 ? DAY_MINUTES : close_minute;
}

/** The periods of a day to type. */
export function SpansEditor({ name, spans, onChange, disabled = false, extra }: SpansEditorProps) {
  const t = useT();
  const change = (at: number, part: Partial<Span>) =>
    onChange(
      spans.map((span, index) => {
        const changed = { ...span, ...part };
        return index === at ? { ...changed, close_minute: closing(changed.open_minute, changed.close_minute) } : span;
      }),
    );

  function add() {
    const last = spans.at(-1);
    const open_minute = last ? Math.min(closeOf(last) + 60, DAY_MINUTES - 60) : 10 * 60;
    onChange([...spans, { open_minute, close_minute: Math.min(open_minute + 4 * 60, DAY_MINUTES - 1) }]);
  }

  return (
    <div className={styles.periods}>
      {spans.length === 0 ? <span className={styles.nextDay} style={{ lineHeight: "44px" }}>{t(texts.rest)}</span> : null}
      {spans.map((span, index) => (
        <div key={`${String(index)}`} className={styles.period}>
          {isWholeDay(span) ? (
            <strong>{t(texts.wholeDay)}</strong>
          ) : (
            <>
              <ClockField label={t(texts.opensOn, { day: name })} disabled={disabled} minute={span.open_minute} onChange={(open_minute) => change(index, { open_minute })} />
              <span aria-hidden>–</span>
              <ClockField label={t(texts.closesOn, { day: name })} disabled={disabled} minute={span.close_minute} onChange={(close_minute) => change(index, { close_minute })} />
              {closeOf(span) > DAY_MINUTES ? <span className={styles.nextDay}>{t(texts.nextDay)}</span> : null}
            </>
          )}
          <Button type="text" icon={<DeleteOutlined />} disabled={disabled} aria-label={t(texts.remove, { day: name })} onClick={() => onChange(spans.filter((_, at) => at !== index))} />
        </div>
      ))}
      <Flex gap={4}>
        <Button icon={<PlusOutlined />} disabled={disabled || spans.length >= MOST_PERIODS || spans.some(isWholeDay)} aria-label={t(texts.addOn, { day: name })} onClick={add}>
          {t(texts.add)}
        </Button>
        {extra}
      </Flex>
    </div>
  );
}
