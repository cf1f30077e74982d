import { describe, expect, it } from "vitest";
import {
  brandColours, businessDay, contrast, createTranslator, dayName, displayPhone, formatAmount, formatBusinessDay,
  formatDate, formatDateTime, formatDayTime, formatMoney, formatSignedMoney, formatTime, instantOf, mobileE164, wallOf,
  type Texts,
} from "./index";

const TAIPEI = "Asia/Taipei";

describe("money", () => {
  it.each([
    [0, "NT$0"], [35, "NT$35"], [1234, "NT$1,234"], [9_999_999, "NT$9,999,999"], [-50, "−NT$50"],
  ])("%i prints as %s", (amount, text) => expect(formatMoney(amount, "TWD")).toBe(text));

  it("keeps the minor digits of other currencies", () => {
    expect(formatMoney(123_405, "USD")).toBe("US$1,234.05");
    expect(formatMoney(5, "USD")).toBe("US$0.05");
    expect(formatAmount(1000)).toBe("1,000");
    expect(formatSignedMoney(10)).toBe("+NT$10");
  });
});

describe("time", () => {
  const late = "2026-06-12T17:30:00Z";

  it("is shown on the branch's clock", () => {
    expect(formatTime(late, TAIPEI)).toBe("01:30");
    expect(formatDate(late, TAIPEI)).toBe("2026-06-13");
    expect(formatDateTime(late, TAIPEI)).toBe("2026-06-13 01:30");
    expect(formatTime("2026-06-12T16:00:00Z", TAIPEI)).toBe("00:00");
  });

  it("shows a dash for no time", () => expect(formatDateTime(null, TAIPEI)).toBe("—"));

  it("is read from a wall clock, also around a change of clocks", () => {
    expect(instantOf("2026-11-24T04:00", TAIPEI)).toBe("2026-11-23T20:00:00.000Z");
    expect(wallOf("2026-11-23T20:00:00.000Z", TAIPEI)).toBe("2026-11-24T04:00");
    expect(instantOf("2026-03-08T04:00", "America/New_York")).toBe("2026-03-08T08:00:00.000Z");
    expect(instantOf("2026-11-01T01:30", "America/New_York")).toBe("2026-11-01T05:30:00.000Z");
  });

  it("turns the business day over at the cut-off", () => {
    expect(businessDay(late, TAIPEI)).toBe("2026-06-12");
    expect(businessDay("2026-06-12T20:00:00Z", TAIPEI)).toBe("2026-06-13");
  });

  it("names near days and dates the others", () => {
    expect(dayName("2026-06-13", "2026-06-12")).toBe("明天");
    expect(dayName("2026-06-14", "2026-06-12")).toBe("6/14（週日）");
    expect(formatBusinessDay("2026-06-12", "en")).toBe("Fri 6/12");
  });

  // Taipei's clock at the instant and now; the cut-off is 04:00.
  it.each([
    ["2026-06-12T18:30", "2026-06-12T10:00", "18:30", "18:30"],
    ["2026-06-13T01:30", "2026-06-12T18:00", "凌晨 01:30", "after midnight 01:30"],
    ["2026-06-13T01:30", "2026-06-13T01:00", "凌晨 01:30", "after midnight 01:30"],
    ["2026-06-13T10:30", "2026-06-13T01:00", "明天 10:30", "Tomorrow 10:30"],
    ["2026-06-13T10:30", "2026-06-13T04:00", "10:30", "10:30"],
    ["2026-06-14T03:59", "2026-06-12T18:00", "明天凌晨 03:59", "Tomorrow after midnight 03:59"],
    ["2026-06-14T04:00", "2026-06-12T18:00", "6/14（週日） 04:00", "Sun 6/14 04:00"],
    ["2026-06-15T00:00", "2026-06-12T18:00", "6/14（週日）凌晨 00:00", "Sun 6/14 after midnight 00:00"],
  ])("%s seen at %s is %s: days are business days", (instant, now, text, english) => {
    const at = (wall: string) => instantOf(wall, TAIPEI);
    expect(formatDayTime(at(instant), TAIPEI, new Date(at(now)))).toBe(text);
    expect(formatDayTime(at(instant), TAIPEI, new Date(at(now)), "en")).toBe(english);
  });
});

describe("phone", () => {
  it.each(["0912345678", "0912-345-678", "+886 912 345 678", "０９１２３４５６７８", "886912345678"])(
    "%s is a mobile", (raw) => expect(mobileE164(raw)).toBe("+886912345678"));
  it.each(["091234567", "0223456789", "abc", ""])("%s is none", (raw) => expect(mobileE164(raw)).toBeUndefined());
  it("is written with its dashes", () => {
    expect(displayPhone("+886912345678")).toBe("0912-345-678");
    expect(displayPhone("+886223456789")).toBe("(02) 2345-6789");
    expect(displayPhone("049-2345678")).toBe("049-2345678");
  });
});

describe("translator", () => {
  const texts = {
    hello: ["您好，{name}", "Hello, {name}"],
    cups: ["{count} 杯", "{count} {count|cup|cups}"],
  } as const satisfies Texts;

  it("fills placeholders in either language", () => {
    expect(createTranslator("zh-TW")(texts.hello, { name: "小美" })).toBe("您好，小美");
    expect(createTranslator("en")(texts.cups, { count: 1 })).toBe("1 cup");
    expect(createTranslator("en")(texts.cups, { count: 3 })).toBe("3 cups");
  });

  it("is strict about languages, texts and placeholders", () => {
    const t = createTranslator("zh-TW");
    // @ts-expect-error a missing English text
    ({ a: ["甲"] }) as const satisfies Texts;
    // @ts-expect-error a missing English text in a table
    ({ table: { a: ["甲"] } }) as const satisfies Texts;
    // @ts-expect-error a missing placeholder
    t(texts.hello);
    // @ts-expect-error another placeholder
    t(texts.hello, { nmae: "小美" });
    // @ts-expect-error no text
    expect(() => t(texts.unknown)).toThrow();
  });
});

describe("brand colours", () => {
  it.each(["#b4431c", "#ffd400", "#00c2a8", "#111111", "#ffffff", "nonsense"])("%s can be read in light and dark", (accent) => {
    for (const scheme of ["light", "dark"] as const) {
      const colours = brandColours(accent, scheme);
      expect(contrast(colours.onFill, colours.fill)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(colours.text, colours.wash)).toBeGreaterThanOrEqual(4.5);
    }
  });
});
