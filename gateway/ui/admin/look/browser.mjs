// What the scripts that look at the admin share: the browser, the sign-in, and the addresses of the screens.
import { chromium } from "playwright-core";

export const base = process.env.ADMIN_URL ?? "http://127.0.0.1:5173";
const flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"];

export const sizes = {
  desktop: { width: 1440, height: 900 },
  tablet: { width: 1180, height: 820 },
  phone: { width: 390, height: 844 },
};

export function open() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags });
}

export async function signIn(page) {
  const { ORGANISATION = "demo", ACCOUNT = "owner", PASSWORD = "yizhimai-demo" } = process.env;
  if (!page.url().includes("/sign-in")) await page.goto(`${base}/admin/sign-in`);
  await page.getByLabel("總部代碼").fill(ORGANISATION);
  await page.getByLabel("帳號").fill(ACCOUNT);
  await page.getByLabel("密碼", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "登入" }).click();
  await page.waitForURL((url) => !url.pathname.endsWith("/sign-in"));
}

/** Name and address of every screen of the first brand and branch. */
export async function screens(page) {
  const { brands, branches } = await page.evaluate(async () => (await fetch("/api/admin/brands")).json());
  const branch = branches.find((one) => one.state === "live") ?? branches[0];
  const brand = brands.find((one) => one.brand_id === branch.brand_id);
  const inBrand = (rest) => `/admin/brands/${brand.brand_id}/${rest}`;
  const inBranch = (rest) => `/admin/branches/${branch.branch_id}/${rest}`;
  const { members } = await page.evaluate(async () => (await fetch("/api/admin/members/find", { method: "POST", headers: { "content-type": "application/json", "X-CSRF-Token": document.cookie.replace(/.*yzm_csrf=([^;]*).*/, "$1") }, body: "{}" })).json());
  const { programmes } = await page.evaluate(async () => (await fetch("/api/admin/points/programmes")).json());
  const tiers = (await page.evaluate(async () => (await fetch("/api/admin/tiers/programmes")).json())).programmes;
  const { products } = await page.evaluate(async (id) => (await fetch(`/api/admin/brands/${id}/products?page_size=20`)).json(), brand.brand_id);
  return [
    ["payments", inBrand("payments")],
    ["payment-accounts", inBrand("payments?tab=accounts")],
    ["settlements", inBrand("settlements")],
    ["unsettled", inBrand("settlements?tab=unsettled")],
    ["ledger", inBrand("ledger")],
    ["ledger-entries", inBrand("ledger?tab=transactions&tests=true")],
    ["members", "/admin/members"],
    ["member-search", "/admin/profiles"],
    ["duplicates", "/admin/members/duplicates"],
    ["member", `/admin/members/${members[0]?.member_id ?? ""}`],
    ["point-rules", "/admin/point-rules"],
    ["point-rules-edit", `/admin/point-rules/edit?programme=${programmes[0]?.programme_id ?? ""}`],
    ["tiers", "/admin/tiers"],
    ["tiers-edit", `/admin/tiers/edit?programme=${tiers[0]?.programme_id ?? ""}`],
    ["tags", "/admin/tags"],
    ["tag-batches", "/admin/tags?tab=batches"],
    ["points-log", "/admin/points-log"],
    ["point-adjustments", "/admin/points-log?tab=adjustments"],
    ["point-sums", "/admin/points-log?tab=sums"],
    ["promotions", inBrand("promotions")],
    ["promotion", inBrand("promotions/new")],
    ["promo-codes", inBrand("promo-codes")],
    ["promo-code", inBrand("promo-codes/new")],
    ["coupons", inBrand("coupons")],
    ["coupon", inBrand("coupons/new")],
    ["redeem", inBranch("redeem")],
    ["orders", inBranch("orders")],
    ["products", inBrand("products")],
    ["product", inBrand(`products/${products[0]?.product_id ?? "new"}`)],
    ["categories", inBrand("categories")],
    ["option-groups", inBrand("option-groups")],
    ["import", inBrand("import")],
    ["publish", inBrand("publish")],
    ["shop", inBrand("shop")],
    ["stock", inBranch("stock")],
    ["pauses", inBranch("pauses")],
    ["limits", inBranch("limits")],
    ["limit-rules", inBranch("limits?tab=rules")],
    ["hours", inBranch("hours")],
    ["audit", "/admin/audit"],
    ["account", "/admin/account"],
  ];
}
