import { Checkbox, DatePicker, Flex, Modal } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";

import { useScope } from "../../frame/use-scope";
import { useT } from "../../i18n";
import { common } from "../../i18n/common";
import { useBusinessDay } from "../../patterns/use-business-day";
import { copiedTo, hasDaysOf } from "./copy-days";
import { WeekdayButtons } from "./days-field";
import { Chips } from "./fields";
import styles from "./limits.module.css";
import type { Draft } from "./rule";
import { sentence, type Words } from "./sentence";
import { texts } from "./texts";

interface CopyDaysDialogProps {
  source: Draft;
  drafts: readonly Draft[];
  words: Words;
  onCopied: (drafts: Draft[]) => void;
  onClose: () => void;
}

const DATE = "YYYY-MM-DD";

/** Copies a rule to other weekdays or dates; the list shows it before anything is saved. */
export function CopyDaysDialog({ source, drafts, words, onCopied, onClose }: CopyDaysDialogProps) {
  const t = useT();
  const { branch, timeZone } = useScope();
  const [by, setBy] = useState<"weekdays" | "dates">(source.rule.days.weekdays.length > 0 ? "weekdays" : "dates");
  const [weekdays, setWeekdays] = useState<number[]>([]);
  const [together, setTogether] = useState(false);
  const [dates, setDates] = useState<Dayjs[]>([]);
  const today = useBusinessDay(timeZone, branch?.cutoff_minutes);
  const days = by === "weekdays" ? { weekdays } : { dates: dates.map((date) => date.format(DATE)) };
  const isEmpty = by === "weekdays" ? weekdays.length === 0 : dates.length === 0;
  const others = drafts.filter((draft) => draft !== source && hasDaysOf(draft.rule, source.rule));
  const sources = together ? [source, ...others] : [source];
  const next = isEmpty ? [...drafts] : sources.reduce<Draft[]>((all, one) => copiedTo(all, one, days), [...drafts]);
  const isSame = next.every((draft) => drafts.includes(draft));
  const gone = drafts.filter((draft) => !next.some((one) => one.key === draft.key)).length;
  return (
    <Modal
      open
      title={t(texts.copyDays)}
      okText={t(texts.copyIt)}
      cancelText={t(common.actionKeep)}
      okButtonProps={{ disabled: isEmpty || isSame }}
      onOk={() => onCopied(next)}
      onCancel={onClose}
    >
      <Flex vertical gap={16}>
        <p className={styles.sentence}>{sentence(source.rule, words)}</p>
        <Chips label={t(texts.copyDays)} values={["weekdays", "dates"]} chosen={by} text={(one) => t(texts.copyTo[one])} onChoose={setBy} />
        {by === "weekdays" ? (
          <WeekdayButtons chosen={weekdays} onChange={setWeekdays} />
        ) : (
          <DatePicker multiple size="large" aria-label={t(texts.copyTo.dates)} minDate={dayjs(today)} value={dates} onChange={(chosen) => setDates(chosen ?? [])} />
        )}
        {others.length > 0 ? (
          <Checkbox checked={together} onChange={({ target }) => setTogether(target.checked)}>{t(texts.copyTogether, { count: others.length })}</Checkbox>
        ) : null}
        <p className={styles.soft}>{!isEmpty && isSame ? t(texts.copySame) : gone > 0 ? t(texts.copyGone, { count: gone }) : t(texts.copyHint)}</p>
      </Flex>
    </Modal>
  );
}
