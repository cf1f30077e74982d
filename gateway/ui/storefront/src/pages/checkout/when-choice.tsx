import type { Shop } from "../../shop/shop";
import { useBrowsingSlots } from "../../shop/use-cart-slots";
import { MethodChoice } from "./method-choice";
import { TimeChoice } from "./time-choice";

/** How and when, as in the checkout, to be chosen while the menu is read. */
export function WhenChoice({ shop, day }: { shop: Shop; day?: string }) {
  const offer = useBrowsingSlots(shop);
  return (
    <>
      <MethodChoice shop={shop} refusals={[]} />
      <TimeChoice shop={shop} offer={offer} refusals={[]} day={day} />
    </>
  );
}
