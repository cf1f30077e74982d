import type { Menu } from "@yizhimai/api";
import type { CartLine } from "./cart";
import { indexMenu } from "./menu-index";

const option = (option_id: string, price = 0, max_quantity = 1, default_chosen = false) => ({
  option_id, name: option_id, price, max_quantity, default_chosen,
});

const menu = {
  number: 1,
  products: [
    {
      product_id: "tea", name: "紅茶", min_per_order: 1, max_per_order: 99, option_group_ids: ["sugar", "topping"],
      variants: [{ variant_id: "tea-m", name: "中", price: 30 }, { variant_id: "tea-l", name: "大", price: 35 }],
    },
    {
      product_id: "egg", name: "茶葉蛋", min_per_order: 1, max_per_order: 99, option_group_ids: [],
      variants: [{ variant_id: "egg-1", name: "單顆", price: 15 }],
    },
  ],
  option_groups: [
    { option_group_id: "sugar", name: "甜度", min: 1, max: 1, free_count: 0, options: [option("half"), option("none")] },
    { option_group_id: "topping", name: "加料", min: 0, max: 3, free_count: 1, options: [option("pearl", 10, 2), option("pudding", 15), option("cream", 25)] },
  ],
} as unknown as Menu;

/** A small menu for tests: tea in two sizes with sugar and toppings (one free), and an egg without options. */
export const index = indexMenu(menu);

export function line(change: Partial<CartLine> = {}): CartLine {
  const line_id = change.line_id ?? "a";
  return { line_id, product_id: "tea", variant_id: "tea-l", quantity: 1, choice: { half: 1 }, note: "", seen: { name: "紅茶", detail: "大・half", unit: 35 }, ...change };
}

/** The same menu with another price for the large tea. */
export function withTeaAt(price: number): ReturnType<typeof indexMenu> {
  const products = menu.products.map((product) => ({
    ...product, variants: product.variants.map((variant) => (variant.variant_id === "tea-l" ? { ...variant, price } : variant)),
  }));
  return indexMenu({ ...menu, products });
}
