import { formatTime } from "@yizhimai/kit";

import { useScope } from "../frame/use-scope";

/** Says an instant as `10:36` on the clock of the branch worked in. */
export function useClockText(): (at: number | string) => string {
  const { timeZone } = useScope();
  return (at) => formatTime(new Date(at), timeZone);
}
