import type { MenuProduct } from "@yizhimai/api";
import type { CartLine } from "../domain/cart";
import type { Shop } from "../shop/shop";
import { locale } from "../text";

/** What a product is called in the customer's language, where the shop has a name in it. */
export function productName({ name, name_en }: Pick<MenuProduct, "name" | "name_en">): string {
  return (locale.value === "en" && name_en) || name;
}

/** What a line of the cart is called: by the present menu, else as it was when it was added. */
export function lineName(shop: Shop, { product_id, seen }: Pick<CartLine, "product_id" | "seen">): string {
  const product = shop.menu.value?.products.get(product_id);
  return product ? productName(product) : seen.name;
}
