/** Names under which a branch's things are kept on the device, each made in one place. */
const at = (kind: string, brand: string, branch: string) => `yzm:${kind}:${brand}/${branch}`;

export const keys = {
  cart: (brand: string, branch: string) => at("cart", brand, branch),
  draft: (brand: string, branch: string) => at("draft", brand, branch),
  contact: "yzm:contact",
  orders: "yzm:orders",
  attempt: (token: string) => `yzm:pay:${token}`,
  lastShop: "yzm:last-shop",
};
