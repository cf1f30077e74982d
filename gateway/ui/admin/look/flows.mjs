// Walks through what staff do on the board and elsewhere, against the mock, and says what did not happen. Usage: ADMIN_URL=… node look/flows.mjs [folder]
import { AxeBuilder } from "@axe-core/playwright";
import { mkdirSync } from "node:fs";

import { base, open, screens, signIn, sizes } from "./browser.mjs";

const [folder = "look/out"] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const browser = await open();
const context = await browser.newContext({ viewport: sizes.tablet, locale: "zh-TW" });
const page = await context.newPage();
const errors = [];
page.on("pageerror", (error) => errors.push(error.message));
page.on("console", (message) => message.type() === "error" && errors.push(message.text().slice(0, 300)));
page.setDefaultTimeout(8_000);

async function step(name, act) {
  try {
    await act();
    process.stdout.write(`ok    ${name}\n`);
  } catch (error) {
    process.exitCode = 1;
    process.stdout.write(`FAIL  ${name}\n      ${error.message.split("\n").slice(0, 4).join("\n      ")}\n`);
    await page.screenshot({ path: `${folder}/fail-${name.replaceAll(" ", "-")}.png` });
  }
}

async function shot(name) {
  await page.waitForTimeout(400);
  await page.screenshot({ path: `${folder}/${name}.png` });
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
  for (const { id, nodes } of violations) process.stdout.write(`axe   ${name}: ${id} ${nodes[0]?.target.join(" ")} ${nodes[0]?.any[0]?.message ?? ""}\n`);
}

/** Keeps the orders that lie outside the hours, where the hour of this run makes some so, until the text is there. */
async function keepAll(text) {
  const [done, asked] = [page.getByText(text), page.getByRole("dialog", { name: /張訂單會受影響/u })];
  await done.or(asked).first().waitFor();
  if (await asked.isVisible()) {
    await asked.getByText("照樣做", { exact: true }).first().click();
    await asked.getByRole("button", { name: "存起來" }).click();
  }
  await done.waitFor();
  await done.waitFor({ state: "detached" });
}

async function save(button) {
  await page.getByRole("button", { name: button }).click();
  await keepAll("存好了");
}

const column = (name) => page.getByRole("region", { name, exact: true });
const number = (name) => column(name).locator("[data-card]").first().textContent();

await page.goto(`${base}/admin/sign-in`);
await step("a wrong password is said in words", async () => {
  await page.getByLabel("總部代碼").fill("demo");
  await page.getByLabel("帳號").fill("owner");
  await page.getByLabel("密碼", { exact: true }).fill("wrong-password");
  await page.getByRole("button", { name: "登入" }).click();
  await page.getByText("帳號或密碼不對").waitFor();
});
await step("a deep link returns after signing in", async () => {
  await page.goto(`${base}/admin/account`);
  await page.waitForURL(/sign-in\?next=/u);
  await signIn(page);
  await page.waitForURL(/\/admin\/account$/u);
});
const all = Object.fromEntries(await screens(page));
await page.goto(base + all.orders);
await page.getByRole("button", { name: "不用" }).click();

await step("one tap accepts and undo takes it back", async () => {
  const picked = await number("新訂單");
  await page.getByRole("button", { name: `${picked} 號接單` }).click();
  await column("已接單").getByText(picked, { exact: true }).waitFor();
  await shot("board-undo");
  await page.getByRole("button", { name: "復原" }).click();
  await column("新訂單").getByText(picked, { exact: true }).waitFor();
});
await step("cancelling asks why", async () => {
  const picked = await number("新訂單");
  await page.getByRole("button", { name: `${picked} 號取消` }).click();
  await page.getByRole("button", { name: "缺貨", exact: true }).click();
  await shot("board-cancel");
  await page.getByRole("button", { name: "以「缺貨」取消這張單" }).click();
  await column("新訂單").getByText(picked, { exact: true }).waitFor({ state: "detached" });
});
await step("completing unpaid asks for the money", async () => {
  const picked = await number("可取餐");
  await page.getByRole("button", { name: `${picked} 號完成` }).click();
  await page.getByRole("button", { name: /已收現金/u }).waitFor();
  await shot("board-cash");
  await page.getByRole("button", { name: /已收現金/u }).click();
  await column("可取餐").getByText(picked, { exact: true }).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "已結單" }).click();
  await page.getByRole("button", { name: picked, exact: true }).waitFor();
  await shot("board-closed");
  await page.keyboard.press("Escape");
});
await step("an order shows its story", async () => {
  await column("製作中").locator("[data-card]").first().click();
  await page.getByText("經過").waitFor();
  await shot("order-detail");
  await page.keyboard.press("Escape");
});
await step("arrow keys walk the cards", async () => {
  await page.waitForTimeout(600);
  await column("已接單").locator("[data-card]").first().focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  const label = await page.evaluate(() => document.activeElement?.closest("section")?.getAttribute("aria-label"));
  if (label !== "製作中") throw new Error(`the focus is in ${label}`);
});
await step("a dropped line is shown within five seconds, steps wait and go out", async () => {
  const picked = await number("已接單");
  await context.setOffline(true);
  await page.getByText("連線中斷").waitFor({ timeout: 5_000 });
  await page.getByRole("button", { name: `${picked} 號製作` }).click();
  await column("製作中").getByText(picked, { exact: true }).waitFor();
  await shot("board-offline");
  await context.setOffline(false);
  await page.getByText("連線中斷").waitFor({ state: "detached" });
  await page.getByText(`${picked} 號已改為「製作中」`).waitFor();
});
await step("⌘K finds a function in English", async () => {
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: /功能名稱/u }).fill("hours");
  await shot("palette");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/hours$/u);
});
await step("unsaved work asks before leaving", async () => {
  await page.getByRole("button", { name: "週三的更多動作" }).click();
  await page.getByText("改成 24 小時營業").click();
  await page.getByText("有還沒儲存的變更").waitFor();
  await page.getByRole("link", { name: "庫存管理" }).click();
  await page.getByRole("button", { name: "留下來繼續改" }).click();
  await save("儲存");
  await shot("hours-saved");
});
await step("a tap on a band changes its hours", async () => {
  await page.getByRole("button", { name: /^修改週一/u }).first().click();
  await page.getByRole("button", { name: "刪除這個時段" }).click();
  await page.getByText("存好之後會變成這樣").waitFor();
  await shot("hours-planned");
  await save("儲存");
});
await step("a change of hours waits for its time and can be taken back", async () => {
  await page.getByText("指定時間生效").click();
  await page.getByRole("switch", { name: "全週 24 小時營業" }).click();
  await save("排定變更");
  await page.getByText(/起改用新的營業時間/u).waitFor();
  await shot("hours-pending");
  await page.getByRole("button", { name: "撤回", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "撤回", exact: true }).click();
  await keepAll("撤回了");
});
await step("a version of the hours is restored", async () => {
  await page.getByText("變更紀錄").click();
  await page.getByRole("button", { name: "還原成第 1 版" }).click();
  await page.getByText("正在還原第 1 版").waitFor();
  await save("儲存");
});
await step("a special day is added", async () => {
  await page.getByRole("radiogroup", { name: "營業時間設定" }).getByText("特殊日").click();
  await page.getByText("繼承自品牌").first().waitFor();
  await page.getByRole("button", { name: "新增特殊日" }).click();
  await page.getByRole("button", { name: "颱風假" }).click();
  await page.getByRole("textbox", { name: "第一天" }).fill(new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10));
  await page.keyboard.press("Enter");
  await page.getByText("存好之後會變成這樣").waitFor();
  await shot("special-day");
  await page.getByRole("dialog").getByRole("button", { name: "儲存" }).click();
  await keepAll("存好了");
});
await step("a brand's day settles the orders of all its branches", async () => {
  await page.getByRole("button", { name: "新增特殊日" }).click();
  await page.getByRole("dialog").getByText("整個品牌的分店").click();
  await page.getByRole("button", { name: "店休" }).click();
  await page.getByRole("textbox", { name: "第一天" }).fill(new Date(Date.now() + 34 * 3_600_000).toISOString().slice(0, 10));
  await page.keyboard.press("Enter");
  await page.getByText("存好之後會變成這樣").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "儲存" }).click();
  const asked = page.getByRole("dialog", { name: /張訂單會受影響/u });
  await asked.getByText("順延", { exact: true }).first().click();
  await shot("brand-day");
  await asked.getByRole("button", { name: /存起來，並改 \d+ 張的時間/u }).click();
  await page.getByText(/改到 /u).first().waitFor();
  await shot("brand-day-outcome");
  await page.getByRole("button", { name: "知道了" }).click();
});
await step("a count is recorded", async () => {
  await page.setViewportSize(sizes.phone);
  await page.goto(base + all.stock);
  await page.getByRole("button", { name: /黑糖珍珠鮮奶.*冷/u }).click();
  await page.getByRole("button", { name: "多一份" }).click();
  await shot("stock-count");
  await page.getByRole("button", { name: /盤點：\d+ → \d+/u }).click();
  await page.getByText(/記好了/u).waitFor();
  await page.setViewportSize(sizes.desktop);
});
await step("a conflict is explained", async () => {
  await page.goto(base + all.product);
  const field = page.getByLabel("商品名稱");
  await field.waitFor();
  await page.evaluate(async (id) => {
    const { product } = await (await fetch(`/api/admin/products/${id}`)).json();
    const { product_id: _, brand_id: __, ...body } = product;
    await fetch(`/api/admin/products/${id}`, { method: "PUT", headers: { "content-type": "application/json", "x-csrf-token": "mock" }, body: JSON.stringify({ ...body, description: "別人改的" }) });
  }, all.product.split("/").at(-1));
  await field.fill("新名字");
  await page.getByRole("button", { name: "儲存" }).click();
  await page.getByText("這份資料剛剛被別人改過").waitFor();
  await shot("form-conflict");
  await page.getByRole("button", { name: "載入最新內容" }).click();
  await page.getByText("別人改的").waitFor();
});
await step("an import is checked before it is written", async () => {
  await page.goto(base + all.import);
  const pick = (text) => page.locator("input[type=file]").setInputFiles({ name: "menu.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await pick("category,name,price_cold,price_hot\n純茶,阿薩姆紅茶,三十,\n純茶,,30,\n");
  await page.getByText("有 2 個地方要修正").waitFor();
  await shot("import-bad");
  await pick("category,name,price_cold,price_hot\n純茶,阿薩姆紅茶,30,30\n純茶,紅玉紅茶,35,\n");
  await page.getByText("檔案沒有問題").waitFor();
  await shot("import-good");
  await page.getByRole("button", { name: /寫入 2 項/u }).click();
  await page.getByText("匯入完成").waitFor();
});
await step("an automatic tag is tried before it is saved", async () => {
  await page.goto(base + all.tags);
  await page.getByRole("button", { name: "新增標籤" }).first().click();
  const drawer = page.getByRole("dialog", { name: "新增標籤" });
  await drawer.getByLabel("名稱").fill("回頭客");
  await drawer.getByRole("switch", { name: "自動標籤" }).click();
  await drawer.getByRole("button", { name: "儲存" }).click();
  await drawer.getByText(/至少填一個條件/u).waitFor();
  await shot("tag-rule-missing");
  await drawer.getByLabel("完成訂單至少").fill("5");
  await drawer.getByText(/符合 [\d,]+ 位會員/u).waitFor();
  await shot("tag-rule");
  await drawer.getByRole("button", { name: "儲存" }).click();
  await drawer.waitFor({ state: "detached" });
});
await step("coupons are given for birthdays", async () => {
  await page.goto(base + all.coupons);
  await page.getByRole("link", { name: "生日禮 50 元" }).click();
  await page.getByText("自動贈券", { exact: true }).click();
  await page.getByRole("button", { name: "新增贈券規則" }).click();
  const drawer = page.getByRole("dialog", { name: "新增贈券規則" });
  await drawer.getByLabel("規則名稱（內部）").fill("生日禮");
  await drawer.getByRole("radio", { name: "生日", exact: true }).click();
  await drawer.getByRole("radio", { name: "生日前幾天" }).click();
  await shot("giving-rule");
  await drawer.getByRole("button", { name: "儲存" }).click();
  await page.getByText("生日前 7 天送 1 張").waitFor();
  await shot("giving-rules");
});
await step("a replay stands beside the same weekdays before", async () => {
  await page.goto(base + all.promotions);
  await page.getByRole("link", { name: "週年慶滿額折" }).click();
  await page.getByRole("button", { name: "檢查並啟用" }).click();
  const check = page.getByRole("dialog", { name: "啟用前檢查" });
  await check.getByRole("button", { name: "開始重算" }).click();
  await check.getByRole("region", { name: "每一天" }).scrollIntoViewIfNeeded();
  await shot("replay-days");
});
await step("publishing says what it did", async () => {
  await page.goto(base + all.publish);
  await page.getByRole("button", { name: /發布到 2 間分店/u }).click();
  await page.getByText("已發布到 2 間分店").waitFor();
  await shot("published");
});
for (const error of errors) process.stdout.write(`console: ${error}\n`);
await browser.close();
