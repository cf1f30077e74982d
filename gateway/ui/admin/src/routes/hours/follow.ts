import { createContext, use } from "react";

import type { StartedDecisions } from "../../data/types";

/** Shows how far decisions are; given by the page, so that it outlives the form they were saved with. */
export const FollowContext = createContext<(started: StartedDecisions) => void>(() => undefined);

/** The function that shows how far decisions are. */
export function useFollow(): (started: StartedDecisions) => void {
  return use(FollowContext);
}
