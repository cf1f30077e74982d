import { codeDigits } from "../../domain/member";
import type { FieldRefusal } from "../../domain/draft";
import { t } from "../../text";
import { Field } from "./field";
import { texts } from "./texts";
import type { SentCode } from "./use-code";

interface CodeFieldProps {
  code: string;
  sent: SentCode;
  phone?: string;
  refusals: readonly FieldRefusal[];
  /** Tries that are left. */
  left?: string;
  onChange: (code: string) => void;
}

/** The code of an SMS, which phones fill in by themselves, and another one after a minute. */
export function CodeField({ code, sent, phone, refusals, left, onChange }: CodeFieldProps) {
  return (
    <>
      <Field label={t(texts.code)} refusals={refusals}>
        {(attributes) => (
          <input
            {...attributes} class="code-input figure" type="text" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9]*" maxLength={12}
            enterkeyhint="done" value={code} onInput={(event) => {
              onChange(codeDigits(event.currentTarget.value));
              event.currentTarget.value = codeDigits(event.currentTarget.value);
            }}
          />
        )}
      </Field>
      {left && refusals.length > 0 && <p class="soft">{t(texts.triesLeft, { left })}</p>}
      <button type="button" class="text-button" disabled={sent.wait > 0 || sent.isSending} onClick={() => void sent.send(phone)}>
        {sent.wait > 0 ? t(texts.resendIn, { seconds: sent.wait }) : t(texts.resend)}
      </button>
    </>
  );
}
