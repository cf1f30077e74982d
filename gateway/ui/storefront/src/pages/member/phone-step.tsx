import { displayPhone, mobileE164 } from "@yizhimai/kit";
import type { FieldRefusal } from "../../domain/draft";
import { t } from "../../text";
import { CodeField } from "./code-field";
import { Field } from "./field";
import { texts } from "./texts";
import type { SentCode } from "./use-code";

interface PhoneFieldProps {
  label?: string;
  phone: string;
  sent: SentCode;
  refusals: readonly FieldRefusal[];
  onChange: (phone: string) => void;
  /** A code came a moment ago: no other one is needed. */
  onHasCode?: () => void;
}

/** The mobile number that a code will be sent to. */
export function PhoneField({ label = t(texts.phone), phone, sent, refusals, onChange, onHasCode }: PhoneFieldProps) {
  return (
    <>
      <Field label={label} refusals={refusals}>
        {(attributes) => (
          <input
            {...attributes} type="tel" inputmode="tel" autocomplete="tel" placeholder="0912-345-678" enterkeyhint="send" value={phone}
            onInput={(event) => onChange(event.currentTarget.value)}
          />
        )}
      </Field>
      {sent.wait > 0 && onHasCode && (
        <button type="button" class="text-button" onClick={onHasCode}>
          {t(texts.haveCode)}
        </button>
      )}
    </>
  );
}

interface SentToProps {
  phone: string;
  code: string;
  sent: SentCode;
  refusals: readonly FieldRefusal[];
  /** Tries that are left. */
  left?: string;
  onCode: (code: string) => void;
  /** Back to the phone. */
  onOtherPhone: () => void;
}

/** The code that came, or the way back to another phone. */
export function SentTo({ phone, code, sent, refusals, left, onCode, onOtherPhone }: SentToProps) {
  return (
    <>
      <p>
        {t(texts.codeSent, { phone: displayPhone(mobileE164(phone) ?? phone) })}{" "}
        <button type="button" class="text-button" onClick={onOtherPhone}>
          {t(texts.otherPhone)}
        </button>
      </p>
      <CodeField code={code} sent={sent} phone={phone} refusals={refusals} left={left} onChange={onCode} />
    </>
  );
}
