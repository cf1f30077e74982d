import { expect, it } from "vitest";

import { holidays, suggestions } from "./holidays";

it("suggests what is still to come and not planned yet", () => {
  expect(suggestions("2026-10-27", []).map((one) => one.name)).toEqual(["行憲紀念日"]);
  expect(suggestions("2026-10-12", [{ from_date: "2026-10-26", to_date: "2026-10-30" }]).map((one) => one.name)).toEqual(["行憲紀念日"]);
  expect(suggestions("2026-10-26", []).map((one) => one.name)).toContain("光復節");
});

it("lists ranges in order that do not meet", () => {
  for (const [index, holiday] of holidays.entries()) {
    expect(holiday.from <= holiday.to).toBe(true);
    const next = holidays[index + 1];
    if (next) expect(holiday.to < next.from).toBe(true);
  }
});
