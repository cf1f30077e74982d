import { signal, type ReadonlySignal } from "@preact/signals";
import { problemFrom, unwrap, type CartBody, type Problem, type Quote } from "@yizhimai/api";
import { api } from "../lib/api";

/** The server's price of the present cart, or why there is none. */
export interface Priced {
  /** The cart it was asked for, as text: a quote of another cart is never shown as this one's. */
  asked: string;
  quote?: Quote;
  problem?: Problem;
}

export interface Pricing {
  priced: ReadonlySignal<Priced | undefined>;
  /** Asks for the price of a cart; the answer of an older question is thrown away. */
  ask: (body: CartBody) => Promise<void>;
  /** Takes over a quote that came with a refusal. */
  take: (body: CartBody, quote: Quote) => void;
  quoteFor: (body: CartBody) => Quote | undefined;
  problemFor: (body: CartBody) => Problem | undefined;
}

export function createPricing(brand: string, branch: string): Pricing {
  const priced = signal<Priced | undefined>();
  let latest = "";
  return {
    priced,
    ask: async (body) => {
      const asked = JSON.stringify(body);
      latest = asked;
      const path = { brand, branch };
      const answer = await unwrap(api.POST("/api/shop/{brand}/{branch}/quotes", { params: { path }, body })).then(
        (quote) => ({ asked, quote }),
        (error: unknown) => ({ asked, problem: problemFrom(error) }),
      );
      if (latest === asked) priced.value = answer;
    },
    take: (body, quote) => {
      latest = JSON.stringify(body);
      priced.value = { asked: latest, quote };
    },
    quoteFor: (body) => (priced.value?.asked === JSON.stringify(body) ? priced.value.quote : undefined),
    problemFor: (body) => (priced.value?.asked === JSON.stringify(body) ? priced.value.problem : undefined),
  };
}
