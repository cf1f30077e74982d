import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import type { FieldRefusal } from "../../domain/draft";
import { at } from "../../domain/refusals";
import type { Shop } from "../../shop/shop";
import { t } from "../../text";
import { sentence } from "../../lib/sentence";
import { texts } from "./texts";

interface FieldProps {
  label: string;
  refusals: readonly FieldRefusal[];
  timeZone: string;
  children: (attributes: { id: string; "aria-invalid": boolean; "aria-describedby": string | undefined }) => ComponentChildren;
}

function Field({ label, refusals, timeZone, children }: FieldProps) {
  const id = useId();
  const wrong = refusals.length > 0;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, "aria-invalid": wrong, "aria-describedby": wrong ? `${id}-error` : undefined })}
      {wrong && (
        <p class="field-error" id={`${id}-error`}>
          {refusals.map((refusal) => sentence(refusal, timeZone)).join("")}
        </p>
      )}
    </div>
  );
}

/** Contact, remark and cutlery. */
export function ContactFields({ shop, refusals }: { shop: Shop; refusals: readonly FieldRefusal[] }) {
  const draft = shop.draft.draft.value;
  const timeZone = shop.timeZone.value;
  return (
    <fieldset class="card">
      <legend>{t(texts.contact)}</legend>
      <div class="field-pair">
        <Field label={t(texts.name)} refusals={at(refusals, "name")} timeZone={timeZone}>
          {(attributes) => (
            <input
              {...attributes} type="text" autocomplete="name" enterkeyhint="next" placeholder={t(texts.nameHint)} value={draft.name}
              onInput={(event) => shop.draft.edit({ name: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field label={t(texts.phone)} refusals={at(refusals, "phone")} timeZone={timeZone}>
          {(attributes) => (
            <input
              {...attributes} type="tel" inputmode="tel" autocomplete="tel" placeholder="0912-345-678" value={draft.phone}
              onInput={(event) => shop.draft.edit({ phone: event.currentTarget.value })}
            />
          )}
        </Field>
      </div>
      <Field label={t(texts.remark)} refusals={at(refusals, "remark")} timeZone={timeZone}>
        {(attributes) => (
          <textarea
            {...attributes} rows={2} placeholder={t(texts.remarkHint)} value={draft.remark}
            onInput={(event) => shop.draft.edit({ remark: event.currentTarget.value })}
          />
        )}
      </Field>
      <label class="switch">
        <span>
          <strong>{t(texts.utensils)}</strong>
          <span class="soft">{t(texts.utensilsHint)}</span>
        </span>
        <input type="checkbox" role="switch" checked={draft.utensils} onChange={(event) => shop.draft.edit({ utensils: event.currentTarget.checked })} />
      </label>
    </fieldset>
  );
}
