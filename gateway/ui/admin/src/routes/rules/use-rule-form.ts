import { useState } from "react";

import { problemFrom } from "../../data/gateway";
import { useReason, useT } from "../../i18n";
import { common } from "../../i18n/common";
import { faultsAt, ownFaults, placed, type Fault } from "./faults";
import { faultsOf, type Rule } from "./rule";

interface Refusal {
  faults: Fault[];
  conflict: boolean;
  text: string;
}

/**
 * What is wrong in a form around a rule: what is known here once somebody has tried to save, and what the server
 * said until something changes. `beside` names fields of the request outside the rule; their places begin with `beside.`.
 */
export function useRuleForm(rule: Rule, beside: readonly string[], besideFaults: readonly Fault[] = []) {
  const t = useT();
  const sentence = useReason();
  const [tried, setTried] = useState(false);
  const [refused, setRefused] = useState<Refusal>();
  const own = [...besideFaults, ...ownFaults(faultsOf(rule), t)];

  /** Shows what is wrong; true when nothing is. */
  function check(): boolean {
    setTried(true);
    return own.length === 0;
  }

  function refuse(thrown: unknown): void {
    const problem = problemFrom(thrown);
    const { faults, rest } = placed(problem.fields, beside, sentence, t);
    const text = rest.length > 0 ? rest.map(sentence).join(" ") : faults.length > 0 ? t(common.formSeeFields) : sentence(problem);
    setRefused({ faults, conflict: problem.reason === "VERSION_CONFLICT", text });
  }

  return {
    faults: faultsAt([...(tried ? own : []), ...(refused?.faults ?? [])]),
    refusal: refused ?? (tried && own.length > 0 ? { conflict: false, text: t(common.formSeeFields) } : undefined),
    check,
    refuse,
    clear: () => setRefused(undefined),
  };
}
