import { businessDay } from "@yizhimai/kit";
import { useEffect, useState } from "react";

const LOOK_EVERY_MS = 10_000;

/** The present business day of a branch; a screen left open turns over with it. */
export function useBusinessDay(timeZone: string, cutoffMinutes: number | undefined): string {
  const present = () => businessDay(new Date(), timeZone, cutoffMinutes);
  const [, setDay] = useState(present);
  useEffect(() => {
    const timer = setInterval(() => setDay(businessDay(new Date(), timeZone, cutoffMinutes)), LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [timeZone, cutoffMinutes]);
  return present();
}
