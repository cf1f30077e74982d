import { useEffect, useState } from "react";

const STEP_MS = 30_000;

/** The time, anew every half minute: separates the past from the future. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), STEP_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
