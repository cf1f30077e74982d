import { go, paths } from "../lib/router";
import { wantedText } from "../lib/wanted-text";
import type { Shop } from "../shop/shop";
import { t } from "../text";
import { common } from "../text/common";
import { Icon } from "./icon";

/** How and when the order is wanted, and where that is changed. */
export function WhenButton({ shop }: { shop: Shop }) {
  const missed = shop.wanted.value.missed !== undefined;
  return (
    <button type="button" class={missed ? "when is-missed" : "when"} aria-haspopup="dialog" onClick={() => go(paths.when(shop.brand, shop.branch))}>
      <Icon name={missed ? "alert" : "clock"} size={18} />
      <span class="unseen">{t(common.whenTitle)}</span>
      <span class="when-method">{t(shop.draft.draft.value.method === "on_site" ? common.checkoutOnSite : common.checkoutPickup)}</span>
      <span class="when-time figure">{wantedText(shop)}</span>
      <Icon name="down" size={16} />
    </button>
  );
}
