import { Flex, InputNumber } from "antd";

import type { PriceCut } from "../../data/benefit-types";
import { useT } from "../../i18n";
import { Chips } from "../limits/fields";
import { MoneyInput } from "./money-input";
import { amountOff, atPrice, bpOfFold, cutKind, foldOf, percentOff, WHOLE_BP } from "./rule";
import { texts } from "./texts";

type Choice = "percent" | "amount" | "price" | "free";

interface CutFieldProps {
  label: string;
  off: PriceCut;
  choices: readonly Choice[];
  onChange: (off: PriceCut) => void;
}

/** What each choice begins with. */
const first: Record<Choice, PriceCut> = { percent: percentOff(1_000), amount: amountOff(10), price: atPrice(10), free: percentOff(WHOLE_BP) };

function choiceOf(off: PriceCut): Choice {
  const kind = cutKind(off);
  return kind === "percent" && off.percent_bp === WHOLE_BP ? "free" : kind;
}

/** How much less something costs: in 折, in dollars, or at a price. */
export function CutField({ label, off, choices, onChange }: CutFieldProps) {
  const t = useT();
  const choice = choiceOf(off);
  return (
    <Flex vertical gap={8} align="start">
      {choices.length > 1 ? <Chips label={label} values={choices} chosen={choice} text={(one) => t(texts.cut[one])} onChoose={(one) => one !== choice && onChange(first[one])} /> : null}
      {choice === "percent" ? <PercentInput percentBp={off.percent_bp ?? 0} onChange={(bp) => onChange(percentOff(bp))} /> : null}
      {choice === "amount" ? <MoneyInput label={t(texts.amount)} min={1} value={off.amount ?? null} onChange={(amount) => onChange(amountOff(amount ?? 1))} /> : null}
      {choice === "price" ? <MoneyInput label={t(texts.price)} value={off.price ?? null} onChange={(price) => onChange(atPrice(price ?? 0))} /> : null}
    </Flex>
  );
}

/** A rate as it is said in the language: 9 折, or 10 % off. */
export function PercentInput({ percentBp, onChange }: { percentBp: number; onChange: (percentBp: number) => void }) {
  const t = useT();
  const isFold = t.locale !== "en";
  return (
    <Flex vertical gap={4}>
      <InputNumber<number>
        size="large"
        min={isFold ? 0.1 : 1}
        max={99}
        style={{ width: 130 }}
        aria-label={t(texts.fold)}
        suffix={t(texts.foldUnit)}
        value={isFold ? foldOf(percentBp) : percentBp / 100}
        onChange={(value) => value !== null && onChange(isFold ? bpOfFold(value) : Math.round(value * 100))}
      />
      <small style={{ color: "var(--ink-2)" }}>{t(texts.foldHint)}</small>
    </Flex>
  );
}
