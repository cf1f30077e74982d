import { describe, expect, it } from "vitest";
import { later } from "./later";

describe("a part that comes later", () => {
  it("is loaded once, however many ask for it", async () => {
    let loads = 0;
    const page = later(async () => {
      loads += 1;
      return "page";
    });
    await Promise.all([page.fetch(), page.fetch()]);
    await page.fetch();
    expect([page.part.value, page.failed.value, loads]).toEqual(["page", false, 1]);
  });

  it("says that it could not be loaded, and can be asked again", async () => {
    let gone = true;
    const page = later(async () => {
      if (gone) throw new TypeError("Failed to fetch dynamically imported module");
      return "page";
    });
    await page.fetch();
    expect([page.part.value, page.failed.value]).toEqual([undefined, true]);
    gone = false;
    await page.fetch();
    expect([page.part.value, page.failed.value]).toEqual(["page", false]);
  });
});
