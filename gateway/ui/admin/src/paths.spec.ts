import { expect, it } from "vitest";

import { paths } from "./paths";

it("is the site map", () => {
  const map = Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, (path as (...ids: string[]) => string)(":one", ":two")]));
  expect(map).toMatchInlineSnapshot(`
    {
      "account": "/account",
      "audit": "/audit",
      "categories": "/brands/:one/categories",
      "couponTemplate": "/brands/:one/coupons/:two",
      "coupons": "/brands/:one/coupons",
      "duplicates": "/members/duplicates",
      "home": "/",
      "hours": "/branches/:one/hours",
      "importProducts": "/brands/:one/import",
      "ledger": "/brands/:one/ledger",
      "limits": "/branches/:one/limits",
      "member": "/members/:one",
      "memberSearch": "/profiles",
      "members": "/members",
      "newCouponTemplate": "/brands/:one/coupons/new",
      "newPrintTemplate": "/branches/:one/printers/templates/new",
      "newProduct": "/brands/:one/products/new",
      "newPromoCode": "/brands/:one/promo-codes/new",
      "newPromotion": "/brands/:one/promotions/new",
      "optionGroups": "/brands/:one/option-groups",
      "orders": "/branches/:one/orders",
      "pauses": "/branches/:one/pauses",
      "payments": "/brands/:one/payments",
      "pointRules": "/point-rules",
      "pointRulesEdit": "/point-rules/edit",
      "pointsLog": "/points-log",
      "printJobs": "/branches/:one/print-jobs",
      "printPoint": "/branches/:one/printers/points/:two",
      "printTemplate": "/branches/:one/printers/templates/:two",
      "printers": "/branches/:one/printers",
      "product": "/brands/:one/products/:two",
      "products": "/brands/:one/products",
      "promoCode": "/brands/:one/promo-codes/:two",
      "promoCodes": "/brands/:one/promo-codes",
      "promotion": "/brands/:one/promotions/:two",
      "promotions": "/brands/:one/promotions",
      "publish": "/brands/:one/publish",
      "redeem": "/branches/:one/redeem",
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
