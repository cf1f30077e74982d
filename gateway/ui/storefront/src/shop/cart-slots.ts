import { signal, type ReadonlySignal } from "@preact/signals";
import { unwrap, type CartSlots, type SlotsBody } from "@yizhimai/api";
import { api } from "../lib/api";

/** Slots as they are for the present cart: one without capacity for it is full. */
export interface CartSlotsStore {
  /** The latest response, kept while a newer request is under way, for most slots stay as they are. */
  latest: ReadonlySignal<CartSlots | undefined>;
  /** Whether the latest response is for exactly this cart. */
  knows: (body: SlotsBody) => boolean;
  /** Requests the slots of a cart; responses to older requests and failures are ignored. */
  ask: (body: SlotsBody) => Promise<void>;
}

export function createCartSlots(brand: string, branch: string): CartSlotsStore {
  const answer = signal<{ asked: string; slots: CartSlots } | undefined>();
  const latest = signal<CartSlots | undefined>();
  let asking = "";
  return {
    latest,
    knows: (body) => answer.value?.asked === JSON.stringify(body),
    ask: async (body) => {
      const asked = JSON.stringify(body);
      asking = asked;
      const path = { brand, branch };
      const slots = await unwrap(api.POST("/api/shop/{brand}/{branch}/slots", { params: { path }, body })).catch(() => undefined);
      if (asking !== asked) return;
      // A cart that cannot be sold as it is has no slots of its own: the branch's are shown.
      answer.value = slots && { asked, slots };
      latest.value = slots;
    },
  };
}
