import { instantOf, wallOf } from "@yizhimai/kit";
import { DatePicker } from "antd";
import dayjs from "dayjs";
import utc from "dayjs/plugin/utc";

import { useScope } from "../frame/use-scope";

dayjs.extend(utc);

const WALL = "YYYY-MM-DDTHH:mm";

interface WallFieldProps {
  label: string;
  /** Date and time on the branch's clock, `2026-06-12T10:36`. */
  value: string | undefined;
  onChange: (wall: string | undefined) => void;
  /** Days from today that can be chosen. */
  daysAhead: number;
  /** Times that have passed can be chosen, none before today otherwise. */
  past?: boolean;
  disabled?: boolean;
  clearable?: boolean;
}

/**
 * A date and time on the branch's clock, whatever zone the browser is in: the picker only ever holds
 * what that clock shows, as if it were UTC, where no hour is skipped or doubled.
 */
export function WallField({ label, value, onChange, daysAhead, past = false, disabled = false, clearable = false }: WallFieldProps) {
  const { timeZone } = useScope();
  const now = dayjs.utc(wallOf(new Date(), timeZone));
  return (
    <DatePicker
      aria-label={label}
      placeholder={label}
      size="large"
      style={{ width: "100%", maxWidth: 260 }}
      format="YYYY-MM-DD HH:mm"
      showTime={{ format: "HH:mm", minuteStep: 5 }}
      showNow={false}
      allowClear={clearable}
      disabled={disabled}
      minDate={past ? undefined : now.startOf("day")}
      maxDate={now.add(daysAhead, "day")}
      value={value ? dayjs.utc(value) : null}
      onChange={(time) => onChange(time ? time.format(WALL) : undefined)}
    />
  );
}

/** The instant a wall field holds. */
export function instantOfWall(wall: string | undefined, timeZone: string): Date | undefined {
  return wall === undefined ? undefined : new Date(instantOf(wall, timeZone));
}
