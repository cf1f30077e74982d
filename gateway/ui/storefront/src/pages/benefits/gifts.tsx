import type { Gift } from "../../api/benefits";
import { withGift } from "../../domain/benefits";
import type { Shop } from "../../shop/shop";
import { t } from "../../text";
import { texts } from "./texts";

function giftText({ state, product_name: product, quantity: count }: Gift): string {
  if (state === "sold_out") return t(texts.giftSoldOut, { product });
  return state === "declined" ? t(texts.giftDeclined, { product }) : t(texts.giftGiven, { product, count });
}

/** Gifts with what becomes of each. One that is not wanted is not made. */
export function Gifts({ shop, gifts }: { shop: Shop; gifts: readonly Gift[] }) {
  if (gifts.length === 0) return null;
  const want = (gift: Gift, isWanted: boolean) => shop.draft.edit({ entered: withGift(shop.draft.draft.value.entered, gift.rule_id, isWanted) });
  return (
    <div class="proposals">
      <h3>{t(texts.gifts)}</h3>
      <ul>
        {gifts.map((gift, number) => (
          <li class="proposal" key={`${gift.rule_id} ${number}`}>
            <div class="entered-text">
              <strong>{giftText(gift)}</strong>
              <span class="soft">{gift.name}</span>
            </div>
            {gift.state !== "sold_out" && (
              <button type="button" class="text-button" onClick={() => want(gift, gift.state === "declined")}>
                {t(gift.state === "declined" ? texts.giftTake : texts.giftDecline)}
              </button>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
