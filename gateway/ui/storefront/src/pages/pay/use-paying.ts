import { useEffect, useRef, useState } from "preact/hooks";
import type { Problem } from "@yizhimai/api";
import type { NextStep } from "../../api/payment";
import { payOrder } from "../../shop/pay-order";
import type { Shop } from "../../shop/shop";
import { leave } from "./next-step";

/** A provider's page that has not opened after this long does not open. */
const LEAVING_MS = 15_000;

export interface Paying {
  /** An attempt is being started, or the provider's page is about to open. */
  busy: boolean;
  /** The provider's own fields for a card, and the method they are for. */
  card?: { step: NextStep; method_id: string };
  problem?: Problem;
  /** Starts an attempt; `providerToken` is what the provider's fields made of the card. */
  pay: (method_id: string, providerToken?: string) => void;
  /** Leaves the card's fields for another method. */
  giveUpCard: () => void;
}

/** How an order is paid: start an attempt, then what its next step wants of the browser. */
export function usePaying(shop: Shop, token: string, refresh: () => void): Paying {
  const [state, setState] = useState<Pick<Paying, "busy" | "card" | "problem">>({ busy: false });
  const underWay = useRef(false);
  const leaving = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const finish = (next: Pick<Paying, "card" | "problem"> = {}) => {
    clearTimeout(leaving.current);
    underWay.current = false;
    setState({ busy: false, ...next });
  };

  function follow(next: NextStep, method_id: string): void {
    if (next.kind === "form" || next.kind === "redirect") {
      leave(next);
      leaving.current = setTimeout(finish, LEAVING_MS);
      return;
    }
    finish(next.kind === "fields" ? { card: { step: next, method_id } } : {});
    refresh();
  }

  async function start(method_id: string, providerToken?: string): Promise<void> {
    // A double tap is one attempt.
    if (underWay.current) return;
    underWay.current = true;
    setState(({ card }) => ({ busy: true, card }));
    const outcome = await payOrder(shop, token, method_id, providerToken);
    if (outcome.kind === "started") return follow(outcome.next, method_id);
    finish({ problem: outcome.problem });
    // The order may have been paid or have expired meanwhile.
    refresh();
  }

  useEffect(() => {
    // Back from the provider's page to this one as it was left: nothing is under way here any more.
    const restored = ({ persisted }: PageTransitionEvent) => {
      if (!persisted) return;
      finish();
      refresh();
    };
    addEventListener("pageshow", restored);
    return () => removeEventListener("pageshow", restored);
  }, [refresh]);

  return {
    ...state,
    pay: (method_id, providerToken) => void start(method_id, providerToken),
    giveUpCard: () => finish(),
  };
}
