import { useRef } from "react";

import { newIdempotencyKey } from "../../data/gateway";
import { useT } from "../../i18n";
import { printTestSlip } from "./queries";
import { texts } from "./texts";
import { useDeed } from "./use-deed";

/** 列印測試單; one of which no answer came is sent with its key again. */
export function useTestSlip(branchId: string) {
  const t = useT();
  const { busy, run } = useDeed(branchId);
  const keys = useRef(new Map<string, string>());

  async function print(deviceId: string) {
    const key = keys.current.get(deviceId) ?? newIdempotencyKey();
    keys.current.set(deviceId, key);
    if (await run(deviceId, () => printTestSlip(deviceId, key), t(texts.testSent))) keys.current.delete(deviceId);
  }

  return { busy, print };
}
