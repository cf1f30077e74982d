import type { Method } from "@yizhimai/api";
import { at } from "../../domain/refusals";
import type { FieldRefusal } from "../../domain/draft";
import { Notice } from "../../parts/notice";
import type { Shop } from "../../shop/shop";
import { t } from "../../text";
import { pausedText } from "../../lib/paused-text";
import { sentence } from "../../lib/sentence";
import { common } from "../../text/common";
import { texts } from "./texts";

const offered = ["pickup", "on_site"] as const satisfies readonly Method[];
const names = { pickup: common.checkoutPickup, on_site: common.checkoutOnSite } as const;
const hints = { pickup: texts.pickupHint, on_site: texts.onSiteHint } as const;

export function MethodChoice({ shop, refusals }: { shop: Shop; refusals: readonly FieldRefusal[] }) {
  const chosen = shop.draft.draft.value.method;
  const timeZone = shop.timeZone.value;
  return (
    <fieldset class="card">
      <legend>{t(common.checkoutMethod)}</legend>
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
