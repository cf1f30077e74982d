import { expect, it } from "vitest";

import { instantOfWall } from "./wall-field";

it("holds the branch's clock, whatever zone the browser is in", () => {
  expect(instantOfWall("2026-12-01T04:00", "Asia/Taipei")?.toISOString()).toBe("2026-11-30T20:00:00.000Z");
  expect(instantOfWall("2027-03-14T03:30", "America/New_York")?.toISOString()).toBe("2027-03-14T07:30:00.000Z");
  expect(instantOfWall(undefined, "Asia/Taipei")).toBeUndefined();
});
