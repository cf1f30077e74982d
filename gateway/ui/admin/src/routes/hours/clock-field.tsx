import { TimePicker } from "antd";
import dayjs from "dayjs";

import { DAY_MINUTES } from "./week";

/** Any day without a change of clocks. */
const A_DAY = "2000-01-01";

interface ClockFieldProps {
  label: string;
  minute: number;
  disabled?: boolean;
  onChange: (minute: number) => void;
}

/** A time of the day to type or pick. */
export function ClockField({ label, minute, disabled = false, onChange }: ClockFieldProps) {
  return (
    <TimePicker
      aria-label={label}
      format="HH:mm"
      size="large"
      style={{ width: 88 }}
      suffixIcon={null}
      minuteStep={5}
      changeOnScroll
      needConfirm={false}
      allowClear={false}
      disabled={disabled}
      value={dayjs(A_DAY).add(minute % DAY_MINUTES, "minute")}
      onChange={(time) => time && onChange(time.hour() * 60 + time.minute())}
    />
  );
}
