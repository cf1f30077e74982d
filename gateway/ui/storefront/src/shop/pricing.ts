import { signal, type ReadonlySignal } from "@preact/signals";
import { problemFrom, unwrap, type CartBody, type Problem, type Quote } from "@yizhimai/api";
import { api } from "../lib/api";

/** The server's price of the present cart, or why there is none. */
export interface Priced {
  /** The cart of the request, as text, so that a quote is never shown for another cart. */
  asked: string;
  quote?: Quote;
  problem?: Problem;
}

export interface Pricing {
  priced: ReadonlySignal<Priced | undefined>;
  /** Requests the price of a cart; the response to an older request is ignored. */
  ask: (body: CartBody) => Promise<void>;
  /** Uses a quote that came with a refusal. */
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
