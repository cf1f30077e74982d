// Opens the board with many orders (MOCK_ORDERS=300 npm run dev:mock) and measures how it holds up.
import { base, open, screens, signIn, sizes } from "./browser.mjs";

const browser = await open();
const page = await browser.newPage({ viewport: sizes.tablet, locale: "zh-TW" });
await page.goto(`${base}/admin/sign-in`);
await signIn(page);
await page.goto(base + (await screens(page))[0][1]);
await page.locator("article").first().waitFor();
await page.waitForTimeout(1_500);
const cards = await page.locator("article").count();
const measured = await page.evaluate(async () => {
  const list = document.querySelector("section article").parentElement;
  const gaps = [];
  let last = performance.now();
  await new Promise((resolve) => {
    let frame = 0;
    const tick = (now) => {
      gaps.push(now - last);
      last = now;
      list.scrollTop += 60;
      frame += 1;
      if (frame < 90) requestAnimationFrame(tick);
      else resolve();
    };
    requestAnimationFrame(tick);
  });
  gaps.sort((a, b) => a - b);
  const long = [];
  const observer = new PerformanceObserver((entries) => long.push(...entries.getEntries().map((entry) => Math.round(entry.duration))));
  observer.observe({ entryTypes: ["longtask"] });
  const started = performance.now();
  const button = document.querySelector('section[data-state="placed"] footer button:last-child');
  const before = document.querySelectorAll('section[data-state="placed"] article').length;
  button.click();
  while (document.querySelectorAll('section[data-state="placed"] article').length === before) await new Promise((resolve) => requestAnimationFrame(resolve));
  const moved = performance.now() - started;
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  return { scroll_frame_p95_ms: Math.round(gaps[Math.floor(gaps.length * 0.95)]), step_shown_ms: Math.round(moved), long_tasks_ms: long };
});
process.stdout.write(`${JSON.stringify({ cards, ...measured })}\n`);
await browser.close();
