import { useId } from "preact/hooks";
import { MAX_CODES, withCode } from "../../domain/benefits";
import type { Shop } from "../../shop/shop";
import { t } from "../../text";
import { texts } from "./texts";

/** One code after another. What becomes of each stands above; one that is only typed is applied when the order is sent. */
export function CodeField({ shop }: { shop: Shop }) {
  const id = useId();
  const { entered, typed_code: typed = "" } = shop.draft.draft.value;
  const isFull = (entered?.codes.length ?? 0) >= MAX_CODES;
  function apply(): void {
    shop.draft.edit({ entered: withCode(entered, typed), typed_code: "" });
  }
  if (isFull) return <p class="soft">{t(texts.codeMost, { max: MAX_CODES })}</p>;
  return (
    <div class="field">
      <label for={id}>{t(texts.codeLabel)}</label>
      <div class="code-field">
        <input
          id={id} type="text" value={typed} maxLength={40} autocomplete="off" autocapitalize="characters" spellcheck={false} enterkeyhint="done"
          onInput={(event) => shop.draft.edit({ typed_code: event.currentTarget.value })}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.isComposing) return;
            // In the checkout it stands within the form of the order.
            event.preventDefault();
            apply();
          }}
        />
        <button type="button" class="secondary" disabled={typed.trim() === ""} onClick={apply}>
          {t(texts.codeApply)}
        </button>
      </div>
    </div>
  );
}
