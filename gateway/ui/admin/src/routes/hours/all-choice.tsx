import { Segmented } from "antd";

import { useT } from "../../i18n";
import type { Choice } from "./decision";

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
      aria-label={t("decide.whole", { name: label })}
      value={value ?? ""}
      onChange={(choice) => choice && onChange(choice)}
      options={[
        { value: "keep", label: t("decide.keep") },
        { value: "reschedule", label: t("decide.moveNext"), disabled: !mayAct },
        { value: "cancel", label: t("decide.cancel"), disabled: !mayAct },
      ]}
    />
  );
}
