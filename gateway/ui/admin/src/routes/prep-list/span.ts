const DAY_MINUTES = 1440;

/** Part of a business day in minutes after its midnight; those of the night that follows go on from 1,440. */
export interface DayPart {
  from_minute: number;
  to_minute: number;
}

/** What is asked for when somebody first asks for a part of the day. */
export const lunch = { from: 11 * 60, to: 14 * 60 } as const;

/**
 * What two times of the clock mean on a business day that lasts from cut-off to cut-off: a time before the cut-off is of
 * the night that follows, and so is an end that is not after the start.
 */
export function partOf(from: number, to: number, cutoff: number): DayPart {
  const from_minute = from < cutoff ? from + DAY_MINUTES : from;
  const end = to <= from_minute % DAY_MINUTES || from < cutoff ? to + DAY_MINUTES : to;
  return { from_minute, to_minute: Math.min(end > from_minute ? end : end + DAY_MINUTES, cutoff + DAY_MINUTES) };
}

/** Whether a part of a day reaches into the night that follows it. */
export const isOvernight = ({ to_minute }: DayPart): boolean => to_minute > DAY_MINUTES;
