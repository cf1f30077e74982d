import type { Method } from "@yizhimai/api";
import { at } from "../../domain/refusals";
import type { FieldRefusal } from "../../domain/draft";
import { Notice } from "../../parts/notice";
import type { Shop } from "../../shop/shop";
import { t } from "../../text";
import { pausedText } from "../../lib/paused-text";
import { sentence } from "../../lib/sentence";

const offered = ["pickup", "on_site"] as const satisfies readonly Method[];
const names = { pickup: "checkout.pickup", on_site: "checkout.on_site" } as const;
const hints = { pickup: "checkout.pickup_hint", on_site: "checkout.on_site_hint" } as const;

export function MethodChoice({ shop, refusals }: { shop: Shop; refusals: readonly FieldRefusal[] }) {
  const chosen = shop.draft.draft.value.method;
  const timeZone = shop.timeZone.value;
  return (
    <fieldset class="card">
      <legend>{t("checkout.method")}</legend>
      <div class="methods">
        {offered.map((method) => {
          const pause = shop.stock.value.pauses?.of("method", method);
          return (
            <label class="chip" key={method}>
              <input type="radio" name="method" checked={chosen === method} disabled={pause !== undefined} onChange={() => shop.draft.edit({ method })} />
              <span class="chip-face method">
                <strong>{t(names[method])}</strong>
                <span class="chip-price">{pause ? pausedText({ until: pause.ends_at ?? null }, shop.stock.value, timeZone) : t(hints[method])}</span>
              </span>
            </label>
          );
        })}
      </div>
      {at(refusals, "method").map((refusal) => (
        <Notice key={refusal.reason} tone="bad">
          {sentence(refusal, timeZone)}
        </Notice>
      ))}
    </fieldset>
  );
}
