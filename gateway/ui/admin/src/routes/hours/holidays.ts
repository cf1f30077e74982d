/**
 * 國定假日 as suggestions for special days; nobody's hours change by them.
 *
 * Source: 中華民國 115 年（西元 2026 年）政府行政機關辦公日曆表，行政院 114 年 6 月 13 日院授人培字第 11430248312 號函;
 * the days with the free days around them. A later year is added once its calendar has been published.
 */
export interface Holiday {
  name: string;
  from: string;
  to: string;
}

export const holidays: readonly Holiday[] = [
  { name: "元旦", from: "2026-01-01", to: "2026-01-01" },
  { name: "春節", from: "2026-02-14", to: "2026-02-22" },
  { name: "和平紀念日", from: "2026-02-27", to: "2026-03-01" },
  { name: "兒童節、清明節", from: "2026-04-03", to: "2026-04-06" },
  { name: "勞動節", from: "2026-05-01", to: "2026-05-03" },
  { name: "端午節", from: "2026-06-19", to: "2026-06-21" },
  { name: "中秋節、教師節", from: "2026-09-25", to: "2026-09-28" },
  { name: "國慶日", from: "2026-10-09", to: "2026-10-11" },
  { name: "光復節", from: "2026-10-24", to: "2026-10-26" },
  { name: "行憲紀念日", from: "2026-12-25", to: "2026-12-27" },
];

/** Holidays that are not over and on which nothing is planned yet. */
export function suggestions(today: string, planned: readonly { from_date: string; to_date: string }[]): Holiday[] {
  return holidays.filter(
    (holiday) => holiday.to >= today && !planned.some((day) => day.from_date <= holiday.to && holiday.from <= day.to_date),
  );
}
