import { Alert } from "antd";
import { useState } from "react";

import { problemFrom } from "../data/gateway";
import { useReason } from "../i18n";

/** Runs the deed of a dialog: busy while it runs, and the sentence of its refusal. */
export function useDeed() {
  const sentence = useReason();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string>();

  /** Whether it was done. */
  async function run(deed: () => Promise<unknown>): Promise<boolean> {
    setBusy(true);
    setRefused(undefined);
    try {
      await deed();
      return true;
    } catch (thrown) {
      const problem = problemFrom(thrown);
      setRefused([sentence(problem), ...problem.fields.map(sentence)].filter((text, at, all) => all.indexOf(text) === at).join(" "));
      return false;
    } finally {
      setBusy(false);
    }
  }

  const alert = refused ? <Alert role="alert" type="error" showIcon title={refused} /> : null;
  return { busy, run, alert };
}
