import { describe, expect, it } from "vitest";

import { isOvernight, partOf } from "./span";

const CUTOFF = 4 * 60;
const at = (hour: number, minute = 0) => hour * 60 + minute;

describe("partOf", () => {
  it.each([
    ["a lunch", at(11), at(14), at(11), at(14)],
    ["until midnight", at(20), at(0), at(20), at(24)],
    ["over midnight", at(22), at(1), at(22), at(25)],
    ["of the night", at(0, 30), at(2), at(24, 30), at(26)],
    ["from the cut-off to itself", at(4), at(4), at(4), at(28)],
    ["an end like its start", at(11), at(11), at(11), at(28)],
    ["an end before its start", at(14), at(11), at(14), at(28)],
    ["of the night and beyond its end", at(3), at(2), at(27), at(28)],
    ["of the night beyond the cut-off", at(3), at(5), at(27), at(28)],
  ])("%s", (_, from, to, from_minute, to_minute) => {
    expect(partOf(from, to, CUTOFF)).toEqual({ from_minute, to_minute });
  });

  it("is never empty and never longer than its day", () => {
    for (const cutoff of [0, 60, CUTOFF, 720]) {
      for (let from = 0; from < 1440; from += 35) {
        for (let to = 0; to < 1440; to += 35) {
          const part = partOf(from, to, cutoff);
          expect(part.from_minute).toBeGreaterThanOrEqual(cutoff);
          expect(part.to_minute).toBeGreaterThan(part.from_minute);
          expect(part.to_minute).toBeLessThanOrEqual(cutoff + 1440);
        }
      }
    }
  });
});

describe("isOvernight", () => {
  it("begins after midnight", () => {
    expect(isOvernight(partOf(at(20), at(0), CUTOFF))).toBe(false);
    expect(isOvernight(partOf(at(20), at(0, 5), CUTOFF))).toBe(true);
  });
});
