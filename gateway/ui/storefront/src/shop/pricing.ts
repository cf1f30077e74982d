import { signal, type ReadonlySignal } from "@preact/signals";
import { problemFrom, unwrap, type CartBody, type Problem, type Quote } from "@yizhimai/api";
import { api } from "../lib/api";

/** Who asks for a price, as far as it can change the price; not part of the order. */
export interface Asker {
  /** Who is signed in. */
  member?: string;
  /** Phone of a guest with a code, whose limits count it. */
  contact_phone?: string;
}

/** The server's price of the present cart, or why there is none. */
export interface Priced {
  /** The cart of the request, as text, so that a quote is never shown for another cart. */
  asked: string;
  asker: string;
  quote?: Quote;
  problem?: Problem;
}

export interface Pricing {
  priced: ReadonlySignal<Priced | undefined>;
  /** Requests the price of a cart; the response to an older request is ignored. */
  ask: (body: CartBody, asker: Asker) => Promise<void>;
  /** Uses a quote that came with a refusal. It proposes no coupons, so a member's is requested once more. */
  take: (body: CartBody, quote: Quote, asker: Asker) => void;
  quoteFor: (body: CartBody) => Quote | undefined;
  problemFor: (body: CartBody) => Problem | undefined;
  /** Whether the latest price was requested by the same customer. */
  isFor: (asker: Asker) => boolean;
}

export function createPricing(brand: string, branch: string): Pricing {
  const priced = signal<Priced | undefined>();
  let latest = 0;
  return {
    priced,
    ask: async (body, { member, contact_phone }) => {
      latest += 1;
      const number = latest;
      const known = { asked: JSON.stringify(body), asker: JSON.stringify({ member, contact_phone }) };
      const request = { ...body, ...(contact_phone ? { contact_phone } : {}), ...(member ? { with_coupons: true } : {}) };
      const answer = await unwrap(api.POST("/api/shop/{brand}/{branch}/quotes", { params: { path: { brand, branch } }, body: request })).then(
        (quote) => ({ ...known, quote }),
        (error: unknown) => ({ ...known, problem: problemFrom(error) }),
      );
      if (latest === number) priced.value = answer;
    },
    take: (body, quote, { contact_phone }) => {
      latest += 1;
      priced.value = { asked: JSON.stringify(body), asker: JSON.stringify({ contact_phone }), quote };
    },
    quoteFor: (body) => (priced.value?.asked === JSON.stringify(body) ? priced.value.quote : undefined),
    problemFor: (body) => (priced.value?.asked === JSON.stringify(body) ? priced.value.problem : undefined),
    isFor: ({ member, contact_phone }) => priced.value?.asker === JSON.stringify({ member, contact_phone }),
  };
}
