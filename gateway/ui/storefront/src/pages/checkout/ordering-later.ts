import { later } from "../../lib/later";
import { orderStatus } from "../order/order-later";

/** The checkout and the choice of how and when, in a file of their own so that the menu opens sooner. */
export const ordering = later(async () => {
  const part = await import("./ordering");
  // It is what comes next, and may come when the network is gone.
  void orderStatus.fetch();
  return part;
});
