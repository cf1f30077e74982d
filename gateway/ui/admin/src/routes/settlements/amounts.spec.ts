import { describe, expect, it } from "vitest";

import { formatDifference, formatExact } from "./amounts";

describe("formatExact", () => {
  it("shows ten-thousandths only where there are any", () => {
    expect(formatExact(1_650_000, "TWD")).toBe("NT$165");
    expect(formatExact(45_375, "TWD")).toBe("NT$4.5375");
    expect(formatExact(-45_000, "TWD")).toBe("−NT$4.5");
    expect(formatExact(1, "TWD")).toBe("NT$0.0001");
    expect(formatExact(0, "TWD")).toBe("NT$0");
    expect(formatExact(12_345_670_000, "TWD")).toBe("NT$1,234,567");
  });

  it("counts in the minor unit of its currency", () => {
    expect(formatExact(1_235_375, "USD")).toBe("US$1.235375");
    expect(formatExact(1_230_000, "USD")).toBe("US$1.23");
  });
});

describe("formatDifference", () => {
  it("says whether it is more or less", () => {
    expect(formatDifference(10_000, "TWD")).toBe("+NT$1");
    expect(formatDifference(-10_000, "TWD")).toBe("−NT$1");
    expect(formatDifference(0, "TWD")).toBe("NT$0");
  });
});
