import { useEffect, useState } from "react";

const STEP_MS = 30_000;

/** The time, anew every half minute: what is past is told from what is to come. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), STEP_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
