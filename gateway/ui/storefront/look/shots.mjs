// Walks the built storefront as a customer would against the mock gateway, keeps a picture of each state
// in look/out and lets axe look at it: node look/shots.mjs [only [members]]. Needs `npm run build` before.
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";
import { members } from "./members.mjs";

const PORT = 4391;
const HOME = `http://127.0.0.1:${PORT}`;
const SHOP = `${HOME}/riri/yongkang`;
const root = new URL("..", import.meta.url).pathname;
const only = process.argv[2];
mkdirSync(`${root}look/out`, { recursive: true });

let faults = 0;
const fault = (text) => {
  faults += 1;
  process.stdout.write(`✗ ${text}\n`);
};

const server = spawn("npx", ["vite", "preview", "--configLoader", "runner", "--port", String(PORT), "--strictPort", "--host", "127.0.0.1"], { cwd: root, stdio: "ignore", detached: true });
const stop = () => process.kill(-server.pid);
process.on("uncaughtException", (error) => {
  process.stderr.write(`${error.stack}\n`);
  stop();
  process.exit(1);
});
const control = (path) => fetch(`${HOME}/mock/${path}`).then((response) => response.json());
const settled = (page) => page.evaluate(() => Promise.all(document.getAnimations().filter((each) => each.effect?.getTiming().iterations !== Infinity).map((each) => each.finished.catch(() => undefined))));

for (let attempt = 0; attempt < 100; attempt += 1) {
  if (await fetch(HOME).then((response) => response.ok, () => false)) break;
  await new Promise((resolve) => setTimeout(resolve, 100));
}

const browser = await chromium.launch({ executablePath: process.env.CHROME_PATH ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
const looks = [
  { name: "phone-light", viewport: { width: 390, height: 844 }, colorScheme: "light", hasTouch: true, isMobile: true },
  { name: "phone-dark", viewport: { width: 390, height: 844 }, colorScheme: "dark", hasTouch: true, isMobile: true },
  { name: "desk-light", viewport: { width: 1280, height: 900 }, colorScheme: "light" },
  { name: "desk-dark", viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
].filter((look) => !only || look.name === only);

for (const look of looks) {
  const { name, ...options } = look;
  const context = await browser.newContext({ ...options, locale: "zh-TW", timezoneId: "Asia/Taipei", reducedMotion: "reduce", serviceWorkers: "block" });
  const page = await context.newPage();
  page.setDefaultTimeout(8_000);
  page.on("console", (message) => message.type() === "error" && !/ERR_EMPTY_RESPONSE|status of 4|ERR_/u.test(message.text()) && fault(`${name} console: ${message.text()}`));
  page.on("pageerror", (error) => fault(`${name} page: ${error.message}`));
  const shoot = async (state, fullPage = false) => {
    await settled(page);
    await page.waitForTimeout(120);
    await page.screenshot({ path: `${root}look/out/${state}.${name}.png`, fullPage });
    const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
    for (const violation of violations) fault(`${name} ${state}: ${violation.id} — ${violation.nodes.map((node) => `${node.target.join(" ")} ${node.any[0]?.message ?? ""}`).slice(0, 3).join(" | ")}`);
    const small = await page.evaluate(() => [...document.querySelectorAll("a, button, input, [role=switch]")].filter((each) => each.checkVisibility() && !each.closest(".skip, .unseen") && !each.matches(".skip")).map((each) => [each, each.getBoundingClientRect()]).filter(([, box]) => box.width > 0 && (box.width < 43.5 || box.height < 33)).map(([each]) => each.outerHTML.slice(0, 80)));
    if (small.length > 0) fault(`${name} ${state}: small targets ${small.slice(0, 3).join(" ")}`);
  };
  const walk = { page, shoot, fault, name, shop: SHOP, isPhone: options.viewport.width < 1000 };
  if (process.argv[3] === "members") {
    await members(walk);
    await context.close();
    continue;
  }
  const cartHeading = () => (options.viewport.width < 1000 ? page.getByRole("dialog") : page.getByRole("complementary"));

  await page.goto(`${HOME}/riri`);
  await page.getByRole("heading", { name: "永康店" }).waitFor();
  await shoot("brand");
  await page.getByRole("link", { name: /永康店.*營業中/u }).click();
  await page.getByRole("heading", { name: "人氣推薦" }).waitFor();
  await shoot("menu-empty");
  const dialog = page.getByRole("dialog");
  const when = page.getByRole("button", { name: "取餐方式與時間" }).first();
  // Sold out today, not tomorrow: the way leads over the time to the cart, and back to now the line says why it can't stay.
  const mochi = page.getByRole("link", { name: /^花生麻糬/u });
  await mochi.getByText("售完，看其他日期").waitFor();
  await mochi.scrollIntoViewIfNeeded();
  await shoot("menu-sold-out");
  await mochi.click();
  await dialog.getByText("今天售完，明天還可以訂").waitFor();
  await shoot("item-other-day");
  await dialog.getByRole("button", { name: "改選時間" }).click();
  await dialog.locator("label.chip:not(:has(input:disabled)) .slot").first().waitFor();
  await shoot("when");
  await dialog.locator("label.chip:not(:has(input:disabled)) .slot").nth(1).click();
  await dialog.getByRole("button", { name: "完成" }).getByText("明天").waitFor();
  await shoot("when-chosen");
  await dialog.getByRole("button", { name: "完成" }).click();
  await dialog.getByRole("button", { name: /加入購物車/u }).click();
  await page.evaluate(() => scrollTo(0, 0));
  await when.getByText("明天").waitFor();
  if (await page.getByText("售完，看其他日期").count()) fault(`${name}: tomorrow is shown with today's 售完`);
  await shoot("menu-tomorrow");
  await when.click();
  await dialog.getByText("盡快", { exact: true }).click();
  await dialog.getByText("這個時間點不到：花生麻糬").waitFor();
  await shoot("when-affected");
  await dialog.getByRole("button", { name: "完成" }).click();
  await mochi.getByText("售完，看其他日期").waitFor();
  if (options.viewport.width < 1000) await page.getByRole("link", { name: /看購物車/u }).click();
  await cartHeading().getByText("賣完了").waitFor();
  await shoot("cart-sold-out");
  await cartHeading().getByRole("button", { name: "減少花生麻糬" }).click();
  if (options.viewport.width < 1000) await dialog.getByRole("button", { name: "關閉" }).click();
  await page.evaluate(() => scrollTo(0, 0));
  await control("open?to=false");
  await when.getByText("可預約，最快").waitFor();
  await shoot("menu-closed");
  await control("pause?kind=branch&id=&minutes=30");
  await page.getByText("恢復接單").waitFor();
  await shoot("menu-paused");
  await control("pause?kind=none&id=");
  await control("open?to=true");
  await when.getByText("盡快").waitFor();
  await page.getByRole("link", { name: /^珍珠奶茶/u }).click();
  await dialog.getByText("半糖").waitFor();
  await dialog.getByRole("button", { name: /加入購物車/u }).click();
  await shoot("item-missing");
  await dialog.getByText("大", { exact: true }).click();
  await dialog.getByText("半糖").click();
  await dialog.getByText("少冰").click();
  await dialog.getByText("珍珠", { exact: true }).click();
  await dialog.getByRole("button", { name: `增加珍珠奶茶` }).click();
  await dialog.getByLabel("給店家的話").fill("兩杯分開裝");
  await shoot("item");
  await dialog.getByRole("button", { name: /加入購物車/u }).click();
  await page.getByRole("link", { name: /^古早味蛋糕/u }).click();
  await dialog.getByRole("button", { name: /加入購物車/u }).click();
  await page.getByRole("link", { name: "奶茶", exact: true }).click();
  await page.waitForTimeout(300);
  await shoot("menu");
  await control("price?sku=p-奶茶-0-大&to=60");
  await page.getByText("已漲價 NT$5").first().waitFor({ state: "attached" });
  if (options.viewport.width < 1000) await page.getByRole("link", { name: /看購物車/u }).click();
  await shoot("cart");
  await cartHeading().getByRole("link", { name: "去結帳" }).click();
  await page.getByRole("heading", { name: "訂單內容" }).waitFor();
  await page.getByText("送出後店家會馬上收到訂單").waitFor();
  await page.getByLabel("手機號碼").fill("0912");
  await page.getByLabel("怎麼稱呼").fill("");
  await page.getByRole("button", { name: /送出訂單/u }).click();
  await page.getByText("請填台灣手機號碼").waitFor();
  await shoot("checkout-errors");
  await page.getByLabel("怎麼稱呼").fill("王小姐");
  await page.getByLabel("手機號碼").fill("0912 345 678");
  await shoot("checkout", true);
  const times = page.getByRole("group", { name: "取餐時間" });
  // Three in the cart: a slot that takes two more is full for them, and open for smaller carts.
  await times.locator("label.chip", { hasText: "已滿" }).nth(1).waitFor();
  if ((await times.locator("label.chip", { hasText: "快滿" }).count()) > 0) fault(`${name}: a slot for two is offered to three`);
  const free = times.locator("label.chip:not(:has(input:disabled)) .slot .figure");
  const chosen = await free.nth(1).innerText();
  await times.locator("label.chip", { hasText: chosen }).first().click();
  const slot = (await fetch(`${HOME}/api/shop/riri/yongkang/availability`).then((response) => response.json())).slots.find(({ starts_at }) => new Date(starts_at).toLocaleTimeString("zh-TW", { timeZone: "Asia/Taipei", hour: "2-digit", minute: "2-digit", hour12: false }) === chosen);
  await control(`fill?slot=${slot.starts_at}`);
  await times.getByText("這個時段已滿").waitFor();
  await shoot("checkout-slot-full", true);
  await times.getByRole("button", { name: /^改選/u }).click();
  await times.getByText("這個時段已滿").waitFor({ state: "detached" });
  await control("capacity?units=0");
  await page.getByText("目前沒有可取的時段，請洽門市").waitFor();
  await shoot("checkout-no-slot", true);
  await control("capacity?units=2");
  await page.getByText("目前沒有可取的時段").waitFor({ state: "detached" });
  await control("price?sku=p-奶茶-0-大&to=65&quiet");
  await page.getByRole("button", { name: /送出訂單/u }).click();
  await page.getByText("價格剛有更新").waitFor();
  await shoot("checkout-changed");
  const before = await control("orders");
  // No answer until the picture is taken, however often it is asked.
  await control("drop?times=99");
  await page.getByRole("button", { name: /送出/u }).dblclick();
  await page.getByText("正在確認有沒有送到").waitFor();
  await shoot("checkout-waiting");
  await control("drop?times=0");
  // Back much later: nothing is asked by itself, the customer goes on with the cart, and learns of the order that was made.
  await page.evaluate(() => {
    const draft = JSON.parse(localStorage.getItem("yzm:draft:riri/yongkang"));
    localStorage.setItem("yzm:draft:riri/yongkang", JSON.stringify({ ...draft, unanswered_since: "2026-01-01T00:00:00Z" }));
  });
  await page.reload();
  await page.getByText("還沒收到店家的回覆").waitFor();
  await shoot("checkout-unsure");
  await page.getByRole("button", { name: "回去修改再送出" }).click();
  await page.getByRole("button", { name: "返回" }).click();
  await page.getByRole("link", { name: /^古早味蛋糕/u }).click();
  await dialog.getByRole("button", { name: /加入購物車/u }).click();
  if (options.viewport.width < 1000) await page.getByRole("link", { name: /看購物車/u }).click();
  await cartHeading().getByRole("link", { name: "去結帳" }).click();
  await page.getByText("送出後店家會馬上收到訂單").waitFor();
  await page.getByRole("button", { name: /送出訂單/u }).click();
  await page.getByText("上一次送出的訂單已經成立").waitFor();
  await shoot("checkout-earlier");
  await page.getByRole("link", { name: "看那筆訂單" }).click();
  await page.getByText("取件號碼", { exact: true }).waitFor();
  const after = await control("orders");
  if (after.count !== before.count + 1) fault(`${name}: ${after.count - before.count} orders made of one`);
  await shoot("order-placed", true);
  const token = page.url().split("/").pop();
  await control(`later?token=${token}`);
  await page.getByText("冰櫃故障").waitFor();
  await shoot("order-moved");
  await control(`move?token=${token}`);
  await page.getByText("店家收到了").waitFor();
  await control(`move?token=${token}`);
  await control(`move?token=${token}`);
  await page.getByText("請到櫃台報號碼").waitFor();
  await shoot("order-ready");
  await control(`move?token=${token}`);
  await page.getByText("謝謝光臨").waitFor();
  await shoot("order-completed");

  // Paid online: back without paying, declined, paid, and what each leaves on the order's page.
  const status = page.url();
  const online = async (way) => {
    await page.goto(SHOP);
    await page.getByRole("link", { name: /^紅茶茶葉蛋/u }).click();
    await dialog.getByText("單顆", { exact: true }).click();
    await dialog.getByRole("button", { name: /加入購物車/u }).click();
    if (options.viewport.width < 1000) await page.getByRole("link", { name: /看購物車/u }).click();
    await cartHeading().getByRole("link", { name: "去結帳" }).click();
    await page.getByRole("group", { name: "付款方式" }).getByText(way, { exact: true }).click();
    await page.getByText("付款完成後，店家才會收到訂單").waitFor();
  };
  const provider = page.getByRole("heading", { name: "模擬付款" });
  await online("LINE Pay");
  await shoot("checkout-online", true);
  await page.getByRole("button", { name: /送出訂單並付款/u }).dblclick();
  await provider.waitFor();
  await page.goBack();
  await page.getByText(/^請在 \d+:\d\d 內付款$/u).waitFor();
  await shoot("order-unpaid", true);
  await page.getByRole("button", { name: "換一種方式" }).click();
  await page.getByText("信用卡（站內填卡）").click();
  await page.getByRole("button", { name: /前往付款/u }).click();
  await page.getByRole("heading", { name: "填寫信用卡" }).waitFor();
  await shoot("order-card", true);
  await page.getByRole("button", { name: "換一種方式" }).click();
  await page.getByText("由綠界處理").click();
  await page.getByRole("button", { name: /前往付款/u }).click();
  await provider.waitFor();
  await page.getByRole("link", { name: "拒絕" }).click();
  await page.getByText("付款沒有成功").waitFor();
  await shoot("order-declined", true);
  await page.getByRole("button", { name: /前往付款/u }).click();
  await provider.waitFor();
  await page.getByRole("link", { name: "付款", exact: true }).click();
  await page.getByText("付款確認中").waitFor();
  if (await page.getByRole("button", { name: /前往付款/u }).count()) fault(`${name}: a second payment is offered while the first is confirmed`);
  await shoot("order-confirming", true);
  await page.getByRole("button", { name: "還是要再付一次" }).click();
  await dialog.getByText("結果還沒確定").waitFor();
  await shoot("order-pay-again");
  await dialog.getByRole("button", { name: "等待確認" }).click();
  const paid = page.url().split("/").pop();
  await control(`paid?token=${paid}`);
  await page.getByText("取件號碼", { exact: true }).waitFor();
  await shoot("order-paid", true);
  await control(`refund?token=${paid}&refunding=15`);
  await page.getByText("退款處理中").first().waitFor();
  await shoot("order-refund", true);
  await control("pay-minutes?to=0.1");
  await online("信用卡付訂金");
  await page.getByRole("button", { name: /先付訂金/u }).click();
  await provider.waitFor();
  await page.goBack();
  await page.getByText("付款時間已到").waitFor();
  await shoot("order-overdue", true);
  await control(`expire?token=${page.url().split("/").pop()}`);
  await page.locator(".ticket-state", { hasText: "逾時未付" }).waitFor();
  await shoot("order-expired", true);
  await control("pay-minutes?to=15");
  await page.goto(status);

  await page.getByRole("button", { name: "再點一次" }).click();
  await page.getByRole("link", { name: "去結帳" }).first().waitFor();
  await page.getByRole("button", { name: "English" }).first().evaluate((button) => button.click());
  await shoot("cart-again-english");
  await page.goto(`${SHOP}/orders/nothing`);
  await page.getByText("We can't find this order").waitFor();
  await shoot("order-not-found");
  await page.route(/ordering-/u, (route) => route.fulfill({ status: 404 }));
  await page.goto(`${SHOP}/checkout`);
  await page.getByText("This screen did not load").waitFor();
  await shoot("checkout-gone");
  await page.goto(`${HOME}/riri/nowhere`);
  await page.getByText("The menu can't be opened").waitFor();
  await shoot("menu-error");
  await members(walk);
  await context.close();
  await control("price?sku=p-奶茶-0-大&to=55&quiet");
  await control("stock?sku=p-點心-2-一片&to=4&quiet");
}

await browser.close();
stop();
process.stdout.write(faults > 0 ? `${faults} faults\n` : "nothing found\n");
process.exit(faults > 0 ? 1 : 0);
