import type { paths } from "./schema";

type Shop = "/api/shop/{brand}/{branch}";
type Json<R> = R extends { content: { "application/json": infer T } } ? T : never;
type Answer<P extends keyof paths, M extends keyof paths[P]> = paths[P][M] extends { responses: infer R }
  ? Json<R[keyof R & (200 | 201)]>
  : never;
type Body<P extends keyof paths, M extends keyof paths[P]> = paths[P][M] extends { requestBody: infer R } ? Json<R> : never;

/** Names for what the storefront's calls carry, taken from the places where they stand. */
export type BrandPage = Answer<"/api/shop/{brand}", "get">;
export type ShopBrand = BrandPage["brand"];
export type ShopBranch = BrandPage["branches"][number];
export type Menu = Answer<`${Shop}/menu`, "get">;
export type MenuCategory = Menu["categories"][number];
export type MenuProduct = Menu["products"][number];
export type MenuVariant = MenuProduct["variants"][number];
export type MenuOptionGroup = Menu["option_groups"][number];
export type MenuOption = MenuOptionGroup["options"][number];
export type Availability = Answer<`${Shop}/availability`, "get">;
export type ShopPause = Availability["pauses"][number];
export type Slot = Availability["slots"][number];
export type CartSlots = Answer<`${Shop}/slots`, "post">;
export type SlotsBody = Body<`${Shop}/slots`, "post">;
export type CartBody = Body<`${Shop}/quotes`, "post">;
export type CartBodyLine = CartBody["lines"][number];
export type Method = CartBody["method"];
export type Quote = Answer<`${Shop}/quotes`, "post">;
export type PricedLine = Quote["lines"][number];
export type QuoteWarning = Quote["warnings"][number];
export type OrderBody = Body<`${Shop}/orders`, "post">;
export type PlacedOrder = Answer<`${Shop}/orders`, "post">;
export type Order = PlacedOrder["order"];
export type OrderState = Order["state"];
