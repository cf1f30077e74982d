import { useCallback, useEffect, useState } from "preact/hooks";
import { problemFrom, type Problem } from "@yizhimai/api";

export interface Loaded<T> {
  data?: T;
  problem?: Problem;
  load: () => void;
}

/** A document of the member's page, requested once when it is shown. */
export function useLoaded<T>(request: () => Promise<T>, depends: readonly unknown[]): Loaded<T> {
  const [state, setState] = useState<{ data?: T; problem?: Problem }>({});
  const load = useCallback(() => {
    request().then((data) => setState({ data }), (error: unknown) => setState(({ data }) => ({ data, problem: problemFrom(error) })));
  }, depends);
  useEffect(load, [load]);
  return { ...state, load };
}
