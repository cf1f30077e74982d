import { useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useState } from "react";

import { keys } from "../../data/keys";
import { useRefusalToast } from "../../patterns/use-toast";

/** Runs a deed of the screen: busy by its name while it runs, a toast when it is refused, and the branch's printing read anew. */
export function useDeed(branchId: string) {
  const client = useQueryClient();
  const { message } = App.useApp();
  const toast = useRefusalToast();
  const [busy, setBusy] = useState<string>();

  const refresh = () => client.invalidateQueries({ queryKey: keys.printing(branchId) });

  async function run(name: string, deed: () => Promise<unknown>, done?: string): Promise<boolean> {
    setBusy(name);
    try {
      await deed();
      if (done) void message.success(done);
      return true;
    } catch (thrown) {
      toast(thrown);
      return false;
    } finally {
      await refresh();
      setBusy(undefined);
    }
  }

  return { busy, run, refresh };
}
