// Photographs every screen in each size, light and dark, and asks axe about it. Usage: ADMIN_URL=… node look/shots.mjs [folder] [size…]
import { AxeBuilder } from "@axe-core/playwright";
import { mkdirSync } from "node:fs";

import { base, open, screens, signIn, sizes } from "./browser.mjs";

const [folder = "look/out", ...only] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const browser = await open();
let faults = 0;

async function look(page, name) {
  await page.screenshot({ path: `${folder}/${name}.png` });
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
  for (const { id, nodes } of violations) {
    faults += nodes.length;
    process.stdout.write(`${name}: ${id} ×${nodes.length}\n  ${nodes.slice(0, 3).map((node) => `${node.target.join(" ")} — ${node.any[0]?.message ?? node.failureSummary}`).join("\n  ")}\n`);
  }
}

for (const [size, viewport] of Object.entries(sizes)) {
  if (only.length > 0 && !only.includes(size)) continue;
  for (const colorScheme of ["light", "dark"]) {
    const context = await browser.newContext({ viewport, colorScheme, locale: "zh-TW", hasTouch: size !== "desktop" });
    const page = await context.newPage();
    page.on("console", (message) => ["error", "warning"].includes(message.type()) && process.stdout.write(`console: ${message.text().slice(0, 300)}\n`));
    page.on("pageerror", (error) => process.stdout.write(`page error: ${error.message}\n`));
    await page.goto(`${base}/admin/sign-in`);
    await page.getByRole("button", { name: "登入" }).waitFor();
    await look(page, `sign-in-${size}-${colorScheme}`);
    await signIn(page);
    for (const [name, path] of await screens(page)) {
      await page.goto(base + path);
      await page.waitForLoadState("load");
      await page.locator("main h1, main article").first().waitFor({ state: "attached" });
      await page.waitForTimeout(900);
      await look(page, `${name}-${size}-${colorScheme}`);
    }
    await context.close();
  }
}
await browser.close();
process.stdout.write(faults === 0 ? "axe found nothing\n" : `axe found ${faults}\n`);
process.exit(faults === 0 ? 0 : 1);
