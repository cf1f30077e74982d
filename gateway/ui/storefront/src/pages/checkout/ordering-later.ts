import { later } from "../../lib/later";
import { benefits } from "../benefits/later";
import { orderStatus } from "../order/order-later";

/** The checkout and the choice of method and time, in a file of their own so that the menu opens sooner. */
export const ordering = later(async () => {
  const part = await import("./ordering");
  // Needed next, perhaps on a worse connection.
  void orderStatus.fetch();
  void benefits.fetch();
  return part;
});
