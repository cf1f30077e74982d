import { App } from "antd";
import { useCallback } from "react";

import { problemFrom } from "../data/gateway";
import { useReason } from "../i18n";

/** A toast for refusals that have no place of their own on the screen. */
export function useRefusalToast(): (thrown: unknown) => void {
  const { message } = App.useApp();
  const sentence = useReason();
  return useCallback(
    (thrown) => {
      const problem = problemFrom(thrown);
      const text = problem.fields.length > 0 ? problem.fields.map(sentence).join(" ") : sentence(problem);
      void message.error(text, 6);
    },
    [message, sentence],
  );
}
