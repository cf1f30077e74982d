import type { QueryClient } from "@tanstack/react-query";
import type { StreamEvent } from "@yizhimai/api";

import { keys } from "../../data/keys";

/** Whether an event of a branch is about its printers or their jobs. */
export function isOfPrinting({ type }: Pick<StreamEvent, "type">): boolean {
  return type === "print_job" || type === "print_device";
}

const CALM_MS = 600;
const calming = new Map<string, ReturnType<typeof setTimeout>>();

/** Reads anew what is shown of a branch's printing; during a rush now and then, the last change included. */
export function refreshPrinting(client: QueryClient, branchId: string): void {
  if (calming.has(branchId)) return;
  calming.set(
    branchId,
    setTimeout(() => {
      calming.delete(branchId);
      void client.invalidateQueries({ queryKey: keys.printing(branchId), predicate: ({ queryKey }) => !settled.has(String(queryKey[3])) });
      void client.invalidateQueries({ queryKey: ["print-job"], predicate: ({ queryKey }) => queryKey.length === 2 });
    }, CALM_MS),
  );
}

/** What no event of printing changes. */
const settled = new Set(["points", "rules", "routes", "settings"]);
