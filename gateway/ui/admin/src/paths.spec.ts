import { expect, it } from "vitest";

import { paths } from "./paths";

it("is the site map", () => {
  const map = Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, (path as (...ids: string[]) => string)(":one", ":two")]));
  expect(map).toMatchInlineSnapshot(`
    {
      "account": "/account",
      "audit": "/audit",
      "categories": "/brands/:one/categories",
      "duplicates": "/members/duplicates",
      "home": "/",
      "hours": "/branches/:one/hours",
      "importProducts": "/brands/:one/import",
      "ledger": "/brands/:one/ledger",
      "limits": "/branches/:one/limits",
      "member": "/members/:one",
      "memberSearch": "/profiles",
      "members": "/members",
      "newProduct": "/brands/:one/products/new",
      "optionGroups": "/brands/:one/option-groups",
      "orders": "/branches/:one/orders",
      "pauses": "/branches/:one/pauses",
      "payments": "/brands/:one/payments",
      "pointRules": "/point-rules",
      "pointRulesEdit": "/point-rules/edit",
      "pointsLog": "/points-log",
      "product": "/brands/:one/products/:two",
      "products": "/brands/:one/products",
      "publish": "/brands/:one/publish",
      "settlement": "/brands/:one/settlements/:two",
      "settlements": "/brands/:one/settlements",
      "shop": "/brands/:one/shop",
      "signIn": "/sign-in",
      "stock": "/branches/:one/stock",
      "tags": "/tags",
      "testShop": "/:one/:two?test",
      "tiers": "/tiers",
      "tiersEdit": "/tiers/edit",
    }
  `);
});
