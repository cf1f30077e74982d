import { useEffect, useRef, useState } from "preact/hooks";
import type { Method } from "@yizhimai/api";
import { listPayMethods, type PayMethod } from "../api/payment";
import type { Shop } from "./shop";

/** An order whose methods are wanted. */
export interface Purchase {
  method: Method;
  test: boolean;
  /** While it is not known, the first list is that for an estimate; without one nothing is requested. */
  total: number | undefined;
  estimate?: number | undefined;
}

export interface OfferedMethods {
  /** The latest list, kept while a newer one is requested. */
  methods?: readonly PayMethod[];
  /** The latest request failed. */
  failed: boolean;
  ask: () => void;
}

/** Payment methods of a branch for an amount, requested when amount or fulfilment method change. */
export function usePayMethods(shop: Shop, { method, test, total, estimate }: Purchase): OfferedMethods {
  const [offered, setOffered] = useState<{ methods?: readonly PayMethod[]; failed: boolean }>({ failed: false });
  const asked = useRef(0);
  const amount = total ?? (offered.methods ? undefined : estimate);
  const ask = () => {
    if (amount === undefined) return;
    asked.current += 1;
    const number = asked.current;
    listPayMethods(shop, method, amount, test).then(
      (methods) => number === asked.current && setOffered({ methods, failed: false }),
      () => number === asked.current && setOffered(({ methods }) => ({ methods, failed: true })),
    );
  };
  useEffect(ask, [shop, method, amount, test]);
  return { ...offered, ask };
}
