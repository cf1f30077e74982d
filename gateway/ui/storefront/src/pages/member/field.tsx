import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import type { FieldRefusal } from "../../domain/draft";
import { why } from "../../text";

interface FieldProps {
  label: string;
  hint?: string;
  refusals: readonly FieldRefusal[];
  children: (attributes: { id: string; "aria-invalid": boolean; "aria-describedby": string | undefined }) => ComponentChildren;
}

/** A field with what is wrong with it. */
export function Field({ label, hint, refusals, children }: FieldProps) {
  const id = useId();
  const wrong = refusals.length > 0;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, "aria-invalid": wrong, "aria-describedby": wrong || hint ? `${id}-note` : undefined })}
      {(wrong || hint) && (
        <p class={wrong ? "field-error" : "soft"} id={`${id}-note`} role={wrong ? "alert" : undefined}>
          {wrong ? refusals.map((refusal) => why(refusal)).join("") : hint}
        </p>
      )}
    </div>
  );
}
