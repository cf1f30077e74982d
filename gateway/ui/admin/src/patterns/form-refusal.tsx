import { Alert, Button, type FormInstance } from "antd";
import { useState } from "react";

import { problemFrom } from "../data/gateway";
import { useReason, useT } from "../i18n";
import { common } from "../i18n/common";
import { placeProblems } from "./problem-fields";

export interface FormRefusal {
  conflict: boolean;
  text: string;
}

/** Shows a refusal at the fields of a form; what has no field is returned to be shown beside it. */
export function useFormRefusal<V extends object>(form: FormInstance<V>) {
  const t = useT();
  const sentence = useReason();
  const [refusal, setRefusal] = useState<FormRefusal>();

  function refuse(thrown: unknown): void {
    const problem = problemFrom(thrown);
    const { placed, unplaced } = placeProblems(problem.fields, form.getFieldsError().map(({ name }) => name));
    const text = (field: (typeof placed)[number]["problem"]) => (field.reason === "VALIDATION_FAILED" ? t(common.formFieldInvalid) : sentence(field));
    form.setFields(placed.map(({ name, problem: field }) => ({ name: name as never, errors: [text(field)] })));
    const [first] = placed;
    if (first) form.scrollToField(first.name as never, { block: "center", focus: true });
    setRefusal({
      conflict: problem.reason === "VERSION_CONFLICT",
      text: unplaced.length > 0 ? unplaced.map(sentence).join(" ") : placed.length > 0 ? t(common.formSeeFields) : sentence(problem),
    });
  }

  return { refusal, refuse, clear: () => setRefusal(undefined) };
}

/** Says above the buttons of a form why it was not saved. */
export function RefusalAlert({ refusal, onReload }: { refusal: FormRefusal | undefined; onReload: () => void }) {
  const t = useT();
  if (!refusal) return null;
  return (
    <Alert
      role="alert"
      type={refusal.conflict ? "warning" : "error"}
      showIcon
      style={{ marginBottom: 12 }}
      title={refusal.conflict ? t(common.formConflictTitle) : t(common.formRefused)}
      description={refusal.conflict ? t(common.formConflictText) : refusal.text}
      action={refusal.conflict ? <Button onClick={onReload}>{t(common.formTakeLatest)}</Button> : undefined}
    />
  );
}
