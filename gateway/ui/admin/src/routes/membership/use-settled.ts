import { useEffect, useState } from "react";

const CALM_MS = 500;

/** A value once it has stayed the same for half a second, so that typing asks the server once. */
export function useSettled<V>(value: V): V {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), CALM_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
