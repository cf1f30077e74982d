import type { Shop } from "../../shop/shop";
import { useBrowsingSlots } from "../../shop/use-cart-slots";
import { MethodChoice } from "./method-choice";
import { TimeChoice } from "./time-choice";

/** Fulfilment method and time, chosen on the menu. */
export function WhenChoice({ shop, day }: { shop: Shop; day?: string }) {
  const offer = useBrowsingSlots(shop);
  return (
    <>
      <MethodChoice shop={shop} refusals={[]} />
      <TimeChoice shop={shop} offer={offer} refusals={[]} day={day} />
    </>
  );
}
