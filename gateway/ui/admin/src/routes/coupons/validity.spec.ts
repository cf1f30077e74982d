import { createTranslator } from "@yizhimai/kit";
import { expect, it } from "vitest";

import { daysFromIssue } from "./template";
import { validityText } from "./validity";

it("says how long a coupon is valid", () => {
  const said = (part: object, locale: "zh-TW" | "en" = "zh-TW") => validityText({ ...daysFromIssue, ...part }, "Asia/Taipei", createTranslator(locale));
  expect(said({})).toBe("發出後 30 天");
  expect(said({ start_delay_days: 3 })).toBe("發出 3 天後起 30 天");
  expect(said({ days: null, starts_at: "2026-11-30T16:00:00Z", ends_at: "2026-12-31T15:59:59Z" }, "en")).toBe("2026-12-01 to 2026-12-31");
});
