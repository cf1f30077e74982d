import { Segmented } from "antd";

import { useT } from "../../i18n";
import type { Choice } from "./decision";
import { texts } from "./texts";

interface AllChoiceProps {
  label: string;
  value: Choice | undefined;
  mayAct: boolean;
  onChange: (choice: Choice) => void;
}

/** One choice for several orders. */
export function AllChoice({ label, value, mayAct, onChange }: AllChoiceProps) {
  const t = useT();
  return (
    <Segmented<Choice | "">
      size="large"
      aria-label={t(texts.decideWhole, { name: label })}
      value={value ?? ""}
      onChange={(choice) => choice && onChange(choice)}
      options={[
        { value: "keep", label: t(texts.choice.keep) },
        { value: "reschedule", label: t(texts.decideMoveNext), disabled: !mayAct },
        { value: "cancel", label: t(texts.choice.cancel), disabled: !mayAct },
      ]}
    />
  );
}
